"""A call on virtual time: the real conversation, mouth and ears; a scripted dialog and a scripted recogniser.

The voice says every text as a level of its own, so that what the caller heard can be read back from the line.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from itertools import groupby

import numpy as np

from content.standard_prompts import standard_prompts
from dialog.acts import Act
from dialog.events import Event
from dialog.state import DEFAULT_VOLUME, State, Turn
from ivr.conversation import Conversation
from ivr.diary import ListDiary
from ivr.ears import Ears
from ivr.keepsakes import Keepsakes
from ivr.leg import FRAME, RATE
from ivr.mouth import Sound
from ivr.parts import Desk, Errand, Parts, Think, Thought
from ivr.settings import Habits
from ivr.virtual_leg import VirtualLeg
from speech.audio import Samples
from speech.hearing import Hearing
from speech.recognition import Hypothesis, Recogniser, RecogniserStream
from speech.scripted import Line, ScriptedRecogniser, understood
from speech.sentences import split_sentences

SECONDS_A_CHARACTER = 0.2
FILLER = "请稍等"
BREATH = "叮"


class LoudIsVoice:
    """A frame above -40 dB is voice."""

    def probability(self, frame: Samples, level: float) -> float:
        return 0.95 if level > -40 else 0.01

    def reset(self) -> None:
        return


class LevelVoice:
    """``delay``: how many times ``take`` finds nothing ready, before each text's first piece."""

    def __init__(self) -> None:
        self.levels: dict[int, str] = {}
        self.said: list[tuple[str, float, int]] = []
        self.sources: list[tuple[Sequence[str], Late]] = []
        self.delay = 0
        self.slow: dict[str, int] = {}
        self.filler = self.sound(FILLER)
        self.breath = self.sound(BREATH)

    def sound(self, text: str) -> bytes:
        level = next((level for level, known in self.levels.items() if known == text), 0)
        if not level:
            level = 100 * (len(self.levels) + 1)
            self.levels[level] = text
        return np.full(round(len(text) * SECONDS_A_CHARACTER * RATE), level, "<i2").tobytes()

    def speak(self, texts: Sequence[str], rate: float = 1.0, volume: int = DEFAULT_VOLUME) -> Late:
        self.said += [(text, rate, volume) for text in texts]
        delay = self.slow.get(texts[0], self.delay)
        self.sources.append((texts, Late([self.sound(one) for text in texts for one in split_sentences(text)], delay)))
        return self.sources[-1][1]


class Late:
    """A source whose first piece takes a while."""

    def __init__(self, pieces: Sequence[bytes], delay: int) -> None:
        self._sound, self._delay = Sound(*pieces), delay

    def take(self) -> bytes | None:
        if self._delay:
            self._delay -= 1
            return None
        return self._sound.take()

    @property
    def over(self) -> bool:
        return self._delay == 0 and self._sound.over

    def stop(self) -> None:
        self._delay = 0
        self._sound.stop()


class SlowRecogniser:
    """Understands one text, but tells it only when ``release`` is called."""

    name = "slow"

    def __init__(self, text: str) -> None:
        self._text = text
        self._waiting: list[Future[Hypothesis]] = []

    def stream(self) -> RecogniserStream:
        return self

    def feed(self, samples: Samples) -> str:
        return ""

    def finish(self) -> Hypothesis:
        raise NotImplementedError  # a line asks for it soon, and never waits

    def finish_soon(self) -> Future[Hypothesis]:
        self._waiting.append(Future())
        return self._waiting[-1]

    def preview_soon(self) -> Future[Hypothesis] | None:
        return None

    def drop(self) -> None:
        return

    def release(self) -> None:
        for future in self._waiting:
            future.set_result(understood(Line(self._text), 1.0))
        self._waiting.clear()


