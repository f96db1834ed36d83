"""The zipformer engine: a streaming transducer that writes toned pinyin, searched together with the lexicon.

The model needs 0.3 s of silence before and 0.8 s after the words: its window is 0.45 s wide and sees 0.32 s at a time.
"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from speech.audio import RECOGNISER_RATE, Samples
from speech.fused_search import FusedSearch, SearchSettings
from speech.lexicon import Lexicon
from speech.recognition import Hypothesis, ImmediateFinish
from speech.spoken_numbers import written
from speech.transducer import Encoding, Transducer

_BEFORE = np.zeros(int(0.3 * RECOGNISER_RATE), np.float32)
_AFTER = np.zeros(int(0.8 * RECOGNISER_RATE), np.float32)


class Zipformer:
    """A loaded model folder: encoder, decoder, joiner, tokens.txt. Raises ``SpeechError`` when it cannot be loaded."""

    name = "zipformer"

    def __init__(
        self, folder: Path, lexicon: Lexicon, threads: int = 1, settings: SearchSettings | None = None
    ) -> None:
        self._model = Transducer(folder, threads)
        self._lexicon = lexicon
        self._settings = settings or SearchSettings()
        lexicon.root()  # loads the words now, not in the first utterance
        written("一二三")

    def stream(self) -> ZipformerStream:
        search = FusedSearch(self._model, self._lexicon, self._settings)
        return ZipformerStream(Encoding(self._model), search)


class ZipformerStream(ImmediateFinish):
    """One utterance."""

    def __init__(self, encoding: Encoding, search: FusedSearch) -> None:
        began = time.thread_time()
        self._encoding = encoding
        self._search = search
        self._samples = 0
        self._search.advance(self._encoding.add(_BEFORE))
        self._compute = time.thread_time() - began

    def feed(self, samples: Samples) -> str:
        began = time.thread_time()
        self._samples += len(samples)
        self._search.advance(self._encoding.add(samples))
        self._compute += time.thread_time() - began
        return self._search.text

    def finish(self) -> Hypothesis:
        began = time.thread_time()
        self._search.advance(self._encoding.add(_AFTER))
        self._search.advance(self._encoding.end())
        result = self._search.result()
        spoken, *others = result.texts
        return Hypothesis(
            text=written(spoken),
            spoken=spoken,
            pinyin=result.pinyin,
            confidence=result.confidence,
            nbest=tuple(dict.fromkeys(written(text) for text in others)),
            seconds=self._samples / RECOGNISER_RATE,
            compute_seconds=self._compute + time.thread_time() - began,
        )
