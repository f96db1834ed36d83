"""Bar charts as numbers for an SVG of the template: no script, readable without colours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import msgspec

WIDTH, HEIGHT, ROOM = 600, 120, 18
"""Of the drawing; ``ROOM`` below the bars for the dates."""


class Bar(msgspec.Struct, frozen=True):
    x: float
    y: float
    width: float
    height: float
    label: str
    value: int


class Chart(msgspec.Struct, frozen=True):
    """``summary``: what a screen reader says of it."""

    bars: tuple[Bar, ...]
    top: int
    total: int
    summary: str


def bars(values: Sequence[tuple[dt.date, int]]) -> Chart:
    """One bar a day."""
    top = max((value for _, value in values), default=0)
    step = WIDTH / max(len(values), 1)
    made = []
    for number, (day, value) in enumerate(values):
        height = HEIGHT * value / top if top else 0
        label = f"{day.month}月{day.day}日"
        made.append(
            Bar(
                round(number * step, 1), round(HEIGHT - height, 1), round(step * 0.8, 1), round(height, 1), label, value
            )
        )
    total = sum(value for _, value in values)
    return Chart(tuple(made), top, total, f"{len(values)}天共{total}，最多一天{top}")
