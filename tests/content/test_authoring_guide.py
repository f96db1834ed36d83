"""The guide for clerks: its examples pass the check they promise, and it names every rule the editor has."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest

import content.checks as checks
from content.check import check
from content.importing import BadLine, read_entries
from content.slips import fill
from devices.slip import from_builtins

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "authoring.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)


def example(containing: str) -> str:
    (found,) = (text for text in EXAMPLES if containing in text)
    return found


def test_the_item_example_passes(tmp_path: Path) -> None:
    item = tmp_path / "items" / "insurance" / "lost-card.yaml"
    item.parent.mkdir(parents=True)
    item.write_text(example("编号: lost-card"), "utf-8")
    directory = tmp_path / "directory"
    directory.mkdir()
    (directory / "places.yaml").write_text("- {编号: social-insurance-hall, 名称: 社保经办窗口}\n", "utf-8")
    (directory / "hours.yaml").write_text(example('开始: "09:00"'), "utf-8")
    departments = [f"- {{编号: {name}, 名称: 部门, 职责: 事}}\n" for name in ("human-resources", "medical-insurance")]
    (directory / "departments.yaml").write_text("".join(departments), "utf-8")
    (directory / "codes.yaml").write_text(example("编码:"), "utf-8")
    lists = example("# places.yaml")
    for name in ("towns", "villages"):
        part = lists.split(f"# {name}.yaml")[1].split("\n# ")[0]
        (directory / f"{name}.yaml").write_text("#" + part, "utf-8")
    (tmp_path / "synonyms.yaml").write_text(example("刚生的孩子"), "utf-8")
    (tmp_path / "prompts.yaml").write_text(example("did_you_mean"), "utf-8")
    findings = check(tmp_path, dt.date(2026, 11, 22))
    assert [finding.rule for finding in findings] == ["unreviewed"]


def test_the_scenario_example_passes(tmp_path: Path) -> None:
    import shutil

    folder = shutil.copytree(ROOT / "content" / "wenling", tmp_path / "wenling")
    shutil.rmtree(folder / "scenarios", ignore_errors=True)
    (folder / "scenarios").mkdir()
    (folder / "scenarios" / "open-shop.yaml").write_text(example("编号: open-shop"), "utf-8")
    assert [finding for finding in check(folder, dt.date(2026, 11, 22)) if "open-shop" in finding.file] == []


def test_the_slip_example_is_filled_in() -> None:
    item = {"title": "标题", "notes": [], "materials": [{"name": "身份证", "copies": "原件"}]}
    document = fill(example("type: checklist"), "guide", {"item": item, "places": [{"name": "窗口"}]})
    assert [block["type"] for block in from_builtins_types(document)] == ["heading", "checklist", "text", "cut"]


def test_the_question_base_example_is_read(tmp_path: Path) -> None:
    (lines,) = re.findall(r"^```\n(\{.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    (tmp_path / "base.jsonl").write_text(lines, "utf-8")
    bad: list[BadLine] = []
    assert [entry.id for entry in read_entries(tmp_path / "base.jsonl", bad.append)] == ["1001", "1002"]
    assert bad == []


def from_builtins_types(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The blocks, once the printer has accepted them."""
    from_builtins(document)
    return list(document["blocks"])


def rules_in_code() -> set[str]:
    texts = [path.read_text("utf-8") for path in Path(checks.__file__).parent.glob("*.py")]
    texts += [(ROOT / "content" / name).read_text("utf-8") for name in ("marked.py", "fields.py", "source.py")]
    named = r'(?:at|_error)\(\s*\w+, \(.*?\), "([a-z-]+)"|Finding\([^"]*?"([a-z]+(?:-[a-z]+)*)"|report\("([a-z-]+)"'
    failures = r'_failure\([^"]*?"([a-z-]+)"|_block\(document, "编号", "([a-z-]+)"'
    found = {name for text in texts for groups in re.findall(f"{named}|{failures}", text) for name in groups if name}
    return found - {"type", "file", "date", "identifier", "empty", "too-long"}


@pytest.mark.parametrize("rule", sorted(rules_in_code()))
def test_the_guide_explains_the_rule(rule: str) -> None:
    assert rule in GUIDE
