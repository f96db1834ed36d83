"""The few things we do to files, as an interface, so that a test can stop the power between any two of them.

``Disk`` is the real one. Everything that must survive a power cut is built from these steps and nothing else; the tests
put a recorder in their place and rebuild what a disk may hold after a cut at each step (tests/offline_cache/crashing).
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol


class BusyError(Exception):
    """Another process holds the lock."""


class Writable(Protocol):
    """A file being written. Nothing is safe before ``sync``."""

    def write(self, data: bytes) -> None: ...
    def sync(self) -> None: ...
    def close(self) -> None: ...


class Files(Protocol):
    """A name or a removal is safe only after ``sync_folder`` of its folder; content only after ``Writable.sync``.

    ``private``: for this user only; else for everybody to read, such as what a web server serves.
    """

    def create(self, path: Path, private: bool = True) -> Writable: ...
    def append(self, path: Path) -> Writable: ...
    def truncate(self, path: Path, size: int) -> None: ...
    def rename(self, old: Path, new: Path) -> None: ...
    def remove(self, path: Path) -> None: ...
    def make_folder(self, path: Path) -> None: ...
    def sync_folder(self, path: Path) -> None: ...
    def read(self, path: Path) -> bytes: ...
    def open(self, path: Path) -> BinaryIO: ...
    def size(self, path: Path) -> int | None: ...
    def names(self, folder: Path) -> tuple[str, ...]: ...
    def free(self, folder: Path) -> int: ...
    def locked(self, path: Path, wait: bool = True) -> AbstractContextManager[None]: ...


class _DiskWritable:
    def __init__(self, path: Path, flags: int, mode: int = 0o600) -> None:
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | flags, mode)

    def write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._handle, view) :]

    def sync(self) -> None:
        os.fsync(self._handle)

    def close(self) -> None:
        os.close(self._handle)


class Disk:
    """The files of this machine. Raises ``OSError`` as the operating system does."""

    def create(self, path: Path, private: bool = True) -> Writable:
        return _DiskWritable(path, os.O_TRUNC, 0o600 if private else 0o644)

    def append(self, path: Path) -> Writable:
        return _DiskWritable(path, os.O_APPEND)

    def truncate(self, path: Path, size: int) -> None:
        os.truncate(path, size)

    def rename(self, old: Path, new: Path) -> None:
        old.replace(new)

    def remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)

    def make_folder(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True)

    def sync_folder(self, path: Path) -> None:
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def read(self, path: Path) -> bytes:
        return path.read_bytes()

    def open(self, path: Path) -> BinaryIO:
        return path.open("rb")

    def size(self, path: Path) -> int | None:
        try:
            return path.stat().st_size
        except FileNotFoundError:
            return None

    def names(self, folder: Path) -> tuple[str, ...]:
        try:
            return tuple(sorted(entry.name for entry in folder.iterdir()))
        except FileNotFoundError:
            return ()

    def free(self, folder: Path) -> int:
        """Bytes that may still be written below ``folder``."""
        return shutil.disk_usage(folder).free

    @contextmanager
    def locked(self, path: Path, wait: bool = True) -> Iterator[None]:
        """Hold ``path`` against the other processes of this machine. ``wait`` False: raises ``BusyError`` instead."""
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError as error:
                raise BusyError(str(path)) from error
            yield
        finally:
            os.close(handle)


def replace_file(files: Files, path: Path, data: bytes, private: bool = True) -> None:
    """Write a whole file so that after a power cut at any instant it is the old one or the new one.

    When this returns the new one is on the disk. Raises ``OSError``; then the old one is still there.
    """
    unfinished = path.with_name(path.name + ".new")
    out = files.create(unfinished, private)
    try:
        out.write(data)
        out.sync()
    finally:
        out.close()
    files.rename(unfinished, path)
    files.sync_folder(path.parent)


def read_if_there(files: Files, path: Path) -> bytes | None:
    """The whole file, or None when there is none."""
    try:
        return files.read(path)
    except FileNotFoundError:
        return None
