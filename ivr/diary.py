"""What may be written down about calls: a closed set of records of numbers and fixed words, nobody's number or words.

Whoever adds a field that could hold what somebody said has to change a type here, in the open.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import msgspec

LARGEST = 5_000_000
"""Bytes of one file; the one before it is kept."""


class Ending(StrEnum):
    """How a call ended."""

    FINISHED = "finished"  # we said goodbye
    CALLER = "caller"  # the caller hung up
    HANDED_OVER = "handed_over"  # a person took it
    TROUBLE = "trouble"  # something of ours failed


class Outcome(StrEnum):
    """What became of something a caller was waiting for."""

    DONE = "done"
    FAILED = "failed"
    LEFT = "left"  # the caller hung up meanwhile


class CallBegan(msgspec.Struct, frozen=True, tag="call-began"):
    """``calls``: how many there are now, with this one."""

    calls: int


class TurnAnswered(msgspec.Struct, frozen=True, tag="turn-answered"):
    """One spoken turn, milliseconds; ``first_audio`` is the whole: last voice to the first sound of the answer."""

    endpoint: int
    recognition: int
    thinking: int
    first_audio: int
    filler: bool


class BargedIn(msgspec.Struct, frozen=True, tag="barged-in"):
    """``by``: "voice" or "key". ``seconds``: how much of the answer had been heard."""

    by: str
    seconds: float


class WentOn(msgspec.Struct, frozen=True, tag="went-on"):
    """What interrupted was no speech; the answer went on where it had been heard to."""


class NotUnderstood(msgspec.Struct, frozen=True, tag="not-understood"):
    """``reason``: "unclear" or "restarted"."""

    reason: str


class ErrandEnded(msgspec.Struct, frozen=True, tag="errand-ended"):
    """A message, a transfer, a filing ... ``errand`` is its fixed name."""

    errand: str
    outcome: Outcome
    seconds: float


class Refused(msgspec.Struct, frozen=True, tag="call-refused"):
    """``why``: "full", "overloaded", "draining", "number" (not one of ours)."""

    why: str


class Trouble(msgspec.Struct, frozen=True, tag="trouble"):
    """``part``: a fixed name; ``kind``: the name of an exception type."""

    part: str
    kind: str = ""


class LineQuality(msgspec.Struct, frozen=True, tag="line-quality"):
    """At the end of a call. Packets, milliseconds."""

    sent: int
    received: int
    lost: int
    jitter: float
    starved: int


class CallEnded(msgspec.Struct, frozen=True, tag="call-ended"):
    ending: Ending
    seconds: float
    turns: int


Entry = (
    CallBegan
    | TurnAnswered
    | BargedIn
    | WentOn
    | NotUnderstood
    | ErrandEnded
    | Refused
    | Trouble
    | LineQuality
    | CallEnded
)


class Diary(Protocol):
    def note(self, entry: Entry, call: int = 0) -> None:
        """``call``: the running number of the call within this process, 0 for none."""
        ...


class FileDiary:
    """One JSON line an entry, in ``path``. A full disk loses entries, nothing else."""

    def __init__(self, path: Path, now: Callable[[], dt.datetime]) -> None:
        self._path, self._now = path, now

    def note(self, entry: Entry, call: int = 0) -> None:
        head = {"time": self._now().isoformat(timespec="milliseconds"), "call": call}
        line = {**head, **msgspec.to_builtins(entry)}
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if self._path.exists() and self._path.stat().st_size > LARGEST:
                self._path.replace(self._path.with_suffix(".1.jsonl"))
            with self._path.open("ab") as file:
                file.write(msgspec.json.encode(line) + b"\n")
        except OSError:
            return


class ListDiary:
    """Keeps the entries in memory."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def note(self, entry: Entry, call: int = 0) -> None:
        self.entries.append(entry)
