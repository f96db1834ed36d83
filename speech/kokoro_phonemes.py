"""Chinese (or English) text, numbers already in words, to the phonemes Kokoro v1.0 was trained on.

Words come from jieba, readings from pypinyin's phrases and ours, tones that change in speech (third tones, 一, 不,
light tones) from misaki's rules, and the phonemes from misaki's table of syllables. Kokoro v1.0 knows IPA letters and
four tone arrows; the bopomofo letters of misaki 1.1 belong to another model.
"""

from __future__ import annotations

import functools
import re
from typing import Any

from speech.english import SENTENCE, english_phonemes, is_english
from speech.readings import load_readings
from speech.spelled_letters import spelled

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUNS = re.compile(f"(?P<han>[{_HAN}]+)|(?P<english>{SENTENCE})|(?P<latin>[A-Za-z]+)|(?P<mark>[^{_HAN}A-Za-z]+)")

_MARKS = str.maketrans(
    {
        "，": ", ",
        "、": ", ",
        "。": ". ",
        "！": "! ",
        "？": "? ",
        "：": ": ",
        "；": "; ",
        "…": "… ",
        "—": ", ",
        "·": " ",
        "（": ", ",
        "）": ", ",
        "《": " ",
        "》": " ",
        "“": " ",
        "”": " ",
        "「": " ",
        "」": " ",
        "〔": " ",
        "〕": " ",
        "【": " ",
        "】": " ",
    }
)
_TAG = "n"
"""misaki's tone rules ask for a part of speech; tagging costs a second of start-up and changes next to nothing."""

_KEPT_MARKS = frozenset(",.!?:;… ")


def phonemes(text: str) -> str:
    """``text`` as a string of Kokoro symbols. Unknown signs are pauses; a text without words gives no letters."""
    if is_english(text):
        return english_phonemes(text)
    parts: list[str] = []
    for run in _RUNS.finditer(text):
        if run["han"]:
            parts.append(_han(run["han"]))
        elif run["english"] and is_english(run["english"]):
            parts.append(english_phonemes(run["english"]))
        elif run["english"]:
            parts.extend(spelled(word) for word in run["english"].replace("'", "").split())
        elif run["latin"]:
            parts.append(spelled(run["latin"]))
        else:
            parts.append("".join(sign for sign in run["mark"].translate(_MARKS) if sign in _KEPT_MARKS))
    joined = re.sub(r"\s+", " ", " ".join(parts))
    return re.sub(r"\s+([,.!?:;…])", r"\1", re.sub(r"([,.!?:;])(?:\s*[,.!?:;])+", r"\1", joined)).strip()


def syllables(text: str) -> list[str]:
    """Toned pinyin (tone 5: light) of the Chinese characters in ``text`` as they will be spoken."""
    return [syllable for run in _RUNS.finditer(text) if run["han"] for word in _words(run["han"]) for syllable in word]


def _han(text: str) -> str:
    return " ".join("".join(_ipa(syllable) for syllable in word) for word in _words(text))


def _words(text: str) -> list[list[str]]:
    """Each word's syllables."""
    load_readings()
    cut = _segmenter()
    try:
        merged = _sandhi().pre_merge_for_modify([(word, _TAG) for word in cut(text, HMM=False)])
        return [_read(word) for word, _ in merged]
    except (IndexError, ValueError, AssertionError):
        # misaki's rules count on every character having a reading; a rare one without is left silent.
        return [_plain(text)]


def _read(word: str) -> list[str]:
    read = _plain(word)
    if len(read) != len(word):
        return read
    return [str(syllable) for syllable in _sandhi().modified_tone(word, _TAG, read)]


def _plain(word: str) -> list[str]:
    from pypinyin import Style, lazy_pinyin

    read = lazy_pinyin(word, style=Style.TONE3, neutral_tone_with_five=True, errors="ignore")
    return [str(syllable) for syllable in read]


@functools.lru_cache(maxsize=4096)
def _ipa(syllable: str) -> str:
    from misaki.zh import ZHG2P

    try:
        return str(ZHG2P.py2ipa(syllable)).replace(chr(815), "")
    except (KeyError, ValueError, IndexError, AssertionError):
        return ""


@functools.cache
def _sandhi() -> Any:
    from misaki.tone_sandhi import ToneSandhi

    return ToneSandhi()


@functools.cache
def _segmenter() -> Any:
    import logging

    import jieba

    jieba.setLogLevel(logging.ERROR)
    return jieba.lcut
