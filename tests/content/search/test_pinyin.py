"""Syllables and accents."""

import pytest

from content.search.pinyin import AccentError, Accents, plain, split, syllables


def test_syllables_one_a_character():
    assert syllables("异地就医备案a4") == ["yi", "di", "jiu", "yi", "bei", "an", "a", "4"]


@pytest.mark.parametrize("written", ["zhang1", "zhāng", "zhang", " Zhang4 "])
def test_tones_go(written: str):
    assert plain(written) == "zhang"


def test_umlaut_in_every_spelling():
    assert {plain("lü4"), plain("lv4"), plain("lu:4"), plain("lǜ")} == {"lv"}
    assert plain("lüe4") == plain("lue4") == "lve"


def test_accents_merge_and_leave_the_rest():
    accents = Accents()
    assert accents.fold("zhang") == accents.fold("zan")
    assert accents.fold("lin") == accents.fold("ning")
    assert accents.fold("hu") == accents.fold("fu")
    assert accents.fold("ma") != accents.fold("mo")
    assert Accents(()).fold("zhang") == "zhang"


def test_a_merger_must_be_two_initials_or_two_finals():
    for wrong in ("zh", "zh/", "zh/an", "/"):
        with pytest.raises(AccentError):
            Accents((wrong,))


def test_initial_and_final():
    assert split("zhang") == ("zh", "ang")
    assert split("an") == ("", "an")
