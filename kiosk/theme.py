"""The theme: four text sizes in millimetres of capital height, four palettes, touch sizes; made into pixels here.

Sources: VVSG 2.0 7.1-G (capital heights), 7.1-C and 7.1-D (contrast), 7.2-I (targets of 12.7 mm, gaps of 2.54 mm);
MIIT 2021 elder-friendly design (line spacing of at least 1.3).
"""

from __future__ import annotations

import math
from enum import StrEnum
from functools import cached_property, lru_cache
from pathlib import Path

import msgspec

MM_PER_INCH = 25.4
CAPITAL_HEIGHT = 0.733
"""Capital height over type size of Noto Sans CJK SC (OS/2 sCapHeight 733 of 1000 units)."""


class TextSize(StrEnum):
    """The four sizes a citizen can choose; STANDARD only outside elder mode."""

    STANDARD = "standard"
    LARGE = "large"
    LARGER = "larger"
    LARGEST = "largest"


class Contrast(StrEnum):
    CALM = "calm"
    DUSK = "dusk"
    WHITE = "white"
    BLACK = "black"


class Role(StrEnum):
    """What a text is for; the theme gives each role its height."""

    SMALL = "small"
    BODY = "body"
    HEADING = "heading"
    DISPLAY = "display"
    POSTER = "poster"


class Heights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Capital height in mm of each role."""

    small: float
    body: float
    heading: float
    display: float
    poster: float


class Touch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    target_mm: float
    gap_mm: float
    line: float


class Palette(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Colours as ``#RRGGBB``. Text is ink, soft, accent or warm on a plain ground, ``on_...`` on a fill."""

    background: str
    surface: str
    tint: str
    ink: str
    soft: str
    accent: str
    primary: str
    on_primary: str
    warm: str
    warm_fill: str
    on_warm: str
    notice: str
    line: str
    decor: str
    decor_deep: str
    glow: str

    @property
    def stark(self) -> bool:
        """Only black and white: grounds look alike, so everything that can be pressed gets an outline."""
        return self.surface == self.background


class Theme(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sizes: dict[TextSize, Heights]
    touch: Touch
    palettes: dict[Contrast, Palette]


@lru_cache(maxsize=1)
def theme() -> Theme:
    """The theme that ships with the program."""
    return msgspec.toml.decode((Path(__file__).parent / "theme.toml").read_bytes(), type=Theme)


class Metrics:
    """Pixels for one screen and one text size. ``ppi``: pixels an inch of the real panel."""

    def __init__(self, ppi: float, size: TextSize) -> None:
        self.ppi = ppi
        self.size = size
        self._heights = theme().sizes[size]
        self._touch = theme().touch

    def mm(self, millimetres: float) -> int:
        """Pixels that are at least ``millimetres`` long."""
        return math.ceil(millimetres * self.ppi / MM_PER_INCH)

    def em(self, role: Role) -> int:
        """Type size in pixels whose capitals are at least as high as the role asks."""
        height: float = getattr(self._heights, role.value)
        return math.ceil(height * self.ppi / MM_PER_INCH / CAPITAL_HEIGHT)

    def line(self, role: Role) -> int:
        """Line height in pixels."""
        return math.ceil(self.em(role) * self._touch.line)

    @cached_property
    def target(self) -> int:
        return self.mm(self._touch.target_mm)

    @cached_property
    def gap(self) -> int:
        return self.mm(self._touch.gap_mm)


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.1) of ``#RRGGBB``."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio (WCAG 2.1), 1..21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)
