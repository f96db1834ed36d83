"""Syllables from tokens and from text."""

from __future__ import annotations

import pytest

from speech.pinyin import join_tokens, of_text, toneless


@pytest.mark.parametrize(
    ("tokens", "syllables"),
    [
        ("y ì d ì j iù y ī", ("yi4", "di4", "jiu4", "yi1")),
        ("n ǚ l üè ér d e", ("nv3", "lve4", "er2", "de5")),
        ("zh uāng sh", ("zhuang1",)),
        ("○", ("ling2",)),
        ("", ()),
    ],
)
def test_tokens_become_syllables(tokens: str, syllables: tuple[str, ...]) -> None:
    assert join_tokens(tokens.split()) == syllables


def test_text_becomes_one_syllable_a_character() -> None:
    assert of_text("异地就医，女儿的") == ("yi4", "di4", "jiu4", "yi1", "nv3", "er2", "de5")


def test_toneless() -> None:
    assert toneless("lve4") == "lve"
