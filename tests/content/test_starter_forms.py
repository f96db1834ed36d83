"""The starter forms: every one prints empty and filled in, and asks for exactly the fields it lists."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import typst

from content.model import Form
from content.source import load

CONTENT = Path(__file__).resolve().parents[2] / "content" / "wenling"
FORMS = [entry.record for entry in load(CONTENT).forms]
HOSTILE = '王𠮷 #read("/etc/passwd") $x$ *b* _i_ <a> [c] @r \\ ` ~ //'
WRITTEN_BY_HAND = frozenset({"signature", "window"})


@pytest.fixture(scope="module")
def fonts() -> typst.Fonts:
    return typst.Fonts()


def _pages(form: Form, data: dict[str, object], fonts: typst.Fonts) -> bytes | list[bytes]:
    inputs = {"data": json.dumps(data, ensure_ascii=False)}
    return typst.compile(form.source.encode(), sys_inputs=inputs, format="svg", font_paths=fonts)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.id)
def test_an_empty_form_is_one_page(form: Form, fonts: typst.Fonts) -> None:
    pages = _pages(form, {}, fonts)
    assert isinstance(pages, bytes) or len(pages) == 1


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.id)
def test_what_a_citizen_typed_is_text_and_never_markup(form: Form, fonts: typst.Fonts) -> None:
    lists = {"materials", "steps"}
    data: dict[str, object] = {field.id: HOSTILE for field in form.fields if field.id not in lists}
    data["materials"] = [{"name": HOSTILE, "copies": HOSTILE, "note": HOSTILE}]
    data["steps"] = [{"place": HOSTILE, "text": HOSTILE}]
    assert _pages(form, data, fonts)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.id)
def test_the_listed_fields_are_the_printed_fields(form: Form) -> None:
    printed = set(re.findall(r'#?(?:line|room|value|rows)\("([a-z-]+)"', form.source))
    listed = {field.id for field in form.fields}
    assert printed - WRITTEN_BY_HAND == listed


def test_the_form_in_the_guide_is_read_as_written(tmp_path: Path) -> None:
    guide = (CONTENT.parents[1] / "docs" / "authoring.md").read_text("utf-8")
    example = re.search(r"^```yaml\n(# forms\.yaml.*?)^```", guide, re.MULTILINE | re.DOTALL)
    assert example is not None
    item = "insurance/newborn-enrolment.yaml"
    (tmp_path / "items" / "insurance").mkdir(parents=True)
    (tmp_path / "items" / item).write_text((CONTENT / "items" / item).read_text("utf-8"), "utf-8")
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "forms.yaml").write_text(example[1], "utf-8")
    (tmp_path / "forms" / "power-of-attorney.typ").write_text("委托书", "utf-8")
    form = load(tmp_path).forms[0].record
    assert isinstance(form, Form)
    assert [(field.id, field.lines) for field in form.fields] == [("principal", 1), ("matter", 2)]
