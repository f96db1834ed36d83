"""The recogniser's interface: sound in, hypotheses out. Every engine keeps it, and nothing outside knows engines.

recogniser = open_recogniser(...)          # loads the model once, thread-safe
stream = recogniser.stream()               # one an utterance; many may run at once
partial = stream.feed(samples)             # "" until something was understood; call it every 20-200 ms
hypothesis = stream.finish()               # the utterance is over; the stream is spent
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from concurrent.futures import Future
from typing import Protocol

import msgspec

from speech.audio import Samples


class SpeechError(Exception):
    """Something of hearing or speaking failed. The text is the sentence the user reads; it never quotes speech."""


class Hypothesis(msgspec.Struct, frozen=True, kw_only=True):
    """What was understood of one utterance.

    ``text`` as people write it (numbers in digits), ``spoken`` as it was said (characters only); ``pinyin``: toned
    syllables of what was said; ``confidence`` in 0..1; ``nbest``: other texts, best first, without ``text``;
    ``seconds`` of sound; ``compute_seconds`` of processor time spent on it.
    """

    text: str
    spoken: str
    pinyin: tuple[str, ...]
    confidence: float
    nbest: tuple[str, ...] = ()
    seconds: float = 0.0
    compute_seconds: float = 0.0


class RecogniserStream(Protocol):
    """One utterance being heard. Not thread-safe; streams of one recogniser may run in several threads."""

    def feed(self, samples: Samples) -> str:
        """Take 16 kHz samples, shape (n,), any n; return the text understood so far."""
        ...

    def finish(self) -> Hypothesis:
        """No more sound: the final hypothesis. Empty text and confidence 0 when nothing was understood."""
        ...

    def finish_soon(self) -> Future[Hypothesis]:
        """The same without waiting; the future may raise ``SpeechError``."""
        ...

    def preview_soon(self) -> Future[Hypothesis] | None:
        """What ``finish`` would give if nothing more came; the stream goes on as if it had not been asked. None: this
        engine cannot. The future may raise ``SpeechError`` or be cancelled: then only ``finish`` tells."""
        ...

    def drop(self) -> None:
        """The utterance is not wanted any more."""
        ...


class ImmediateFinish(ABC):
    """For streams that compute in the caller's thread: ``finish_soon`` by ``finish``, nothing to clean up."""

    def drop(self) -> None:
        return

    def preview_soon(self) -> Future[Hypothesis] | None:
        return None

    @abstractmethod
    def finish(self) -> Hypothesis: ...

    def finish_soon(self) -> Future[Hypothesis]:
        future: Future[Hypothesis] = Future()
        try:
            future.set_result(self.finish())
        except SpeechError as error:
            future.set_exception(error)
        return future


class Recogniser(Protocol):
    """A loaded model."""

    @property
    def name(self) -> str:
        """zipformer, whisper or vosk."""
        ...

    def stream(self) -> RecogniserStream: ...
