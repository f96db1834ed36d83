"""``bianmin central`` as scripts call it: JSON, exit codes, one clear line for what goes wrong; the real server."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from bianmin.cli import central as command
from bianmin.cli.output import CommandError
from deploy_image.publish import publish as lay_out

ROOT = Path(__file__).resolve().parents[2]


def call(folder: Path, *arguments: str) -> Any:
    found = CliRunner().invoke(command.app, [*arguments, "--folder", str(folder), "--json"], catch_exceptions=True)
    if isinstance(found.exception, CommandError):
        raise found.exception
    assert found.exit_code == 0, found.output
    return msgspec.json.decode(found.stdout.splitlines()[-1])


def test_the_story_of_a_release(tmp_path: Path, small_pack: Path) -> None:
    assert call(tmp_path, "publish", str(small_pack), "--dry-run") == {"difference": None}
    release = call(tmp_path, "publish", str(small_pack))["release"]
    assert [one["status"] for one in call(tmp_path, "rollout")["releases"]] == ["running"]
    assert call(tmp_path, "rollout", release, "--stop", "--reason", "x")["releases"][0]["status"] == "stopped"
    assert call(tmp_path, "rollout", release, "--resume")["releases"][0]["status"] == "running"
    assert call(tmp_path, "rollout", release, "--withdraw")["releases"][0]["status"] == "withdrawn"
    with pytest.raises(CommandError, match="withdrawn"):
        call(tmp_path, "rollout", release, "--stop")
    with pytest.raises(CommandError, match="no release"):
        call(tmp_path, "rollout", "nothing")


def test_the_rollout_of_a_system_is_begun_by_the_same_command(tmp_path: Path) -> None:
    bundle = tmp_path / "made.raucb"
    bundle.write_bytes(b"signed" * 1_000)
    lay_out(bundle, "bianmin-kiosk-portrait", "2026.11.22", [], tmp_path / "images")
    description = tmp_path / "images" / "kiosk-portrait-2026.11.22.json"
    assert call(tmp_path, "publish", str(description))["release"] == "kiosk-portrait-2026.11.22"
    (told,) = call(tmp_path, "rollout")["releases"]
    assert (told["kind"], told["status"], told["stage"]) == ("image", "running", "试点")
    stopped = call(tmp_path, "rollout", "kiosk-portrait-2026.11.22", "--stop")["releases"][0]
    assert stopped["status"] == "stopped"
    with pytest.raises(CommandError, match="dry-run"):
        call(tmp_path, "publish", str(description), "--dry-run")


def test_codes_users_and_lists(tmp_path: Path) -> None:
    assert len(call(tmp_path, "enrol", "WL-001")["code"]) == 19
    assert call(tmp_path, "fleet") == {"terminals": []}
    assert call(tmp_path, "tickets", "--state", "received") == {"tickets": []}
    first = call(tmp_path, "user", "li", "--role", "clerk")["password"]
    assert call(tmp_path, "user", "li", "--reset")["password"] != first


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["tickets", "--state", "lost"], 2, "--state is one of"),
        (["user", "li", "--role", "king"], 2, "--role is one of"),
        (["user", "li", "--role", "department"], 1, "部门"),
        (["enrol", "not a name"], 1, "letters"),
        (["revoke", "WL-999"], 1, "no terminal"),
        (["publish", "/nowhere.pack"], 1, "nowhere"),
        (["rollout", "--stop"], 2, "name one release"),
        (["tickets", "--database", "nonsense"], 1, "URL"),
        (["serve", "--listen", "everywhere"], 2, "HOST:PORT"),
    ],
)
def test_wrong_use_is_one_clear_line(arguments: list[str], code: int, text: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=text) as told:
        call(tmp_path, *arguments)
    assert told.value.code == code
    assert "\n" not in str(told.value)


def test_a_broken_configuration_names_its_line(tmp_path: Path) -> None:
    (tmp_path / "central.toml").write_text("[security]\nfailures = 'many'\n")
    with pytest.raises(CommandError, match=r"central\.toml.*failures"):
        call(tmp_path, "fleet")


def test_the_server_starts_tells_its_password_once_and_stops(tmp_path: Path, small_pack: Path) -> None:
    environment = os.environ | {
        "PYTHONPATH": f"{ROOT}:{ROOT / 'offline-cache'}",
        "BIANMIN_HOME": str(tmp_path / "home"),
    }
    words = ["central", "serve", "--listen", "127.0.0.1:0", "--pack", str(small_pack), "--folder", str(tmp_path / "c")]
    passwords = []
    for _ in range(2):
        server = subprocess.Popen(
            [sys.executable, "-m", "bianmin", *words, "--json"], stdout=subprocess.PIPE, env=environment, cwd=ROOT
        )
        assert server.stdout is not None
        said = msgspec.json.decode(server.stdout.readline(), type=dict[str, str])
        passwords.append(said["password"])
        with urllib.request.urlopen(f"{said['address']}/sign-in", timeout=30) as answer:
            assert "登录" in answer.read().decode()
        server.terminate()
        assert server.wait(30) in (0, -15)
    assert [bool(password) for password in passwords] == [True, False]
