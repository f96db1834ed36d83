"""Numbers keyed on the phone, on virtual time: their leading 0, and 0 for a person, look the same at first."""

from __future__ import annotations

import pytest

from dialog.acts import Act, Ask, Say
from dialog.events import Key, Pressed, Typed
from ivr.doing import Doing
from tests.ivr.virtual_call import Call

OPEN = Ask(keys=(Key.MATERIALS, Key.REPEAT, Key.HUMAN), timeout=7.0)
NUMBER = (Say("请按编号，共十一位"), Ask(keys=(Key.SKIP,), timeout=10.0, digits=11))
CODE = (Say("请按校验码，共四位"), Ask(timeout=10.0, digits=4))
PERSON = (Say("好，给您转人工"), OPEN)
TICKET, FOUR = "00070001215", "0427"


def asked_progress(*turns: tuple[Act, ...], delay: float = 1.0) -> Call:
    """A caller has just said 查进度; it takes ``delay`` seconds to be thought about."""
    call = Call((Say("您好请说"), OPEN), *turns, lines=["查进度"]).run(1.5)
    call.dialog.delay = delay
    call.say(1.0).run(2.0)
    assert call.conversation.doing is Doing.THINKING
    return call


def key(call: Call, digits: str) -> Call:
    """One key after the other, at an ordinary pace."""
    for digit in digits:
        call.leg.press(digit)
        call.run(0.3)
    return call


@pytest.mark.parametrize("waits", [0.0, 1.5], ids=["before it is asked for", "while it is asked for"])
def test_the_leading_0_of_a_number_is_a_digit(waits: float) -> None:
    """Whoever had called before keyed the number at once, and its 0 meant a person."""
    call = key(asked_progress(NUMBER, CODE).run(waits), TICKET)
    assert call.events[-1] == Typed(TICKET)


def test_a_0_alone_is_a_person_where_a_number_is_asked_for() -> None:
    call = key(asked_progress(NUMBER, PERSON), "0").run(6)
    assert call.events[-1] == Pressed(Key.HUMAN)


@pytest.mark.parametrize("zeros", ["0", "000"])
def test_zeros_keyed_into_the_question_are_a_person_after_four_seconds(zeros: str) -> None:
    call = key(asked_progress(NUMBER, PERSON).run(1.5), zeros)
    call.run(3.5)
    assert call.events[-1] != Pressed(Key.HUMAN)
    assert call.run(1.0).events[-1] == Pressed(Key.HUMAN)


def test_a_0_is_a_person_as_soon_as_no_number_is_asked_for() -> None:
    call = key(asked_progress((Say("请再说一遍"), OPEN), PERSON), "0").run(1.0)
    assert call.events[-1] == Pressed(Key.HUMAN)


def test_a_0_does_not_wait_for_a_slow_answer() -> None:
    call = key(asked_progress(NUMBER, PERSON, delay=60.0), "0").run(2.0)
    assert call.events[-1] == Pressed(Key.HUMAN)


def test_a_0_while_the_question_is_still_being_understood_is_kept_too() -> None:
    call = Call((Say("您好请说"), OPEN), NUMBER, CODE, lines=["查进度"]).run(1.5)
    call.say(1.0).run(1.2)
    assert call.conversation.doing is Doing.LISTENING
    assert key(call, TICKET).events[-1] == Typed(TICKET)


def test_number_and_check_code_in_one_go() -> None:
    call = key(asked_progress(NUMBER, CODE, (Say("正在办理"), OPEN)).run(1.5), TICKET + FOUR)
    assert call.events[-2:] == [Typed(TICKET), Typed(FOUR)]


def test_number_and_check_code_are_both_kept_while_nothing_is_asked_yet() -> None:
    call = key(asked_progress(NUMBER, CODE, (Say("正在办理"), OPEN), delay=6.0), TICKET + FOUR).run(15)
    assert call.events[-2:] == [Typed(TICKET), Typed(FOUR)]


def test_what_was_keyed_on_after_a_wrong_number_is_no_beginning_of_the_next() -> None:
    call = key(asked_progress(NUMBER, (Say("编号不对，请再按一次。"), NUMBER[1])).run(1.5), TICKET + FOUR[:3])
    call.run(1.0)
    assert "编号不对，请再按一次。" in call.texts()
    assert key(call, TICKET).events[-1] == Typed(TICKET)
