"""What one caller keys in the course of a call: the digits of a number, and keys that wait for their moment.

::

    press ──> effect ──┬─> an event for the dialog: a shortcut, a number that is complete
                       ├─> kept until what must be heard has been
                       └─> early: until it is known what is asked (``ivr.early``)
"""

from __future__ import annotations

from dialog.acts import Ask
from dialog.events import Event, Key, Pressed, Typed
from ivr.doing import Doing
from ivr.early import Early
from ivr.presses import Does, effect


class Keying:
    """Everything here is forgotten with the call."""

    def __init__(self) -> None:
        self._early = Early()
        self._kept = self._digits = ""

    @property
    def dialling(self) -> bool:
        """A number has begun and is not complete."""
        return bool(self._digits)

    def press(self, key: str, ask: Ask, doing: Doing, may_cut: bool, undecided: bool, now: float) -> Event | Does:
        """An event for the dialog, or what is left to do: ``ERRAND``, ``DIGIT``, ``SKIP``, ``NOTHING``. For the rest
        see ``effect``."""
        done = effect(key, ask, doing, may_cut, self._digits, undecided, bool(self._early))
        match done:
            case Does.EARLY:
                self._early.keep(key, ask, now)
                return Does.NOTHING
            case Does.KEPT:
                self._kept = key
                return Does.NOTHING
            case Does.NUMBER_ENDS:
                return self.number(ask)
            case Does.DIGIT:
                self._digits += key
                return done if len(self._digits) < ask.digits else self.number(ask)
            case Does():
                return done
            case _:
                self._early.forget()
                return done

    def number(self, ask: Ask) -> Event:
        """What was keyed of the number. Zeros alone are somebody who wants a person."""
        digits, self._digits = self._digits, ""
        alone = set(digits) == {"0"} and len(digits) < ask.digits
        return Pressed(Key.HUMAN) if alone else Typed(digits)

    def early(self, ask: Ask, undecided: bool, now: float) -> str:
        """Keys that came early and are to be pressed now: it is known what is asked, or has taken too long."""
        return self._early.take(ask) if self._early and (not undecided or self._early.is_late(now)) else ""

    def kept(self) -> str:
        """The key that was kept, once."""
        kept, self._kept = self._kept, ""
        return kept

    def new_turn(self) -> None:
        """The caller did something else: a number that had begun is given up."""
        self._digits = ""
