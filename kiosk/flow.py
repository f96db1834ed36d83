"""Long content as pages: blocks are measured, put on pages that fit the glass, and never scrolled.

A block belongs to a section; a section's heading stays with its first row, and is repeated with （续） when the section
goes on to the next page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from kiosk.frame import Box
from kiosk.sheet import Sheet

Draw = Callable[[Sheet, Box], None]


@dataclass(frozen=True)
class Row:
    """``height`` in pixels; ``draw`` paints it into the box it is given."""

    height: int
    draw: Draw


@dataclass(frozen=True)
class Section:
    """``heading`` builds the heading row; its argument says whether the section is going on from the page before."""

    heading: Callable[[bool], Row]
    rows: Sequence[Row]


@dataclass(frozen=True)
class Group:
    """What of one section stands on one page."""

    heading: Row
    rows: tuple[Row, ...]

    def height(self, padding: int) -> int:
        return self.heading.height + sum(row.height for row in self.rows) + 2 * padding


def paginate(sections: Iterable[Section], height: int, padding: int, gap: int) -> list[list[Group]]:
    """Pages of groups, none higher than ``height``, unless a single row is.

    ``padding``: above and below the rows of a group; ``gap``: between groups.
    """
    pages: list[list[Group]] = [[]]
    left = height
    for section in sections:
        rows = list(section.rows)
        going_on = False
        while rows or not going_on:
            heading = section.heading(going_on)
            room = left - (gap if pages[-1] else 0) - heading.height - 2 * padding
            taken: list[Row] = []
            while rows and rows[0].height <= room:
                room -= rows[0].height
                taken.append(rows.pop(0))
            if not taken and rows:
                if pages[-1]:
                    pages.append([])
                    left = height
                    continue
                taken.append(rows.pop(0))  # higher than a page: alone, and cut by its own drawing
            group = Group(heading, tuple(taken))
            left -= group.height(padding) + (gap if pages[-1] else 0)
            pages[-1].append(group)
            going_on = True
            if rows:
                pages.append([])
                left = height
    return pages
