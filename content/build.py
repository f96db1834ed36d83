"""The compiler: a content folder -> one pack. The same input gives the same bytes, and the old pack stays until the
new one is complete and on the disk.

What the compiler cannot make itself is passed in: ``clips`` gives the sound of a sentence (bianmin brings the
synthesiser).
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import apsw
import msgspec

from content.checks.references import RULES as REFERENCES
from content.checks.scenarios import scenarios
from content.checks.slip_templates import slip_templates
from content.findings import ContentError, Finding
from content.model import ImportedItem, PackInfo, Prompt
from content.pack import (
    APPLICATION_ID,
    IMPORTED_BATCH,
    IMPORTED_BATCH_ROWS,
    SCHEMA,
    PackMeta,
    clip_key,
    imported_item,
    records_digest,
    text_digest,
)
from content.scenario import Scenario
from content.sentences import split_sentences
from content.source import Source, load
from content.spoken import spoken_sentences

Progress = Callable[[str, int, int], None]
"""Called with a step's name, how much of it is done, and how much there is (0: unknown)."""

Clips = Callable[[str], bytes | None] | Mapping[str, bytes]
"""The sound of a sentence, or None to leave it to the synthesiser on the terminal."""

Indexer = Callable[[Source, Progress], Mapping[str, bytes]]
"""Makes the search index of a source: named blobs."""

_TABLES = """
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE record(kind TEXT, id TEXT, json BLOB NOT NULL, PRIMARY KEY(kind, id)) WITHOUT ROWID;
CREATE TABLE imported(id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, questions BLOB NOT NULL, answer TEXT NOT NULL);
CREATE TABLE blob(name TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL, data BLOB NOT NULL);
CREATE TABLE clip(voice TEXT NOT NULL, sentence TEXT NOT NULL, sha256 TEXT NOT NULL, audio BLOB NOT NULL,
                  UNIQUE(voice, sentence));
"""


def no_progress(step: str, done: int, total: int) -> None:
    """Nobody is watching."""


def build(
    directory: Path,
    out: Path,
    *,
    clips: Clips | None = None,
    voice: str = "",
    split: Callable[[str], tuple[str, ...]] = split_sentences,
    index: Indexer | None = None,
    progress: Progress = no_progress,
) -> PackMeta:
    """Compile ``directory`` into the pack ``out``.

    ``voice`` names the voice of ``clips``; ``split`` is how the speaker cuts a text into sentences; ``index`` makes the
    search index (None: a pack that cannot be searched). Raises
    ``ContentError`` with the findings when the source does not read or points nowhere, ``OSError`` when ``out`` cannot
    be written; in both cases what was at ``out`` before is untouched.
    """
    source = load(directory)
    blocking = tuple(finding for finding in (*source.findings, *_structure(source)) if finding.blocking)
    if blocking:
        more = f" (and {len(blocking) - 1} more; see `bianmin content check`)" if len(blocking) > 1 else ""
        raise ContentError(f"{blocking[0]}{more}", blocking)
    items = tuple(entry.item for entry in source.items)
    with writing(out) as writer:
        writer.records("item", {item.id: item for item in items})
        for kind, entries in _directory(source):
            writer.records(kind, entries)
        writer.records("template", source.templates)
        if index is not None:
            writer.blobs(index(source, progress))
        prompts = tuple(entry.record for entry in source.prompts if isinstance(entry.record, Prompt))
        if clips is not None:
            asked = tuple(entry.record for entry in source.scenarios if isinstance(entry.record, Scenario))
            writer.clips(spoken_sentences(items, prompts, split, asked), voice, clips, progress)
        return writer.finish(source.info)


def _structure(source: Source) -> Iterator[Finding]:
    """What must hold for a pack to work: names lead somewhere, scenarios end, slips can be filled in."""
    for rule in (*REFERENCES, scenarios, slip_templates):
        yield from rule(source)


def _directory(source: Source) -> Iterator[tuple[str, dict[str, object]]]:
    for kind, entries in (
        ("place", source.places),
        ("department", source.departments),
        ("town", source.towns),
        ("village", source.villages),
        ("code", source.codes),
        ("scenario", source.scenarios),
        ("prompt", source.prompts),
        ("form", source.forms),
    ):
        yield kind, {entry.id: entry.record for entry in entries}
    yield "hours", {"office": source.hours} if source.hours is not None else {}


@contextmanager
def writing(out: Path) -> Iterator[PackWriter]:
    """A writer on a temporary file beside ``out``, moved there when the block ends well; else removed."""
    out.parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(out)
    temporary = out.with_name(f".{out.name}.{os.getpid()}.{threading.get_ident()}.tmp")
    temporary.unlink(missing_ok=True)
    try:
        writer = PackWriter(temporary)
        try:
            yield writer
        finally:
            writer.close()
        temporary.chmod(0o644)
        _sync(temporary)
        temporary.replace(out)
        _sync(out.parent)
    finally:
        temporary.unlink(missing_ok=True)


