"""Only what changed is drawn again, and all of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from kiosk.damage import MARGIN, bounds, clipped, damage, union
from kiosk.frame import Box, Frame, Ink, Panel

GLASS = Box(0, 0, 400, 300)


def _frame(*nodes: Panel | Ink) -> Frame:
    return Frame("test", GLASS.w, GLASS.h, "#FFFFFF", nodes, ())


BUTTON = Panel(Box(10, 10, 80, 40), "#112233", 4)
OTHER = Panel(Box(200, 200, 80, 40), "#112233", 4)


def test_nothing_changed_draws_nothing() -> None:
    assert damage(_frame(BUTTON, OTHER), _frame(BUTTON, OTHER)) is None


def test_a_pressed_button_is_drawn_alone() -> None:
    part = damage(_frame(BUTTON, OTHER), _frame(replace(BUTTON, fill="#445566"), OTHER))
    assert part == BUTTON.box.inset(-MARGIN)


def test_a_node_put_in_between_does_not_draw_those_after_it() -> None:
    focus = Panel(Box(100, 100, 20, 20), "#000000")
    assert damage(_frame(BUTTON, OTHER), _frame(BUTTON, focus, OTHER)) == focus.box.inset(-MARGIN)


def test_another_order_draws_everything() -> None:
    assert damage(_frame(BUTTON, OTHER), _frame(OTHER, BUTTON)) == GLASS


def test_the_same_thing_twice_is_counted() -> None:
    part = damage(_frame(BUTTON, BUTTON, OTHER), _frame(BUTTON, OTHER))
    assert part is not None
    assert part.covers(BUTTON.box)


def test_ink_is_as_wide_as_its_line() -> None:
    assert bounds(Ink(((100, 100), (120, 90)), "#000000", 10)).covers(Box(90, 80, 40, 30))


boxes = st.builds(Box, st.integers(0, 390), st.integers(0, 290), st.integers(1, 60), st.integers(1, 60))
panels = st.lists(st.builds(Panel, boxes, st.sampled_from(("#000000", "#FFFFFF"))), max_size=8)


@given(panels, panels)
def test_what_lies_outside_the_damage_is_in_both(old: list[Panel], new: list[Panel]) -> None:
    part = damage(_frame(*old), _frame(*new)) or Box(0, 0, 0, 0)
    assert GLASS.covers(part)
    for node in set(old) ^ set(new):
        seen = clipped(node.box, GLASS)
        assert union(part, seen) == part or not seen.w * seen.h
