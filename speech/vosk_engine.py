"""The vosk engine: the Kaldi recogniser with any Vosk model directory.

Chinese Vosk models write characters with spaces between words, want 16 kHz and ignore grammar lists, so the pack's
words come in afterwards through the lexicon. A model of another language works too; its text is left as it is.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from speech.audio import RECOGNISER_RATE, Samples
from speech.lexicon import Lexicon
from speech.pinyin import of_text
from speech.recognition import Hypothesis, ImmediateFinish, SpeechError
from speech.spoken_numbers import said, written

_ALTERNATIVES = 5


class _Word(msgspec.Struct, frozen=True):
    conf: float = 0.0


class _Result(msgspec.Struct, frozen=True):
    """What Kaldi answers, as Vosk writes it in JSON; fields of other calls are left out."""

    text: str = ""
    partial: str = ""
    result: tuple[_Word, ...] = ()


class Vosk:
    """A loaded Vosk model directory. Raises ``SpeechError`` when it cannot be loaded."""

    name = "vosk"

    def __init__(self, folder: Path, lexicon: Lexicon) -> None:
        import vosk

        vosk.SetLogLevel(-1)
        try:
            self._model: Any = vosk.Model(model_path=str(folder))
        except Exception as error:
            raise SpeechError(f"the Vosk model in {folder} cannot be loaded; is it complete?") from error
        self.lexicon = lexicon

    def stream(self) -> VoskStream:
        import vosk

        recogniser = vosk.KaldiRecognizer(self._model, RECOGNISER_RATE)
        recogniser.SetWords(True)
        return VoskStream(recogniser, self.lexicon)


class VoskStream(ImmediateFinish):
    """One utterance in a Kaldi recogniser; Kaldi may end segments inside it, which are joined."""

    def __init__(self, recogniser: Any, lexicon: Lexicon) -> None:
        self._recogniser = recogniser
        self._lexicon = lexicon
        self._segments: list[_Result] = []
        self._samples = 0
        self._compute = 0.0

    def feed(self, samples: Samples) -> str:
        began = time.thread_time()
        self._samples += len(samples)
        ended = self._recogniser.AcceptWaveform((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
        if ended:
            self._segments.append(msgspec.json.decode(self._recogniser.Result(), type=_Result))
            partial = ""
        else:
            partial = msgspec.json.decode(self._recogniser.PartialResult(), type=_Result).partial
        self._compute += time.thread_time() - began
        return _joined([segment.text for segment in self._segments] + [partial])

    def finish(self) -> Hypothesis:
        began = time.thread_time()
        self._segments.append(msgspec.json.decode(self._recogniser.FinalResult(), type=_Result))
        spoken = said(_joined([segment.text for segment in self._segments]))
        readings = self._lexicon.correct(spoken)
        words = [word.conf for segment in self._segments for word in segment.result]
        return Hypothesis(
            text=written(readings[0].text),
            spoken=readings[0].text,
            pinyin=of_text(readings[0].text),
            confidence=float(np.mean(words)) if words else 0.0,
            nbest=tuple(dict.fromkeys(written(reading.text) for reading in readings[1:])),
            seconds=self._samples / RECOGNISER_RATE,
            compute_seconds=self._compute + time.thread_time() - began,
        )


def _joined(texts: list[str]) -> str:
    """Words put together: Chinese without spaces, other languages with them."""
    text = " ".join(part for part in texts if part)
    chinese = any("\u4e00" <= character <= "\u9fff" for character in text)
    return text.replace(" ", "") if chinese else text
