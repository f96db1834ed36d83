"""Words decide between homophones: those of the pack first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from speech.lexicon import Lexicon
from speech.pinyin import of_text

GENERAL = {
    "yi'di": ["一地"],
    "jiu": ["就", "九"],
    "yi": ["一", "医"],
    "zen'me": ["怎么"],
    "ban": ["办", "半"],
    "jin": ["今"],
}


class FewWords:
    """A language of a few equally likely words."""

    def candidates(self, key: str) -> Sequence[str]:
        return GENERAL.get(key, ())

    def begin(self) -> Any:
        return None

    def score(self, state: Any, word: str) -> tuple[float, Any]:
        return -6.0, None


def read(syllables: str, *words: str) -> str:
    return Lexicon(words, FewWords()).read(syllables.split())[0].text


def test_a_word_of_the_pack_wins_over_its_homophones() -> None:
    heard = "yi4 di4 jiu4 yi1 zen3 me5 ban4"
    assert read(heard) == "一地就一怎么办"
    assert read(heard, "异地就医") == "异地就医怎么办"


def test_the_right_tone_wins_among_equals() -> None:
    assert read("jiu3") == "九"
    assert read("jiu4") == "就"


def test_what_no_word_fits_is_written_as_pinyin() -> None:
    assert read("jin1 qwu1 ban4") == "今qwu办"


def test_a_run_of_digits_needs_no_word() -> None:
    assert read("yi1 san1 liu4 er4 ba1 ling2 yao1") == "一三六二八零幺"


def test_nothing_heard_is_nothing_written() -> None:
    assert read("") == ""


@pytest.mark.parametrize("text", ["一地就一怎么办", "异地就依怎么办"])
def test_homophones_in_a_text_give_way_to_the_pack(text: str) -> None:
    readings = Lexicon(["异地就医"], FewWords()).correct(text)
    assert [reading.text for reading in readings] == ["异地就医怎么办", text]


def test_a_text_without_pack_words_stays() -> None:
    text = "今天天气怎么样"
    assert Lexicon(["异地就医"], FewWords()).correct(text)[0].text == text


def test_rivals_share_what_they_have_in_common() -> None:
    root = Lexicon(["异地就医"], FewWords()).root()
    first = root.then("yi4").then("di4")
    assert root.then("yi4").then("di4") is first


def test_words_that_are_not_all_chinese_are_left_out() -> None:
    assert Lexicon(["AI助手", "异地就医"], FewWords()).read(of_text("异地就医"))[0].text == "异地就医"


ACCENTS = ("zh/z", "ch/c", "sh/s", "n/l", "h/f", "an/ang", "en/eng", "in/ing")


def test_an_accent_is_understood_in_the_words_of_the_pack() -> None:
    """社保 said as se bao, 医疗 as yi niao, 证明 as zen min."""
    words = ["社保", "医疗救助", "证明"]
    for heard, meant in (("se4 bao3", "社保"), ("yi1 niao2 jiu4 zu4", "医疗救助"), ("zen4 min2", "证明")):
        assert Lexicon(words, FewWords(), ACCENTS).read(heard.split())[0].text == meant
        assert Lexicon(words, FewWords(), ()).read(heard.split())[0].text != meant


def test_what_was_really_said_wins_over_what_an_accent_would_make_of_it() -> None:
    words = ["石狮", "四十"]
    assert Lexicon(words, FewWords(), ACCENTS).read(["shi2", "shi1"])[0].text == "石狮"
    assert Lexicon(words, FewWords(), ACCENTS).read(["si4", "shi2"])[0].text == "四十"


def test_an_accent_corrects_the_text_of_other_engines_only_where_the_word_is_long_enough() -> None:
    assert Lexicon(["社保卡"], FewWords(), ACCENTS).correct("色保卡")[0].text == "社保卡"
    assert Lexicon(["事实"], FewWords(), ACCENTS).correct("四思")[0].text == "四思"
