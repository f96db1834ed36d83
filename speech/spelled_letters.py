"""Latin letters inside Chinese text: a few words people say as words, the rest letter by letter.

Symbols are Kokoro's own for English (misaki's American set: ``A`` is the vowel of "day", ``I`` of "my", ``O`` of "go").
"""

from __future__ import annotations

_LETTERS = {
    "A": "ˈA",
    "B": "bˈi",
    "C": "sˈi",
    "D": "dˈi",
    "E": "ˈi",
    "F": "ˈɛf",
    "G": "ʤˈi",
    "H": "ˈAʧ",
    "I": "ˈI",
    "J": "ʤˈA",
    "K": "kˈA",
    "L": "ˈɛl",
    "M": "ˈɛm",
    "N": "ˈɛn",
    "O": "ˈO",
    "P": "pˈi",
    "Q": "kjˈu",
    "R": "ˈɑɹ",
    "S": "ˈɛs",
    "T": "tˈi",
    "U": "jˈu",
    "V": "vˈi",
    "W": "dˈʌbᵊlju",
    "X": "ˈɛks",
    "Y": "wˈI",
    "Z": "zˈi",
}

_WORDS = {"wifi": "wˈIfI", "ok": "ˌOkˈA", "pos": "pˈɑs", "pin": "pˈɪn", "sim": "sˈɪm"}


def spelled(word: str) -> str:
    """Phonemes of one run of ASCII letters."""
    known = _WORDS.get(word.lower())
    return known if known is not None else " ".join(_LETTERS[letter] for letter in word.upper())
