"""The kiosk without its glass: presses and sounds go in, the dialog is stepped, its acts are carried out.

::

    press/release ─┐                           ┌─> mouth (say)
    ears, mouth ───┼─> inbox ─ tick(now) ─> step ─> view (show) ─> the window draws it
    printer ───────┘            │              ├─> paper (print), ratings
    deadlines ──────────────────┘              └─> wipe (end)

Nothing here knows Kivy, sound cards or the time of day: ``tick`` is told the time, so a test runs an hour in no time.
Reports may be posted from any thread; everything else happens in ``tick`` and ``press`` on one thread.
"""

from __future__ import annotations

import datetime as dt
import queue
from collections.abc import Callable
from typing import assert_never

import msgspec
from msgspec.structs import replace

from dialog.acts import (
    Act,
    Adjust,
    Ask,
    AttractScreen,
    End,
    GoodbyeScreen,
    IdleScreen,
    ListenScreen,
    Print,
    PrintScreen,
    Rate,
    RateScreen,
    Record,
    Say,
    Screen,
    Show,
    Transfer,
)
from dialog.events import Channel, Event, Heard, Key, Pressed, Silence, Started, Unintelligible
from dialog.session import step
from dialog.state import State
from kiosk import face
from kiosk.face import Do, Intent
from kiosk.ports import (
    Diary,
    EarsFailed,
    Level,
    NotUnderstood,
    PaperCame,
    PartialHeard,
    Parts,
    Ready,
    Report,
    SoundBegan,
    SoundEnded,
    SpeechBegan,
    SpeechOver,
    Understood,
)
from kiosk.view import Overlay, View, Voice

BEAT = 1 / 12
"""Seconds between two steps of a turning ring."""


class Habits(msgspec.Struct, frozen=True):
    """Seconds, and how the terminal listens.

    ``open_ears``: the microphone stays open by itself after a prompt; ``wait_for_speech``: the same after a press;
    ``browsing``: settings changed on the first screen last that long when nobody begins; ``hold``: a longer press is
    "hold to speak"; ``farewell``: the goodbye stays on the glass; ``longest_sound``: a
    prompt that never ended is taken for over. ``voice_barge_in``: the microphone hears no loudspeaker (headset or echo
    cancelling), so speech may cut in.
    """

    open_ears: float = 15.0
    wait_for_speech: float = 10.0
    browsing: float = 60.0
    hold: float = 0.6
    farewell: float = 5.0
    longest_sound: float = 180.0
    voice_barge_in: bool = False


