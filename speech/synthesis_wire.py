"""What passes between the program and its speaking process: length-prefixed MessagePack records over two pipes.

Down: ``Request`` and ``Cancel``. Up: ``Ready`` once, then for each request its ``Sound`` piece by piece and one
``Rendered``, or ``Refused``; and ``Beat`` five times a second for as long as the process is alive and not stuck, so
that a stopped one is noticed.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

import msgspec

BEAT_SECONDS = 0.2
LARGEST = 64 * 1024 * 1024
"""Bytes; a longer frame means the pipe is out of step."""

START = -1
"""The ``id`` of the ``Refused`` that says why the process could not start."""

_LENGTH = struct.Struct("<I")


class Request(msgspec.Struct, frozen=True, tag="request"):
    id: int
    sentence: str
    rate: float
    voice: str


class Cancel(msgspec.Struct, frozen=True, tag="cancel"):
    id: int


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """``voices``: the default first; ``load_seconds``: from the first line of the process to here."""

    voices: tuple[str, ...]
    load_seconds: float


class Sound(msgspec.Struct, frozen=True, tag="sound"):
    """The next piece of a sentence. ``pcm``: signed 16-bit little-endian mono; ``rate``: Hz."""

    id: int
    pcm: bytes
    rate: int


class Rendered(msgspec.Struct, frozen=True, tag="rendered"):
    """The sentence is whole. ``seconds``: time it took."""

    id: int
    seconds: float


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """``reason``: one sentence without a word of the text; ``cancelled``: because it was asked to."""

    id: int
    reason: str
    cancelled: bool = False


class Beat(msgspec.Struct, frozen=True, tag="beat"):
    pass


Down = Request | Cancel
Up = Ready | Sound | Rendered | Refused | Beat


class WireError(Exception):
    """The bytes on the pipe are not ours."""


def encode(message: Down | Up) -> bytes:
    body = msgspec.msgpack.encode(message)
    return _LENGTH.pack(len(body)) + body


class Frames:
    """Collects bytes as they come and yields whole frames; ``WireError`` on nonsense."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        self._buffer += data
        while len(self._buffer) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._buffer)
            if length > LARGEST:
                raise WireError(f"a frame of {length} bytes")
            end = _LENGTH.size + length
            if len(self._buffer) < end:
                return
            frame = bytes(self._buffer[_LENGTH.size : end])
            del self._buffer[:end]
            yield frame


_UP: msgspec.msgpack.Decoder[Up] = msgspec.msgpack.Decoder(Up)
_DOWN: msgspec.msgpack.Decoder[Down] = msgspec.msgpack.Decoder(Down)


def decode_up(frame: bytes) -> Up:
    try:
        return _UP.decode(frame)
    except msgspec.DecodeError as error:
        raise WireError(str(error)) from error


def decode_down(frame: bytes) -> Down:
    try:
        return _DOWN.decode(frame)
    except msgspec.DecodeError as error:
        raise WireError(str(error)) from error
