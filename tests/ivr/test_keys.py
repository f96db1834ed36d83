"""What keys mean: 0, * and # always, 1 to 4 as asked; at most four are named."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from content.spoken import spoken_sentences
from content.standard_prompts import standard_prompts
from dialog.acts import Ask, Choice
from dialog.closing import LEVELS
from dialog.events import Chosen, Key, Pressed
from ivr import keys
from speech.sentences import split_sentences

DIGITS = "0123456789*#ABCD"
CLIPS = set(spoken_sentences((), tuple(standard_prompts().values()), split_sentences))


def prompt(name: str) -> str:
    return standard_prompts()[name].texts["zh"]


def test_a_rating_keeps_its_own_digits() -> None:
    ask = Ask(keys=(Key.SKIP, Key.HUMAN), choices=LEVELS)
    assert keys.meaning("5", ask) == Chosen("5")
    assert keys.meaning("1", ask) == Chosen("1")
    assert keys.meaning("6", ask) is None
    assert keys.meaning("#", ask) == Pressed(Key.SKIP)


def test_yes_and_no_are_one_and_two_whatever_stands_first() -> None:
    ask = Ask(keys=(Key.REPEAT, Key.NO, Key.YES))
    assert keys.meaning("1", ask) == Pressed(Key.YES)
    assert keys.meaning("2", ask) == Pressed(Key.NO)
    assert keys.spoken(ask, prompt) == "是的请按一。不是请按二。再听一遍请按三。"


def test_a_list_for_touching_has_no_keys() -> None:
    ask = Ask(choices=tuple(Choice(f"module:{number}", str(number)) for number in range(6)))
    assert keys.meaning("1", ask) is None


@given(st.lists(st.sampled_from(list(Key)), unique=True), st.sampled_from(DIGITS))
def test_no_more_than_four_keys_are_offered_and_none_twice(offered: list[Key], key: str) -> None:
    ask = Ask(keys=tuple(offered))
    numbered = keys.pressable_keys(ask)
    assert len(numbered) <= 4
    assert len(set(numbered)) == len(numbered)
    said = split_sentences(keys.spoken(ask, prompt))
    assert len(said) == len(numbered)
    assert set(said) <= CLIPS
    event = keys.meaning(key, ask)
    if key in "56789ABCD":
        assert event is None
    if key == "0":
        assert event == Pressed(Key.HUMAN)
