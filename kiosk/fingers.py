"""Fingers on the glass: what comes down, moves and is lifted, and what of it becomes an intent.

::

    press(name) ── held ──> speaking, while it is held      (only the button to speak acts on the press)
        └─ release(name) ──> face.press: the view changes, intents go to the engine
"""

from __future__ import annotations

from collections.abc import Callable

from kiosk import face
from kiosk.conversation import Conversation
from kiosk.face import Intent
from kiosk.glass import Glass
from kiosk.habits import Habits
from kiosk.pen import PAPER, Pen
from kiosk.staff.area import StaffArea
from kiosk.view import Voice


class Fingers:
    """Works one terminal's controls. ``intend`` is told what the engine has to do."""

    def __init__(
        self,
        glass: Glass,
        conversation: Conversation,
        pen: Pen | None,
        staff: StaffArea | None,
        habits: Habits,
        clock: Callable[[], float],
        intend: Callable[[Intent], None],
    ) -> None:
        self._glass, self._conversation, self._pen, self._staff = glass, conversation, pen, staff
        self._habits, self._clock, self._intend = habits, clock, intend
        self._pressed_at = 0.0
        self._opened_by_press = False

    def forget(self) -> None:
        """Whoever pressed is gone."""
        self._opened_by_press = False

    def press(self, name: str) -> None:
        """A finger came down on a control. Only holding to speak acts on it; everything else acts on release."""
        self._pressed_at = self._clock()
        view = self._glass.view
        self._opened_by_press = name == "speak" and (view.voice is not Voice.LISTENING or view.pausing)
        if self._opened_by_press:
            self._conversation.listen()

    def draw_from(self, x: float, y: float) -> None:
        """The finger that was just pressed stands at this place; on the writing paper a stroke begins there."""
        if self._pen is not None and self._glass.view.pressed == PAPER:
            self._pen.begin(x, y)

    def draw_to(self, x: float, y: float) -> None:
        """The finger moved."""
        if self._pen is not None and self._glass.view.pressed == PAPER:
            self._pen.to(x, y)

    def release(self, pressed: str, name: str) -> None:
        """The finger that came down on ``pressed`` was lifted over ``name``. It counts when both are the same."""
        if self._pen is not None and pressed == PAPER:
            self._pen.lift()
        if self._staff is not None and self._staff.inside:
            if pressed and name == pressed:
                self._staff.press(name)
            return
        if pressed == "speak":
            held = self._clock() - self._pressed_at >= self._habits.hold
            if self._glass.view.voice is Voice.LISTENING and (held or not self._opened_by_press):
                self._conversation.talk.finish()
        elif pressed and name == pressed:
            self._act(name)

    def _act(self, name: str) -> None:
        before = self._glass.view
        self._glass.view, intents = face.press(before, name, self._conversation.parts.ime)
        after = self._glass.view
        if not before.overlay.enters_text and after.overlay.enters_text:
            self._conversation.talk.deafen()
        if self._pen is not None and after.typing.ink != before.typing.ink:
            self._pen.read()
        for intent in intents:
            self._intend(intent)
