"""``bianmin image`` as a technician calls it, on a machine that is no terminal."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bianmin.cli import app, image_terminal
from bianmin.cli.output import CommandError
from deploy_image import slots


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("BIANMIN_HOME", str(tmp_path / "home"))

    def run(*words: str) -> Result:
        return CliRunner().invoke(app, ["image", *words])

    return run


def test_status_lists_the_builds_there_are(call, tmp_path: Path) -> None:
    assert json.loads(call("status", "--json").stdout) == {"terminal": False, "builds": []}
    folder = tmp_path / "home" / "images" / "simulator"
    folder.mkdir(parents=True)
    built = {"version": "1", "profile": "simulator", "disk": "d"}
    (folder / "build.json").write_text(json.dumps(built))
    assert json.loads(call("status", "--json").stdout)["builds"] == [built]


def test_flashing_a_file_reads_it_back(call, tmp_path: Path) -> None:
    image = tmp_path / "disk.img"
    image.write_bytes(b"system" * 1_000)
    done = json.loads(call("flash", str(tmp_path / "out"), "--image", str(image), "--json").stdout.splitlines()[-1])
    assert (done["bytes"], (tmp_path / "out").read_bytes()) == (6_000, image.read_bytes())


def test_a_provisioning_file_is_checked_before_anybody_travels(call, tmp_path: Path) -> None:
    file = tmp_path / "bianmin-terminal.toml"
    file.write_text('[terminal]\nname = "WL-007"\n')
    assert json.loads(call("provision", "--check", str(file), "--json").stdout)["name"] == "WL-007"
    file.write_text('[terminal]\nname = "WL 007"\n')
    refused = call("provision", "--check", str(file))
    assert isinstance(refused.exception, CommandError)
    assert "terminal.name" in str(refused.exception)


def test_a_system_that_is_left_says_so_to_the_agent_of_the_other(
    call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the agent could not tell a bad version from one whose first start was cut off."""
    release, mark = tmp_path / "release", tmp_path / "agent" / "found-bad"
    release.write_text("VERSION=2026.11.23\nPROFILE=simulator\n")
    monkeypatch.setattr(slots, "RELEASE", release)
    monkeypatch.setattr(image_terminal, "FOUND_BAD", mark)
    monkeypatch.setattr(slots, "leave", lambda: True)
    assert json.loads(call("rollback", "--json").stdout) == {"restarting": True}, "nothing keeps it from leaving"
    mark.parent.mkdir()
    call("rollback", "--json")
    assert mark.read_text() == "2026.11.23"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["health"], "not started from a terminal image"),
        (["rollback"], "not started from a terminal image"),
        (["erase", "--yes"], "nothing was erased"),
        (["install", "x.raucb"], "nothing was installed"),
        (["bundle", "/nowhere"], "holds no build"),
        (["flash", "/tmp"], "no image yet"),
        (["build", "--profile", "toaster"], "there are: ivr-node"),
        (["verify", "/nowhere/root.ext4"], "is not there"),
        (["verify", "/nowhere/x.raucb"], "has no keys"),
        (["try"], "run: bianmin image build"),
    ],
)
def test_what_cannot_be_done_here_is_said_in_one_line(call, words: list[str], says: str) -> None:
    refused = call(*words)
    assert isinstance(refused.exception, CommandError)
    assert says in str(refused.exception)
    assert "\n" not in str(refused.exception)
