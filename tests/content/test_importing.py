"""Bulk import: whatever the file, good entries come through once, bad lines are named, nothing else happens."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.importing import LONGEST_LINE, BadLine, ImportFileError, read_entries
from content.model import ImportedItem

GOOD = {"id": "a", "title": "社保卡挂失", "questions": ["社保卡丢了怎么办"], "answer": "打12333。"}


def read(path: Path, data: bytes) -> tuple[list[ImportedItem], list[BadLine]]:
    path.write_bytes(data)
    bad: list[BadLine] = []
    return list(read_entries(path, bad.append)), bad


def lines(*values: Any) -> bytes:
    return "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values).encode()


def test_questions_and_answer_may_be_empty_or_absent(tmp_path: Path) -> None:
    data = lines(
        GOOD,
        {"id": "b", "title": "乙"},
        {"id": "c", "title": "丙", "questions": [], "answer": ""},
        {"id": "d", "title": "丁", "questions": None, "answer": None, "department": "人社局"},
        {"id": "e", "title": "戊", "questions": ["", " ", "问", "问"], "answer": "一\r\n二"},
    )
    entries, bad = read(tmp_path / "f.jsonl", data)
    assert bad == []
    assert [entry.id for entry in entries] == list("abcde")
    assert entries[4] == ImportedItem("e", "戊", ("问",), "一\n二")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "not an entry"),
        (b"[1]", "not an entry"),
        (b'"text"', "not an entry"),
        (b'{"id": 5, "title": "x"}', "not an entry"),
        (b'{"title": "x"}', "not an entry"),
        (b'{"id": "x"}', "not an entry"),
        (b'{"id": "x", "title": ""}', "title is empty"),
        (b'{"id": " ", "title": "x"}', "id is empty"),
        (lines({"id": "a", "title": "重复"}), "used before"),
        (lines({"id": "x", "title": "\x01"}), "control character U+0001"),
        (lines({"id": "x", "title": "x", "questions": ["问" * 600]}), "question is longer"),
        (lines({"id": "x", "title": "x", "answer": "答" * 200_000}), "answer is longer"),
        (lines({"id": "x", "title": "x", "questions": [str(n) for n in range(300)]}), "more than 200 questions"),
        (lines({"id": "x", "title": "x", "questions": ["问" * 4_000_000]}), f"longer than {LONGEST_LINE} bytes"),
        ('{"id": "x", "title": "社保"}'.encode("gbk"), "not"),
        (b'{"id": "x", "title": "\\ud800"}', "not an entry"),
        (b"[" * 50_000, "not an entry"),
    ],
)
def test_bad_lines_are_named_and_skipped(tmp_path: Path, line: bytes, reason: str) -> None:
    after = lines({"id": "z", "title": "末"})
    entries, bad = read(tmp_path / "f.jsonl", lines(GOOD) + line.rstrip(b"\n") + b"\n" + after)
    assert [entry.id for entry in entries] == ["a", "z"]
    assert [one.number for one in bad] == [2]
    assert reason in bad[0].reason


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no entry"),
        (b"\n\n", "no entry"),
        (b"{}\n", "no entry"),
        (b"\xef\xbb\xbf" + lines(GOOD), "byte order mark"),
        (lines(GOOD).decode().encode("utf-16"), "UTF-16"),
        (lines(GOOD).decode().encode("gbk"), "GBK"),
        (b"\x89PNG\r\n\x1a\n\x00\xff", "not UTF-8"),
    ],
)
def test_files_that_are_refused(tmp_path: Path, data: bytes, reason: str) -> None:
    with pytest.raises(ImportFileError, match=reason):
        read(tmp_path / "f.jsonl", data)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match="cannot be read"):
        list(read_entries(tmp_path / "none", lambda bad: None))


ENTRIES = st.fixed_dictionaries(
    {"id": st.text(max_size=5), "title": st.text(max_size=8)},
    optional={"questions": st.lists(st.text(max_size=6), max_size=3), "answer": st.text(max_size=20)},
)


@given(st.lists(st.binary(max_size=60) | ENTRIES.map(lambda entry: lines(entry)), max_size=8))
def test_every_line_is_an_entry_or_named(tmp_path_factory: pytest.TempPathFactory, parts: list[bytes]) -> None:
    data = lines(GOOD) + b"".join(part.replace(b"\n", b"") + b"\n" for part in parts)
    entries, bad = read(tmp_path_factory.mktemp("import") / "f.jsonl", data)
    blank = sum(1 for line in data.split(b"\n")[1:-1] if not line.strip())
    assert len(entries) + len(bad) + blank == len(parts) + 1
    assert len({entry.id for entry in entries}) == len(entries)


def test_progress_counts_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl"
    path.write_bytes(lines(*({"id": str(n), "title": "题"} for n in range(10))))
    seen: list[int] = []
    assert len(list(read_entries(path, print, seen.append))) == 10
    assert seen == sorted(seen)
    assert seen[-1] == path.stat().st_size