def remove_leftovers(out: Path) -> None:
    """Temporary files of writers that were killed. Their names carry the process; a living one's is left alone."""
    for path in out.parent.glob(f".{out.name}.*.tmp"):
        process = path.name.split(".")[-3]
        if process.isdigit() and not Path(f"/proc/{process}").exists():
            path.unlink(missing_ok=True)


class PackWriter:
    """Fills one pack file. Rows go in sorted order, so that the bytes depend on the content alone."""

    def __init__(self, path: Path) -> None:
        self._connection = apsw.Connection(str(path))
        # Nobody sees the file before it is complete, so neither a journal nor a sync is needed while it is filled.
        for pragma in (
            "page_size=4096",
            "journal_mode=OFF",
            "synchronous=OFF",
            "auto_vacuum=NONE",
            f"application_id={APPLICATION_ID}",
            f"user_version={SCHEMA}",
        ):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute(_TABLES)
        self._connection.execute("BEGIN")
        self._records: dict[str, dict[str, bytes]] = {}
        self._counts: dict[str, int] = {}
        self._voices: tuple[str, ...] = ()
        self._imported = hashlib.sha256()

    def close(self) -> None:
        self._connection.close()

    def records(self, kind: str, values: Mapping[str, object]) -> None:
        if values:
            self._records[kind] = {name: msgspec.json.encode(values[name], order="sorted") for name in sorted(values)}
            self._counts[kind] = len(values)

    def imported(self, entries: Iterable[ImportedItem]) -> None:
        """Add imported items, in their order. Raises ``apsw.ConstraintError`` for an id that is already there."""
        for entry in entries:
            questions = msgspec.json.encode(entry.questions)
            self._connection.execute(
                "INSERT INTO imported VALUES(?, ?, ?, ?)", (entry.id, entry.title, questions, entry.answer)
            )
            for part in (entry.id.encode(), entry.title.encode(), questions, entry.answer.encode()):
                self._imported.update(len(part).to_bytes(8, "big"))
                self._imported.update(part)
            self._counts["imported"] = self._counts.get("imported", 0) + 1

    def imported_count(self) -> int:
        return self._counts.get("imported", 0)

    def imported_from(self, first: int) -> Iterator[ImportedItem]:
        """The imported items from the ``first`` (from 0) on, in batches."""
        while rows := self._connection.execute(IMPORTED_BATCH, (first, IMPORTED_BATCH_ROWS)).fetchall():
            yield from (imported_item(row[1:]) for row in rows)
            first += len(rows)

    def blobs(self, blobs: Mapping[str, bytes]) -> None:
        for name in sorted(blobs):
            digest = hashlib.sha256(blobs[name]).hexdigest()
            self._connection.execute("INSERT INTO blob VALUES(?, ?, ?)", (name, digest, blobs[name]))

    def clips(self, sentences: tuple[str, ...], voice: str, clips: Clips, progress: Progress) -> None:
        clip = clips.get if isinstance(clips, Mapping) else clips
        made = 0
        for number, sentence in enumerate(sentences):
            progress("clips", number, len(sentences))
            audio = clip(sentence)
            if audio is not None:
                digest = hashlib.sha256(audio).hexdigest()
                self._connection.execute(
                    "INSERT INTO clip VALUES(?, ?, ?, ?)", (voice, clip_key(sentence), digest, audio)
                )
                made += 1
        progress("clips", len(sentences), len(sentences))
        self._counts["clip"] = made
        self._voices = (voice,) if made else ()

    def _describe(self, meta: PackMeta) -> None:
        described = msgspec.json.encode(meta).decode()
        rows = {"pack": described, "pack_digest": text_digest(described)}
        self._connection.executemany("INSERT INTO meta VALUES(?, ?)", sorted(rows.items()))

    def finish(self, info: PackInfo) -> PackMeta:
        for kind in sorted(self._records):
            self._connection.executemany(
                "INSERT INTO record VALUES(?, ?, ?)",
                ((kind, name, json) for name, json in self._records[kind].items()),
            )
        records = records_digest(self._records)
        digest = hashlib.sha256(f"{records}{self._imported.hexdigest()}".encode()).hexdigest()
        meta = PackMeta(
            id=info.id,
            name=info.name,
            version=f"{info.version}+{digest[:8]}",
            schema=SCHEMA,
            date=info.date,
            sample=info.sample,
            digest=digest,
            counts=dict(sorted(self._counts.items())),
            voices=self._voices,
        )
        self._describe(meta)
        self._connection.execute("INSERT INTO meta VALUES('records_digest', ?)", (records,))
        self._connection.execute("COMMIT")
        return meta


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