class ScriptedDialog:
    """Answers the n-th event with the n-th turn, after ``delay`` seconds of the call's clock; keeps the events."""

    def __init__(self, turns: Sequence[Sequence[Act]], clock: Callable[[], float]) -> None:
        self.turns, self._clock = list(turns), clock
        self.events: list[Event] = []
        self.states: list[State] = []
        self.delay = 0.0
        self.broken = False
        self.ahead: list[Event] = []
        self.kept: list[Event] = []
        self._waiting: list[tuple[float, Future[Turn], Turn]] = []

    def think(self, state: State, event: Event) -> Future[Turn]:
        self.states.append(state)
        self.events.append(event)
        acts = tuple(self.turns.pop(0)) if self.turns else ()
        future: Future[Turn] = Future()
        if self.broken:
            future.set_exception(RuntimeError("broken"))
            return future
        turn = (State(heard=str(len(self.events))), acts)
        if self.delay:
            self._waiting.append((self._clock() + self.delay, future, turn))
        else:
            future.set_result(turn)
        return future

    def foresee(self, state: State, event: Event) -> Thought:
        future = self.think(state, event)
        self.ahead.append(self.events.pop())
        return Thought(future, lambda: self.kept.append(event))

    def tick(self) -> None:
        due = [entry for entry in self._waiting if entry[0] <= self._clock()]
        self._waiting = [entry for entry in self._waiting if entry not in due]
        for _, future, turn in due:
            future.set_result(turn)


class Call:
    """``turns``: the acts of each turn, the greeting's first; ``lines``: what the recogniser understands, in order."""

    def __init__(
        self,
        *turns: Sequence[Act],
        lines: Sequence[str | Line] = (),
        habits: Habits | None = None,
        errands: Callable[[Act, Desk], Errand | None] = lambda act, desk: None,
        leg: VirtualLeg | None = None,
        think: Think | None = None,
        left: Callable[[Future[Turn], Keepsakes], None] = lambda turn, kept: None,
        now: dt.datetime = dt.datetime(2026, 11, 23, 10, 0),
        recogniser: Recogniser | None = None,
        foresees: bool = False,
    ) -> None:
        self.now = 100.0
        self.leg = leg or VirtualLeg("13800000000")
        self.voice = LevelVoice()
        self.diary = ListDiary()
        self.dialog = ScriptedDialog(turns, lambda: self.now)
        self.ratings: list[tuple[int, str]] = []
        self._random = np.random.default_rng(1)
        understands = recogniser or ScriptedRecogniser(lines)
        parts = Parts(
            think=think or self.dialog.think,
            prompt=lambda name: standard_prompts()[name].texts["zh"],
            foresee=self.dialog.foresee if foresees else None,
            left=left,
            voice=self.voice,
            ears=lambda: Ears(Hearing(understands, voice=LoudIsVoice(), clock=lambda: self.now)),
            errands=errands,
            diary=self.diary,
            today=lambda: now,
            rated=lambda act, caller: self.ratings.append((act.stars, act.item_id)),
            habits=habits or Habits(first_pause=0.0, key_pause=0.0),
        )
        self.conversation = Conversation(self.leg, parts)
        self.conversation.begin(self.now)

    def run(self, seconds: float) -> Call:
        """Let time pass."""
        for _ in range(round(seconds / FRAME)):
            self.now += FRAME
            self.leg.advance()
            self.dialog.tick()
            self.conversation.tick(self.now)
        return self

    def say(self, seconds: float = 1.0, amplitude: float = 0.2) -> Call:
        """The caller makes sound (from now on; ``run`` lets it be heard)."""
        noise = amplitude * self._random.standard_normal(round(seconds * RATE))
        self.leg.speak((np.clip(noise, -1, 1) * 32767).astype("<i2").tobytes())
        return self

    def heard(self) -> list[tuple[str, float]]:
        """(text, seconds) the caller heard, in order; "" is silence."""
        levels = np.frombuffer(bytes(self.leg.heard), "<i2")
        runs = [(level, len(list(group))) for level, group in groupby(levels.tolist())]
        return [(self.voice.levels.get(level, ""), round(length / RATE, 2)) for level, length in runs]

    def texts(self) -> list[str]:
        """What the caller heard, without the silence."""
        return [text for text, _ in self.heard() if text]

    @property
    def events(self) -> list[Event]:
        return self.dialog.events
