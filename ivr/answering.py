"""What is being said to the caller right now, and what an interruption left of it.

::

    said ──voice begins──> held ──it was a click──> said on, from the very next sample
                             └──a turn opened────> cut ──noise, 嗯──> said on, from the start of the sentence
                                                    └──speech──────> forgotten
"""

from __future__ import annotations

from ivr.mouth import Mouth, Rest
from ivr.script import Run

CALM = 1.0
"""Seconds after holding an answer for nothing in which it is not held again: it must not stutter in a noisy room."""


class Answering:
    """One caller's. ``began``: when the first sound of the present turn's answer was on the line, or None."""

    def __init__(self, mouth: Mouth) -> None:
        self._mouth = mouth
        self._rest: Rest | None = None
        self._held_at: float | None = None
        self._calm_until = 0.0
        self.interruptible = True
        self.began: float | None = None
        self.heard = 0.0

    @property
    def was_cut(self) -> bool:
        """There is a rest that may still be said."""
        return self._rest is not None

    @property
    def nearly_said(self) -> bool:
        """It was cut in its last sentence, or in the quiet after it."""
        return self._rest is not None and self._rest.nearly_over

    def new_turn(self) -> None:
        self.began = None

    def say(self, run: Run) -> None:
        self.interruptible = run.interruptible
        self._mouth.play(run.source)

    def watch(self, rising: bool, now: float) -> None:
        """``rising``: somebody may be beginning to speak. Then the line is silent while that becomes clear."""
        if self._held_at is not None and not rising:
            self.release()
            self._calm_until = now + CALM
        elif self._held_at is None and rising and now >= self._calm_until:
            self._held_at = now
            self._mouth.hold()

    def release(self) -> None:
        self._held_at = None
        self._mouth.release()

    def cut(self, now: float) -> float:
        """Silence; what was not heard is kept in case it was only noise. Returns seconds of the answer heard so far."""
        silent_since = now if self._held_at is None else self._held_at
        self._held_at = None
        self._rest = self._mouth.interrupt() or Rest([], [])
        self.heard = 0.0 if self.began is None else max(0.0, silent_since - self.began)
        return self.heard

    def go_on(self) -> bool:
        """It was nothing: say the rest. Whether there was one."""
        rest, self._rest = self._rest, None
        if rest is None:
            return False
        self._mouth.play(rest)
        return True

    def forget(self) -> None:
        """What is being said, and what was left of it, is not wanted any more."""
        self._held_at = None
        if self._rest is not None:
            self._rest.stop()
            self._rest = None
        self._mouth.stop()
