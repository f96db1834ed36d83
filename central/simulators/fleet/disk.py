"""A terminal's disk that can be full and can lose power between any two writes: beneath SQLite and beneath plain files.

Without power every access fails, the undoing of a half-made transaction, too; so what the program finds after the
reboot is what SQLite and ``offline_cache.files`` make of an interrupted write, not what a tidy exit left behind.
"""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import apsw

from offline_cache.files import Disk, Writable


class Power:
    """``full``: nothing more can be written. ``writes_left``: until the power goes; None: it stays."""

    def __init__(self) -> None:
        self.full = False
        self.dead = False
        self.writes_left: int | None = None

    def write(self) -> None:
        """Before a write, sync or removal. Raises ``OSError``."""
        self.access()
        if self.writes_left is not None:
            if self.writes_left == 0:
                self.dead, self.writes_left = True, None
                self.access()
            else:
                self.writes_left -= 1

    def access(self) -> None:
        if self.dead:
            raise OSError(errno.EIO, "no power")

    def grow(self) -> None:
        """Before bytes are written."""
        self.write()
        if self.full:
            raise OSError(errno.ENOSPC, "the disk is full")

    def restore(self) -> None:
        self.dead, self.writes_left = False, None


class FaultyFiles(Disk):
    """``offline_cache.files`` on such a disk."""

    def __init__(self, power: Power) -> None:
        super().__init__()
        self._power = power

    def create(self, path: Path, private: bool = True) -> Writable:
        self._power.grow()
        return super().create(path)

    def rename(self, old: Path, new: Path) -> None:
        self._power.write()
        super().rename(old, new)

    def read(self, path: Path) -> bytes:
        self._power.access()
        return super().read(path)


class FaultyVfs(apsw.VFS):
    """SQLite's file layer on such a disk; ``name`` must be unique in the process."""

    def __init__(self, name: str, power: Power) -> None:
        self.power, self.name = power, name
        super().__init__(name, "")

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        try:
            self.power.access()
        except OSError as error:
            raise apsw.CantOpenError("no power") from error
        return _File(name, flags, self.power)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        _guard(self.power.write)
        super().xDelete(filename, syncdir)


class _File(apsw.VFSFile):
    def __init__(self, name: Any, flags: list[int], power: Power) -> None:
        self._power = power
        super().__init__("", name, flags)

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        _guard(self._power.access)
        return super().xRead(amount, offset)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        _guard(self._power.grow)
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:  # noqa: N802
        _guard(self._power.write)
        super().xSync(flags)

    def xTruncate(self, size: int) -> None:  # noqa: N802
        _guard(self._power.write)
        super().xTruncate(size)


def _guard(check: Any) -> None:
    """The disk's troubles in SQLite's words."""
    try:
        check()
    except OSError as error:
        raise (apsw.FullError if error.errno == errno.ENOSPC else apsw.IOError)(error.strerror) from error
