"""A question base becomes a pack: whole or not at all, the same bytes every time, read back as imported items."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from content.build import Progress
from content.import_base import import_base
from content.importing import ImportFileError
from content.model import ImportedItem, PackInfo
from content.pack import Pack
from content.search.document import Document

INFO = PackInfo(id="base", name="问题库", version="1", date=dt.date(2026, 11, 22))


def titles(documents: Sequence[Document], progress: Progress) -> Mapping[str, bytes]:
    """An index of a kind: every title in order, read three ways."""
    assert [documents[number].id for number in range(len(documents))] == [document.id for document in documents]
    assert [document.id for document in documents[1:3]] == [document.id for document in list(documents)[1:3]]
    return {"titles": "\n".join(document.title for document in documents).encode()}


def base(path: Path, count: int) -> Path:
    entries = [{"id": f"q{n}", "title": f"题目{n}", "questions": [f"问{n}"], "answer": f"答{n}"} for n in range(count)]
    text = "\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries)
    path.write_text(text + "\n{bad\n", "utf-8")
    return path


def test_entries_come_back(tmp_path: Path) -> None:
    source, out = base(tmp_path / "f.jsonl", 2500), tmp_path / "p.pack"
    report = import_base(source, out, INFO, titles)
    assert (report.imported, report.questions, report.skipped) == (2500, 2500, 1)
    assert report.bad[0].number == 2501
    pack = Pack.open(out)
    assert pack.find("q2400") == ImportedItem("q2400", "题目2400", ("问2400",), "答2400")
    assert pack.find("nothing") is None
    assert [entry.id for entry in pack.imported()] == [f"q{n}" for n in range(2500)]
    assert pack.blob("titles").decode().split("\n")[-1] == "题目2499"
    assert pack.items() == ()


def test_the_same_base_gives_the_same_bytes(tmp_path: Path) -> None:
    source = base(tmp_path / "f.jsonl", 50)
    for name in ("a.pack", "b.pack"):
        import_base(source, tmp_path / name, INFO, titles)
    assert (tmp_path / "a.pack").read_bytes() == (tmp_path / "b.pack").read_bytes()


def test_a_failure_half_way_leaves_the_old_pack(tmp_path: Path) -> None:
    out = tmp_path / "p.pack"
    import_base(base(tmp_path / "f.jsonl", 5), out, INFO, titles)
    before = out.read_bytes()

    def broken(documents: Sequence[Document], progress: Progress) -> Mapping[str, bytes]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_base(base(tmp_path / "g.jsonl", 9), out, INFO, broken)
    (tmp_path / "h.jsonl").write_text("{}\n")
    with pytest.raises(ImportFileError):
        import_base(tmp_path / "h.jsonl", out, INFO, titles)
    assert out.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["f.jsonl", "g.jsonl", "h.jsonl", "p.pack"]
