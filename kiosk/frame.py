"""What one screen is made of: a flat list of things to draw and places to touch, in pixels from the top left.

Screens are pure functions that return a ``Frame``; the window draws it, the checker measures it, the keypad walks
through its targets. Nothing here knows Kivy.
"""

from __future__ import annotations

import msgspec


class Box(msgspec.Struct, frozen=True):
    """A rectangle: left, top, width, height in pixels."""

    x: int
    y: int
    w: int
    h: int

    @property
    def right(self) -> int:
        return self.x + self.w

    @property
    def bottom(self) -> int:
        return self.y + self.h

    def inset(self, dx: int, dy: int | None = None) -> Box:
        dy = dx if dy is None else dy
        return Box(self.x + dx, self.y + dy, self.w - 2 * dx, self.h - 2 * dy)

    def below(self, y: int) -> Box:
        """What is left of the box from ``y`` down."""
        return Box(self.x, y, self.w, max(0, self.bottom - y))

    def contains(self, x: float, y: float) -> bool:
        return self.x <= x < self.right and self.y <= y < self.bottom

    def covers(self, other: Box) -> bool:
        """Whether ``other`` lies wholly inside."""
        return self.x <= other.x and self.y <= other.y and other.right <= self.right and other.bottom <= self.bottom


class Panel(msgspec.Struct, frozen=True, tag="panel"):
    """A rounded rectangle. ``fill`` and ``border`` are ``#RRGGBB`` or empty; ``edge`` is the border's width."""

    box: Box
    fill: str = ""
    radius: int = 0
    border: str = ""
    edge: int = 0


class Words(msgspec.Struct, frozen=True, tag="words"):
    """Lines of text already broken to fit ``box``. ``px``: type size; ``ground``: the colour beneath.

    ``cut``: the text did not fit and was shortened; the checker fails a screen that has any.
    """

    box: Box
    lines: tuple[str, ...]
    px: int
    leading: int
    colour: str
    ground: str
    bold: bool = False
    align: str = "left"
    cut: bool = False


class Symbol(msgspec.Struct, frozen=True, tag="symbol"):
    """An icon of ``kiosk.icons`` drawn in one colour."""

    box: Box
    name: str
    colour: str


class Ring(msgspec.Struct, frozen=True, tag="ring"):
    """A circle's arc clockwise from twelve o'clock. ``part``: 0..1; ``edge``: line width."""

    box: Box
    colour: str
    track: str
    part: float
    edge: int


class Scenery(msgspec.Struct, frozen=True, tag="scenery"):
    """A decorative drawing of ``kiosk.scenery``; carries no meaning."""

    box: Box
    name: str
    colours: tuple[str, ...]


class Ink(msgspec.Struct, frozen=True, tag="ink"):
    """One stroke of a finger: points in pixels of the glass, drawn as a line ``edge`` wide with round ends."""

    points: tuple[tuple[int, int], ...]
    colour: str
    edge: int

    def __repr__(self) -> str:
        return "Ink(...)"


class Code(msgspec.Struct, frozen=True, tag="code"):
    """A QR code of ``text`` on white, its quiet zone inside ``box``."""

    box: Box
    text: str


class Picture(msgspec.Struct, frozen=True, tag="picture"):
    """A picture of this session by its handle, as large as it fits into ``box``."""

    box: Box
    handle: str


Node = Panel | Words | Symbol | Ring | Scenery | Ink | Code | Picture


class Target(msgspec.Struct, frozen=True):
    """Something to press. ``name``: the control; ``label``: what a screen reader says; ``hold``: may be held."""

    name: str
    box: Box
    label: str
    hold: bool = False


class Frame(msgspec.Struct, frozen=True):
    """One screen. ``name``: the screen's tag; ``page`` of ``pages`` when it is longer than the glass."""

    name: str
    width: int
    height: int
    background: str
    nodes: tuple[Node, ...]
    targets: tuple[Target, ...]
    page: int = 0
    pages: int = 1

    def at(self, x: float, y: float) -> Target | None:
        """The target under a finger; the last drawn wins."""
        return next((target for target in reversed(self.targets) if target.box.contains(x, y)), None)

    def target(self, name: str) -> Target | None:
        return next((target for target in self.targets if target.name == name), None)
