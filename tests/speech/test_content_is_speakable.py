"""Every prompt and every answer of the starter content can be said: no character is left out, no sentence too long."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from content.model import Prompt
from content.source import load
from content.spoken import lead_ins, spoken_sentences
from speech.kokoro import LONGEST, vocabulary
from speech.kokoro_phonemes import phonemes, syllables
from speech.sentences import split_pieces, split_sentences
from speech.spoken_text import speakable

STARTER = Path(__file__).resolve().parents[2] / "content" / "wenling"
FILLED = {"title": "高龄津贴申领", "question": "新生儿怎么上医保", "number": "三", "label": "户口簿", "count": "两"}


@cache
def sentences() -> tuple[str, ...]:
    source = load(STARTER)
    prompts = tuple(entry.record for entry in source.prompts if isinstance(entry.record, Prompt))
    filled = [
        re.sub(r"\{(\w+)\}", lambda blank: FILLED.get(blank[1], "样"), prompt.texts.get("zh", "")) for prompt in prompts
    ]
    live = (sentence for text in filled for sentence in split_sentences(text))
    return tuple(
        dict.fromkeys((*spoken_sentences(tuple(e.item for e in source.items), prompts, split_sentences), *live))
    )


def test_there_is_something_to_say() -> None:
    assert len(sentences()) > 200


def test_every_character_of_every_sentence_is_said() -> None:
    silent = []
    for sentence in sentences():
        spoken = speakable(sentence)
        if len(syllables(spoken)) != len(re.findall(r"[\u3400-\u9fff]", spoken)):
            silent.append(sentence)
    assert silent == []


def test_every_sentence_is_within_what_the_model_takes_at_once() -> None:
    symbols = [phonemes(speakable(piece)) for sentence in sentences() for piece in split_pieces(sentence)]
    assert all(set(piece) <= set(vocabulary()) for piece in symbols)
    assert max(len(piece) for piece in symbols) < LONGEST


@pytest.mark.parametrize(
    ("template", "leads"),
    [
        ("您问的是{title}。", ("您问的是",)),
        ("第{number}，{label}。", tuple(f"第{count}，" for count in "一二三四五六七八九十")),
        ("您的编号是{number}。", ("您的编号是",)),
        ("{title}", ()),
    ],
)
def test_what_a_prompt_always_starts_with_is_known(template: str, leads: tuple[str, ...]) -> None:
    assert lead_ins(template) == leads
