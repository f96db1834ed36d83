"""What a key does in the turn it comes in. That a press counts once: test_tones.py, test_real_keys.py."""

from __future__ import annotations

import pytest

from dialog.acts import Ask, Choice
from dialog.events import Chosen, Event, Key, Pressed, Silence
from ivr.doing import Doing
from ivr.presses import Does, effect

PLAIN = Ask(keys=(Key.MATERIALS, Key.REPEAT))
NUMBER = Ask(digits=6)
RATING = Ask(keys=(Key.SKIP,), choices=(Choice("1", "非常不满意"), Choice("5", "非常满意")))


@pytest.mark.parametrize(
    ("key", "ask", "doing", "may_cut", "dialled", "does"),
    [
        ("1", PLAIN, Doing.LISTENING, True, "", Pressed(Key.MATERIALS)),
        ("1", PLAIN, Doing.SPEAKING, True, "", Pressed(Key.MATERIALS)),
        ("1", PLAIN, Doing.SPEAKING, False, "", Does.KEPT),
        ("0", PLAIN, Doing.THINKING, True, "", Pressed(Key.HUMAN)),
        ("9", PLAIN, Doing.LISTENING, True, "", Silence()),
        ("9", PLAIN, Doing.SPEAKING, True, "", Does.NOTHING),
        ("#", PLAIN, Doing.SPEAKING, True, "", Does.SKIP),
        ("#", PLAIN, Doing.LISTENING, True, "", Silence()),
        ("#", RATING, Doing.SPEAKING, True, "", Pressed(Key.SKIP)),
        ("5", RATING, Doing.LISTENING, True, "", Chosen("5")),
        ("0", NUMBER, Doing.LISTENING, True, "", Does.DIGIT),
        ("7", NUMBER, Doing.SPEAKING, True, "12", Does.DIGIT),
        ("7", NUMBER, Doing.SPEAKING, False, "", Does.NOTHING),
        ("7", NUMBER, Doing.THINKING, True, "", Does.NOTHING),
        ("#", NUMBER, Doing.LISTENING, True, "123", Does.NUMBER_ENDS),
        ("*", NUMBER, Doing.LISTENING, True, "123", Pressed(Key.BACK)),
        ("0", PLAIN, Doing.BUSY, True, "", Does.ERRAND),
    ],
)
def test_a_key_does_what_the_turn_makes_of_it(
    key: str, ask: Ask, doing: Doing, may_cut: bool, dialled: str, does: Event | Does
) -> None:
    assert effect(key, ask, doing, may_cut, dialled) == does


@pytest.mark.parametrize(
    ("key", "ask", "doing", "early", "does"),
    [
        ("0", PLAIN, Doing.THINKING, False, Does.EARLY),
        ("0", PLAIN, Doing.LISTENING, False, Does.EARLY),
        ("1", PLAIN, Doing.THINKING, False, Pressed(Key.MATERIALS)),
        ("1", PLAIN, Doing.THINKING, True, Does.EARLY),
        ("1", NUMBER, Doing.THINKING, False, Does.EARLY),
        ("1", NUMBER, Doing.LISTENING, False, Does.DIGIT),
        ("*", NUMBER, Doing.THINKING, True, Pressed(Key.BACK)),
    ],
)
def test_a_digit_waits_where_another_question_may_be_coming(
    key: str, ask: Ask, doing: Doing, early: bool, does: Event | Does
) -> None:
    assert effect(key, ask, doing, True, "", undecided=True, early=early) == does
