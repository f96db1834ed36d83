"""A block delta: how to put a new bundle together from blocks of the system that runs and a little that is new.

::

    b"BMDELTA1" | length of the recipe (8, little endian) | recipe (JSON, zstd) | literal bytes (zstd)

The recipe is a list of runs: copy ``count`` blocks from block ``start`` of the old system image, or take ``count``
bytes of the literals. Every block of the old image is known by its hash: it does not matter where a file moved to. The
result must have the sum the recipe names; RAUC's signature is the gate after that.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec
import zstandard

from deploy_image.errors import ImageError

MAGIC = b"BMDELTA1"
BLOCK = 4096
MOST_RECIPE = 64 * 1024 * 1024
CHUNK = 1024 * 1024
EXT4_UUID_AT = 0x468
"""Where an ext4 file system has its identifier: finds the image inside the bundle, which may be off the block grid."""

OLD, NEW, ZERO = 0, 1, 2


class DeltaError(ImageError):
    """The delta does not fit; the whole bundle must be fetched."""


class Recipe(msgspec.Struct, frozen=True):
    """``runs``: (OLD, first block, blocks), (NEW, 0, bytes), (ZERO, 0, bytes); ``sha256``, ``bytes``: of the result."""

    sha256: str
    bytes: int
    old_bytes: int
    runs: tuple[tuple[int, int, int], ...]


def make(old: Path, new: Path, out: Path, progress: Callable[[int], None] = lambda done: None) -> Recipe:
    """Write the delta from the system image ``old`` to the bundle ``new``. Memory: some 100 bytes a block."""
    known: dict[bytes, int] = {}
    with old.open("rb") as file:
        number = 0
        while block := file.read(BLOCK):
            if len(block) == BLOCK:
                known.setdefault(_hash(block), number)
            number += 1
        file.seek(EXT4_UUID_AT)
        identity = file.read(16)
    runs: list[list[int]] = []
    whole = hashlib.sha256()
    literals = out.with_name(out.name + ".literals")
    packer = zstandard.ZstdCompressor(level=12)
    zero = bytes(BLOCK)

    def add(kind: int, start: int, count: int) -> None:
        last = runs[-1] if runs else None
        if last and last[0] == kind and (kind != OLD or last[1] + last[2] == start):
            last[2] += count
        else:
            runs.append([kind, start, count])

    try:
        with new.open("rb") as source, literals.open("wb") as raw, packer.stream_writer(raw, closefd=False) as packed:
            for block in _blocks(source, _offset(new, identity)):
                whole.update(block)
                progress(len(block))
                if block == zero[: len(block)]:
                    add(ZERO, 0, len(block))
                elif len(block) == BLOCK and (at := known.get(_hash(block))) is not None:
                    add(OLD, at, 1)
                else:
                    packed.write(block)
                    add(NEW, 0, len(block))
        size = new.stat().st_size
        recipe = Recipe(whole.hexdigest(), size, old.stat().st_size, tuple((a, b, c) for a, b, c in runs))
        head = zstandard.ZstdCompressor(level=19).compress(msgspec.json.encode(recipe))
        fresh = out.with_name(out.name + ".new")
        with fresh.open("wb") as target, literals.open("rb") as rest:
            target.write(MAGIC + len(head).to_bytes(8, "little") + head)
            while data := rest.read(CHUNK):
                target.write(data)
        fresh.replace(out)
    finally:
        literals.unlink(missing_ok=True)
    return recipe


def apply(old: Path, delta: Path, out: Path, progress: Callable[[int], None] = lambda done: None) -> None:
    """Put the bundle together in constant memory. Raises ``DeltaError`` when the delta is damaged or does not fit.

    ``old`` may be the mounted, read-only slot: it is read past the page cache where that is possible.
    """
    with delta.open("rb") as file:
        recipe = read_recipe(file)
        whole = hashlib.sha256()
        reader = zstandard.ZstdDecompressor().stream_reader(file)
        try:
            with _Blocks(old) as blocks, out.open("wb") as target:
                for data in _pieces(recipe, blocks, reader):
                    whole.update(data)
                    target.write(data)
                    progress(len(data))
                target.flush()
                os.fsync(target.fileno())
        except (zstandard.ZstdError, EOFError):
            out.unlink(missing_ok=True)
            raise DeltaError("the delta is damaged; the whole bundle is needed") from None
    if whole.hexdigest() != recipe.sha256:
        out.unlink(missing_ok=True)
        raise DeltaError("the delta is for another system; the whole bundle is needed")


def read_recipe(file: BinaryIO) -> Recipe:
    """The head of a delta; ``file`` then stands at the literals. Raises ``DeltaError``."""
    head = file.read(len(MAGIC) + 8)
    length = int.from_bytes(head[len(MAGIC) :], "little")
    if not head.startswith(MAGIC) or not 0 < length <= MOST_RECIPE:
        raise DeltaError("the file is no delta")
    try:
        text = zstandard.ZstdDecompressor().decompress(file.read(length), max_output_size=MOST_RECIPE)
        recipe = msgspec.json.decode(text, type=Recipe)
    except (zstandard.ZstdError, msgspec.DecodeError, UnicodeDecodeError):
        raise DeltaError("the delta is damaged; the whole bundle is needed") from None
    made = 0
    for kind, start, count in recipe.runs:
        if kind not in (OLD, NEW, ZERO) or start < 0 or count <= 0:
            raise DeltaError("the delta is damaged; the whole bundle is needed")
        if kind == OLD and (start + count) * BLOCK > recipe.old_bytes:
            raise DeltaError("the delta is damaged; the whole bundle is needed")
        made += count * BLOCK if kind == OLD else count
    if made != recipe.bytes:
        raise DeltaError("the delta is damaged; the whole bundle is needed")
    return recipe


def _pieces(recipe: Recipe, blocks: _Blocks, literals: zstandard.ZstdDecompressionReader) -> Iterator[bytes]:
    for kind, start, count in recipe.runs:
        left = count * BLOCK if kind == OLD else count
        at = start * BLOCK
        while left:
            size = min(left, CHUNK)
            if kind == OLD:
                data = blocks.read(at, size)
                at += size
            elif kind == ZERO:
                data = bytes(size)
            else:
                data = literals.read(size)
            if not data:
                raise EOFError
            left -= len(data)
            yield data


class _Blocks:
    """Reads a file or block device at block boundaries."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> _Blocks:
        # A mounted slot must be read from the disk itself, not from the cache of the mount.
        direct = os.O_DIRECT if self._path.is_block_device() else 0
        self._descriptor = os.open(self._path, os.O_RDONLY | direct)
        import mmap

        self._buffer = mmap.mmap(-1, CHUNK)  # aligned, as O_DIRECT wants it
        return self

    def __exit__(self, *error: object) -> None:
        os.close(self._descriptor)

    def read(self, at: int, size: int) -> bytes:
        got = os.preadv(self._descriptor, [memoryview(self._buffer)[:size]], at)
        if got != size:
            raise EOFError
        return self._buffer[:size]


def _offset(bundle: Path, identity: bytes) -> int:
    """How far the system image inside the bundle is off the block grid."""
    with bundle.open("rb") as file:
        at = file.read(CHUNK).find(identity) if any(identity) else -1
    return (at - EXT4_UUID_AT) % BLOCK if at >= EXT4_UUID_AT else 0


def _blocks(file: BinaryIO, offset: int) -> Iterator[bytes]:
    if offset and (first := file.read(offset)):
        yield first
    while block := file.read(BLOCK):
        yield block


def _hash(block: bytes) -> bytes:
    return hashlib.blake2b(block, digest_size=16).digest()
