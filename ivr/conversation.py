"""One call: what the caller says and presses goes to the dialog, its acts are carried out on the leg.

::

    leg ── sound ──> ears ── heard ──┐                      ┌─> mouth (say), 400 ms ahead
        ── keys ─────────────────────┼─> think ── acts ─────┼─> listen (ask), until the deadline
    deadlines ───────────────────────┘   (dialog.step)      ├─> an errand (record, transfer, file)
                                                            └─> hang up (end)

Time comes in through ``tick``, every 20 ms; nothing here waits, so a test runs a call in no time. The rules of taking
turns: speech or a key cuts an answer short at once; what interrupted and was no speech lets the answer go on from the
sentence the caller was in; speech right after an answer began belongs to the question before it; and whenever it is our
turn and nothing can be said yet, "one moment" is said.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import assert_never

from dialog.acts import Act, Ask, End
from dialog.events import (
    Channel,
    Event,
    Key,
    NotPerformed,
    Pressed,
    Silence,
    Started,
    Unintelligible,
)
from dialog.state import State
from ivr import keys, understanding
from ivr.answering import Answering
from ivr.diary import BargedIn, CallBegan, CallEnded, Ending, NotUnderstood, Trouble, WentOn
from ivr.doing import Doing
from ivr.ears import GapFiller
from ivr.errands import UnderWay
from ivr.keepsakes import Keepsakes
from ivr.keying import Keying
from ivr.leg import Answered, HandedOver, HungUp, KeyPressed, KeyReleased, Leg, LegEvent
from ivr.mouth import Mouth
from ivr.parts import Desk, Parts
from ivr.patience import Patience, SpokenTurn
from ivr.presses import Does, Presses
from ivr.script import Run, Script
from ivr.thoughts import Thoughts
from speech import hearing
from speech.recognition import Hypothesis


class Conversation:
    """``call``: its running number, for the diary. Drive it: ``begin``, then ``tick`` every 20 ms until ``over``."""

    def __init__(self, leg: Leg, parts: Parts, call: int = 1) -> None:
        self._leg, self._parts, self._call = leg, parts, call
        self._mouth = Mouth(leg)
        self._answering = Answering(self._mouth)
        self._ears = parts.ears()
        self._gaps = GapFiller()
        self._inbox: deque[LegEvent] = deque()
        self._thoughts = Thoughts(parts)
        self._doing = Doing.THINKING
        self._kept = Keepsakes()
        self._script = Script(parts.voice, self._kept, lambda act: parts.rated(act, leg.caller), parts.prompt)
        self._patience = Patience(parts.habits)
        self._deadline: float | None = None
        self._speak_from = 0.0
        self._spoken: SpokenTurn | None = None
        self._presses, self._keying = Presses(), Keying()
        self._handed_over = False
        self._errand = UnderWay(lambda entry: parts.diary.note(entry, call))
        self._troubles = 0
        self._turns = 0
        self._began = 0.0
        leg.listen(self._inbox.append)

    @property
    def over(self) -> bool:
        return self._doing is Doing.OVER

    @property
    def doing(self) -> Doing:
        return self._doing

    def begin(self, now: float, calls: int = 1) -> None:
        """The leg is up: greet."""
        self._began = now
        self._parts.diary.note(CallBegan(calls), self._call)
        self._think(Started(Channel.PHONE, self._parts.today()), now)
        self._speak_from = now + self._parts.habits.first_pause

    def tick(self, now: float) -> None:
        """20 ms passed, more or less."""
        while self._inbox and not self.over:
            self._leg_event(self._inbox.popleft(), now)
        if self.over:
            return
        sound = self._gaps.take(self._leg.read(), now)
        for key in self._presses.heard(sound, now):
            self._key(key, now, self._undecided)
        if self._errand:
            self._run_errand(sound, now)
        else:
            self._hear(sound, now)
        self._collect(now)
        self._press_early(now)
        self._settle(now)
        self._keep_alive(now)
        if not self.over and now >= self._speak_from:
            self._mouth.pump(now)
            self._first_audio(now)

    def close(self) -> None:
        """The program ends: hang up."""
        if not self.over:
            self._end(Ending.TROUBLE, self._began)
            self._leg.hang_up()

    # -- the leg -----------------------------------------------------------------------------------------------------

    def _leg_event(self, event: LegEvent, now: float) -> None:
        match event:
            case KeyPressed() | KeyReleased():
                if key := self._presses.told(event, now):
                    self._key(key, now, self._undecided)
            case HandedOver(reached):
                self._handed_over |= reached
                self._errand.leg_event(event)
            case HungUp():
                self._hung_up(now)
            case Answered():
                return
            case _:
                assert_never(event)

    def _hung_up(self, now: float) -> None:
        """The caller is gone; what the dialog still wants kept (a message) is kept."""
        last = self._errand.hung_up(now)
        self._thoughts.leave(last, self._kept)
        self._end(Ending.HANDED_OVER if self._handed_over and last is None else Ending.CALLER, now)

    @property
    def _undecided(self) -> bool:
        """What the caller said or keyed last may lead to another question."""
        return self._doing is Doing.THINKING or (self._doing is Doing.LISTENING and self._ears.busy)

    def _press_early(self, now: float) -> None:
        for number, key in enumerate(self._keying.early(self._script.ask, self._undecided, now)):
            self._key(key, now, number > 0 and self._undecided)  # a check code may follow the number

    def _key(self, key: str, now: float, undecided: bool = False) -> None:
        may_cut = self._answering.interruptible
        done = self._keying.press(key, self._script.ask, self._doing, may_cut, undecided, now)
        if done is Does.NOTHING:
            return
        if done is Does.ERRAND:
            self._errand.key(key)
            return
        self._hush(now)
        if done is Does.DIGIT:
            self._ears.deafen()
            self._deadline = now + self._parts.habits.between_digits
        elif not isinstance(done, Does):
            self._ears.deafen()
            self._spoken = None
            self._think(done, now)
            self._speak_from = now + self._parts.habits.key_pause

    def _hush(self, now: float) -> None:
        """A key is an end of what is being said, and of what was left of it."""
        if self._doing is Doing.SPEAKING:
            self._cut("key", now)
        self._forget_speech()

    # -- hearing -----------------------------------------------------------------------------------------------------

    def _hear(self, sound: bytes, now: float) -> None:
        if self._doing is Doing.SPEAKING and not (self._answering.interruptible and self._parts.habits.voice_barge_in):
            return
        speaking = self._ears.open
        events = list(self._ears.hear(sound))
        if speaking and not self._ears.open and self._ears.busy:
            self._patience.owed_since = now - self._parts.habits.pause  # the caller has finished: our turn
        for event in events:
            match event:
                case hearing.SpeechStarted():
                    self._speech_began(now)
                case hearing.Partial():
                    pass
                case hearing.Foreseen(hypothesis):
                    self._thoughts.foresee(*self._meant(hypothesis))
                case hearing.Final():
                    self._understood(event, now)
                case hearing.Unintelligible(reason):
                    self._not_understood(reason, now)
                case _:
                    assert_never(event)
        if self._doing is Doing.SPEAKING:
            self._answering.watch(self._ears.rising, now)

    def _speech_began(self, now: float) -> None:
        self._deadline = None
        if self._doing is Doing.SPEAKING and self._mouth.playing:
            self._cut("voice", now)
        elif self._doing is Doing.THINKING:
            self._mouth.stop()  # a filler

    def _understood(self, event: hearing.Final, now: float) -> None:
        text, timings = event.hypothesis.text, event.timings
        if self._answering.was_cut and understanding.is_agreement(text) and not self._may_say_yes():
            self._go_on()
            return
        heard, state = self._meant(event.hypothesis)
        self._forget_speech()
        endpoint, recognition = timings.endpoint / 1000, timings.recognition / 1000
        self._spoken = SpokenTurn(now - endpoint - recognition, endpoint, recognition)
        self._turns += 1
        self._think(heard, now, state)
        self._patience.owed_since = self._spoken.ended

    def _may_say_yes(self) -> bool:
        """A question was cut in its last sentence: 对 is the answer to it, not a sign that somebody listens."""
        asked = self._answering.nearly_said and not self._script.speaks_next
        return asked and Key.YES in self._script.ask.keys

    def _meant(self, hypothesis: Hypothesis) -> tuple[Event, State]:
        """What the dialog is asked with these words, and in which state."""
        at_once = self._answering.was_cut and self._answering.heard < self._parts.habits.second_thought
        return self._thoughts.meant(hypothesis, self._doing is Doing.THINKING or at_once)

    def _not_understood(self, reason: str, now: float) -> None:
        self._parts.diary.note(NotUnderstood(reason), self._call)
        if self._answering.was_cut:
            self._go_on()
        elif self._doing is Doing.LISTENING:
            self._spoken = None
            self._think(Unintelligible(), now)

    def _cut(self, by: str, now: float) -> None:
        """Silence on the line; what was not heard is kept in case it was only noise."""
        self._parts.diary.note(BargedIn(by, round(self._answering.cut(now), 2)), self._call)
        self._doing = Doing.LISTENING

    def _go_on(self) -> None:
        """It was nothing: say the rest."""
        if self._answering.go_on():
            self._parts.diary.note(WentOn(), self._call)
            self._doing = Doing.SPEAKING

    def _forget_speech(self) -> None:
        """What was left to say is not wanted any more; an ``Ask`` behind it stays."""
        self._answering.forget()
        self._script.forget_speech()

    # -- thinking ----------------------------------------------------------------------------------------------------

    def _think(self, event: Event, now: float, state: State | None = None) -> None:
        """Give ``event`` to the dialog; a turn that is still being thought about is forgotten."""
        self._script.clear()
        self._answering.new_turn()
        self._keying.new_turn()
        self._deadline = None
        self._patience.owed_since = now
        self._doing = Doing.THINKING
        self._thoughts.ask(event, state if state is not None else self._thoughts.state)

    def _collect(self, now: float) -> None:
        """Take the dialog's answer when it is there and the caller is not speaking on."""
        acts = None if self._ears.open else self._thoughts.take()
        if acts is None:
            return
        if isinstance(acts, BaseException):
            self._failed(acts, now)
            return
        if self._spoken is not None:
            self._spoken.thought = now
        event = self._thoughts.event
        notice = self._parts.notice if isinstance(event, Started) else ""
        self._script.write(acts, notice, name_keys=isinstance(event, Silence))
        self._next(now)

    def _failed(self, error: BaseException, now: float) -> None:
        """The dialog broke: a person, and if that breaks too, the end; never a silent line."""
        self._parts.diary.note(Trouble("dialog", type(error).__name__), self._call)
        self._troubles += 1
        if self._troubles > 1:
            self._end(Ending.TROUBLE, now)
            self._leg.hang_up()
        else:
            self._think(Pressed(Key.HUMAN), now)

    # -- carrying out ------------------------------------------------------------------------------------------------

    def _settle(self, now: float) -> None:
        """What was being said is over, or the caller's time is."""
        if self._doing is Doing.SPEAKING and not self._mouth.playing:
            self._next(now)
        elif self._doing is Doing.LISTENING and self._answering.was_cut and not self._ears.busy:
            self._go_on()
        elif self._doing is Doing.LISTENING and self._script and not self._ears.busy:
            self._next(now)
        elif self._doing is Doing.LISTENING and self._deadline is not None and now >= self._deadline:
            self._spoken = None
            self._think(self._keying.number(self._script.ask) if self._keying.dialling else Silence(), now)

    def _next(self, now: float) -> None:
        """Begin the next step of the turn."""
        if not self._script.speaks_next and (key := self._keying.kept()):
            self._doing = Doing.LISTENING
            if keys.meaning(key, self._script.ask) is not None and not self._script.leaves_next:
                self._key(key, now)
                return
        if not self._script:
            self._listen(now)
            return
        match self._script.take():
            case Run() as run:
                if not run.interruptible:
                    self._ears.deafen()
                self._answering.say(run)
                self._doing = Doing.SPEAKING
                if (call := self._script.take_call()) is not None:
                    self._start_errand(call, now)
            case Ask():
                self._listen(now)
            case End(reason):
                self._end(Ending.HANDED_OVER if reason == "transferred" else Ending.FINISHED, now)
                self._leg.hang_up()
            case act:
                self._start_errand(act, now)

    def _listen(self, now: float) -> None:
        self._doing = Doing.LISTENING
        self._answering.interruptible = True
        dialling = self._keying.dialling
        self._deadline = now + (self._parts.habits.between_digits if dialling else self._script.ask.timeout)

    def _start_errand(self, act: Act, now: float) -> None:
        def say(texts: Sequence[str]) -> None:
            self._mouth.play(self._script.spoken(texts))

        errand = self._parts.errands(act, Desk(self._leg, self._mouth, say, self._kept, self._call))
        if errand is None:
            self._think(NotPerformed(), now)
            return
        self._ears.deafen()
        self._errand.start(errand, now)
        self._doing = Doing.BUSY
        self._patience.owed_since = now

    def _run_errand(self, sound: bytes, now: float) -> None:
        event = self._errand.tick(now, sound)
        if event is not None:
            self._spoken = None
            self._think(event, now)

    def _keep_alive(self, now: float) -> None:
        """It is our turn and there is nothing to say yet: "one moment"."""
        understanding = self._doing is Doing.LISTENING and self._ears.busy
        starved = self._doing in (Doing.SPEAKING, Doing.BUSY) and self._mouth.starved
        waiting = self._doing is Doing.THINKING or understanding or starved
        if self._errand:
            waiting = self._errand.waiting or starved
        if not waiting or self._ears.open or (self._mouth.playing and not self._mouth.starved):
            return
        if self._patience.is_over(now, self._mouth.last_sound):
            if self._spoken is not None:
                self._spoken.filler = True
            within = self._doing is Doing.SPEAKING and self._answering.began is not None
            voice = self._parts.voice
            self._mouth.interject(voice.breath if within else voice.filler)

    def _first_audio(self, now: float) -> None:
        speaks = self._doing in (Doing.SPEAKING, Doing.BUSY)
        if self._answering.began is not None or not speaks or self._mouth.last_sound < now:
            return
        self._answering.began = now
        spoken, self._spoken = self._spoken, None
        if spoken is not None:
            self._parts.diary.note(spoken.answered(now), self._call)

    def _end(self, ending: Ending, now: float) -> None:
        """The call is over: nothing of it stays."""
        self._doing = Doing.OVER
        self._forget_speech()
        self._ears.wipe()
        self._thoughts.wipe()
        self._script.clear()
        self._parts.diary.note(CallEnded(ending, round(now - self._began, 1), self._turns), self._call)
