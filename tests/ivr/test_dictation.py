"""A number that has to be written down is said slower than the words around it."""

from __future__ import annotations

import pytest

from dialog.acts import Ask, Say
from ivr.dictation import PACE, pace
from tests.ivr.virtual_call import Call


@pytest.mark.parametrize(
    ("text", "slow"),
    [
        ("您的编号是三，三，一，零。零，零，零，一，二。四，五。", True),
        ("The code is 3, 3, 1, 0.", True),
        ("一三八，零零零零，一二三四。", False),
        ("第一，居民身份证。", False),
        ("请按一，或者按二。", False),
    ],
)
def test_digits_that_stand_apart_are_for_writing_down(text: str, slow: bool) -> None:
    assert (pace(text) < 1) == slow


def test_the_words_around_a_number_keep_the_callers_pace() -> None:
    number = "编号是三，三，一，零。"
    call = Call((Say("请记一下"), Say(number), Say("谢谢"), Ask())).run(8)
    assert call.voice.said == [("请记一下", 1.0, 6), (number, PACE, 6), ("谢谢", 1.0, 6)]
    assert "".join(call.texts()) == f"请记一下{number}谢谢"
