"""The caller's keys: each press once, whichever way it came, and what it does in the turn it comes in.

::

    RFC 4733, INFO ──┐
    tones in sound ──┴─> Presses ── key ──> effect ──┬─> an event for the dialog
                         (each once)                 └─> or one of ``Does``: a digit of a number, skip what is said, ...
"""

from __future__ import annotations

from enum import Enum, auto

from dialog.acts import Ask
from dialog.events import Event, Silence
from ivr import keys
from ivr.doing import Doing
from ivr.keypad import KeyPad
from ivr.leg import KeyPressed, KeyReleased, KeyWay
from ivr.tones import ToneKeys


class Presses:
    """One caller's."""

    def __init__(self) -> None:
        self._pad, self._tones = KeyPad(), ToneKeys()

    def told(self, event: KeyPressed | KeyReleased, now: float) -> str:
        """The key whose press counts with this event, or ""."""
        match event:
            case KeyPressed(key, way):
                return key if self._pad.pressed(key, way, now) else ""
            case KeyReleased():
                return self._pad.released(now)

    def heard(self, sound: bytes, now: float) -> list[str]:
        """The keys whose tones begin in ``sound`` and that nobody signalled."""
        return [key for key in self._tones.find(sound) if self._pad.pressed(key, KeyWay.TONE, now)]


class Does(Enum):
    """What a key does that is nothing to the dialog yet."""

    NOTHING = auto()
    ERRAND = auto()  # it is for the errand that has the line
    DIGIT = auto()  # of a number
    EARLY = auto()  # it is not known yet whether it is one
    NUMBER_ENDS = auto()
    KEPT = auto()  # until what must be heard has been
    SKIP = auto()  # the rest of what is being said


def effect(
    key: str, ask: Ask, doing: Doing, may_cut: bool, dialled: str, undecided: bool = False, early: bool = False
) -> Event | Does:
    """``ask``: what may be pressed now; ``may_cut``: whether what is being said may be; ``dialled``: digits so far;
    ``undecided``: another question may come of what the caller just said or keyed; ``early``: keys wait for that."""
    speaking, listening = doing is Doing.SPEAKING, doing is Doing.LISTENING
    if doing is Doing.BUSY:
        return Does.ERRAND
    if ask.digits and key.isdigit() and (speaking or listening):
        return Does.NOTHING if speaking and not may_cut else Does.DIGIT
    if undecided and (key == "0" or (key.isdigit() and (early or ask.digits))):
        return Does.EARLY
    if dialled and key == "#":
        return Does.NUMBER_ENDS
    if speaking and not may_cut:
        return Does.KEPT
    event = keys.meaning(key, ask)
    if event is not None:
        return event
    if speaking and key == "#":
        return Does.SKIP
    return Silence() if listening else Does.NOTHING  # a key that means nothing here: say again what can be done
