"""The zipformer engine: sherpa-onnx with a streaming transducer that writes toned pinyin; the lexicon finds the words.

The model needs 0.3 s of silence before and 0.8 s after the words (measured on 383 clips, see benchmarks/speech).
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np

from speech.audio import RECOGNISER_RATE, Samples
from speech.lexicon import Lexicon
from speech.pinyin import join_tokens
from speech.recognition import Hypothesis, ImmediateFinish, SpeechError
from speech.spoken_numbers import written

_BEFORE = np.zeros(int(0.3 * RECOGNISER_RATE), np.float32)
_AFTER = np.zeros(int(0.8 * RECOGNISER_RATE), np.float32)


class Zipformer:
    """A loaded model folder: encoder, decoder, joiner, tokens.txt. Raises ``SpeechError`` when it cannot be loaded."""

    name = "zipformer"

    def __init__(self, folder: Path, lexicon: Lexicon, threads: int = 1) -> None:
        import sherpa_onnx

        def part(pattern: str) -> str:
            found = sorted(folder.glob(pattern))
            if not found:
                raise SpeechError(f"{folder} holds no {pattern}; run `bianmin models list` to see what is damaged")
            return str(found[0])

        try:
            self._recogniser: Any = sherpa_onnx.OnlineRecognizer.from_transducer(
                tokens=part("tokens.txt"),
                encoder=part("encoder*.onnx"),
                decoder=part("decoder*.onnx"),
                joiner=part("joiner*.onnx"),
                num_threads=threads,
                model_type="zipformer2",
                decoding_method="modified_beam_search",
                max_active_paths=4,
            )
        except (RuntimeError, ValueError) as error:
            raise SpeechError(f"the model in {folder} cannot be loaded; run `bianmin models list`") from error
        self.lexicon = lexicon

    def stream(self) -> ZipformerStream:
        return ZipformerStream(self._recogniser, self.lexicon)


class ZipformerStream(ImmediateFinish):
    """One utterance in a sherpa-onnx stream."""

    def __init__(self, recogniser: Any, lexicon: Lexicon) -> None:
        self._recogniser = recogniser
        self._lexicon = lexicon
        self._stream: Any = recogniser.create_stream()
        self._samples = 0
        self._compute = 0.0
        self._heard: tuple[str, ...] = ()
        self._partial = ""
        self._stream.accept_waveform(RECOGNISER_RATE, _BEFORE)

    def _decode(self) -> tuple[str, ...]:
        while self._recogniser.is_ready(self._stream):
            self._recogniser.decode_stream(self._stream)
        return join_tokens(self._recogniser.tokens(self._stream))

    def feed(self, samples: Samples) -> str:
        began = time.thread_time()
        self._samples += len(samples)
        self._stream.accept_waveform(RECOGNISER_RATE, samples)
        heard = self._decode()
        if heard != self._heard:
            self._heard = heard
            self._partial = self._lexicon.read(heard)[0].text
        self._compute += time.thread_time() - began
        return self._partial

    def finish(self) -> Hypothesis:
        began = time.thread_time()
        self._stream.accept_waveform(RECOGNISER_RATE, _AFTER)
        self._stream.input_finished()
        syllables = self._decode()
        readings = self._lexicon.read(syllables)
        probabilities = self._recogniser.ys_probs(self._stream) if syllables else []
        confidence = float(np.exp(np.mean(probabilities))) if probabilities else 0.0
        spoken = readings[0].text
        return Hypothesis(
            text=written(spoken),
            spoken=spoken,
            pinyin=syllables,
            confidence=confidence,
            nbest=tuple(dict.fromkeys(written(reading.text) for reading in readings[1:])),
            seconds=self._samples / RECOGNISER_RATE,
            compute_seconds=self._compute + time.thread_time() - began,
        )
