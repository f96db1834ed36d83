"""What the dialog is asked and answers: one turn at a time, and the turn that will probably be asked for next.

    heard so far ──foresee──> thought about ahead ──┐ the same words in the end: taken
    heard        ──ask──────> thought about ────────┴──> take

The dialog is pure: what was thought ahead in vain leaves nothing behind.
"""

from __future__ import annotations

from concurrent.futures import Future

from dialog.acts import Act
from dialog.events import Event, Gone
from dialog.state import State, Turn
from ivr import understanding
from ivr.keepsakes import Keepsakes
from ivr.parts import Parts, Thought
from speech.recognition import Hypothesis


class Thoughts:
    """One call's. ``before`` and ``event`` are what the turn under way, or the last one, was asked with; ``state`` is
    what the last turn left."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._turn: Future[Turn] | None = None
        self._ahead: tuple[State, Event, Thought] | None = None
        self.state = self.before = State()
        self.event: Event = Gone()

    def foresee(self, event: Event, state: State) -> None:
        """``event`` will probably be asked about."""
        if self._parts.foresee is not None:
            self._ahead = (state, event, self._parts.foresee(state, event))

    def ask(self, event: Event, state: State) -> None:
        """Think about ``event``; a turn that is still being thought about is forgotten."""
        ahead, self._ahead = self._ahead, None
        self.before, self.event = state, event
        if ahead is not None and ahead[0] is state and ahead[1] == event:
            ahead[2].keep()
            self._turn = ahead[2].turn
        else:
            self._turn = self._parts.think(state, event)

    def meant(self, hypothesis: Hypothesis, may_go_on: bool) -> tuple[Event, State]:
        """What to ask with these words, and in which state: the question before may be gone on with, when the caller
        had only paused for breath, or this is one of its own."""
        if may_go_on and understanding.may_go_on(hypothesis.text, self.event):
            return understanding.heard(hypothesis, self.event), self.before
        return understanding.heard(hypothesis), self.state

    def take(self) -> tuple[Act, ...] | BaseException | None:
        """The acts of the turn, once; what went wrong; None while there is nothing."""
        turn = self._turn
        if turn is None or not turn.done():
            return None
        self._turn = None
        error = turn.exception()
        if error is not None:
            return error
        self.state, acts = turn.result()
        return acts

    def leave(self, last: Event | None, kept: Keepsakes) -> None:
        """The caller is gone, after ``last`` had happened: tell the dialog, and have its last wishes carried out."""
        parts = self._parts

        def gone(turn: Future[Turn]) -> None:
            if turn.exception() is None:
                parts.left(parts.think(turn.result()[0], Gone()), kept)

        if last is not None:
            parts.think(self.state, last).add_done_callback(gone)
        else:
            parts.left(parts.think(self.state, Gone()), kept)

    def wipe(self) -> None:
        """Nothing of the call stays."""
        self._turn = self._ahead = None
        self.state = self.before = State()
        self.event = Gone()
