"""Slow work behind the caller: filing, looking up, handing over. Done in a thread, told to the dialog at the end.

While it lasts the caller hears "one moment" where it takes longer than that; work nobody hears of within its patience
is told as lost, never as done.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

import msgspec

from dialog.acts import Act
from dialog.events import Event
from ivr.diary import ErrandEnded, Outcome
from ivr.leg import LegEvent
from ivr.parts import Errand


class Work(msgspec.Struct, frozen=True):
    """How one kind of act is carried out. ``ready`` is called at once, in the call's own thread, and gives what ``do``
    works on in another; ``lost``: what the dialog is told when ``do`` breaks or takes longer than ``patience`` seconds.
    """

    name: str
    do: Callable[..., Event]
    lost: Callable[..., Event]
    patience: float = 15.0
    ready: Callable[..., object] = lambda act: act


class Waiting:
    """An ``Errand`` over ``Work``. ``submit`` runs a function in a thread."""

    waiting = True

    def __init__(self, work: Work, act: Act, submit: Callable[..., Future[Event]]) -> None:
        self.name = work.name
        self._work, self._act = work, act
        self._future = submit(work.do, work.ready(act))
        self._began: float | None = None

    def tick(self, now: float, heard: bytes) -> Event | None:
        if self._began is None:
            self._began = now
        if self._future.done():
            error = self._future.exception()
            return self._work.lost(self._act) if error is not None else self._future.result()
        if now - self._began >= self._work.patience:
            return self._work.lost(self._act)
        return None

    def key(self, key: str) -> None:
        return

    def leg_event(self, event: LegEvent) -> None:
        return

    def hung_up(self) -> Event | None:
        return None


class UnderWay:
    """The errand that has the line; ``note`` is told how it ended and how long it took."""

    def __init__(self, note: Callable[[ErrandEnded], None]) -> None:
        self._note = note
        self._errand: Errand | None = None
        self._began = 0.0

    def __bool__(self) -> bool:
        return self._errand is not None

    @property
    def waiting(self) -> bool:
        """The caller hears nothing of it."""
        return self._errand is not None and self._errand.waiting

    def start(self, errand: Errand, now: float) -> None:
        self._errand, self._began = errand, now

    def tick(self, now: float, heard: bytes) -> Event | None:
        """The event for the dialog when it is over."""
        event = self._errand.tick(now, heard) if self._errand is not None else None
        if event is not None:
            self._over(Outcome.DONE, now)
        return event

    def key(self, key: str) -> None:
        if self._errand is not None:
            self._errand.key(key)

    def leg_event(self, event: LegEvent) -> None:
        if self._errand is not None:
            self._errand.leg_event(event)

    def hung_up(self, now: float) -> Event | None:
        """The caller is gone; what the dialog must still hear of."""
        if self._errand is None:
            return None
        last = self._errand.hung_up()
        self._over(Outcome.LEFT, now)
        return last

    def _over(self, outcome: Outcome, now: float) -> None:
        assert self._errand is not None
        self._note(ErrandEnded(self._errand.name, outcome, round(now - self._began, 1)))
        self._errand = None
