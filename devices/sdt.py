"""The wire of readers for the resident identity card (居民身份证): SDT frames and the text part of a card.

Frame: ``AA AA AA 96 69 | length (2, big endian; payload and checksum) | payload | checksum (xor from the length on)``,
115200 baud 8N1. Sources: GA/T 467 and published reader manuals. The photo is a sealed WLF picture: it is dropped here.
"""

from __future__ import annotations

import functools
from enum import Enum, StrEnum

import msgspec

HEAD = b"\xaa\xaa\xaa\x96\x69"
MAX_LENGTH = 4096
"""Bytes a frame may announce; a full card with fingerprints has about 2,300."""


class Command(Enum):
    FIND = b"\x20\x01"
    SELECT = b"\x20\x02"
    READ = b"\x30\x01"
    STATUS = b"\x11\x01"


class Answer(StrEnum):
    """What a reader's status bytes mean."""

    FOUND = "found"
    DONE = "done"
    NO_CARD = "no_card"
    NOT_SELECTED = "not_selected"
    NOT_READ = "not_read"
    BAD_FRAME = "bad_frame"
    OTHER = "other"


_ANSWERS = {
    b"\x00\x00\x9f": Answer.FOUND,
    b"\x00\x00\x90": Answer.DONE,
    b"\x00\x00\x80": Answer.NO_CARD,
    b"\x00\x00\x81": Answer.NOT_SELECTED,
    b"\x00\x00\x41": Answer.NOT_READ,
    b"\x00\x00\x10": Answer.BAD_FRAME,
}


class Reply(msgspec.Struct, frozen=True):
    """One whole frame from the reader. ``data`` may hold personal data: it is not shown."""

    answer: Answer
    data: bytes = b""

    def __repr__(self) -> str:
        return f"Reply({self.answer.value}, {len(self.data)} bytes)"


class IdCard(msgspec.Struct, frozen=True):
    """The text part of a card. It lives in memory for one session, and shows nothing of itself when printed."""

    name: str
    sex: str
    nation: str
    birth: str
    address: str
    number: str
    issuer: str
    valid_from: str
    valid_until: str

    def __repr__(self) -> str:
        return "IdCard(...)"


FIELDS = (("name", 30), ("sex", 2), ("nation", 4), ("birth", 16), ("address", 70), ("number", 36), ("issuer", 30),
          ("valid_from", 16), ("valid_until", 16))  # fmt: skip
"""Bytes of each field, UTF-16LE, padded with spaces; 36 bytes of reserve follow."""

TEXT_BYTES = 256


def frame(payload: bytes) -> bytes:
    """A frame around a payload."""
    body = (len(payload) + 1).to_bytes(2, "big") + payload
    return HEAD + body + bytes((checksum(body),))


def checksum(body: bytes) -> int:
    return functools.reduce(lambda total, byte: total ^ byte, body, 0)


class Frames:
    """Cuts a stream of bytes, however it is chopped, into payloads; a damaged frame gives None."""

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes) -> list[bytes | None]:
        self._buffer += data
        found: list[bytes | None] = []
        while True:
            start = self._buffer.find(HEAD)
            if start < 0:
                self._buffer = self._buffer[-(len(HEAD) - 1) :]
                return found
            self._buffer = self._buffer[start:]
            if len(self._buffer) < 7:
                return found
            length = int.from_bytes(self._buffer[5:7], "big")
            if not 3 <= length <= MAX_LENGTH:
                self._buffer = self._buffer[1:]
                found.append(None)
                continue
            if len(self._buffer) < 7 + length:
                return found
            body = self._buffer[5 : 7 + length]
            if checksum(body[:-1]) == body[-1]:
                found.append(body[2:-1])
                self._buffer = self._buffer[7 + length :]
            else:
                found.append(None)
                self._buffer = self._buffer[1:]


def reply(payload: bytes) -> Reply:
    """What a payload from the reader says."""
    return Reply(_ANSWERS.get(payload[:3], Answer.OTHER), payload[3:])


def card(data: bytes) -> IdCard | None:
    """The text part of the data of a READ reply; None when the lengths in it are not those of a card."""
    if len(data) < 4:
        return None
    text_length = int.from_bytes(data[:2], "big")
    photo_length = int.from_bytes(data[2:4], "big")
    if text_length != TEXT_BYTES or len(data) != 4 + text_length + photo_length:
        return None
    values, at = [], 4
    for _, size in FIELDS:
        values.append(data[at : at + size].decode("utf-16-le", "replace").strip(" \0"))
        at += size
    return IdCard(*values)
