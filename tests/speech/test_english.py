"""English prompts are read as English, and nothing Chinese is taken for it."""

from __future__ import annotations

import pytest

from speech.english import in_words, is_english
from speech.kokoro import vocabulary
from speech.kokoro_phonemes import phonemes
from speech.sentences import split_pieces, split_sentences
from speech.spoken_text import speakable


@pytest.mark.parametrize("text", ["Hello.", "In danger call 110 now.", "You asked about: ", "please wait."])
def test_words_in_small_letters_are_english(text: str) -> None:
    assert is_english(text)


@pytest.mark.parametrize("text", ["A4", "OFD", "您可以下载App", "a@b.com", "www.gov.cn", "12345", "", "——", "X2"])
def test_other_things_are_not(text: str) -> None:
    assert not is_english(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("In danger call 110 now.", "In danger call one one zero now."),
        ("Call 12345.", "Call one two three four five."),
        ("from 9 to 17, 35 people", "from nine to seventeen, thirty five people"),
    ],
)
def test_numbers_are_words_and_telephone_numbers_digits(text: str, words: str) -> None:
    assert in_words(text) == words


def test_every_symbol_is_one_the_voice_knows() -> None:
    said = phonemes(speakable("Sorry, the printer's cover is open; call 12345 or ask a person on duty, please."))
    assert set(said) <= set(vocabulary())
    assert "pɹˈɪntəɹ" in said


def test_a_chinese_name_in_an_english_sentence_stays_chinese() -> None:
    said = phonemes(speakable("You asked about: 高龄津贴申领."))
    assert "ˈæskt" in said
    assert "→" in said


def test_english_is_cut_into_sentences_and_between_words() -> None:
    text = "Hello. Hold the microphone button and say what you need, and if you cannot speak then touch a topic below."
    hello, long = split_sentences(text)
    assert hello == "Hello."
    pieces = split_pieces(long)
    assert len(pieces) > 1
    assert "".join(pieces) == long
    assert all(piece.endswith((" ", ".")) for piece in pieces)
