"""General Chinese words: which words a run of syllables may be, and how likely a word is after the words before it.

``LibimeWords`` reads the dictionary (209,000 words) and the word trigrams that Debian ships for the input method libime
(packages libime-bin, libime-data, libime-data-language-model; LGPL-2.1+), through kenlm. Where they are not installed
``FrequencyWords`` takes pypinyin's phrases with the frequencies of jieba's dictionary: no context, more homophones.
"""

from __future__ import annotations

import math
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Protocol

DICTIONARY = Path("/usr/share/libime/sc.dict")
TRIGRAMS = "libime/zh_CN.lm"
_LOG10 = math.log(10)
_CONTEXTS_KEPT = 20_000
_MOST = 10  # homophones of a syllable that are tried
_COMMON = 5  # occurrences in jieba's counts below which a word is left out


class Words(Protocol):
    """``State`` is what a language model remembers of the words before; opaque."""

    def candidates(self, key: str) -> Sequence[str]:
        """Words with these toneless syllables, joined by ``'``."""
        ...

    def begin(self) -> Any:
        """The state before the first word."""
        ...

    def score(self, state: Any, word: str) -> tuple[float, Any]:
        """Natural logarithm of the probability of ``word`` after ``state``, and the state after it."""
        ...


class _Context:
    """What the trigrams remember of the words before, and what was already asked after it: rivals ask the same again
    and again. States that are equal to the model are one context."""

    __slots__ = ("after", "model_state")

    def __init__(self, model_state: Any) -> None:
        self.model_state = model_state
        self.after: dict[str, tuple[float, _Context]] = {}


class LibimeWords:
    """Raises ``FileNotFoundError`` where the Debian packages or the kenlm module are missing."""

    def __init__(self) -> None:
        import kenlm

        dump = shutil.which("libime_pinyindict")
        trigrams = next(Path("/usr/lib").glob(f"*/{TRIGRAMS}"), None)
        if dump is None or trigrams is None or not DICTIONARY.exists():
            raise FileNotFoundError("libime's dictionary or language model")
        self._model: Any = kenlm.Model(str(trigrams))
        self._state_type: Any = kenlm.State
        self._states: dict[Any, _Context] = {}
        text = subprocess.run([dump, "-d", str(DICTIONARY), "/dev/stdout"], capture_output=True, check=True).stdout
        self._words: dict[str, list[str]] = {}
        for line in text.decode().splitlines():
            word, key, _ = line.split(" ")
            self._words.setdefault(key.replace("ü", "v"), []).append(word)
        self._sorted: set[str] = set()

    def candidates(self, key: str) -> Sequence[str]:
        words = self._words.get(key)
        if words is None:
            return ()
        if len(words) > _MOST and key not in self._sorted:  # yi is 200 characters; the rare ones are never meant
            alone, after = self._state_type(), self._state_type()
            self._model.NullContextWrite(alone)
            words.sort(key=lambda word: -self._model.BaseScore(alone, word, after))
            del words[_MOST:]
            self._sorted.add(key)
        return words

    def begin(self) -> Any:
        state = self._state_type()
        self._model.BeginSentenceWrite(state)
        return self._states.setdefault(state, _Context(state))

    def score(self, state: Any, word: str) -> tuple[float, Any]:
        known: tuple[float, Any] | None = state.after.get(word)
        if known is None:
            after = self._state_type()
            score = self._model.BaseScore(state.model_state, word, after) * _LOG10
            if len(self._states) > _CONTEXTS_KEPT:
                self._states.clear()
            known = state.after[word] = (score, self._states.setdefault(after, _Context(after)))
        return known


class FrequencyWords:
    """Words without context: pypinyin's phrases and characters, jieba's frequencies."""

    def __init__(self) -> None:
        import jieba
        from pypinyin.constants import PHRASES_DICT, PINYIN_DICT
        from pypinyin.contrib.tone_convert import to_normal

        normal = cache(to_normal)
        counts: dict[str, int] = {}
        with jieba.get_dict_file() as stream:
            for line in stream:
                word, count = line.decode().split(" ")[:2]
                counts[word] = int(count)
        self._total = math.log(sum(counts.values()))
        self._words: dict[str, list[str]] = {}
        self._counts = counts
        for text, readings in PHRASES_DICT.items():
            if text in counts:
                self._words.setdefault("'".join(normal(r[0]) for r in readings), []).append(text)
        first: dict[str, str] = {}
        for code, reading in PINYIN_DICT.items():
            keys = [normal(r) for r in reading.split(",")]
            first[chr(code)] = keys[0]
            if chr(code) in counts:
                for key in dict.fromkeys(keys):
                    self._words.setdefault(key, []).append(chr(code))
        for text, count in counts.items():
            if count >= _COMMON and 2 <= len(text) <= 4 and text not in PHRASES_DICT and all(c in first for c in text):
                self._words.setdefault("'".join(first[c] for c in text), []).append(text)

    def candidates(self, key: str) -> Sequence[str]:
        return self._words.get(key, ())

    def begin(self) -> Any:
        return None

    def score(self, state: Any, word: str) -> tuple[float, Any]:
        return math.log(max(self._counts.get(word, 0), 0.3)) - self._total, None


@cache
def general_words() -> Words:
    """The best there is on this machine; loaded once (0.5 s)."""
    try:
        return LibimeWords()
    except (ImportError, FileNotFoundError, subprocess.SubprocessError, OSError):
        return FrequencyWords()
