"""One person's conversation: events step the dialog, its acts are spoken, shown and carried out, quiet is timed.

::

    event ─> step ─> acts ─┬─ Say ──> talk           ┌─ the quiet the dialog asked for (Silence)
                           ├─ Show ─> glass          │
                           ├─ Print, File ... ─> errands ─> event
                           └─ End ──> over at ───────┴─ the wipe, by the engine

The same object serves one person after the other; ``forget`` lies between them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from dialog.acts import (
    Act,
    Adjust,
    Ask,
    End,
    File,
    GoodbyeScreen,
    HandOver,
    IdleScreen,
    ListenScreen,
    LookUp,
    PhotoScreen,
    Play,
    Print,
    PrintForm,
    PrintInvoice,
    Rate,
    RateScreen,
    ReadInvoices,
    Record,
    Say,
    Screen,
    Show,
    TakeOver,
    TakePhoto,
    TextScreen,
    Transfer,
    Vote,
)
from dialog.events import Event, Heard, Key, NotPerformed, Pressed, Silence, Unintelligible
from dialog.session import step
from dialog.state import State
from kiosk.errands import OpenErrands, in_a_thread
from kiosk.event_ids import EventId
from kiosk.glass import Glass
from kiosk.habits import Habits
from kiosk.ports import Diary, ErrandDone, Parts, Post, Understood
from kiosk.talk import Talk
from kiosk.view import Overlay


class Conversation:
    """``over_at``: when the wipe is due, once the dialog has ended."""

    def __init__(
        self, parts: Parts, glass: Glass, habits: Habits, clock: Callable[[], float], diary: Diary, post: Post
    ) -> None:
        self.parts = parts
        self.talk = Talk(parts.ears, parts.mouth, glass, habits, clock, diary)
        self._errands = OpenErrands(parts.errands, parts.run or in_a_thread, clock, post)
        self._glass, self._habits, self._clock, self._diary = glass, habits, clock, diary
        self.forget()

    def forget(self) -> None:
        """Nobody stands here."""
        self._state = State()
        self._ask = Ask()
        self._silence_at: float | None = None
        self._parked: tuple[Overlay, int] | None = None
        self._active = False
        self._record: Record | None = None
        self._added: tuple[str, ...] = ()
        self._after_play: tuple[tuple[str, ...], bool] | None = None
        self.over_at: float | None = None
        self.talk.forget()
        self._errands.forget()
        self._still()
        self._blind()
        self.parts.keepsakes.forget()

    # -- what happens ------------------------------------------------------------------------------------------------

    def step(self, event: Event) -> None:
        """Tell the dialog, and do what it says."""
        self._active = True
        self._state, acts = step(self._state, event, self.parts.world(self._glass.view.language))
        self._perform(acts)

    def add_once(self, text: str) -> None:
        """Say ``text`` after whatever the dialog says next."""
        self._added = (text,)

    def press(self, event: Event) -> None:
        """An event of a control or a key. While a message is recorded, the keys that mean "done" end the recording."""
        recorder = self.parts.recorder
        if recorder is not None and recorder.recording and isinstance(event, Pressed):
            recorder.stop()
            if event.key in (Key.YES, Key.NEXT, Key.FINISH, Key.RECORD):
                return
        self._still()
        self.step(event)

    def _still(self) -> None:
        """Nothing is recorded or played any more."""
        if self.parts.recorder is not None:
            self.parts.recorder.stop()
        if self.parts.player is not None:
            self.parts.player.stop()

    def _blind(self) -> None:
        """Nothing is seen any more."""
        if self.parts.viewfinder is not None:
            self.parts.viewfinder.stop()

    def touched(self) -> None:
        """Somebody is there; only the idle question itself keeps counting."""
        self.talk.spoke_last = False
        self._stay()

    def _stay(self) -> None:
        if self._silence_at is not None and not isinstance(self._glass.view.screen, IdleScreen):
            self._silence_at = self._clock() + self._ask.timeout

    def listen(self) -> None:
        """The citizen wants to speak: be silent and open the ears."""
        if not self.talk.can_hear or not self._active:
            return
        if isinstance(self._glass.view.screen, IdleScreen):
            self.step(Pressed(Key.STAY))
        self.hush()
        self.talk.listen(self._habits.wait_for_speech, deliberate=True)

    def hush(self) -> None:
        """Silence, without opening the ears."""
        if self.talk.hush() and self._active and self.over_at is None and not self._errands.any:
            self._silence_at = self._clock() + self._ask.timeout

    def speech_began(self) -> None:
        """A voice at the microphone: it may cut the terminal's own short."""
        if self.talk.cut_short():
            self._diary.note(EventId.BARGE_IN)
            self._silence_at = self._clock() + self._ask.timeout
        if self.talk.speech_began():
            self._stay()

    def understood(self, heard: Understood) -> None:
        """An utterance; one that nobody listened for is not heard."""
        if not self._active or not self.talk.hearing:
            return
        self.talk.understood(heard)
        began = self._clock()
        self.step(Heard(heard.text, heard.pinyin, heard.confidence, heard.nbest))
        self.talk.answered(heard, self._clock() - began)

    def not_understood(self) -> None:
        """Only what was said on purpose is asked for again; a room's noise is not."""
        if not self._active or not self.talk.hearing:
            return
        self._diary.note(EventId.UTTERANCE_NOT_UNDERSTOOD)
        if self.talk.deliberate:
            self.step(Unintelligible())
        else:
            self.talk.keep_listening()

    def sound_ended(self, job: int, now: float) -> None:
        if self.talk.ended(job):
            self._quiet(now)

    def errand_done(self, done: ErrandDone) -> None:
        """Tell the dialog, unless the person it was for is gone."""
        kind = self._errands.came(done)
        if not kind:
            return
        self._diary.note(EventId.ERRAND_ENDED, kind=kind, outcome=str(getattr(done.event, "outcome", "told")))
        later, self._after_play = self._after_play, None
        self._glass.change(recording=self._glass.view.recording and kind != "record")
        if done.event is not None:
            self.step(done.event)
        elif later is not None:
            self._say(*later)

    def ears_came(self, now: float) -> None:
        """From now on one can speak; where speaking is likely and nothing is being said, the ears open."""
        if not self._active or self.over_at is not None or not self._glass.view.voice.deaf:
            return
        self.talk.came()
        if not self.talk.speaking and self._record is None and not self._glass.view.recording:
            self._quiet(now)

    def sees(self, number: int) -> None:
        """The viewfinder has another picture."""
        screen = self._glass.view.screen
        if isinstance(screen, PhotoScreen) and screen.state == "ready":
            self._glass.change(preview=number)

    def announce(self, text: str) -> None:
        """Say what the keypad stands on, unless a warning is being spoken."""
        if not self.talk.speaking or self.talk.interruptible:
            self._say((text,), interruptible=True)

    # -- what the dialog wants ---------------------------------------------------------------------------------------

    def _perform(self, acts: tuple[Act, ...]) -> None:
        said = [act for act in acts if isinstance(act, Say)]
        texts = tuple(act.text for act in said)
        if texts:
            texts, self._added = (*texts, *self._added), ()
        self._silence_at = None
        self._record = self._after_play = None
        shown = ended = impossible = False
        for act in acts:
            match act:
                case Say():
                    continue
                case Show(screen):
                    self._show(screen)
                    shown = True
                case Ask():
                    self._ask = act
                case Adjust(rate, volume):
                    self._glass.change(rate=rate, volume=volume)
                case Rate():
                    self._diary.note(EventId.RATED, stars=act.stars)
                    self.parts.ratings.keep(act)
                case Vote():
                    self.parts.ratings.keep(act)
                case End(reason):
                    self._diary.note(EventId.SESSION_ENDED, reason=reason)
                    ended = True
                case Record():
                    self._record = act  # once everything has been said
                case Play():
                    self._after_play = texts, all(other.interruptible for other in said)
                    impossible = not self._errand(act) or impossible
                case (
                    Print()
                    | PrintForm()
                    | PrintInvoice()
                    | TakePhoto()
                    | File()
                    | LookUp()
                    | ReadInvoices()
                    | HandOver()
                    | TakeOver()
                    | Transfer()
                ):
                    impossible = not self._errand(act) or impossible
                case _:
                    assert_never(act)
        if self._after_play is not None and not impossible:
            self.talk.hush()
        elif texts or shown:
            self._say(texts, interruptible=all(act.interruptible for act in said))
        elif not self.talk.speaking:
            self._silent()
        if ended:
            self._end(bool(texts))
        elif impossible:
            self.step(NotPerformed())

    def _errand(self, act: Act) -> bool:
        """Begin it; False when nobody here can do it."""
        kind = self._errands.start(act)
        if kind:
            self._diary.note(EventId.ERRAND_STARTED, kind=kind)
        else:
            self._diary.note(EventId.ACT_NOT_FOR_KIOSK, act=type(act).__name__.lower())
        return bool(kind)

    def _show(self, screen: Screen) -> None:
        """The idle question lies over what was there; going on after it brings that back, page and keyboard too."""
        view = self._glass.view
        overlay, page = Overlay.NONE, 0
        if isinstance(screen, IdleScreen):
            self._parked = (view.overlay, view.page)
            self._glass.change(seconds=screen.seconds)
        else:
            if isinstance(view.screen, IdleScreen) and self._parked is not None:
                overlay, page = self._parked
            self._parked = None
        self._glass.change(screen=screen, overlay=overlay, page=page, partial="", focus="", preview=0)
        if self.parts.viewfinder is not None:
            if isinstance(screen, PhotoScreen) and screen.state == "ready":
                self.parts.viewfinder.start()
            else:
                self.parts.viewfinder.stop()  # before the photo is taken: a camera has one user

    def _say(self, texts: tuple[str, ...], interruptible: bool) -> None:
        """Speak instead of what is being spoken; when there is nothing to say, go on at once."""
        if not self.talk.say(texts, interruptible):
            self._silent()

    def _silent(self) -> None:
        self.talk.quiet()
        self._quiet(self._clock())

    def _quiet(self, now: float) -> None:
        """Everything was said: the deadline starts, and the ears open where speaking is likely."""
        if not self._active:
            return
        record, self._record = self._record, None
        if record is not None:
            self._glass.change(recording=self._errand(record))
            if not self._glass.view.recording:
                self.step(NotPerformed())
                return
        view = self._glass.view
        waiting = self._errands.any
        self._silence_at = None if waiting else now + self._ask.timeout
        if isinstance(view.screen, GoodbyeScreen):
            self.over_at = now + self._habits.farewell
        if self.over_at is not None or waiting or not self._ask.open_speech:
            return
        likely = self.talk.spoke_last or isinstance(view.screen, ListenScreen | TextScreen | IdleScreen | RateScreen)
        if likely and view.overlay is Overlay.NONE and self.talk.can_hear:
            self.talk.listen(self._habits.open_ears, deliberate=False)

    def _end(self, something_to_say: bool) -> None:
        """The goodbye is heard to its end and read, then everything is wiped; without one, at once."""
        if isinstance(self._glass.view.screen, GoodbyeScreen):
            longest = self._habits.longest_sound if self.talk.speaking else self._habits.farewell
            self.over_at = self._clock() + longest
        elif not something_to_say:
            self.over_at = self._clock()

    # -- time --------------------------------------------------------------------------------------------------------

    def tick(self, now: float) -> None:
        """What time has come for, save the wipe."""
        if self.talk.tick(now):
            self._quiet(now)
        if late := self._errands.overdue(now):
            self.errand_done(late)
        screen = self._glass.view.screen
        if isinstance(screen, IdleScreen):
            at = self._silence_at
            left = screen.seconds if at is None else max(0, round(at - now + 0.5))
            if left != self._glass.view.seconds:
                self._glass.change(seconds=left)
        if self._silence_at is not None and now >= self._silence_at:
            self._silence_at = None
            self.step(Silence())
