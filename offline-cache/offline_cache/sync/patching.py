"""From one pack to the next: a zstd frame that refers back to the old pack (what ``zstd --patch-from`` does).

The old pack must be given as a prefix, not as a dictionary: of a dictionary zstd indexes the last few megabytes only,
and a daily patch of a 111 MB pack came out at 71 MB instead of 0.8. The backport of Python's own ``compression.zstd``
can do that; the older ``zstandard`` binding cannot.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from backports import zstd

from offline_cache.files import Files
from offline_cache.sync.config import CHUNK_BYTES, FULL_LEVEL, LARGEST_WINDOW_LOG, PATCH_LEVEL, SYNC_BYTES
from offline_cache.sync.errors import Reason, SyncRefusedError
from offline_cache.sync.releases import Form

_OPTIONS: dict[int, int] = {zstd.DecompressionParameter.window_log_max: LARGEST_WINDOW_LOG}
_BLOCK_BYTES = 1024 * 1024


def compressed(new: bytes) -> bytes:
    """The whole pack as a zstd frame."""
    return zstd.compress(new, options={zstd.CompressionParameter.compression_level: FULL_LEVEL})


def patch(old: bytes, new: bytes) -> bytes:
    """A zstd frame that gives ``new`` to those who have ``old``."""
    options: dict[int, int] = {
        zstd.CompressionParameter.compression_level: PATCH_LEVEL,
        zstd.CompressionParameter.enable_long_distance_matching: 1,
        # The window must reach back over all of the old pack; it is memory for whoever unfolds the patch, so no larger.
        zstd.CompressionParameter.window_log: min(LARGEST_WINDOW_LOG, max(20, (len(old) + len(new)).bit_length())),
    }
    return zstd.compress(new, options=options, zstd_dict=zstd.ZstdDict(old, is_raw=True).as_prefix)


def unfold(files: Files, form: Form, fetched: Path, base: Path | None, out: Path, length: int) -> str:
    """Write the pack that ``fetched`` stands for to ``out``, synced; returns its SHA-256.

    Never writes more than ``length`` bytes. Raises ``SyncRefusedError`` for bytes that are not a frame, or more or less
    than ``length``; ``OSError`` when it cannot be written.
    """
    digest = hashlib.sha256()
    written = unsynced = 0
    target = files.create(out)
    try:
        with _plain(files, form, fetched, base) as chunks:
            for chunk in chunks:
                written += len(chunk)
                unsynced += len(chunk)
                if written > length:
                    raise SyncRefusedError(Reason.ENDLESS, "the pack is longer than it was announced")
                digest.update(chunk)
                target.write(chunk)
                if unsynced >= SYNC_BYTES:
                    target.sync()
                    unsynced = 0
        target.sync()
    except zstd.ZstdError as error:
        raise SyncRefusedError(Reason.MALFORMED, f"the content cannot be unpacked ({error})") from error
    finally:
        target.close()
    if written != length:
        raise SyncRefusedError(Reason.TAMPERED, "the pack is shorter than it was announced")
    return digest.hexdigest()


@contextmanager
def _plain(files: Files, form: Form, fetched: Path, base: Path | None) -> Iterator[Iterator[bytes]]:
    with files.open(fetched) as source:
        match form:
            case Form.RAW:
                yield iter(lambda: source.read(_BLOCK_BYTES), b"")
            case Form.ZSTD:
                yield _unfolded(source, zstd.ZstdDecompressor(options=_OPTIONS))
            case Form.PATCH:
                if base is None:
                    raise SyncRefusedError(Reason.MISSING, "the pack this patch applies to is not here")
                known = zstd.ZstdDict(files.read(base), is_raw=True)
                yield _unfolded(source, zstd.ZstdDecompressor(known.as_prefix, _OPTIONS))


def _unfolded(source: BinaryIO, frame: zstd.ZstdDecompressor) -> Iterator[bytes]:
    """Piece by piece, so that a frame that stands for more than was announced is stopped in time."""
    while not frame.eof:
        data = source.read(CHUNK_BYTES) if frame.needs_input else b""
        if frame.needs_input and not data:
            raise SyncRefusedError(Reason.MALFORMED, "the content cannot be unpacked (it ends too early)")
        yield frame.decompress(data, _BLOCK_BYTES)
