"""Messages while they are being left: sealed on the disk second by second, so that no power cut takes them.

A journal is removed when its message was filed (or recorded anew). What is found at the next start was cut off by a
crash; it is handed in as it is, for the central service alone can open it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

from ivr.leg import BYTES_PER_SECOND
from offline_cache.files import Disk, Files
from offline_cache.sealed_stream import SealedStream
from offline_cache.sealing import Sealer

PIECE = BYTES_PER_SECOND // 2
"""Bytes sealed at a time: half a second."""

ENDING = ".sealed"


class Journal:
    """One recording. ``write`` never raises for the disk: a recording goes on in memory when the disk is full."""

    def __init__(self, path: Path, sealer: Sealer, files: Files) -> None:
        self._path, self._files = path, files
        self._rest = b""
        self._stream: SealedStream | None = None
        with contextlib.suppress(OSError):
            files.make_folder(path.parent)
            self._stream = SealedStream(files.create(path), sealer)
            files.sync_folder(path.parent)

    def write(self, sound: bytes) -> None:
        self._rest += sound
        while len(self._rest) >= PIECE:
            piece, self._rest = self._rest[:PIECE], self._rest[PIECE:]
            self._add(piece)

    def close(self) -> None:
        """The recording is over; the journal stays until ``remove``."""
        if self._rest:
            self._add(self._rest)
            self._rest = b""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def remove(self) -> None:
        """The message is safe elsewhere, or not wanted."""
        self.close()
        with contextlib.suppress(OSError):
            self._files.remove(self._path)

    def _add(self, piece: bytes) -> None:
        if self._stream is None:
            return
        try:
            self._stream.add(piece)
        except OSError:
            with contextlib.suppress(OSError):
                self._stream.close()
            self._stream = None


class Journals:
    """The journals of one worker, in ``folder``."""

    def __init__(self, folder: Path, sealer: Sealer, files: Files | None = None) -> None:
        self._folder, self._sealer, self._files = folder, sealer, files or Disk()

    def begin(self, name: str) -> Journal:
        """``name``: the handle of the recording."""
        return Journal(self._folder / f"{name}{ENDING}", self._sealer, self._files)

    def recover(self, hand_in: Callable[[bytes], bool]) -> int:
        """Hand in what a crash left behind; how many were taken. ``hand_in`` says whether it is safe."""
        taken = 0
        for name in self._names():
            path = self._folder / name
            try:
                data = self._files.read(path)
            except OSError:
                continue
            if hand_in(data):
                taken += 1
                with contextlib.suppress(OSError):
                    self._files.remove(path)
        return taken

    def _names(self) -> tuple[str, ...]:
        with contextlib.suppress(OSError):
            return tuple(name for name in sorted(self._files.names(self._folder)) if name.endswith(ENDING))
        return ()
