"""Files that remember every step, and every disk that a power cut at any of them may leave behind.

``MemoryFiles`` does what ``offline_cache.files.Disk`` does, in memory, and writes a journal. ``disks`` replays it: for
each step it yields what the disk may hold when the power goes right after it, in five ways (``Loss``). The model is
POSIX's, not one file system's: content is safe after the file's fsync, a name or a removal after the folder's fsync.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import BinaryIO, NamedTuple

Disk = dict[Path, bytes]


class Loss(Enum):
    """What a power cut does to what was not synced."""

    NOTHING = "everything had reached the disk"
    ALL = "only what was synced is there"
    DATA = "the names are there, the content written since the last fsync is not"
    TORN = "half of the last write is there"
    ZEROS = "the length is there, the bytes written since the last fsync are zeros"


class Step(NamedTuple):
    """One entry of the journal."""

    what: str
    path: Path
    data: bytes = b""
    number: int = 0
    other: Path = Path()


class MemoryFiles:
    """In memory, beginning with ``disk``, all of it synced."""

    def __init__(self, disk: Disk | None = None) -> None:
        self._files: dict[Path, bytearray] = {path: bytearray(data) for path, data in (disk or {}).items()}
        self.journal: list[Step] = []

    def contents(self) -> Disk:
        return {path: bytes(data) for path, data in self._files.items()}

    def create(self, path: Path, private: bool = True) -> _MemoryWritable:
        self._files[path] = bytearray()
        self.journal.append(Step("create", path))
        return _MemoryWritable(self, path)

    def append(self, path: Path) -> _MemoryWritable:
        if path not in self._files:
            return self.create(path)
        return _MemoryWritable(self, path)

    def truncate(self, path: Path, size: int) -> None:
        del self._files[path][size:]
        self.journal.append(Step("truncate", path, number=size))

    def rename(self, old: Path, new: Path) -> None:
        self._files[new] = self._files.pop(old)
        self.journal.append(Step("rename", old, other=new))

    def remove(self, path: Path) -> None:
        if self._files.pop(path, None) is not None:
            self.journal.append(Step("remove", path))

    def make_folder(self, path: Path) -> None:
        return

    def sync_folder(self, path: Path) -> None:
        self.journal.append(Step("sync folder", path))

    def read(self, path: Path) -> bytes:
        if path not in self._files:
            raise FileNotFoundError(path)
        return bytes(self._files[path])

    def open(self, path: Path) -> BinaryIO:
        return io.BytesIO(self.read(path))

    def size(self, path: Path) -> int | None:
        return len(self._files[path]) if path in self._files else None

    def names(self, folder: Path) -> tuple[str, ...]:
        return tuple(sorted(path.name for path in self._files if path.parent == folder))

    def free(self, folder: Path) -> int:
        return 1 << 40

    @contextmanager
    def locked(self, path: Path, wait: bool = True) -> Iterator[None]:
        yield


class _MemoryWritable:
    def __init__(self, files: MemoryFiles, path: Path) -> None:
        self._files, self._path = files, path

    def write(self, data: bytes) -> None:
        self._files._files[self._path] += data
        self._files.journal.append(Step("write", self._path, data))

    def sync(self) -> None:
        self._files.journal.append(Step("sync", self._path))

    def close(self) -> None:
        return


def disks(before: Disk, journal: list[Step]) -> Iterator[tuple[int, Loss, Disk]]:
    """(steps done, loss, disk) for a cut before the first step, and after each, in every way it may end."""
    replay = _Replay(before)
    for done, step in enumerate((None, *journal)):
        if step is not None:
            replay.do(step)
        for loss in Loss:
            yield done, loss, replay.left(loss)


class _File:
    """A file's content as it is and as it is safe, and how much of the last write is its own."""

    def __init__(self, data: bytes, safe: bytes | None) -> None:
        self.data, self.safe, self.last = bytearray(data), safe, 0

    def left(self, loss: Loss) -> bytes:
        match loss:
            case Loss.NOTHING:
                return bytes(self.data)
            case Loss.ALL | Loss.DATA:
                return self.safe if self.safe is not None else b""
            case Loss.TORN:
                return bytes(self.data[: len(self.data) - self.last // 2])
            case Loss.ZEROS:
                safe = self.safe or b""
                kept = safe if bytes(self.data[: len(safe)]) == safe else b""
                return kept + bytes(len(self.data) - len(kept))


class _Replay:
    """The disk at one point of the journal: names as they are and as they are safe."""

    def __init__(self, before: Disk) -> None:
        self.names = {path: _File(data, data) for path, data in before.items()}
        self.safe = dict(self.names)

    def do(self, step: Step) -> None:
        match step.what:
            case "create":
                self.names[step.path] = _File(b"", None)
            case "write":
                file = self.names[step.path]
                file.data += step.data
                file.last = len(step.data)
            case "truncate":
                del self.names[step.path].data[step.number :]
                self.names[step.path].last = 0
            case "sync":
                file = self.names[step.path]
                file.safe, file.last = bytes(file.data), 0
            case "rename":
                self.names[step.other] = self.names.pop(step.path)
            case "remove":
                del self.names[step.path]
            case "sync folder":
                inside = {path: file for path, file in self.names.items() if path.parent == step.path}
                outside = {path: file for path, file in self.safe.items() if path.parent != step.path}
                self.safe = outside | inside

    def left(self, loss: Loss) -> Disk:
        names = self.safe if loss is Loss.ALL else self.names
        return {path: file.left(loss) for path, file in names.items()}


class Counted(NamedTuple):
    """How many cuts were looked at; ``different``: how many disks they left that differ."""

    steps: int
    cuts: int
    different: int


def different_disks(before: Disk, journal: list[Step]) -> tuple[Counted, list[tuple[int, Disk]]]:
    """Every cut, and (steps done, disk) for each disk that is not the same as one before it at that step."""
    cuts = 0
    seen: set[tuple[tuple[Path, bytes], ...]] = set()
    found: list[tuple[int, Disk]] = []
    for done, _, disk in disks(before, journal):
        cuts += 1
        mark = tuple(sorted(disk.items()))
        if mark not in seen:
            seen.add(mark)
            found.append((done, disk))
    return Counted(len(journal), cuts, len(found)), found
