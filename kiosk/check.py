"""Scores one screen: what an old eye and an unsteady finger need, measured on the frame and on its pixels.

Geometry, text and line breaks are checked on the frame; contrast is measured on the rendered picture, because that is
what an eye sees. Thresholds are the theme's.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import numpy as np
from PIL import Image

from kiosk.fonts import Fonts
from kiosk.frame import Box, Frame, Symbol, Target, Words
from kiosk.icons import ICONS
from kiosk.text_layout import NOT_AT_END, NOT_AT_START
from kiosk.theme import CAPITAL_HEIGHT, MM_PER_INCH, contrast, theme

ELDER_LEAST_MM = 4.8
STANDARD_LEAST_MM = 3.5


class Fault(msgspec.Struct, frozen=True):
    """``kind``: cut, overflow, outside, overlap, line-break, glyph, small-text, small-target, near-targets,
    contrast, icon, no-human. ``what``: where, in words."""

    kind: str
    what: str


def check(frame: Frame, fonts: Fonts, ppi: float, elder: bool = True) -> list[Fault]:
    """Everything wrong with ``frame``, save contrast."""
    return [
        *_texts(frame, fonts, ppi, elder),
        *_overlaps(frame),
        *_targets(frame, ppi),
        *(Fault("icon", node.name) for node in frame.nodes if isinstance(node, Symbol) and node.name not in ICONS),
        *([] if frame.target("key:human") or _for_staff(frame) else [Fault("no-human", "no button to a person")]),
    ]


def _for_staff(frame: Frame) -> bool:
    """Staff are the people one would be led to; their screens have a way out instead."""
    return frame.name.startswith("staff-") and frame.target("leave") is not None


def weakest_contrast(frame: Frame, pixels: Image.Image) -> tuple[float, str]:
    """The lowest contrast ratio of any text against what is behind it, and that text."""
    array = np.asarray(pixels.convert("RGB"))
    ratios = [(_measured(words, array), "".join(words.lines)) for words in _words(frame) if any(words.lines)]
    return min(ratios, default=(21.0, ""))


def _measured(words: Words, array: np.ndarray) -> float:
    """Contrast of one text: the commonest colour of its box against the one farthest from it in lightness."""
    box = words.box
    region = array[box.y : box.bottom, box.x : box.right].reshape(-1, 3)
    packed = (region[:, 0].astype(np.uint32) << 16) | (region[:, 1].astype(np.uint32) << 8) | region[:, 2]
    values, counts = np.unique(packed, return_counts=True)
    ground = values[counts.argmax()]
    lightness = region.astype(np.float32) @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    own = float(np.array([ground >> 16, (ground >> 8) & 255, ground & 255]) @ np.array([0.2126, 0.7152, 0.0722]))
    ink = packed[np.abs(lightness - own).argmax()]
    return contrast(f"#{ground:06X}", f"#{ink:06X}")


def _words(frame: Frame) -> Iterator[Words]:
    return (node for node in frame.nodes if isinstance(node, Words))


def _texts(frame: Frame, fonts: Fonts, ppi: float, elder: bool) -> Iterator[Fault]:
    glass = Box(0, 0, frame.width, frame.height)
    least = ELDER_LEAST_MM if elder else STANDARD_LEAST_MM
    for words in _words(frame):
        text = "".join(words.lines)
        if words.cut:
            yield Fault("cut", text)
        if any(fonts.width(line, words.px, words.bold) > words.box.w + 2 for line in words.lines):
            yield Fault("overflow", text)
        if not glass.covers(words.box):
            yield Fault("outside", text)
        if any(line and line[0] in NOT_AT_START for line in words.lines[1:]):
            yield Fault("line-break", text)
        if any(line and line[-1] in NOT_AT_END for line in words.lines[:-1]):
            yield Fault("line-break", text)
        if missing := fonts.missing(text, words.bold):
            yield Fault("glyph", "".join(sorted(missing)))
        if words.px * CAPITAL_HEIGHT / ppi * MM_PER_INCH < least - 0.01:
            yield Fault("small-text", text)


def _overlaps(frame: Frame) -> Iterator[Fault]:
    """Two texts over each other."""
    placed = [words for words in _words(frame) if any(words.lines)]
    for i, one in enumerate(placed):
        for other in placed[i + 1 :]:
            if _meet(_inked(one), _inked(other)):
                yield Fault("overlap", f"{''.join(one.lines)} / {''.join(other.lines)}")


def _inked(words: Words) -> Box:
    """The box without the free line height above and below the characters."""
    free = (words.leading - words.px) // 2
    return words.box.inset(0, max(0, free))


def _meet(one: Box, other: Box) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


def _targets(frame: Frame, ppi: float) -> Iterator[Fault]:
    touch = theme().touch
    glass = Box(0, 0, frame.width, frame.height)
    for i, target in enumerate(frame.targets):
        smallest = min(target.box.w, target.box.h) / ppi * MM_PER_INCH
        if smallest < touch.target_mm - 0.01:
            yield Fault("small-target", f"{target.name}: {smallest:.1f} mm")
        if not glass.covers(target.box):
            yield Fault("outside", target.name)
        for other in frame.targets[i + 1 :]:
            apart = _apart(target, other) / ppi * MM_PER_INCH
            if apart < touch.gap_mm - 0.01 and not target.box.covers(other.box):
                yield Fault("near-targets", f"{target.name} and {other.name}: {apart:.2f} mm")


def _apart(one: Target, other: Target) -> float:
    """Pixels between two targets; negative when they overlap."""
    a, b = one.box, other.box
    across = max(b.x - a.right, a.x - b.right)
    down = max(b.y - a.bottom, a.y - b.bottom)
    return max(across, down)
