"""Slip templates: every item of the starter content becomes a slip the printer accepts, with all it has to show."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content import slips
from content.build import build
from content.check import check
from content.pack import Pack
from content.scenario import next_question, resolve
from content.slips import SlipTemplateError, Stamp, fill
from devices.slip import from_builtins

ROOT = Path(__file__).parents[2]
STAMP = Stamp(terminal="测试终端", printed=dt.datetime(2026, 11, 22, 9, 30))


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    out = tmp_path_factory.mktemp("pack") / "starter.pack"
    build(ROOT / "content" / "wenling", out, index=None)
    return Pack.open(out)


def words(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False)


def test_every_item_s_guide_shows_all_it_must(pack: Pack) -> None:
    for item in pack.items():
        document = slips.guide(pack, item.id, STAMP)
        from_builtins(document)
        shown = words(document)
        needed = [item.title, item.time_limit.promised, item.fee, pack.meta.version, str(pack.meta.date)]
        needed += [material.name for material in item.materials] + list(item.steps) + list(pack.place_names(item))
        needed += [f"《{basis.title}》{basis.number}{basis.article}" for basis in item.basis]
        needed += [slips.SAMPLE_MARK, f"bianmin:{item.id}@{pack.meta.version}", "测试终端"]
        missing = [text for text in needed if json.dumps(text, ensure_ascii=False)[1:-1] not in shown]
        assert missing == []
        assert document["blocks"][-1] == {"type": "cut"}


def test_every_item_s_checklist_prints(pack: Pack) -> None:
    for item in pack.items():
        document = slips.checklist(pack, item.id, STAMP)
        from_builtins(document)
        (listed,) = (block for block in document["blocks"] if block["type"] == "checklist")
        assert [entry["text"] for entry in listed["items"]] == [material.name for material in item.materials]


@pytest.mark.parametrize("heard", ["我的猫不见了", "", "{{ 7 * 7 }} {% raw %}", '引号"冒号: 换行\n- 短横线'])
def test_the_citizen_s_words_stay_words(pack: Pack, heard: str) -> None:
    document = slips.counter(pack, heard, STAMP)
    from_builtins(document)
    large = [block["text"] for block in document["blocks"] if block.get("size") == "large"]
    assert large == [heard or "（请向工作人员说明）"]


@given(st.text(max_size=2000))
def test_any_words_make_a_slip(pack: Pack, heard: str) -> None:
    document = slips.counter(pack, heard, STAMP)
    from_builtins(document)
    assert document["blocks"][-1] == {"type": "cut"}


def test_every_path_of_every_scenario_prints(pack: Pack) -> None:
    for scenario in pack.scenarios():
        answers: tuple[tuple[str, str], ...] = ()
        while (question := next_question(scenario, answers)) is not None:
            answers = (*answers, (question.id, question.choices[0].id))
        result = resolve(scenario, answers, pack.item, pack.place)
        document = slips.scenario(pack, result, STAMP)
        from_builtins(document)
        for material in result.materials:
            assert material.name in words(document)


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("- {type: text, text: '{{ nothing }}'}", "nothing"),
        ("- {type: text, text: '{{ '}", "slip template x"),
        ("- {for: many, type: text}", "should read"),
        ("text", "a list of blocks"),
        ("- [", "slip template x"),
        ("- {type: text, text: \"{{ ''.__class__.__mro__ }}\"}", "unsafe"),
    ],
)
def test_a_bad_template_is_one_clear_line(template: str, reason: str) -> None:
    with pytest.raises(SlipTemplateError, match=reason) as caught:
        fill(template, "x", {})
    assert "\n" not in str(caught.value)


def test_the_check_finds_a_bad_template(content_folder: Path) -> None:
    (content_folder / "slips").mkdir()
    path = content_folder / "slips" / "guide.yaml"
    path.write_text("- {type: text, text: '{{ item.titel }}'}", "utf-8")
    (found,) = check(content_folder, dt.date(2026, 11, 22))
    assert (found.rule, found.file) == ("slip-template", str(path))
