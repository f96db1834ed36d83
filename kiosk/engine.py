"""The kiosk without its glass: presses and sounds go in, conversations follow one another, each wiped at its end.

::

    press/release ─┐
    ears, mouth ───┼─> inbox ─ tick(now) ─> conversation ─> glass ─> the window draws it
    errands ───────┘                             └─ over ─> wipe ─> welcome

Nothing here knows Kivy, sound cards or the time of day: ``tick`` is told the time, so a test runs an hour in no time.
Reports may be posted from any thread; everything else happens in ``tick`` and ``press`` on one thread.
"""

from __future__ import annotations

import datetime as dt
import queue
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, assert_never

from msgspec.structs import replace

from dialog.acts import AttractScreen, TextScreen, WaitScreen
from dialog.events import Channel, Event, Scanned, Started
from kiosk import face
from kiosk.face import Do, Intent
from kiosk.glass import Glass
from kiosk.habits import Habits
from kiosk.headset import GUIDE
from kiosk.locale_texts import translator
from kiosk.pen import PAPER, Pen
from kiosk.ports import (
    CardRead,
    CodeScanned,
    Diary,
    EarsFailed,
    ErrandDone,
    Headset,
    InkRead,
    Level,
    NotUnderstood,
    PartialHeard,
    Parts,
    Presence,
    Ready,
    Report,
    SoundBegan,
    SoundEnded,
    SpeechBegan,
    SpeechOver,
    StaffDone,
    Understood,
)
from kiosk.staff.area import StaffArea
from kiosk.talk import Timing
from kiosk.view import Typing, View, Voice
from kiosk.worker import Worker

if TYPE_CHECKING:
    from kiosk.conversation import Conversation

BEAT = 1 / 12
"""Seconds between two steps of a turning ring."""


