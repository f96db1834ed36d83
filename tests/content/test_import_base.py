"""A question base becomes a pack: whole or not at all, the same bytes every time, read back as imported items."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from content.build import Progress
from content.import_base import import_base
from content.importing import ImportFileError
from content.model import ImportedItem, PackInfo
from content.pack import Pack
from content.search import build_index
from content.search.document import Document
from content.search.embed_cache import FileEmbedCache

INFO = PackInfo(id="base", name="问题库", version="1", date=dt.date(2026, 11, 22))


def titles(documents: Sequence[Document], progress: Progress) -> Mapping[str, bytes]:
    """An index of a kind: every title in order, read three ways."""
    assert [documents[number].id for number in range(len(documents))] == [document.id for document in documents]
    assert [document.id for document in documents[1:3]] == [document.id for document in list(documents)[1:3]]
    return {"titles": "\n".join(document.title for document in documents).encode()}


class Stubborn:
    """An embedder that is killed after some texts, and counts what it was asked."""

    def __init__(self, patience: int) -> None:
        self.left, self.asked = patience, 0

    def query(self, text: str) -> Any:
        return self.passages([text])[0]

    def passages(self, texts: Sequence[str]) -> Any:
        self.left -= len(texts)
        if self.left < 0:
            raise KeyboardInterrupt
        self.asked += len(texts)
        seeds = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") for text in texts]
        rows = np.array([np.random.default_rng(seed).standard_normal(384) for seed in seeds])
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def searched(source: Path, out: Path, embedder: Stubborn, cache: Path) -> None:
    vectors = FileEmbedCache(cache)
    import_base(source, out, INFO, lambda d, p: build_index(d, embedder=embedder, embed_cache=vectors, progress=p))
    vectors.close()


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


def test_a_broken_off_import_goes_on_where_it_was_and_ends_the_same(tmp_path: Path) -> None:
    source, out = base(tmp_path / "f.jsonl", 1000), tmp_path / "p.pack"
    whole = Stubborn(10**9)
    searched(source, tmp_path / "whole.pack", whole, tmp_path / "a.db")
    killed = Stubborn(1000)
    with pytest.raises(KeyboardInterrupt):
        searched(source, out, killed, tmp_path / "b.db")
    assert not out.exists()
    resumed = Stubborn(10**9)
    searched(source, out, resumed, tmp_path / "b.db")
    assert killed.asked > 0
    assert killed.asked + resumed.asked == whole.asked
    assert out.read_bytes() == (tmp_path / "whole.pack").read_bytes()


def test_a_damaged_cache_is_started_anew(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"no database" * 1000)
    searched(base(tmp_path / "f.jsonl", 3), tmp_path / "p.pack", Stubborn(10**9), tmp_path / "a.db")
    assert Pack.open(tmp_path / "p.pack").imported_count() == 3
