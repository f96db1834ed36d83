"""What a worker process says to its supervisor: JSON lines on stdout."""

from __future__ import annotations

import sys

import msgspec

from ivr.line import Health

LOADING = 180.0
"""Seconds a worker may take to load its models on a busy machine."""


class Standby(msgspec.Struct, frozen=True, tag="standby"):
    """A spare has loaded everything and waits for the number of the worker it becomes, a line on stdin."""


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The line answers."""

    port: int
    seconds: float


class Report(msgspec.Struct, frozen=True, tag="report"):
    """Also the sign of life."""

    health: Health


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """The worker cannot work; ``reason`` is the sentence the technician reads."""

    reason: str


Word = Standby | Ready | Report | Failed

_decode = msgspec.json.Decoder(Word).decode


def say(word: Word) -> None:
    """Tell the supervisor."""
    sys.stdout.buffer.write(msgspec.json.encode(word) + b"\n")
    sys.stdout.buffer.flush()


def decode(line: bytes) -> Word | None:
    """None for what is no word: a library's own print."""
    try:
        word: Word = _decode(line)
    except msgspec.DecodeError:
        return None
    return word
