"""From one pack to the next: a zstd frame whose dictionary is the old pack (what ``zstd --patch-from`` does)."""

from __future__ import annotations

import hashlib
import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import zstandard

from offline_cache.files import Files
from offline_cache.sync.config import CHUNK_BYTES, FULL_LEVEL, LARGEST_WINDOW_LOG, PATCH_LEVEL, SYNC_BYTES
from offline_cache.sync.errors import Reason, SyncRefusedError
from offline_cache.sync.releases import Form

_LARGEST_WINDOW = 1 << LARGEST_WINDOW_LOG


def compressed(new: bytes) -> bytes:
    """The whole pack as a zstd frame."""
    return zstandard.ZstdCompressor(level=FULL_LEVEL).compress(new)


def patch(old: bytes, new: bytes) -> bytes:
    """A zstd frame that gives ``new`` to those who have ``old``."""
    # The window must reach back over all of the old pack; it is memory for whoever unfolds the patch, so no larger.
    window_log = min(LARGEST_WINDOW_LOG, max(20, (len(old) + len(new)).bit_length()))
    parameters = zstandard.ZstdCompressionParameters.from_level(
        PATCH_LEVEL, source_size=len(new), dict_size=len(old), window_log=window_log, enable_ldm=True
    )
    return zstandard.ZstdCompressor(dict_data=_dictionary(old), compression_params=parameters).compress(new)


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
    except zstandard.ZstdError as error:
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
                yield iter(lambda: source.read(CHUNK_BYTES * 16), b"")
            case Form.ZSTD:
                yield zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW).read_to_iter(source)
            case Form.PATCH:
                if base is None:
                    raise SyncRefusedError(Reason.MISSING, "the pack this patch applies to is not here")
                with files.open(base) as old, mmap.mmap(old.fileno(), 0, access=mmap.ACCESS_READ) as known:
                    dictionary = _dictionary(bytes(known))
                    frames = zstandard.ZstdDecompressor(dict_data=dictionary, max_window_size=_LARGEST_WINDOW)
                    yield frames.read_to_iter(source)


def _dictionary(old: bytes) -> zstandard.ZstdCompressionDict:
    return zstandard.ZstdCompressionDict(old, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
