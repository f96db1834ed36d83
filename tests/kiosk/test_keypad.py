"""The keypad reaches every control, and says where it stands."""

from __future__ import annotations

import pytest
from bench import Bench

from kiosk.frame import Box, Frame, Target
from kiosk.keypad import KEYS, Arrow, moved, reading_order


def grid(columns: int, rows: int) -> Frame:
    targets = tuple(
        Target(f"{x}-{y}", Box(x * 120, y * 120, 100, 100), f"{x}-{y}") for y in range(rows) for x in range(columns)
    )
    return Frame("grid", 1000, 1000, "#FFFFFF", (), targets)


def test_arrows_go_to_the_neighbour() -> None:
    frame = grid(3, 3)
    for arrow, name in ((Arrow.UP, "1-0"), (Arrow.DOWN, "1-2"), (Arrow.LEFT, "0-1"), (Arrow.RIGHT, "2-1")):
        assert moved(frame, "1-1", arrow) == name


def test_the_first_arrow_finds_the_first_control() -> None:
    assert moved(grid(3, 3), "", Arrow.DOWN) == "0-0"
    assert moved(grid(3, 3), "gone", Arrow.UP) == "0-0"


@pytest.mark.parametrize("shape", [(1, 5), (2, 3), (5, 1), (4, 4)])
def test_every_control_can_be_reached_from_every_other(shape: tuple[int, int]) -> None:
    frame = grid(*shape)
    names = {target.name for target in frame.targets}
    for start in names:
        reached, edge = {start}, [start]
        while edge:
            here = edge.pop()
            found = {moved(frame, here, arrow) for arrow in Arrow} - reached
            reached |= found
            edge += found
        assert reached == names


def test_nothing_to_reach_is_no_mistake() -> None:
    assert moved(Frame("empty", 10, 10, "#FFFFFF", (), ()), "", Arrow.DOWN) == ""


def test_reading_order_is_row_by_row() -> None:
    assert [target.name for target in reading_order(grid(2, 2))] == ["0-0", "1-0", "0-1", "1-1"]


def test_there_are_keys_for_all_nine_and_for_a_person() -> None:
    assert {str(meaning) for meaning in KEYS.values()} >= {
        *("up", "down", "left", "right", "ok", "louder", "quieter", "slower", "faster", "human")
    }


def test_the_focused_control_is_spoken_and_the_focus_ends_with_the_screen() -> None:
    kiosk = Bench()
    kiosk.tap("start")
    kiosk.engine.focus("choice:module:insurance", "医保社保")
    assert kiosk.mouth.said[-1] == "医保社保"
    assert kiosk.view.focus == "choice:module:insurance"
    kiosk.tap(kiosk.view.focus)
    assert kiosk.screen == "browse"
    assert kiosk.view.focus == ""
