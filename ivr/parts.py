"""What a conversation on the phone works with; ``bianmin`` puts it together, tests put in virtual ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

import msgspec

from dialog.acts import Act, Rate, Vote
from dialog.events import Event
from dialog.state import DEFAULT_VOLUME, State, Turn
from ivr.call_recording import RecordedLeg
from ivr.diary import Diary
from ivr.keepsakes import Keepsakes
from ivr.leg import Leg, LegEvent
from ivr.mouth import Mouth, Source
from ivr.settings import Habits
from speech.hearing import HearingEvent


class Listening(Protocol):
    """See ``ivr.ears.Ears``."""

    @property
    def open(self) -> bool: ...

    @property
    def rising(self) -> bool: ...

    @property
    def busy(self) -> bool: ...

    def hear(self, sound: bytes) -> Iterable[HearingEvent]: ...

    def deafen(self) -> None: ...

    def wipe(self) -> None: ...


class Speaking(Protocol):
    """See ``ivr.voice.LineVoice``. Sounds that are there at once: ``filler`` ("one moment") before an answer,
    ``breath`` within one whose next sentence is still being made: words there would be taken for a part of it."""

    filler: bytes
    breath: bytes

    def speak(self, texts: Sequence[str], rate: float = 1.0, volume: int = DEFAULT_VOLUME) -> Source: ...


Think = Callable[[State, Event], "Future[Turn]"]
"""``dialog.session.step`` somewhere else, for a search may take longer than a packet of sound."""


@dataclass(frozen=True)
class Thought:
    """A turn thought about before it was asked for. ``keep`` it when it is: only then it counts."""

    turn: Future[Turn]
    keep: Callable[[], None]


class Errand(Protocol):
    """Something the caller waits for and that has the line to itself: a message, a transfer, a filing.

    ``tick`` is called every 20 ms with what the caller sent; it returns the event for the dialog when it is over.
    """

    @property
    def name(self) -> str: ...

    def tick(self, now: float, heard: bytes) -> Event | None: ...

    @property
    def waiting(self) -> bool:
        """The caller hears nothing of it and only waits: "one moment" is due."""
        ...

    def key(self, key: str) -> None: ...

    def leg_event(self, event: LegEvent) -> None:
        """What else happens on the caller's leg: the outcome of a transfer."""
        ...

    def hung_up(self) -> Event | None:
        """The caller is gone. Returns what the dialog must still hear of (a message that was left)."""
        ...


class Desk(msgspec.Struct, frozen=True):
    """What an errand is given of the conversation."""

    leg: Leg
    mouth: Mouth
    say: Callable[[Sequence[str]], None]
    kept: Keepsakes
    call: int


Errands = Callable[[Act, Desk], "Errand | None"]
"""The errand that carries an act out, or None: there is none for it (then the act is passed over)."""


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """``prompt``: the pack's, by id; ``foresee`` thinks ahead (None: nothing is thought before it is asked); ``ears``
    opens the hearing of one call; ``today``: the time of day; ``rated``: keeps a rating of a caller; ``left``: carries
    out what the dialog still wants done for a caller who hung up; ``record``: puts a call on record, and then
    ``notice`` is said first."""

    think: Think
    prompt: Callable[[str], str]
    foresee: Callable[[State, Event], Thought] | None = None
    voice: Speaking
    ears: Callable[[], Listening]
    errands: Errands
    diary: Diary
    today: Callable[[], dt.datetime]
    left: Callable[[Future[Turn], Keepsakes], None] = lambda turn, kept: None
    rated: Callable[[Rate | Vote, str], None] = lambda act, caller: None
    record: Callable[[Leg], RecordedLeg] | None = None
    notice: str = ""
    habits: Habits = Habits()
