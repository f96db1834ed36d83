"""YAML with lines: whatever the bytes, a document or one finding comes out."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from content.authoring import read_item
from content.findings import Finding
from content.marked import Document, MarkedError, Value, parse

TEXT = st.text(alphabet=st.characters(categories=("L", "N", "P", "Zs")), min_size=1, max_size=20)
VALUES = st.recursive(
    TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


def read(data: bytes) -> Document | Finding:
    try:
        return parse(data, "x.yaml")
    except MarkedError as error:
        return error.finding


@given(st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
def test_any_bytes_are_a_document_or_a_finding(data: bytes) -> None:
    document = read(data)
    if isinstance(document, Finding):
        assert document.line >= 1
        assert "\n" not in str(document)
        return
    item, findings = read_item(document)
    assert item is not None or findings


@given(VALUES)
def test_what_yaml_writes_is_read_back(value: Value) -> None:
    text = yaml.safe_dump(value, allow_unicode=True, default_style='"')
    document = read(text.encode())
    if isinstance(document, Finding):
        assert "层次太深" in document.message
    else:
        assert document.value == value


@pytest.mark.parametrize(
    ("path", "line"), [((), 1), (("甲",), 1), (("乙", 0), 3), (("乙", 1, "丙"), 4), (("乙", 7), 2), (("无",), 1)]
)
def test_lines(path: tuple[str | int, ...], line: int) -> None:
    document = parse("甲: 1\n乙:\n  - 一\n  - 丙: 2\n".encode(), "x.yaml")
    assert document.line(*path) == line


def test_scalars_stay_as_written() -> None:
    assert parse(b"a: 2026-01-01\nb: no\nc: 007\nd:\ne: ~\nf: ''\n", "x").value == {
        "a": "2026-01-01",
        "b": "no",
        "c": "007",
        "d": None,
        "e": None,
        "f": "",
    }
