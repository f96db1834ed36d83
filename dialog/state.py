"""Where a session stands: one frozen record, nothing hidden elsewhere."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import msgspec

from dialog.acts import Act, Ask, Choice, Say, Screen
from dialog.events import Channel
from dialog.flows import Flow

RATES = (0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0)
"""The seven speaking rates, relative to the terminal's own calm pace (VVSG 2.0 7.1-K asks for 50 to 200 %)."""

VOLUMES = range(11)
"""Eleven volume steps, 0 to 10."""

DEFAULT_VOLUME = 6


class Phase(StrEnum):
    """What we are waiting for."""

    ATTRACT = "attract"  # nobody there
    LISTENING = "listening"  # a question
    CLARIFYING = "clarifying"  # one of the choices
    ANSWERED = "answered"  # what to do with the answer
    PRINTING = "printing"  # the printer's word
    UNANSWERED = "unanswered"  # after no answer: other words, a person, a slip
    HUMAN = "human"  # a person was named (kiosk)
    TRANSFERRING = "transferring"  # a person is being called (phone)
    RECORDING = "recording"  # a message is being left
    RATING = "rating"  # stars
    SERVICE = "service"  # what the running service asked for; see ``State.flow``
    IDLE = "idle"  # "are you still there"
    ENDED = "ended"


class Supposed(msgspec.Struct, frozen=True):
    """What was probably said and is being asked back: ``words``; ``said``: as it was heard.

    ``own_words``: unless it was meant, ``said`` is the citizen's answer.
    """

    words: str
    said: str
    own_words: bool = False

    def __repr__(self) -> str:
        return "Supposed(...)"


class State(msgspec.Struct, frozen=True, kw_only=True):
    """``misses``, ``unheard``, ``silences``: unanswered questions, wordless utterances, deadlines, each in a row.

    ``said`` and ``screen`` and ``asked`` are what was last said, shown and asked, so that it can be repeated and come
    back to. ``others`` are the next best hits of the last question, offered when the first was wrong. ``flow`` is the
    service under way, and ``offset`` how far its choices were read out on the phone.
    ``supposed`` is being asked back over all that, which stays as it was.
    """

    channel: Channel = Channel.KIOSK
    now: dt.datetime = dt.datetime(2026, 1, 1)
    phase: Phase = Phase.ATTRACT
    resume: Phase = Phase.LISTENING
    item_id: str = ""
    heard: str = ""
    choices: tuple[Choice, ...] = ()
    others: tuple[Choice, ...] = ()
    said: tuple[str, ...] = ()
    screen: Screen | None = None
    asked: Ask = Ask()
    rate: float = 1.0
    volume: int = DEFAULT_VOLUME
    misses: int = 0
    unheard: int = 0
    silences: int = 0
    flow: Flow | None = None
    offset: int = 0
    supposed: Supposed | None = None


Turn = tuple[State, tuple[Act, ...]]
"""What a handler returns: the next state and what to do now."""


def say(*texts: str, interruptible: bool = True, passing: bool = False) -> tuple[Say, ...]:
    """One ``Say`` a text; empty texts are left out."""
    return tuple(Say(text, interruptible, passing) for text in texts if text)
