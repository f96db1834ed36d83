"""A recogniser that understands by script: for tests and demonstrations of everything behind the recogniser.

It takes real sound of any content; the n-th utterance is understood as the n-th line. A line may misbehave on purpose:
``Line(hang=True)`` never answers, ``Line(die=True)`` ends the process it runs in (only use it in a child).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path

import msgspec

from speech.audio import RECOGNISER_RATE, Samples
from speech.pinyin import of_text
from speech.recognition import Hypothesis, ImmediateFinish, SpeechError
from speech.spoken_numbers import written


class Line(msgspec.Struct, frozen=True):
    """One utterance. ``error``: raised as SpeechError at the end.

    ``once``: a file that marks that it went wrong before; where it exists the line behaves.
    """

    text: str = ""
    confidence: float = 0.9
    hang: bool = False
    die: bool = False
    error: str = ""
    once: str = ""


def understood(line: Line, seconds: float) -> Hypothesis:
    """What a line means for ``seconds`` of sound."""
    return Hypothesis(
        text=written(line.text),
        spoken=line.text,
        pinyin=of_text(line.text),
        confidence=line.confidence if line.text else 0.0,
        seconds=seconds,
    )


class ScriptedRecogniser:
    """Lines are taken in order; after the last nothing is understood."""

    name = "scripted"

    def __init__(self, lines: Sequence[Line | str]) -> None:
        self._lines = [line if isinstance(line, Line) else Line(line) for line in lines]
        self._taken = 0
        for line in self._lines:  # loads what numbers and pinyin need before the first utterance, as a model would
            understood(line, 0.0)

    def stream(self) -> ScriptedStream:
        line = self._lines[self._taken] if self._taken < len(self._lines) else Line(confidence=0.0)
        self._taken += 1
        return ScriptedStream(line)


class ScriptedStream(ImmediateFinish):
    """The partial text grows by a character every 0.2 s of sound."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._samples = 0

    def feed(self, samples: Samples) -> str:
        self._samples += len(samples)
        return self._line.text[: self._samples * 5 // RECOGNISER_RATE]

    def preview_soon(self) -> Future[Hypothesis] | None:
        line = self._line
        if line.hang or line.die or line.error:
            return None
        future: Future[Hypothesis] = Future()
        future.set_result(understood(line, self._samples / RECOGNISER_RATE))
        return future

    def finish(self) -> Hypothesis:
        line = self._line
        if line.hang or line.die:
            self._misbehave()
        if line.error:
            raise SpeechError(line.error)
        return understood(line, self._samples / RECOGNISER_RATE)

    def _misbehave(self) -> None:
        if self._line.once:
            marker = Path(self._line.once)
            if marker.exists():
                return
            marker.touch()
        if self._line.die:
            os._exit(3)
        threading.Event().wait()
