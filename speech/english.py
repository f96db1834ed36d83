"""English in the Mandarin voice: the terminal's English prompts, and what of them stands inside Chinese text.

Phonemes come from espeak-ng through kokoro-onnx's own tokenizer and are spelt as Kokoro learned them (misaki's American
set: ``A`` is the vowel of "day"). Numbers become words first, those of three and more digits digit by digit: they are
telephone numbers. The voice keeps a Chinese accent; benchmarks/results/speaking.md says how well it is understood.
"""

from __future__ import annotations

import functools
import re
from typing import Any

_HAN = re.compile("[\u3400-\u9fff]")
_WORD = re.compile(r"(?<![\w.@/-])[A-Za-z]?[a-z]{2,}(?![\w@/-]|\.\w)")
SENTENCE = r"[A-Za-z][A-Za-z']*(?:[ ]+[A-Za-z][A-Za-z']*)+"
"""Two or more words in a row: in Chinese text too they are read as English, a single one is spelled."""

_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_KOKORO = (
    *(("eɪ", "A"), ("aɪ", "I"), ("aʊ", "W"), ("ɔɪ", "Y"), ("oʊ", "O"), ("əʊ", "O"), ("dʒ", "ʤ"), ("tʃ", "ʧ")),
    *(("ɜːɹ", "ɜɹ"), ("ɜː", "ɜɹ"), ("ɚ", "əɹ"), ("ɐ", "ə"), ("ʔ", "t"), ("ɾ", "T"), ("ː", "")),
)


def is_english(text: str) -> bool:
    """Whether ``text`` is English altogether: words in small letters and not one Chinese character."""
    return not _HAN.search(text) and bool(_WORD.search(text))


def in_words(text: str) -> str:
    """``text`` with every number in words; no digit is left."""
    spaced = re.sub(r"[0-9]+", lambda found: f" {_number(found[0])} ", text)
    return re.sub(r" +([,.;:!?])", r"\1", re.sub(r" {2,}", " ", spaced)).strip()


def _number(digits: str) -> str:
    if len(digits) > 2 or (digits[0] == "0" and len(digits) > 1):
        return " ".join(_ONES[int(digit)] for digit in digits)
    value = int(digits)
    if value < 20:
        return _ONES[value]
    return _TENS[value // 10] + (f" {_ONES[value % 10]}" if value % 10 else "")


@functools.lru_cache(maxsize=512)
def english_phonemes(text: str) -> str:
    """Kokoro's symbols for English words and marks."""
    symbols = str(_tokenizer().phonemize(text, lang="en-us"))
    for spelt, known in _KOKORO:
        symbols = symbols.replace(spelt, known)
    return symbols.strip()


@functools.cache
def _tokenizer() -> Any:
    from kokoro_onnx.tokenizer import Tokenizer

    return Tokenizer()
