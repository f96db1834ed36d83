"""The zipformer engine: a streaming transducer that writes toned pinyin, searched together with the lexicon.

The model needs 0.3 s of silence before and 0.8 s after the words: its window is 0.45 s wide and sees 0.32 s at a time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path

import numpy as np

from speech.audio import RECOGNISER_RATE, Samples
from speech.fused_search import FusedSearch, Result, SearchSettings
from speech.lexicon import Lexicon
from speech.recognition import Hypothesis, ImmediateFinish
from speech.spoken_numbers import written
from speech.transducer import Encoding, Floats, Transducer

_BEFORE = np.zeros(int(0.3 * RECOGNISER_RATE), np.float32)
_AFTER = np.zeros(int(0.8 * RECOGNISER_RATE), np.float32)

UNSURE = 0.8
"""Confidence below which an utterance is heard again: a fifth of the development clips, most of the errors."""

_BEGIN_BELOW, _BEGIN_TOKENS = 0.75, 5
"""Confidence below which the second hearing begins while the utterance lasts, and tokens it takes to say so. Begun
below 0.8 at once, two of three were not needed at the end."""

_LONGEST_AGAIN = 8 * RECOGNISER_RATE  # samples; longer ones would be waited for
_AT_ONCE = RECOGNISER_RATE  # samples; the second hearing catches up by so much with every piece of sound
_FRAMES_OF_ENCODING = 4
_ENCODING_SAMPLES = _FRAMES_OF_ENCODING * RECOGNISER_RATE // 100


class Zipformer:
    """A loaded model folder: encoder, decoder, joiner, tokens.txt. Raises ``SpeechError`` when it cannot be loaded."""

    name = "zipformer"

    def __init__(
        self, folder: Path, lexicon: Lexicon, threads: int = 1, settings: SearchSettings | None = None
    ) -> None:
        self._model = Transducer(folder, threads)
        self._lexicon = lexicon
        self._settings = settings or SearchSettings()
        lexicon.read(("ni3", "hao3"))  # loads the words and their tones now, not in the first utterance
        written("一二三")

    def stream(self) -> ZipformerStream:
        return ZipformerStream(self._model, lambda: FusedSearch(self._model, self._lexicon, self._settings))


class _SecondHearing:
    """The encodings of an utterance with the chunks half a chunk later.

    It is begun while the utterance lasts, as soon as that seems to be unsure, so that little is left for its end.
    """

    def __init__(self, model: Transducer) -> None:
        self._encoding = Encoding(model)
        shift = np.zeros(model.step // _FRAMES_OF_ENCODING // 2 * _ENCODING_SAMPLES, np.float32)
        self._start = np.concatenate([shift, _BEFORE])
        self._encodings = self._encoding.add(self._start)
        self._heard = 0  # pieces of the sound

    def hear(self, sound: Sequence[Samples], most: int) -> None:
        """Go on in ``sound``, the pieces of the utterance so far, until ``most`` samples more were heard."""
        until = self._heard
        while until < len(sound) and most > 0:
            most -= len(sound[until])
            until += 1
        if until > self._heard:
            self._encodings += self._encoding.add(np.concatenate(sound[self._heard : until]))
            self._heard = until

    def whole(self, sound: Sequence[Samples]) -> list[Floats]:
        """With the rest, and what comes after it; this hearing itself can go on."""
        encoding = self._encoding.fork(np.concatenate([self._start, *sound[: self._heard]]))
        rest = encoding.add(np.concatenate([*sound[self._heard :], _AFTER]))
        return self._encodings + rest + encoding.end()


class ZipformerStream(ImmediateFinish):
    """One utterance.

    An encoding is worth less the nearer it is to the end of its chunk: it has seen less of what follows. What was
    understood with little confidence is therefore heard again with the chunks half a chunk later; each moment's two
    encodings are averaged by how much of the future each has seen, and searched anew::

        chunks of the first hearing    |. . . . . . . .|. . . . . . . .|
        chunks of the second               |. . . . . . . .|. . . . . . . .|
    """

    def __init__(self, model: Transducer, search: Callable[[], FusedSearch]) -> None:
        began = time.thread_time()
        self._model = model
        self._new_search = search
        self._encoding = Encoding(model)
        self._search = search()
        self._sound: list[Samples] = []
        self._samples = 0
        self._encodings: list[Floats] = []
        self._second: _SecondHearing | None = None
        self._advance(self._encoding.add(_BEFORE))
        self._compute = time.thread_time() - began

    def _advance(self, encodings: list[Floats]) -> None:
        self._encodings += encodings
        self._search.advance(encodings)

    def feed(self, samples: Samples) -> str:
        began = time.thread_time()
        self._samples += len(samples)
        if self._samples <= _LONGEST_AGAIN:
            self._sound.append(samples)
        self._advance(self._encoding.add(samples))
        if self._samples <= _LONGEST_AGAIN and self._search.seems_unsure(_BEGIN_BELOW, _BEGIN_TOKENS):
            self._second = self._second or _SecondHearing(self._model)
            self._second.hear(self._sound, _AT_ONCE)
        self._compute += time.thread_time() - began
        return self._search.text

    def finish(self) -> Hypothesis:
        began = time.thread_time()
        self._advance(self._encoding.add(_AFTER))
        self._advance(self._encoding.end())
        return self._hypothesis(self._search, self._encodings, began)

    def preview_soon(self) -> Future[Hypothesis] | None:
        if self._samples > _LONGEST_AGAIN:  # its sound is not kept
            return None
        began = time.thread_time()
        encoding, search = self._encoding.fork(np.concatenate([_BEFORE, *self._sound])), self._search.fork()
        rest = encoding.add(_AFTER) + encoding.end()
        search.advance(rest)
        future: Future[Hypothesis] = Future()
        future.set_result(self._hypothesis(search, self._encodings + rest, began))
        self._compute += time.thread_time() - began
        return future

    def _hypothesis(self, search: FusedSearch, encodings: list[Floats], began: float) -> Hypothesis:
        """What ``search`` found in ``encodings``, those of the whole utterance. ``began``: of the thread's time."""
        result = search.result()
        if result.pinyin and result.confidence < UNSURE and self._samples <= _LONGEST_AGAIN:
            result = self._heard_again(encodings) or result
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

    def _heard_again(self, encodings: list[Floats]) -> Result | None:
        """The result of both hearings together; None when there is nothing to search."""
        chunk = self._model.step // _FRAMES_OF_ENCODING
        later = chunk // 2
        self._second = self._second or _SecondHearing(self._model)
        self._second.hear(self._sound, self._samples)
        again = self._second.whole(self._sound)
        count = min(len(encodings), len(again) - later)
        if count <= 0:
            return None
        place = np.arange(count)
        future = np.stack([chunk - place % chunk, chunk - (place + later) % chunk]).astype(np.float32)
        first, second = (future / future.sum(axis=0))[..., None]
        both = first * np.stack(encodings[:count]) + second * np.stack(again[later : later + count])
        search = self._new_search()
        search.advance(list(both))
        return search.result()