class Engine:
    """One terminal's front end. ``view`` is what the window draws; ``sessions`` counts wipes."""

    def __init__(
        self,
        diary: Diary,
        today: Callable[[], dt.datetime],
        clock: Callable[[], float],
        parts: Parts | None = None,
        habits: Habits | None = None,
        start: View | None = None,
    ) -> None:
        """``clock``: seconds that only go forward, the same as ``tick`` is told; ``start``: the view after a wipe.

        Without ``parts`` the glass says that it is getting ready until ``Ready`` is posted.
        """
        self._diary, self._today, self._clock = diary, today, clock
        self._habits = habits or Habits()
        self._start = start or View()
        self._inbox: queue.SimpleQueue[Report] = queue.SimpleQueue()
        self._glass = Glass(self._start)
        self._conversation: Conversation | None = None
        self._pen: Pen | None = None
        self._staff: StaffArea | None = None
        self.sessions = 0
        self._pressed_at = self._beat_at = 0.0
        self._opened_by_press = False
        self._reset_at: float | None = None
        self._headset = False
        self._greeted = False
        """Whether the session under way began because somebody stood there, who has not done anything yet."""
        if parts is not None:
            self._equip(parts)
        self._welcome()

    def _equip(self, parts: Parts) -> None:
        from kiosk.conversation import Conversation  # takes a second to import: the first picture does not wait for it

        self._conversation = Conversation(parts, self._glass, self._habits, self._clock, self._diary, self.post)

        if parts.staff is not None:
            self._staff = StaffArea(
                parts.staff,
                self._glass,
                self._clock,
                parts.background or Worker("staff"),
                self.post,
                self._diary,
                self._habits.staff_idle,
            )
        if parts.handwriting is not None:
            self._pen = Pen(parts.handwriting, self._glass, parts.background or Worker("handwriting"), self.post)

    def _welcome(self) -> None:
        """The view nobody stands before."""
        if self._conversation is None:
            self._glass.view = replace(self._start, screen=AttractScreen(), ready=False)
            return
        self._glass.view = replace(self._start, **self._self_knowledge(self._conversation, self._start.language))

    def _self_knowledge(self, conversation: Conversation, language: str) -> dict[str, Any]:
        """What the view of a terminal nobody stands before says of the terminal."""
        parts = conversation.parts
        around = parts.around()
        return {
            "screen": AttractScreen(around.checked, around.offline),
            "voice": Voice.READY if parts.ears.available else Voice.OFF,
            "can_print": parts.world(language).can_print,
            "can_type": parts.ime is not None,
            "can_write": parts.handwriting is not None,
            "around": around,
            "day": self._today().date().isoformat(),
            "headset": self._headset,
            "ready": True,
        }

    def _look_around(self, conversation: Conversation) -> None:
        """A device came or went, or a new day began: the first screen tells it, a session under way keeps its place."""
        around = conversation.parts.around()
        deaf = self.view.voice is Voice.OFF
        same_ears = self.active or deaf is not conversation.talk.can_hear
        same_day = self.active or self._today().date().isoformat() == self.view.day
        if around is self.view.around and same_ears and same_day:
            return
        if self.active:
            can_print = conversation.parts.world(self.view.language).can_print
            self._glass.change(around=around, can_print=can_print)
        else:
            self._glass.change(**self._self_knowledge(conversation, self.view.language))

    # -- the outside -------------------------------------------------------------------------------------------------

    @property
    def view(self) -> View:
        """What stands on the glass."""
        return self._glass.view

    @property
    def timings(self) -> list[Timing]:
        """The spoken questions of the session under way."""
        return self._conversation.talk.timings if self._conversation is not None else []

    @property
    def wants_name(self) -> bool:
        """Whether a name is being asked for, which an identity card could give."""
        return isinstance(self.view.screen, TextScreen) and self.view.screen.private

    def picture(self, handle: str) -> bytes | None:
        """The bytes of a picture of the session under way."""
        kept = self._conversation.parts.keepsakes.get(handle) if self._conversation is not None else None
        return kept.data if kept is not None else None

    @property
    def active(self) -> bool:
        """Whether a session is under way."""
        return not isinstance(self.view.screen, AttractScreen)

    def post(self, report: Report) -> None:
        """Tell what happened; from any thread."""
        self._inbox.put(report)

    def send(self, event: Event) -> None:
        """A dialog event from a control or a keypad. At the goodbye it begins a new session: a new person is there."""
        conversation = self._conversation
        if conversation is None:
            return
        self._begin(conversation)
        self._greeted = False
        conversation.press(event)

    def knock(self) -> None:
        """Staff knocked: the door is there only while nobody stands before the terminal."""
        if self._staff is not None and not self.active and self._conversation is not None:
            self._conversation.hush()
            self._reset_at = None
            self._staff.enter()

    def press(self, name: str) -> None:
        """A finger came down on a control. Only holding to speak acts on it; everything else acts on release."""
        self._glass.change(pressed=name)
        self._pressed_at = self._clock()
        self._touched()
        self._opened_by_press = name == "speak" and self.view.voice is not Voice.LISTENING
        if self._opened_by_press and self._conversation is not None:
            self._conversation.listen()

    def draw_from(self, x: float, y: float) -> None:
        """The finger that was just pressed stands at this place; on the writing paper a stroke begins there."""
        if self._pen is not None and self.view.pressed == PAPER:
            self._pen.begin(x, y)

    def draw_to(self, x: float, y: float) -> None:
        """The finger moved."""
        if self._pen is not None and self.view.pressed == PAPER:
            self._pen.to(x, y)

    def release(self, name: str) -> None:
        """The finger was lifted over ``name`` (empty: over nothing). It counts when it is where it came down."""
        pressed = self.view.pressed
        if self._pen is not None and pressed == PAPER:
            self._pen.lift()
        self._glass.change(pressed="")
        conversation = self._conversation
        if conversation is None:
            return
        if self._staff is not None and self._staff.inside:
            if pressed and name == pressed:
                self._staff.press(name)
            return
        if pressed == "speak":
            held = self._clock() - self._pressed_at >= self._habits.hold
            if self.view.voice is Voice.LISTENING and (held or not self._opened_by_press):
                conversation.talk.finish()
        elif pressed and name == pressed:
            self._act(conversation, name)

    def tap(self, name: str) -> None:
        """Press and release."""
        self.press(name)
        self.release(name)

    def focus(self, name: str, label: str) -> None:
        """The keypad stands on control ``name``: show it and say what it is, instead of what is being said."""
        self._touched()
        self._glass.change(focus=name)
        if self._conversation is not None and label and self.view.staff is None:
            self._conversation.announce(label)

    def tick(self, now: float) -> None:
        """Work off what came in, and whatever time has come for. Call it every frame."""
        while True:
            try:
                report = self._inbox.get_nowait()
            except queue.Empty:
                break
            self._report(report, now)
        if self._conversation is not None:
            self._deadlines(self._conversation, now)

    def close(self) -> None:
        """The program ends: everything is silent and forgotten."""
        if self._conversation is not None:
            self._wipe(self._conversation)

    # -- fingers -----------------------------------------------------------------------------------------------------

    def _act(self, conversation: Conversation, name: str) -> None:
        before = self.view
        self._glass.view, intents = face.press(before, name, conversation.parts.ime)
        if not before.overlay.enters_text and self.view.overlay.enters_text:
            conversation.talk.deafen()
        if self._pen is not None and self.view.typing.ink != before.typing.ink:
            self._pen.read()
        for intent in intents:
            self._intend(conversation, intent)

    def _intend(self, conversation: Conversation, intent: Intent) -> None:
        match intent:
            case Do.START:
                self._begin(conversation)
            case Do.TALK:
                conversation.listen()
            case Do.HUSH:
                conversation.hush()
            case _:
                self.send(intent)

    def _touched(self) -> None:
        self._greeted = False
        if not self.active and self.view.staff is None:
            self._reset_at = self._clock() + self._habits.browsing
        if self._conversation is not None:
            self._conversation.touched()

    def _begin(self, conversation: Conversation) -> None:
        """A person is there. After a goodbye it is the next one. Whatever staff had open is closed."""
        if self._staff is not None and self._staff.inside:
            self._staff.leave()
        if conversation.over_at is not None:
            self._wipe(conversation)
        if self.active:
            return
        self._diary.note("session-started")
        conversation.talk.wake()
        conversation.step(Started(Channel.KIOSK, self._today()))

    # -- reports and time --------------------------------------------------------------------------------------------

    def _report(self, report: Report, now: float) -> None:
        if isinstance(report, Ready):
            self._equip(report.parts)
            self._welcome()
            return
        conversation = self._conversation
        if conversation is None:
            return
        match report:
            case Level(value):
                conversation.talk.level(value)
            case SpeechBegan():
                self._greeted = False
                conversation.speech_began()
            case SpeechOver():
                conversation.talk.speech_over()
            case PartialHeard(text):
                conversation.talk.partial(text)
            case Understood():
                conversation.understood(report)
            case NotUnderstood():
                conversation.not_understood()
            case EarsFailed():
                conversation.talk.lost_ears()
            case SoundBegan(job, at):
                conversation.talk.began(job, at)
            case SoundEnded(job):
                conversation.sound_ended(job, now)
            case ErrandDone():
                conversation.errand_done(report)
            case CodeScanned(text):
                self._touched()
                self.send(Scanned(text))
            case CardRead(name):
                self._card(name)
            case StaffDone():
                if self._staff is not None:
                    self._staff.came(report)
            case Headset(plugged):
                self._plugged(conversation, plugged)
            case Presence(there):
                self._sensed(conversation, there)
            case InkRead():
                if self._pen is not None:
                    self._pen.came(report)
            case _:
                assert_never(report)

    def _card(self, name: str) -> None:
        """A card's name goes where a name is being asked for, to be seen and sent off by the citizen; else nowhere."""
        if self.wants_name:
            self._touched()
            self._glass.change(typing=Typing(text=name[: face.LONGEST_TEXT]))

    def _sensed(self, conversation: Conversation, there: bool) -> None:
        """Whoever stands there is greeted; when they go without having done anything, so does the greeting.

        A session in which somebody did something never ends by this: the sensor may not see a person in a wheelchair.
        """
        if there and not self.active and self.view.staff is None:
            self._begin(conversation)
            self._greeted = self.active
        elif not there and self._greeted and self.active:
            self._wipe(conversation)

    def _plugged(self, conversation: Conversation, plugged: bool) -> None:
        """In: the sound goes there, and a session begins. Out: silence at once, so that nothing is overheard."""
        if plugged == self._headset:
            return
        self._headset = plugged
        conversation.hush()
        conversation.talk.private = plugged
        self._glass.change(headset=plugged, dark=False)
        if plugged:
            conversation.add_once(translator(self.view.language)(GUIDE))
            self._begin(conversation)

    def _deadlines(self, conversation: Conversation, now: float) -> None:
        browsed = self._reset_at is not None and now >= self._reset_at and not self.active
        if browsed or (conversation.over_at is not None and now >= conversation.over_at):
            self._wipe(conversation)
            return
        self._look_around(conversation)
        if self._staff is not None:
            self._staff.tick(now)
        conversation.tick(now)
        screen = self.view.screen
        working = isinstance(screen, WaitScreen) or getattr(screen, "state", "") in ("printing", "taking")
        if (working or self.view.voice is Voice.THINKING) and now >= self._beat_at:
            self._beat_at = now + BEAT
            self._glass.change(beat=self.view.beat + 1)

    def _wipe(self, conversation: Conversation) -> None:
        """Nothing of the person stays: not in the view, the dialog's state, the ears, the mouth or the inbox."""
        conversation.talk.sleep()
        while not self._inbox.empty():
            self._inbox.get_nowait()
        conversation.forget()
        if self._pen is not None:
            self._pen.forget()
        if self._staff is not None:
            self._staff.leave()
        self._reset_at = None
        self._opened_by_press = self._greeted = False
        self._welcome()
        self.sessions += 1
        self._diary.note("session-wiped")