class Timing(msgspec.Struct, frozen=True):
    """One spoken question, in seconds: the parts from the end of speech to the first sound of the answer.

    ``first_sound`` is the whole; 0 until it was heard.
    """

    endpoint: float
    recognition: float
    search: float
    first_sound: float = 0.0


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
        self.sessions = 0
        self.timings: list[Timing] = []
        self._jobs = 0
        self._parts = parts
        self._forget()

    def _forget(self) -> None:
        """The state of a terminal nobody stands at."""
        self._state = State()
        self._ask = Ask()
        self._job = 0
        self._speaking = False
        self._sound_deadline = 0.0
        self._last_interruptible = True
        self._deadline: float | None = None
        self._ears_deadline: float | None = None
        self._wipe_at: float | None = None
        self._deliberate = False
        self._spoke_last = False
        self._pressed_at = 0.0
        self._parked: tuple[Overlay, int] | None = None
        self._speech_ended: float | None = None
        self._beat_at = 0.0
        self._paper_job = 0
        self._opened_by_press = False
        self._reset_at: float | None = None
        self.timings.clear()
        self._welcome()

    def _welcome(self) -> None:
        """The view nobody stands before."""
        parts = self._parts
        if parts is None:
            self.view = replace(self._start, screen=AttractScreen(), ready=False)
            return
        self.view = replace(
            self._start,
            screen=AttractScreen(parts.content_date, parts.world(self._start.language).offline),
            voice=Voice.READY if parts.ears.available else Voice.OFF,
            can_print=parts.paper.available,
            can_type=parts.ime is not None,
            ready=True,
        )

    # -- the outside -------------------------------------------------------------------------------------------------

    @property
    def _equipment(self) -> Parts:
        """The parts; there is no session without them."""
        if self._parts is None:
            raise RuntimeError("the kiosk is not ready yet; wait for Ready")
        return self._parts

    @property
    def active(self) -> bool:
        """Whether a session is under way."""
        return not isinstance(self.view.screen, AttractScreen)

    def post(self, report: Report) -> None:
        """Tell what happened; from any thread."""
        self._inbox.put(report)

    def send(self, event: Event) -> None:
        """A dialog event from a control or a keypad. At the goodbye it begins a new session: a new person is there."""
        if self._wipe_at is not None:
            self._wipe()
        if not self.active:
            self._begin()
        if self.active:
            self._step(event)

    def press(self, name: str) -> None:
        """A finger came down on a control. Only holding to speak acts on it; everything else acts on release."""
        self.view = replace(self.view, pressed=name)
        self._pressed_at = self._clock()
        self._touched()
        if name == "speak" and self.view.voice is not Voice.LISTENING:
            self._talk()
            self._opened_by_press = True
        else:
            self._opened_by_press = False

    def release(self, name: str) -> None:
        """The finger was lifted over ``name`` (empty: over nothing). It counts when it is where it came down."""
        pressed, self.view = self.view.pressed, replace(self.view, pressed="")
        if not pressed:
            return
        if pressed == "speak":
            held = self._clock() - self._pressed_at >= self._habits.hold
            if self.view.voice is Voice.LISTENING and (held or not self._opened_by_press):
                self._finish()
            return
        if name == pressed:
            self._act(name)

    def tap(self, name: str) -> None:
        """Press and release."""
        self.press(name)
        self.release(name)

    def focus(self, name: str, label: str) -> None:
        """The keypad stands on control ``name``: show it and say what it is, instead of what is being said."""
        self._touched()
        self.view = replace(self.view, focus=name)
        if self._parts is None or not label:
            return
        if not self._speaking or self._last_interruptible:
            self._say((label,), interruptible=True)

    def tick(self, now: float) -> None:
        """Work off what came in, and whatever time has come for. Call it every frame."""
        while True:
            try:
                report = self._inbox.get_nowait()
            except queue.Empty:
                break
            self._report(report, now)
        self._deadlines(now)

    def close(self) -> None:
        """The program ends: everything is silent and forgotten."""
        if self._parts is not None:
            self._wipe()

    # -- fingers -----------------------------------------------------------------------------------------------------

    def _act(self, name: str) -> None:
        if self._parts is None:
            return
        before = self.view
        self.view, intents = face.press(self.view, name, self._equipment.ime)
        if before.overlay is Overlay.NONE and self.view.overlay is Overlay.KEYBOARD:
            self._deafen()
        for intent in intents:
            self._intend(intent)

    def _intend(self, intent: Intent) -> None:
        match intent:
            case Do.START:
                self._begin()
            case Do.TALK:
                self._talk()
            case Do.HUSH:
                self._hush()
            case _:
                self.send(intent)

    def _touched(self) -> None:
        """Any touch means somebody is there; only the idle question itself keeps counting."""
        self._spoke_last = False
        if not self.active:
            self._reset_at = self._clock() + self._habits.browsing
        if self._deadline is not None and not isinstance(self.view.screen, IdleScreen):
            self._deadline = self._clock() + self._ask.timeout

    def _begin(self) -> None:
        if self._wipe_at is not None:
            self._wipe()
        if self.active or self._parts is None:
            return
        self._diary.note("session-started")
        self._equipment.ears.wake()
        self._step(Started(Channel.KIOSK, self._today()))

    def _talk(self) -> None:
        """The citizen wants to speak: be silent and listen."""
        if not self._equipment.ears.available or not self.active:
            return
        if isinstance(self.view.screen, IdleScreen):
            self._step(Pressed(Key.STAY))
        self._hush()
        self._deliberate = True
        self._listen(self._habits.wait_for_speech)

    def _finish(self) -> None:
        """The citizen says that the utterance is over, by lifting the finger or pressing again."""
        self._ears_deadline = self._clock() + self._habits.wait_for_speech
        self.view = replace(self.view, voice=Voice.THINKING, level=0.0)
        self._equipment.ears.finish()

    # -- ears, mouth, paper ------------------------------------------------------------------------------------------

    def _report(self, report: Report, now: float) -> None:
        match report:
            case Ready(parts):
                self._parts = parts
                self._welcome()
            case Level(value):
                if self.view.voice is Voice.LISTENING:
                    self.view = replace(self.view, level=value)
            case SpeechBegan():
                self._speech_began()
            case SpeechOver():
                if self.view.voice is Voice.LISTENING:
                    self.view = replace(self.view, voice=Voice.THINKING, level=0.0)
            case PartialHeard(text):
                if self.view.voice is Voice.LISTENING:
                    self.view = replace(self.view, partial=text)
                    self._ears_deadline = None
            case Understood():
                self._understood(report)
            case NotUnderstood():
                self._not_understood()
            case EarsFailed():
                self._diary.note("microphone-lost")
                self.view = replace(self.view, voice=Voice.OFF, partial="", level=0.0)
            case SoundBegan(job, at):
                self._sound_began(job, at)
            case SoundEnded(job):
                if job == self._job and self._speaking:
                    self._quiet(now)
            case PaperCame(job, printed):
                if job == self._paper_job:
                    self._paper_job = 0
                    self._diary.note("print-ended", outcome=printed.outcome.value)
                    self._step(printed)
            case _:
                assert_never(report)

    def _speech_began(self) -> None:
        if self._speaking and self._habits.voice_barge_in and self._last_interruptible:
            self._diary.note("barge-in")
            self._hush()
        if self.view.voice is Voice.LISTENING:
            self._ears_deadline = None
            self._touched()

    def _understood(self, heard: Understood) -> None:
        if not self.active or self.view.voice not in (Voice.LISTENING, Voice.THINKING):
            return
        self._equipment.ears.deafen()
        self._ears_deadline = None
        self._spoke_last = True
        self._speech_ended = heard.speech_ended
        self.view = replace(self.view, voice=Voice.THINKING, partial=heard.text, level=0.0)
        began = self._clock()
        self._step(Heard(heard.text, heard.pinyin, heard.confidence, heard.nbest))
        searched = self._clock() - began
        self.timings.append(Timing(heard.endpoint, heard.recognition, searched))
        self._diary.note("utterance-understood", recognition_ms=round(heard.recognition * 1000))

    def _not_understood(self) -> None:
        """Only what was said on purpose is asked for again; a room's noise is not."""
        if not self.active or self.view.voice not in (Voice.LISTENING, Voice.THINKING):
            return
        self._diary.note("utterance-not-understood")
        if self._deliberate:
            self._step(Unintelligible())
        else:
            self.view = replace(self.view, voice=Voice.LISTENING, partial="")

    def _sound_began(self, job: int, at: float) -> None:
        if job != self._job or self._speech_ended is None:
            return
        if self.timings and not self.timings[-1].first_sound:
            whole = max(0.0, at - self._speech_ended)
            self.timings[-1] = replace(self.timings[-1], first_sound=whole)
            self._diary.note("answer-sounded", first_sound_ms=round(whole * 1000))
        self._speech_ended = None

    def _quiet(self, now: float) -> None:
        """Everything was said: the deadline starts, and the ears open where speaking is likely."""
        self._speaking = False
        self._idle_voice()
        self._deadline = now + self._ask.timeout if self.active and not self._paper_job else None
        if isinstance(self.view.screen, GoodbyeScreen):
            self._wipe_at = now + self._habits.farewell
        if self._wipe_at is not None or self._paper_job or not self._ask.open_speech:
            return
        likely = self._spoke_last or isinstance(self.view.screen, ListenScreen | IdleScreen | RateScreen)
        if likely and self.view.overlay is Overlay.NONE and self._equipment.ears.available and self.active:
            self._deliberate = False
            self._listen(self._habits.open_ears)

    def _listen(self, seconds: float) -> None:
        self._equipment.ears.listen()
        self._ears_deadline = self._clock() + seconds
        self.view = replace(self.view, voice=Voice.LISTENING, partial="", level=0.0, overlay=Overlay.NONE)

    def _deafen(self) -> None:
        self._equipment.ears.deafen()
        self._ears_deadline = None
        if self.view.voice in (Voice.LISTENING, Voice.THINKING):
            self._idle_voice()

    def _idle_voice(self) -> None:
        voice = Voice.READY if self._equipment.ears.available else Voice.OFF
        if self._speaking:
            voice = Voice.SPEAKING if self._equipment.ears.available else Voice.OFF
        self.view = replace(self.view, voice=voice, level=0.0)

    def _hush(self) -> None:
        if self._speaking:
            self._equipment.mouth.hush()
            self._quiet_without_listening()

    def _quiet_without_listening(self) -> None:
        self._speaking = False
        self._job += 1  # what the old job still reports is stale
        self._idle_voice()
        if self.active and self._wipe_at is None and not self._paper_job:
            self._deadline = self._clock() + self._ask.timeout

    # -- the dialog --------------------------------------------------------------------------------------------------

    def _step(self, event: Event) -> None:
        self._state, acts = step(self._state, event, self._equipment.world(self.view.language))
        self._perform(acts)

    def _perform(self, acts: tuple[Act, ...]) -> None:
        texts: list[str] = []
        interruptible = True
        rate, volume = self.view.rate, self.view.volume
        self._deadline = None
        ended = False
        shown = False
        for act in acts:
            match act:
                case Say():
                    texts.append(act.text)
                    interruptible = interruptible and act.interruptible
                case Show(screen):
                    self._show(screen)
                    shown = True
                case Ask():
                    self._ask = act
                case Adjust():
                    rate, volume = act.rate, act.volume
                    self.view = replace(self.view, rate=rate, volume=volume)
                case Print():
                    self._print(act)
                case Rate():
                    self._diary.note("rated", stars=act.stars)
                    self._equipment.ratings.keep(act)
                case End(reason):
                    self._diary.note("session-ended", reason=reason)
                    ended = True
                case Record() | Transfer():
                    self._diary.note("act-not-for-kiosk", act=type(act).__name__.lower())
                case _:
                    assert_never(act)
        if texts or shown:
            self._say(tuple(texts), interruptible)
        elif not self._speaking:
            self._quiet(self._clock())
        if ended:
            self._end(bool(texts))

    def _show(self, screen: Screen) -> None:
        if isinstance(screen, IdleScreen):
            self._parked = (self.view.overlay, self.view.page)
            self.view = replace(
                self.view, screen=screen, overlay=Overlay.NONE, page=0, seconds=screen.seconds, partial="", focus=""
            )
            return
        overlay, page = Overlay.NONE, 0
        if isinstance(self.view.screen, IdleScreen) and self._parked is not None:
            overlay, page = self._parked
        self._parked = None
        self.view = replace(self.view, screen=screen, overlay=overlay, page=page, partial="", focus="")

    def _say(self, texts: tuple[str, ...], interruptible: bool) -> None:
        """Speak instead of what is being spoken; a warning of danger is never cut short by what follows it."""
        self._deafen()
        if self._speaking:
            self._equipment.mouth.hush()
        self._job += 1
        self._last_interruptible = interruptible
        if texts and self._equipment.mouth.available and self.view.volume > 0:
            self._speaking = True
            self._sound_deadline = self._clock() + self._habits.longest_sound
            self._equipment.mouth.speak(self._job, texts, self.view.rate, self.view.volume, self.view.language)
            self._idle_voice()
        else:
            self._speaking = False
            self._quiet(self._clock())

    def _print(self, act: Print) -> None:
        self._diary.note("print-started", kind=act.kind.value)
        self._jobs += 1
        self._paper_job = self._jobs
        self._equipment.paper.start(self._paper_job, act)

    # -- time --------------------------------------------------------------------------------------------------------

    def _deadlines(self, now: float) -> None:
        if self._wipe_at is not None and now >= self._wipe_at:
            self._wipe()
            return
        if self._reset_at is not None and now >= self._reset_at and not self.active and self._parts is not None:
            self._wipe()
            return
        if self._speaking and now >= self._sound_deadline:
            self._diary.note("sound-never-ended")
            self._equipment.mouth.hush()
            self._quiet(now)
        if self._ears_deadline is not None and now >= self._ears_deadline:
            self._deafen()
        if isinstance(self.view.screen, IdleScreen):
            left = self.view.screen.seconds if self._deadline is None else max(0, round(self._deadline - now + 0.5))
            if left != self.view.seconds:
                self.view = replace(self.view, seconds=left)
        if self._deadline is not None and now >= self._deadline:
            self._deadline = None
            self._step(Silence())
        turning = self.view.voice is Voice.THINKING or (
            isinstance(self.view.screen, PrintScreen) and self.view.screen.state == "printing"
        )
        if turning and now >= self._beat_at:
            self._beat_at = now + BEAT
            self.view = replace(self.view, beat=self.view.beat + 1)

    def _end(self, something_to_say: bool) -> None:
        """The goodbye is heard to its end and read, then everything is wiped; without one, at once."""
        if isinstance(self.view.screen, GoodbyeScreen):
            longest = self._habits.longest_sound if self._speaking else self._habits.farewell
            self._wipe_at = self._clock() + longest
        elif not something_to_say:
            self._wipe()

    def _wipe(self) -> None:
        """Nothing of the person stays: not in the view, the state, the ears, the mouth or the inbox."""
        self._equipment.mouth.hush()
        self._equipment.ears.sleep()
        while not self._inbox.empty():
            self._inbox.get_nowait()
        self._forget()
        self.sessions += 1
        self._diary.note("session-wiped")
