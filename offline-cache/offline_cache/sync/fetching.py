"""One large file, piece by piece: resumed where it stopped, each piece verified as it comes.

What is already in the part file is verified again before anything is added to it (a power cut may have torn its end),
so the file never holds a finished piece that is wrong. A piece that turns out wrong is cut off and fetched once more
from the next mirror; nothing else is sent twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from offline_cache.files import Files, Writable
from offline_cache.sync.config import CHUNK_BYTES, SYNC_BYTES
from offline_cache.sync.errors import Reason, SyncRefusedError
from offline_cache.sync.mirrors import Mirror, MirrorError, MissingError, SlowError
from offline_cache.sync.releases import Transfer

_DIGEST = hashlib.sha256().digest_size

Report = Callable[[int, int], None]
"""(bytes here, bytes in all), called often."""


def fetch(
    files: Files,
    part: Path,
    transfer: Transfer,
    where: str,
    piece_bytes: int,
    mirrors: Sequence[Mirror],
    report: Report = lambda done, total: None,
) -> int:
    """Bring ``part`` to the whole of ``transfer``, synced; returns how many bytes were received for it.

    ``where``: its path at the mirrors, which are tried in turn for as long as one of them brings it on. Raises
    ``SyncRefusedError``; then ``part`` holds what is good so far. ``OSError`` when it cannot be written.
    """
    if len(transfer.pieces) != _DIGEST * -(-transfer.length // piece_bytes):
        raise SyncRefusedError(Reason.MALFORMED, f"the pieces of {transfer.target} do not add up")
    files.make_folder(part.parent)
    arriving = _Part(files, part, transfer, piece_bytes, report)
    try:
        return _from_any(arriving, mirrors, where)
    finally:
        arriving.close()


def _from_any(arriving: _Part, mirrors: Sequence[Mirror], where: str) -> int:
    refusal = SyncRefusedError(Reason.UNREACHABLE, "no mirror is set")
    brought = True
    while brought and not arriving.is_whole:
        brought = False
        for mirror in mirrors:
            before = arriving.size
            try:
                arriving.take_from(mirror, where)
            except SyncRefusedError as error:
                refusal = error
            # Less than a chunk a connection is no progress, or a mirror could keep us for years.
            brought = brought or arriving.size >= before + CHUNK_BYTES
            if arriving.is_whole:
                break
    if not arriving.is_whole:
        raise refusal
    arriving.sync()
    return arriving.received


class _Part:
    """A file that is coming. Invariant: every whole piece in it is right."""

    def __init__(self, files: Files, path: Path, transfer: Transfer, piece_bytes: int, report: Report) -> None:
        self._files, self._path, self._transfer, self._piece_bytes = files, path, transfer, piece_bytes
        self._report = report
        self.received = 0
        self._begins = 0  # where the piece that is coming begins
        self.size, self._piece = self._kept()
        if (files.size(path) or 0) > self.size:
            files.truncate(path, self.size)
        self._out: Writable = files.append(path)
        self._unsynced = 0

    def close(self) -> None:
        self._out.close()

    def sync(self) -> None:
        self._out.sync()
        self._unsynced = 0

    @property
    def is_whole(self) -> bool:
        return self.size == self._transfer.length

    def take_from(self, mirror: Mirror, where: str) -> None:
        """As much as the mirror gives. Raises ``SyncRefusedError`` when it stops early or lies."""
        try:
            stream = mirror.open(where, self.size)
            skip = self.size - stream.start
            for chunk in stream.chunks:
                self.received += len(chunk)
                fresh = chunk[skip:] if skip else chunk
                skip = max(0, skip - len(chunk))
                self._take(fresh[: self._transfer.length - self.size], mirror.name)
                if self.is_whole:  # whatever else it would send, we have what was announced
                    return
        except MissingError as error:
            raise SyncRefusedError(Reason.MISSING, str(error)) from error
        except SlowError as error:
            raise SyncRefusedError(Reason.SLOW, f"{mirror.name}: {error}") from error
        except MirrorError as error:
            raise SyncRefusedError(Reason.UNREACHABLE, str(error)) from error
        if not self.is_whole:
            raise SyncRefusedError(Reason.UNREACHABLE, f"{mirror.name} stopped in the middle")

    def _take(self, fresh: bytes, mirror: str) -> None:
        view = memoryview(fresh)
        while view:
            room = min(self._piece_bytes, self._transfer.length - self._begins) - (self.size - self._begins)
            now, view = view[:room], view[room:]
            self._out.write(bytes(now))
            self._piece.update(now)
            self.size += len(now)
            self._unsynced += len(now)
            if len(now) == room:
                self._finish_piece(mirror)
        if self._unsynced >= SYNC_BYTES:
            self.sync()
        self._report(self.size, self._transfer.length)

    def _finish_piece(self, mirror: str) -> None:
        number = self._begins // self._piece_bytes
        right = self._transfer.pieces[number * _DIGEST : (number + 1) * _DIGEST]
        wrong = self._piece.digest() != right
        self._piece = hashlib.sha256()
        if wrong:
            self.size = self._begins
            self._files.truncate(self._path, self.size)
            raise SyncRefusedError(Reason.TAMPERED, f"{mirror} sent a piece of {self._transfer.target} that is wrong")
        self._begins = self.size

    def _kept(self) -> tuple[int, hashlib._Hash]:
        """How much of the file from an earlier time is good, and the hash of its unfinished last piece."""
        piece = hashlib.sha256()
        if self._files.size(self._path) is None:
            return 0, piece
        with self._files.open(self._path) as file:
            while self._begins < self._transfer.length:
                data = file.read(min(self._piece_bytes, self._transfer.length - self._begins))
                number = self._begins // self._piece_bytes
                right = self._transfer.pieces[number * _DIGEST : (number + 1) * _DIGEST]
                whole = len(data) == min(self._piece_bytes, self._transfer.length - self._begins)
                if not whole:
                    piece.update(data)
                    return self._begins + len(data), piece
                if hashlib.sha256(data).digest() != right:
                    break
                self._begins += len(data)
        return self._begins, piece
