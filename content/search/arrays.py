"""Arrays and string tables as bytes: the same values give the same bytes, and reading copies nothing.

A blob of the index is a NumPy ``.npy`` document; a table of strings is one UTF-8 text and the offsets into it.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class IndexDamagedError(Exception):
    """A part of the search index is missing or is not what it should be; the text says what to do."""

    def __init__(self, part: str) -> None:
        super().__init__(f"the pack's search index is damaged or missing (part {part}); copy or build the pack again")


class IndexTooNewError(IndexDamagedError):
    """The index is of a newer program's format."""

    def __init__(self, found: int) -> None:
        Exception.__init__(
            self, f"the pack's search index was made by a newer program (format {found}); update this one"
        )


def dump(array: Array) -> bytes:
    out = io.BytesIO()
    np.lib.format.write_array(out, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
    return out.getvalue()


def load(name: str, blob: bytes) -> Array:
    """A read-only view on ``blob``. Raises ``IndexDamagedError`` when it is not a whole array."""
    file = io.BytesIO(blob)
    try:
        np.lib.format.read_magic(file)
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(file)
        if fortran or dtype.hasobject:
            raise IndexDamagedError(name)
        return np.frombuffer(blob, dtype, offset=file.tell(), count=int(np.prod(shape))).reshape(shape)
    except (ValueError, EOFError) as error:
        raise IndexDamagedError(name) from error


class Strings:
    """Many short texts in two arrays instead of as many Python objects; 172,000 questions take 10 MB."""

    def __init__(self, data: Array, offsets: Array) -> None:
        self._data = data.data.cast("B")
        self._offsets = offsets

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, index: int) -> str:
        return str(self._data[int(self._offsets[index]) : int(self._offsets[index + 1])], "utf-8")

    @staticmethod
    def dump(name: str, texts: Iterable[str]) -> dict[str, bytes]:
        encoded = [text.encode("utf-8", "replace") for text in texts]
        offsets = np.zeros(len(encoded) + 1, np.int64)
        np.cumsum([len(text) for text in encoded], out=offsets[1:])
        data = np.frombuffer(b"".join(encoded), np.uint8)
        return {f"{name}.data": dump(data), f"{name}.offsets": dump(offsets)}

    @staticmethod
    def load(name: str, blobs: Mapping[str, bytes]) -> Strings:
        return Strings(part(blobs, f"{name}.data"), part(blobs, f"{name}.offsets"))


def part(blobs: Mapping[str, bytes], name: str) -> Array:
    """One array of the index. Raises ``IndexDamagedError`` when it is missing."""
    try:
        blob = blobs[name]
    except KeyError as error:
        raise IndexDamagedError(name) from error
    return load(name, blob)
