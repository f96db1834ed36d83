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
from typing import TYPE_CHECKING

from dialog.acts import AttractScreen, TextScreen, WaitScreen
from dialog.events import Channel, Event, Scanned, Started
from kiosk import face, resting
from kiosk.event_ids import EventId
from kiosk.face import Do, Intent
from kiosk.glass import Glass
from kiosk.habits import Habits
from kiosk.headset import GUIDE
from kiosk.locale_texts import translator
from kiosk.ports import (
    CardRead,
    CodeScanned,
    Diary,
    Headset,
    InkRead,
    Parts,
    Presence,
    Ready,
    Report,
    SpeechBegan,
    StaffDone,
)
from kiosk.talk import Timing
from kiosk.view import PREVIEW, Typing, View, Voice

if TYPE_CHECKING:
    from kiosk.crew import Crew

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
        self._crew: Crew | None = None
        self._next: Parts | None = None
        """Renewed parts, waiting until nobody stands here."""
        self.sessions = 0
        self._beat_at = 0.0
        self._reset_at: float | None = None
        self._headset = False
        self._greeted = False
        """Whether the session under way began because somebody stood there, who has not done anything yet."""
        if parts is not None:
            self._equip(parts)
        self._welcome()

    def _equip(self, parts: Parts) -> None:
        from kiosk.crew import Crew  # brings the dialog with it, which the first picture does not wait for

        before = self._crew
        self._crew = Crew(parts, self._glass, self._habits, self._clock, self._diary, self.post, self._intend)
        self._crew.conversation.talk.private = self._headset
        if before is not None:
            before.leave()

    def _welcome(self) -> None:
        """The view nobody stands before."""
        if self._crew is None:
            self._glass.view = resting.starting(self._start)
        else:
            self._glass.view = resting.welcome(self._start, self._crew.parts, self._day, self._headset)

    @property
    def _day(self) -> str:
        return self._today().date().isoformat()

    def _look_around(self, parts: Parts) -> None:
        """A device came or went, or a new day began: the first screen tells it, a session under way keeps its place."""
        view = self.view
        if not self.active:
            if resting.outdated(view, parts, self._day):
                self._glass.view = resting.welcome(view, parts, self._day, self._headset)
        elif (around := parts.around()) is not view.around:
            self._glass.change(around=around, can_print=parts.world(view.language).can_print)

    # -- the outside -------------------------------------------------------------------------------------------------

    @property
    def view(self) -> View:
        """What stands on the glass."""
        return self._glass.view

    @property
    def timings(self) -> list[Timing]:
        """The spoken questions of the session under way."""
        return self._crew.conversation.talk.timings if self._crew is not None else []

    @property
    def heard(self) -> tuple[str, ...]:
        """What was understood in the session under way."""
        return tuple(self._crew.conversation.talk.heard) if self._crew is not None else ()

    @property
    def wants_name(self) -> bool:
        """Whether a name is being asked for, which an identity card could give."""
        return isinstance(self.view.screen, TextScreen) and self.view.screen.private

    def picture(self, handle: str) -> bytes | None:
        """The bytes of a picture of the session under way, or of the viewfinder's newest."""
        parts = self._crew.parts if self._crew is not None else None
        if parts is None:
            return None
        if handle.startswith(PREVIEW):
            return parts.viewfinder.picture() if parts.viewfinder is not None else None
        kept = parts.keepsakes.get(handle)
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
        if self._crew is None:
            return
        self._begin(self._crew)
        self._greeted = False
        self._crew.conversation.press(event)

    def knock(self) -> None:
        """Staff knocked: the door is there only while nobody stands before the terminal."""
        if self._crew is not None and self._crew.staff is not None and not self.active:
            self._crew.conversation.hush()
            self._reset_at = None
            self._crew.staff.enter()

    def press(self, name: str) -> None:
        """A finger came down on control ``name``."""
        self._glass.change(pressed=name)
        self._touched()
        if self._crew is not None:
            self._crew.fingers.press(name)

    def draw_from(self, x: float, y: float) -> None:
        """The finger that was just pressed stands at this place."""
        if self._crew is not None:
            self._crew.fingers.draw_from(x, y)

    def draw_to(self, x: float, y: float) -> None:
        """The finger moved."""
        if self._crew is not None:
            self._crew.fingers.draw_to(x, y)

    def release(self, name: str) -> None:
        """The finger was lifted over ``name`` (empty: over nothing). It counts when it is where it came down."""
        pressed = self.view.pressed
        self._glass.change(pressed="")
        if self._crew is not None:
            self._crew.fingers.release(pressed, name)

    def tap(self, name: str) -> None:
        """Press and release."""
        self.press(name)
        self.release(name)

    def focus(self, name: str, label: str) -> None:
        """The keypad stands on control ``name``: show it and say what it is, instead of what is being said."""
        self._touched()
        self._glass.change(focus=name)
        if self._crew is not None and label and self.view.staff is None:
            self._crew.conversation.announce(label)

    def tick(self, now: float) -> None:
        """Work off what came in, and whatever time has come for. Call it every frame."""
        while True:
            try:
                report = self._inbox.get_nowait()
            except queue.Empty:
                break
            self._report(report, now)
        if self._crew is not None:
            self._deadlines(self._crew, now)

    def close(self) -> None:
        """The program ends: everything is silent and forgotten."""
        if self._crew is not None:
            self._wipe(self._crew)

    # -- people come and go ------------------------------------------------------------------------------------------

    def _intend(self, intent: Intent) -> None:
        """What fingers want."""
        crew = self._crew
        if crew is None:
            return
        match intent:
            case Do.START:
                self._begin(crew)
            case Do.TALK:
                crew.conversation.listen()
            case Do.HUSH:
                crew.conversation.hush()
            case _:
                self.send(intent)

    def _touched(self) -> None:
        self._greeted = False
        if not self.active and self.view.staff is None:
            self._reset_at = self._clock() + self._habits.browsing
        if self._crew is not None:
            self._crew.conversation.touched()

    def _begin(self, crew: Crew) -> None:
        """A person is there. After a goodbye it is the next one. Whatever staff had open is closed."""
        if crew.staff is not None and crew.with_staff:
            crew.staff.leave()
        if crew.conversation.over_at is not None:
            self._wipe(crew)
        if self.active:
            return
        self._diary.note(EventId.SESSION_STARTED)
        crew.conversation.talk.wake()
        crew.conversation.step(Started(Channel.KIOSK, self._today()))

    def _wipe(self, crew: Crew) -> None:
        """Nothing of the person stays: not in the view, the dialog's state, the ears, the mouth or the inbox."""
        crew.conversation.talk.sleep()
        while not self._inbox.empty():
            report = self._inbox.get_nowait()
            if isinstance(report, Ready):  # nobody's
                self._next = report.parts
        crew.forget()
        self._reset_at = None
        self._greeted = False
        self._welcome()
        self.sessions += 1
        self._diary.note(EventId.SESSION_WIPED)

    # -- reports and time --------------------------------------------------------------------------------------------

    def _report(self, report: Report, now: float) -> None:
        if isinstance(report, Ready):
            self._next = report.parts
            self._take_over()
            return
        crew = self._crew
        if crew is None:
            return
        match report:
            case CodeScanned(text):
                self._touched()
                self.send(Scanned(text))
            case CardRead(name):
                self._card(name)
            case StaffDone():
                if crew.staff is not None:
                    crew.staff.came(report)
            case Headset(plugged):
                self._plugged(crew, plugged)
            case Presence(there):
                self._sensed(crew, there)
            case InkRead():
                if crew.pen is not None:
                    crew.pen.came(report)
            case _:
                self._greeted = self._greeted and not isinstance(report, SpeechBegan)
                crew.told(report, now)

    def _take_over(self) -> None:
        """Serve from the parts that wait, unless somebody is there, if only to look at the settings."""
        parts, first = self._next, self._crew is None
        there = self.active or self._reset_at is not None or (self._crew is not None and self._crew.with_staff)
        if parts is None or (there and not first):
            return
        self._next = None
        self._equip(parts)
        self._glass.view = resting.welcome(self.view if first else self._start, parts, self._day, self._headset)

    def _card(self, name: str) -> None:
        """A card's name goes where a name is being asked for, to be seen and sent off by the citizen; else nowhere."""
        if self.wants_name:
            self._touched()
            self._glass.change(typing=Typing(text=name[: face.LONGEST_TEXT]))

    def _sensed(self, crew: Crew, there: bool) -> None:
        """Whoever stands there is greeted; when they go without having done anything, so does the greeting.

        A session in which somebody did something never ends by this: the sensor may not see a person in a wheelchair.
        """
        if there and not self.active and self.view.staff is None:
            self._begin(crew)
            self._greeted = self.active
        elif not there and self._greeted and self.active:
            self._wipe(crew)

    def _plugged(self, crew: Crew, plugged: bool) -> None:
        """In: the sound goes there, and a session begins. Out: silence at once, so that nothing is overheard."""
        if plugged == self._headset:
            return
        self._headset = plugged
        crew.conversation.hush()
        crew.conversation.talk.private = plugged
        self._glass.change(headset=plugged, dark=False)
        if plugged:
            crew.conversation.add_once(translator(self.view.language)(GUIDE))
            self._begin(crew)

    def _deadlines(self, crew: Crew, now: float) -> None:
        browsed = self._reset_at is not None and now >= self._reset_at and not self.active
        over = crew.conversation.over_at
        if browsed or (over is not None and now >= over):
            self._wipe(crew)
            return
        self._take_over()
        if self._crew is not crew:
            return
        self._look_around(crew.parts)
        if crew.staff is not None:
            crew.staff.tick(now)
        crew.conversation.tick(now)
        screen = self.view.screen
        working = isinstance(screen, WaitScreen) or getattr(screen, "state", "") in ("printing", "taking")
        if (working or self.view.voice is Voice.THINKING) and now >= self._beat_at:
            self._beat_at = now + BEAT
            self._glass.change(beat=self.view.beat + 1)
