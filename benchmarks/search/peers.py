"""The engines compared, each behind the same three calls: build a base into a folder, open it, search for ids.

All three peers index characters and pairs of neighbouring characters, the usual way with Chinese text, and rank by
their own BM25 with every term of the query optional.
"""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import apsw
import tantivy

from content.import_base import import_base
from content.model import PackInfo
from content.pack import Pack
from content.search import Query, Searcher, build_index
from content.search.embed_cache import FileEmbedCache
from content.search.text import normalise, words_only

PAGE = 4096
"""Bytes of a page of memory."""

Entries = Sequence[dict[str, Any]]


class Engine(Protocol):
    """``search``: ids, best first; milliseconds it took; milliseconds of processor time.

    ``memory``: MB resident, of the process that searches.
    """

    @staticmethod
    def build(entries: Entries, folder: Path, cache: Path) -> None: ...
    def __init__(self, folder: Path) -> None: ...
    def search(self, text: str, count: int) -> tuple[list[str], float, float]: ...
    def memory(self) -> float: ...


def terms(entry_or_question: str) -> list[str]:
    """Characters and pairs of neighbours, in the form our own search compares."""
    words = words_only(normalise(entry_or_question, None))
    return [*words, *(words[at : at + 2] for at in range(len(words) - 1))]


def _text(entry: dict[str, Any]) -> str:
    return " ".join([entry["title"], *entry["questions"], entry["answer"]])


class _Here(ABC):
    """An engine in this process."""

    def search(self, text: str, count: int) -> tuple[list[str], float, float]:
        started, used = time.perf_counter(), time.process_time()
        found = self._find(text, count)
        return found, (time.perf_counter() - started) * 1000, (time.process_time() - used) * 1000

    @abstractmethod
    def _find(self, text: str, count: int) -> list[str]: ...

    def memory(self) -> float:
        return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE / 1e6


class Ours(_Here):
    """The search of the packs: characters, sounds and meaning."""

    @staticmethod
    def build(entries: Entries, folder: Path, cache: Path) -> None:
        vectors = FileEmbedCache(cache)
        base = folder / "base.jsonl"
        base.write_text("".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries), "utf-8")
        info = PackInfo(id="bench", name="bench", version="1", date=dt.date(2026, 11, 22))
        import_base(
            base,
            folder / "base.pack",
            info,
            lambda documents, progress: build_index(documents, embed_cache=vectors, progress=progress),
        )

    def __init__(self, folder: Path) -> None:
        self._searcher = Searcher(Pack.open(folder / "base.pack"))
        self._searcher.warm_up()

    def _find(self, text: str, count: int) -> list[str]:
        return [hit.id for hit in self._searcher.search(Query(text), count).hits]


class Fts5(_Here):
    """SQLite's full-text index."""

    @staticmethod
    def build(entries: Entries, folder: Path, cache: Path) -> None:
        connection = apsw.Connection(str(folder / "base.db"))
        connection.execute("CREATE VIRTUAL TABLE base USING fts5(id UNINDEXED, text, tokenize='unicode61')")
        with connection:
            rows = ((entry["id"], " ".join(terms(_text(entry)))) for entry in entries)
            connection.executemany("INSERT INTO base VALUES(?, ?)", rows)
        connection.close()

    def __init__(self, folder: Path) -> None:
        self._connection = apsw.Connection(str(folder / "base.db"), flags=apsw.SQLITE_OPEN_READONLY)

    def _find(self, text: str, count: int) -> list[str]:
        wanted = " OR ".join(f'"{term}"' for term in dict.fromkeys(terms(text)))
        found = self._connection.execute(
            "SELECT id FROM base WHERE text MATCH ? ORDER BY bm25(base) LIMIT ?", (wanted, count)
        )
        return [row[0] for row in found]


class Tantivy(_Here):
    """The Rust engine behind its Python binding."""

    @staticmethod
    def build(entries: Entries, folder: Path, cache: Path) -> None:
        index = _tantivy(folder)
        writer = index.writer(200_000_000, 1)
        for entry in entries:
            writer.add_document(tantivy.Document(id=entry["id"], text=" ".join(terms(_text(entry)))))
        writer.commit()
        writer.wait_merging_threads()

    def __init__(self, folder: Path) -> None:
        self._index = _tantivy(folder)
        self._searcher = self._index.searcher()

    def _find(self, text: str, count: int) -> list[str]:
        should = [
            (tantivy.Occur.Should, tantivy.Query.term_query(self._index.schema, "text", term, "freq"))
            for term in dict.fromkeys(terms(text))
        ]
        found = self._searcher.search(tantivy.Query.boolean_query(should), count).hits
        return [self._searcher.doc(address)["id"][0] for _, address in found]


def _tantivy(folder: Path) -> Any:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw")
    builder.add_text_field("text", tokenizer_name="spaces", index_option="freq")
    index = tantivy.Index(builder.build(), str(folder))
    index.register_tokenizer("spaces", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    return index


class Xapian:
    """The C++ engine. Its binding is Debian's (python3-xapian), so it lives in a process of the system's Python."""

    @staticmethod
    def build(entries: Entries, folder: Path, cache: Path) -> None:
        rows = ({"id": entry["id"], "terms": terms(_text(entry))} for entry in entries)
        process = _xapian("build", folder)
        process.communicate("".join(json.dumps(row) + "\n" for row in rows))
        if process.returncode:
            raise SystemExit("Xapian built no index; is its binding there? (apt-get install python3-xapian)")

    def __init__(self, folder: Path) -> None:
        self._process = _xapian("search", folder)

    def search(self, text: str, count: int) -> tuple[list[str], float, float]:
        """The milliseconds are those spent there, without the pipe between."""
        answer = self._ask({"terms": list(dict.fromkeys(terms(text))), "count": count})
        return answer["ids"], answer["ms"], answer["cpu_ms"]

    def memory(self) -> float:
        mb: float = self._ask({"memory": True})["mb"]
        return mb

    def _ask(self, message: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


def _xapian(verb: str, folder: Path) -> subprocess.Popen[str]:
    program = Path(__file__).with_name("xapian_peer.py")
    return subprocess.Popen(
        ["/usr/bin/python3", str(program), verb, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


ENGINES: dict[str, type[Engine]] = {"bianmin": Ours, "fts5": Fts5, "tantivy": Tantivy, "xapian": Xapian}
