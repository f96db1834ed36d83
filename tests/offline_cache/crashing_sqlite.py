"""SQLite on files that remember every step: an apsw VFS that records, and the disks a power cut may leave.

The files are real ones in a folder; every write, truncation, sync and removal SQLite asks for is journalled. A file's
name is safe after its first sync (SQLite's own file layer syncs the folder then), a removal when SQLite asked for the
folder to be synced with it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import apsw

Image = dict[str, bytes]
SUBSETS = 3
"""Besides none and all: random subsets of the writes not synced, in any order, so many a step."""


class Step(NamedTuple):
    """``name``: of the file; ``offset`` of a write, size of a truncation."""

    what: str
    name: str
    offset: int = 0
    data: bytes = b""


class RecordingVFS(apsw.VFS):
    """Registered under ``name`` while it lives."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.journal: list[Step] = []
        super().__init__(name, "")

    def xOpen(self, name: Any, flags: list[int]) -> _RecordingFile:  # noqa: N802
        return _RecordingFile(name, flags, self.journal)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        super().xDelete(filename, syncdir)
        self.journal.append(Step("delete and sync" if syncdir else "delete", Path(filename).name))


class _RecordingFile(apsw.VFSFile):
    def __init__(self, filename: Any, flags: list[int], journal: list[Step]) -> None:
        super().__init__("", filename, flags)
        path = filename.filename() if isinstance(filename, apsw.URIFilename) else filename
        self._name, self._journal = Path(path).name, journal

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        super().xWrite(data, offset)
        self._journal.append(Step("write", self._name, offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        super().xTruncate(newsize)
        self._journal.append(Step("truncate", self._name, newsize))

    def xSync(self, flags: int) -> None:  # noqa: N802
        super().xSync(flags)
        self._journal.append(Step("sync", self._name))


def images(before: Image, journal: list[Step], seed: int) -> Iterator[tuple[int, Image]]:
    """(steps done, files) for a cut after each step: nothing, all, and random subsets of what was not synced."""
    chance = random.Random(seed)
    safe, pending = dict(before), list[Step]()
    for done in range(len(journal) + 1):
        if done:
            step = journal[done - 1]
            pending.append(step)
            if step.what in ("sync", "delete and sync"):
                for one in [one for one in pending if one.name == step.name]:
                    _apply(safe, one)
                pending = [one for one in pending if one.name != step.name]
        yield done, dict(safe)
        yield done, _with(safe, pending)
        for _ in range(SUBSETS if pending else 0):
            yield done, _with(safe, [one for one in pending if chance.random() < 0.5])
        if pending and pending[-1].what == "write":
            torn = pending[-1]._replace(data=pending[-1].data[: len(pending[-1].data) // 2])
            yield done, _with(safe, [*pending[:-1], torn])


def _with(safe: Image, steps: list[Step]) -> Image:
    image = dict(safe)
    for step in steps:
        _apply(image, step)
    return image


def _apply(image: Image, step: Step) -> None:
    match step.what:
        case "write":
            data = image.get(step.name, b"").ljust(step.offset, b"\0")
            image[step.name] = data[: step.offset] + step.data + data[step.offset + len(step.data) :]
        case "truncate":
            if step.name in image:
                image[step.name] = image[step.name][: step.offset].ljust(step.offset, b"\0")
        case "delete" | "delete and sync":
            image.pop(step.name, None)
