"""``bianmin content`` as scripts call it: exit codes, one JSON document as the last line, one line for an error."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bianmin.cli.content import app
from bianmin.cli.output import CommandError


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIANMIN_HOME", str(tmp_path / "home"))


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def document(result: Result) -> Any:
    return json.loads(result.stdout.strip().splitlines()[-1])


def failure(result: Result) -> CommandError:
    assert isinstance(result.exception, CommandError), result.output
    assert "\n" not in str(result.exception)
    return result.exception


def test_check_clean(content_folder: Path) -> None:
    result = call("check", content_folder, "--today", "2026-11-22", "--json")
    assert result.exit_code == 0
    assert document(result) == {"errors": 0, "warnings": 0, "findings": []}


def test_check_with_warnings_only_is_no_failure(content_folder: Path) -> None:
    assert call("check", content_folder, "--today", "2027-12-01").exit_code == 0


def test_check_with_errors(content_folder: Path) -> None:
    item = content_folder / "items/insurance/newborn.yaml"
    item.write_text(item.read_text("utf-8").replace("地点: [town-centre]", "地点: [moon]"), "utf-8")
    result = call("check", content_folder, "--today", "2026-11-22", "--json")
    assert result.exit_code == 1
    (finding,) = document(result)["findings"]
    assert finding["rule"] == "unknown-place"
    assert finding["file"].endswith("newborn.yaml")
    shown = call("check", content_folder, "--today", "2026-11-22")
    assert f"newborn.yaml:{finding['line']}: 错误 [unknown-place]" in shown.stdout


def test_wrong_use(content_folder: Path, tmp_path: Path) -> None:
    assert failure(call("check", tmp_path / "none")).code == 2
    assert failure(call("check", content_folder, "--today", "tomorrow")).code == 2
    assert failure(call("import", tmp_path / "none.jsonl", "-o", tmp_path / "p")).code == 2
    assert call("check").exit_code == 2


def test_build_info_diff_handbook(content_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "p.pack"
    built = document(call("build", content_folder, "-o", out, "--clips", "none", "--json"))
    assert built["counts"]["item"] == 1
    assert document(call("info", out, "--json")) == built
    assert "2026.11.22+" in call("info", out).stdout
    assert document(call("diff", out, out, "--json"))["changed"] == []
    made = document(call("handbook", out, "-o", tmp_path / "h.pdf", "--json"))
    assert made["items"] == 1
    assert (tmp_path / "h.pdf").read_bytes().startswith(b"%PDF")


def test_the_index_too_is_the_same_every_time(content_folder: Path, tmp_path: Path) -> None:
    for name in ("a.pack", "b.pack"):
        assert call("build", content_folder, "-o", tmp_path / name, "--clips", "none").exit_code == 0
    assert (tmp_path / "a.pack").read_bytes() == (tmp_path / "b.pack").read_bytes()


def test_build_refuses_a_broken_item(content_folder: Path, tmp_path: Path) -> None:
    item = content_folder / "items/insurance/newborn.yaml"
    item.write_text(item.read_text("utf-8").replace("地点: [town-centre]\n", ""), "utf-8")
    error = failure(call("build", content_folder, "-o", tmp_path / "p.pack", "--clips", "none"))
    assert error.code == 1
    assert "newborn.yaml:1" in str(error)
    assert "地点" in str(error)
    assert not (tmp_path / "p.pack").exists()


def test_build_refuses_a_place_that_is_not_there(content_folder: Path, tmp_path: Path) -> None:
    item = content_folder / "items/insurance/newborn.yaml"
    item.write_text(item.read_text("utf-8").replace("地点: [town-centre]", "地点: [moon]"), "utf-8")
    error = failure(call("build", content_folder, "-o", tmp_path / "p.pack", "--clips", "none"))
    assert "moon" in str(error)


def test_import_names_bad_lines(tmp_path: Path) -> None:
    base = tmp_path / "f.jsonl"
    base.write_text('{"id": "a", "title": "社保卡挂失", "questions": ["卡丢了怎么办"]}\n{\n{"id": "b"}\n', "utf-8")
    result = call("import", base, "-o", tmp_path / "p.pack", "--date", "2026-11-22", "--json")
    assert result.exit_code == 0
    report = document(result)
    assert (report["imported"], report["skipped"]) == (1, 2)
    assert [bad["number"] for bad in report["bad"]] == [2, 3]
    assert report["meta"]["date"] == "2026-11-22"


def test_import_of_a_gbk_file(tmp_path: Path) -> None:
    base = tmp_path / "f.jsonl"
    base.write_bytes('{"id": "a", "title": "社保卡挂失"}\n'.encode("gbk"))
    assert "GBK" in str(failure(call("import", base, "-o", tmp_path / "p.pack")))
    assert not (tmp_path / "p.pack").exists()


@pytest.mark.parametrize("command", ["info", "diff", "handbook"])
def test_a_file_that_is_no_pack(tmp_path: Path, command: str) -> None:
    bad = tmp_path / "bad.pack"
    bad.write_text("hello")
    arguments = [bad, bad] if command == "diff" else [bad]
    error = failure(call(command, *arguments))
    assert error.code == 1
    assert "not a content pack" in str(error)
