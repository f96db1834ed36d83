"""Ticket numbers: never twice, checked before anybody is asked, read as people say them."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offline_cache import ticket_number
from offline_cache.counter import Counter, CounterError
from offline_cache.files import Disk
from offline_cache.ticket_number import TicketNumber, TicketNumberError, make, parse, parse_code

numbers = st.builds(make, st.from_regex(r"[0-9]{4}", fullmatch=True), st.integers(1, ticket_number.MOST))


@given(numbers)
def test_what_is_shown_is_read_back(number: TicketNumber) -> None:
    assert parse(str(number)) == number
    assert parse(number.digits) == number
    assert len(number.digits) == 11


@given(numbers, st.integers(0, 10), st.integers(1, 9))
def test_every_single_wrong_digit_is_found(number: TicketNumber, place: int, change: int) -> None:
    digits = list(number.digits)
    digits[place] = str((int(digits[place]) + change) % 10)
    with pytest.raises(TicketNumberError):
        parse("".join(digits))


@given(numbers, st.integers(0, 9))
def test_every_swap_of_neighbours_is_found(number: TicketNumber, place: int) -> None:
    digits = list(number.digits)
    if digits[place] == digits[place + 1]:
        return
    digits[place], digits[place + 1] = digits[place + 1], digits[place]
    with pytest.raises(TicketNumberError):
        parse("".join(digits))


def test_as_people_write_and_say_it() -> None:
    number = make("0007", 12)
    assert str(number) == "0007-00012-15"
    for text in (
        "0007 00012 15",
        "０００７－０００１２－１５",
        "零零零七零零零幺二一五",
        " 00070001215 ",
        "〇〇〇七 〇〇〇一两 幺五",
    ):
        assert parse(text) == number


@given(st.text(max_size=30))
def test_hostile_text_is_one_error(text: str) -> None:
    with suppress(TicketNumberError):
        assert len(parse(text).digits) == 11


def test_check_code() -> None:
    assert parse_code("４８２ 1") == "4821"
    for wrong in ("482", "48211", "48a1", ""):
        with pytest.raises(TicketNumberError):
            parse_code(wrong)


@given(st.integers(1, 8), st.randoms(use_true_random=False))
def test_digits_that_are_said_have_no_two_neighbours_the_same(count: int, chance: random.Random) -> None:
    """The check code 9355 was heard as 935 every time."""
    code = ticket_number.spoken_digits(count, chance.randrange)
    assert re.fullmatch(r"[0-9]+", code)
    assert len(code) == count
    assert not re.search(r"(\d)\1", code)


def given_out(draw: tuple[int, ...]) -> Callable[[int], int]:
    left = iter(draw)
    return lambda below: next(left)


def test_every_such_check_code_is_given_out_equally_often() -> None:
    draws = itertools.product(range(10), range(9), range(9), range(9))
    codes = {ticket_number.new_code(given_out(draw)) for draw in draws}
    assert len(codes) == 7_290


def test_numbers_go_up_and_survive_a_new_start(tmp_path: Path) -> None:
    assert [Counter(Disk(), tmp_path).take("0007").count for _ in range(3)] == [1, 2, 3]
    assert Counter(Disk(), tmp_path).take("0008").count == 1
    assert Counter(Disk(), tmp_path).take("0007").count == 4


def test_damaged_counter_does_not_guess(tmp_path: Path) -> None:
    Counter(Disk(), tmp_path).take("0007")
    (tmp_path / "counter-0007").write_bytes(b"00070000\xff")
    with pytest.raises(CounterError, match="enrol"):
        Counter(Disk(), tmp_path).take("0007")


def test_used_up(tmp_path: Path) -> None:
    (tmp_path / "counter-0007").write_text(make("0007", ticket_number.MOST).digits)
    with pytest.raises(CounterError, match="used up"):
        Counter(Disk(), tmp_path).take("0007")
