"""A question base -> a pack: entries are streamed into the file and indexed there; the pack appears when complete.

A broken-off import leaves the old pack as it was; what was embedded by then is in the cache the indexer was given, so
the next run goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import overload

import msgspec

from content.build import PackWriter, Progress, no_progress, writing
from content.importing import BadLine, read_entries
from content.model import ImportedItem, PackInfo
from content.pack import PackMeta
from content.search.document import Document
from content.search.sources import from_imported

DocumentIndexer = Callable[[Sequence[Document], Progress], Mapping[str, bytes]]

BAD_LINES_KEPT = 1000


class ImportReport(msgspec.Struct, frozen=True):
    """``skipped``: how many lines were bad; ``bad``: the first of them."""

    meta: PackMeta
    imported: int
    questions: int
    skipped: int
    bad: tuple[BadLine, ...]


def import_base(
    path: Path,
    out: Path,
    info: PackInfo,
    index: DocumentIndexer,
    *,
    on_bad: Callable[[BadLine], None] = lambda bad: None,
    progress: Progress = no_progress,
) -> ImportReport:
    """Import the JSON lines of ``path`` into the pack ``out``.

    Raises ``ImportFileError`` for a file that is no question base and ``OSError`` when ``out`` cannot be written; what
    was at ``out`` before is then untouched.
    """
    bad: list[BadLine] = []
    skipped = questions = 0

    def note(line: BadLine) -> None:
        nonlocal skipped
        skipped += 1
        if len(bad) < BAD_LINES_KEPT:
            bad.append(line)
        on_bad(line)

    def counted(entries: Iterator[ImportedItem]) -> Iterator[ImportedItem]:
        nonlocal questions
        for entry in entries:
            questions += len(entry.questions)
            yield entry

    size = path.stat().st_size if path.is_file() else 0
    with writing(out) as writer:
        writer.imported(counted(read_entries(path, note, lambda done: progress("read bytes", done, size))))
        documents = StoredDocuments(writer)
        writer.blobs(index(documents, progress))
        meta = writer.finish(info)
    return ImportReport(meta, len(documents), questions, skipped, tuple(bad))


class StoredDocuments(Sequence[Document]):
    """The imported entries as documents, read from the file as they are wanted: the answers need not fit in memory."""

    def __init__(self, writer: PackWriter) -> None:
        self._writer = writer
        self._count = writer.imported_count()

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Document]:
        return map(from_imported, self._writer.imported_from(0))

    @overload
    def __getitem__(self, number: int) -> Document: ...

    @overload
    def __getitem__(self, number: slice) -> Sequence[Document]: ...

    def __getitem__(self, number: int | slice) -> Document | Sequence[Document]:
        if isinstance(number, slice):
            return [self[one] for one in range(*number.indices(self._count))]
        if number < 0:
            number += self._count
        entry = next(self._writer.imported_from(number), None) if 0 <= number < self._count else None
        if entry is None:
            raise IndexError(number)
        return from_imported(entry)
