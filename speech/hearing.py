"""Hearing: sound goes in as it comes, events come out. One ``Hearing`` for a microphone or a call.

    hearing = Hearing(recogniser)
    for event in hearing.feed(samples):        # 16 kHz, any block size
        match event: SpeechStarted | Partial | Foreseen | Final | Unintelligible

Waiting for the end of a turn takes half a second, and understanding it then takes another part of one. So both are done
at once: after ``AHEAD`` of quiet the recogniser is asked what it would say if nothing more came::

    voice ####.......................
    quiet     |<-AHEAD->|
    preview             |==recognition==| Foreseen: a front end may begin to think
    closed                        |     Final: the same hypothesis, at once

If the voice goes on the preview is forgotten: nothing was committed. The ``Final`` of a turn is the preview of the
quiet that closed it, so nothing is understood twice.

Time is counted in samples, so a recording fed as fast as it can be read gives the same events as a microphone. A
recogniser in a process of its own answers a little later: its ``Final`` comes out of a later ``feed``. Nothing here
raises for what the recogniser does; nothing is written anywhere.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future

import msgspec
import numpy as np

from speech.audio import RECOGNISER_RATE, Samples
from speech.endpointing import FRAME, Boundary, Endpointer, EndpointSettings, level_of, phrase_of
from speech.recognition import Hypothesis, Recogniser, RecogniserStream, SpeechError
from speech.voice import Silero, VoiceActivity

PRE_ROLL = 0.5
"""s of sound before a turn opened that belong to it: the first syllable starts before the detector is sure."""

PARTIAL_EVERY = 0.2
"""s of sound between two ``Partial`` events of a turn, at most."""

AHEAD = 0.25
"""s of quiet in a turn after which the recogniser is asked for a preview: longer than the gaps between syllables."""

LEAST_CONFIDENCE = 0.12
"""A final hypothesis below it is called unintelligible."""


class SpeechStarted(msgspec.Struct, frozen=True, tag="speech_started"):
    """Somebody began to speak. ``at``: seconds of sound since this ``Hearing`` began."""

    at: float


class Partial(msgspec.Struct, frozen=True, tag="partial"):
    """What was understood so far; sent when it changed, and every ``PARTIAL_EVERY`` of a turn even when it did not:
    somebody speaks and is being heard. Empty until the recogniser has words (whisper has none for a second)."""

    text: str


class Foreseen(msgspec.Struct, frozen=True, tag="foreseen"):
    """What the ``Final`` will be if the speaker says no more. Nothing may be done yet that could be noticed."""

    hypothesis: Hypothesis


class Timings(msgspec.Struct, frozen=True):
    """Milliseconds. ``endpoint``: last voice to the decision that the turn is over (time of the sound);
    ``recognition``: that decision to the final text (time of the clock)."""

    endpoint: float
    recognition: float


class Final(msgspec.Struct, frozen=True, tag="final"):
    hypothesis: Hypothesis
    timings: Timings


class Unintelligible(msgspec.Struct, frozen=True, tag="unintelligible"):
    """Somebody spoke and no word was understood. ``reason``: "unclear", or "restarted" when recognition had failed."""

    reason: str = "unclear"


HearingEvent = SpeechStarted | Partial | Foreseen | Final | Unintelligible


class _Pending(msgspec.Struct):
    """A turn that is over and whose text is still to come, perhaps from a preview. ``quiet``: what closed it, seconds;
    ``began``: when, by the clock."""

    stream: RecogniserStream
    future: Future[Hypothesis]
    is_preview: bool
    quiet: float
    began: float


class Hearing:
    """Endpointing and recognition of one source of sound. Not thread-safe.

    ``level`` is the loudness of the latest sound, 0..1, for a meter. ``clock`` measures only the recogniser.
    """

    def __init__(
        self,
        recogniser: Recogniser,
        settings: EndpointSettings | None = None,
        voice: VoiceActivity | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._recogniser = recogniser
        self._voice = voice or Silero()
        self._clock = clock
        self.endpointer = Endpointer(settings)
        self.level = 0.0
        self._rest = np.zeros(0, np.float32)
        self._before: deque[Samples] = deque(maxlen=max(1, round(PRE_ROLL * RECOGNISER_RATE / FRAME)))
        self._stream: RecogniserStream | None = None
        self._partial = ""
        self._since_partial = 0
        self._preview: Future[Hypothesis] | None = None
        self._previewed = self._foreseen = False
        self._pending: deque[_Pending] = deque()
        self._frames = 0

    @property
    def seconds(self) -> float:
        """Sound heard so far."""
        return self._frames * FRAME / RECOGNISER_RATE

    @property
    def busy(self) -> bool:
        """Somebody is speaking, or a final hypothesis is still to come."""
        return self._stream is not None or bool(self._pending)

    def feed(self, samples: Samples) -> Iterator[HearingEvent]:
        """Take sound; the events it caused, in order."""
        yield from self._finished(wait=False)
        yield from self._looked_ahead()
        sound = np.concatenate([self._rest, np.asarray(samples, np.float32)])
        whole = len(sound) // FRAME * FRAME
        self._rest = sound[whole:]
        for start in range(0, whole, FRAME):
            yield from self._frame(sound[start : start + FRAME])

    def flush(self) -> Iterator[HearingEvent]:
        """No more sound (a file ended, the button was let go): close an open turn and wait for what is pending."""
        if self._stream is not None:
            if len(self._rest):
                self._stream.feed(self._rest)
            self._close(quiet=self.endpointer.quiet)
            self.endpointer.close_now()
        self._rest = np.zeros(0, np.float32)
        yield from self._finished(wait=True)

    def discard(self) -> None:
        """Forget an open turn and what is pending, for instance because the terminal itself begins to speak."""
        if self._stream is not None:
            self._stream.drop()
        self._stream = None
        self._forget_preview()
        for pending in self._pending:
            pending.stream.drop()
        self._pending.clear()
        self._partial = ""
        self._before.clear()
        self.endpointer.close_now()

    def wipe(self) -> None:
        """The session is over: forget the speaker too."""
        self.discard()
        self._rest = np.zeros(0, np.float32)
        self._voice.reset()
        self.endpointer = Endpointer(self.endpointer.settings)
        self.level = 0.0

    def _frame(self, frame: Samples) -> Iterator[HearingEvent]:
        self._frames += 1
        level = level_of(frame)
        self.level = max(0.0, min(1.0, (level + 60.0) / 50.0))
        probability = self._voice.probability(frame, level)
        boundary = self.endpointer.frame(probability, level, phrase_of(self._partial))
        if boundary is Boundary.OPENED:
            self._stream = self._recogniser.stream()
            self._forget_preview()
            self._partial = ""
            self._since_partial = 0
            yield SpeechStarted(at=self.seconds)
            self._before.append(frame)
            self._stream.feed(np.concatenate(self._before))
            self._before.clear()
        elif self._stream is not None:
            text = self._stream.feed(frame)
            self._since_partial += 1
            if text != self._partial or (self._since_partial + 1) * FRAME > PARTIAL_EVERY * RECOGNISER_RATE:
                self._partial = text
                self._since_partial = 0
                yield Partial(text)
            self._look_ahead(self.endpointer.quiet)
            yield from self._looked_ahead()
            if boundary is Boundary.CLOSED:
                self._close(self.endpointer.quiet)
                yield from self._finished(wait=False)
        else:
            self._before.append(frame)

    def _look_ahead(self, quiet: float) -> None:
        """Ask for a preview, once in a pause; the voice that ends the pause makes it worthless."""
        if quiet < AHEAD:
            self._forget_preview()
        elif not self._previewed and self._stream is not None:
            self._previewed = True
            self._preview = self._stream.preview_soon()

    def _looked_ahead(self) -> Iterator[Foreseen]:
        if self._preview is None or self._foreseen or not self._preview.done():
            return
        self._foreseen = True
        hypothesis = _understood(self._preview)
        if hypothesis is not None:
            yield Foreseen(hypothesis)

    def _forget_preview(self) -> None:
        self._preview = None
        self._previewed = self._foreseen = False

    def _close(self, quiet: float) -> None:
        assert self._stream is not None
        began = self._clock()
        preview = self._preview
        future = preview if preview is not None else self._stream.finish_soon()
        self._pending.append(_Pending(self._stream, future, preview is not None, quiet, began))
        self._stream = None
        self._forget_preview()
        self._partial = ""

    def _finished(self, wait: bool) -> Iterator[HearingEvent]:
        while self._pending and (wait or self._pending[0].future.done()):
            turn = self._pending[0]
            if turn.is_preview:
                hypothesis = _understood(turn.future)
                if hypothesis is None:  # it failed, or heard nothing: only the end itself tells
                    turn.future, turn.is_preview = turn.stream.finish_soon(), False
                    continue
                turn.stream.drop()
            else:
                try:
                    hypothesis = _worth_saying(turn.future.result())
                except SpeechError:
                    self._pending.popleft()
                    yield Unintelligible("restarted")
                    continue
            self._pending.popleft()
            if hypothesis is None:
                yield Unintelligible()
            else:
                yield Final(hypothesis, Timings(turn.quiet * 1000.0, (self._clock() - turn.began) * 1000.0))


def _understood(preview: Future[Hypothesis]) -> Hypothesis | None:
    """Wait for a preview; None when it failed or nothing was understood."""
    try:
        return _worth_saying(preview.result())
    except (SpeechError, CancelledError):
        return None


def _worth_saying(hypothesis: Hypothesis) -> Hypothesis | None:
    return hypothesis if hypothesis.text and hypothesis.confidence >= LEAST_CONFIDENCE else None
