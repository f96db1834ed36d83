"""The whisper engine: faster-whisper with the base model, for machines that have the package index and nothing else.

Whisper hears whole utterances; the stream is simulated by hearing again what has come in so far, at most half of the
time. Its frequent error is a homophone, so its text passes through the lexicon, which knows the pack's words.
"""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

from speech.audio import RECOGNISER_RATE, Samples
from speech.lexicon import Lexicon
from speech.pinyin import of_text
from speech.recognition import Hypothesis, ImmediateFinish, SpeechError
from speech.spoken_numbers import said, written

_PROMPT = "以下是普通话的句子。"  # keeps the answer in simplified characters
_LONGEST = 30 * RECOGNISER_RATE  # whisper's window
_FIRST_PARTIAL = 1.0  # s of speech


class Whisper:
    """A CTranslate2 model folder. Calls of several streams take turns."""

    name = "whisper"

    def __init__(self, folder: Path, lexicon: Lexicon, threads: int = 1) -> None:
        from faster_whisper import WhisperModel

        try:
            self._model: Any = WhisperModel(
                str(folder), device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise SpeechError(f"the model in {folder} cannot be loaded; run `bianmin models list`") from error
        self.lexicon = lexicon
        self._lock = threading.Lock()

    def stream(self) -> WhisperStream:
        return WhisperStream(self)

    def transcribe(self, samples: Samples, beam: int) -> tuple[str, float]:
        """Text in simplified characters without punctuation, and its mean token probability."""
        with self._lock:
            segments, _ = self._model.transcribe(
                samples,
                language="zh",
                beam_size=beam,
                initial_prompt=_PROMPT,
                condition_on_previous_text=False,
                without_timestamps=True,
                temperature=0.0,
            )
            heard = [segment for segment in segments if segment.no_speech_prob < 0.8]
        if not heard:
            return "", 0.0
        text = _simplified("".join(segment.text for segment in heard))
        return text, float(np.exp(np.mean([segment.avg_logprob for segment in heard])))


def _simplified(text: str) -> str:
    import opencc

    return "".join(c for c in opencc.OpenCC("t2s").convert(text) if c.isalnum())


class WhisperStream(ImmediateFinish):
    """Collects an utterance; hears it again now and then."""

    def __init__(self, recogniser: Whisper) -> None:
        self._recogniser = recogniser
        self._blocks: list[Samples] = []
        self._samples = 0
        self._next_partial = _FIRST_PARTIAL
        self._partial = ""
        self._compute = 0.0

    def _sound(self) -> Samples:
        return np.concatenate([*self._blocks, np.zeros(RECOGNISER_RATE // 2, np.float32)])

    def feed(self, samples: Samples) -> str:
        self._blocks.append(samples)
        self._samples += len(samples)
        seconds = self._samples / RECOGNISER_RATE
        if seconds >= self._next_partial and self._samples < _LONGEST:
            began = time.monotonic()
            self._partial, _ = self._recogniser.transcribe(self._sound(), 1)
            took = time.monotonic() - began
            self._compute += took
            self._next_partial = seconds + max(_FIRST_PARTIAL, 2 * took)
        return self._partial

    def finish(self) -> Hypothesis:
        began = time.monotonic()
        text, confidence = self._recogniser.transcribe(self._sound(), 5)
        spoken = said(text)
        readings = self._recogniser.lexicon.correct(spoken)
        spoken = readings[0].text
        return Hypothesis(
            text=written(spoken),
            spoken=spoken,
            pinyin=of_text(spoken),
            confidence=confidence,
            nbest=tuple(dict.fromkeys(written(reading.text) for reading in readings[1:])),
            seconds=self._samples / RECOGNISER_RATE,
            compute_seconds=self._compute + time.monotonic() - began,
        )
