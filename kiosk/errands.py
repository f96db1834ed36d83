"""Slow work the dialog asked for: printing, filing, looking up, a photo. Done behind the glass, told as one event.

::

    act ──start──> a worker thread ──ErrandDone(job, event)──> inbox ──came──> the dialog is told
                                                    └── no word within ``patience``: the dialog is told ``lost``

An errand of a session that was wiped is told to nobody. A worker that breaks is told as ``lost``: never as done.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from kiosk.ports import ErrandDone, Errands, Job, Post, Runner


def in_a_thread(job: Job, post: Post) -> None:
    """The real runner: one thread an errand."""

    def run() -> None:
        event = job.lost
        try:
            event = job.work()
        finally:
            post(ErrandDone(job.number, event))

    threading.Thread(target=run, name=job.kind, daemon=True).start()


class _Open(NamedTuple):
    job: Job
    deadline: float


class OpenErrands:
    """The errands of one session that nobody has heard of yet."""

    def __init__(self, errands: Errands, run: Runner, clock: Callable[[], float], post: Post) -> None:
        self._errands, self._run, self._clock, self._post = errands, run, clock, post
        self._number = 0
        self._open: dict[int, _Open] = {}

    @property
    def any(self) -> bool:
        """Whether the dialog is waiting for one."""
        return bool(self._open)

    def start(self, act: object) -> str:
        """Begin; the errand's kind, or "" when nobody here can do it."""
        errand = self._errands.get(type(act))
        if errand is None:
            return ""
        self._number += 1
        work = partial(errand.work, errand.ready(act))
        job = Job(self._number, errand.kind, act, work, errand.lost(act))
        self._open[job.number] = _Open(job, self._clock() + errand.patience)
        self._run(job, self._post)
        return errand.kind

    def came(self, done: ErrandDone) -> str:
        """The kind of the errand that ``done`` ends; "" when nobody waits for it any more."""
        found = self._open.pop(done.job, None)
        return found.job.kind if found is not None else ""

    def overdue(self, now: float) -> ErrandDone | None:
        """An errand given up: the word the dialog gets in its place."""
        late = next((one.job for one in self._open.values() if now >= one.deadline), None)
        return ErrandDone(late.number, late.lost) if late is not None else None

    def forget(self) -> None:
        """The session is over; what is still under way will be told to nobody."""
        self._open.clear()
