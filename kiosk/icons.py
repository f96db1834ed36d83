"""The icons, drawn by code on a grid of 24 units with round strokes, as alpha masks of any size.

An icon is a tuple of strokes. Meaning never rests on an icon alone: each stands beside its word.
"""

from __future__ import annotations

import math
from functools import lru_cache

import msgspec
from PIL import Image, ImageDraw

GRID = 24
STROKE = 1.9
_OVERSAMPLE = 4

Point = tuple[float, float]


class Path(msgspec.Struct, frozen=True):
    """A polyline; ``closed`` joins its ends, ``filled`` paints its inside."""

    points: tuple[Point, ...]
    closed: bool = False
    filled: bool = False


class Arc(msgspec.Struct, frozen=True):
    """Part of an ellipse, degrees clockwise from three o'clock."""

    x: float
    y: float
    rx: float
    ry: float
    start: float = 0
    end: float = 360
    filled: bool = False


class Rounded(msgspec.Struct, frozen=True):
    """A rectangle with round corners."""

    x: float
    y: float
    w: float
    h: float
    r: float = 2
    filled: bool = False


Stroke = Path | Arc | Rounded


def _line(*points: Point) -> Path:
    return Path(points)


def _dot(x: float, y: float, r: float = 1.3) -> Arc:
    return Arc(x, y, r, r, filled=True)


def _face(mouth: Stroke) -> tuple[Stroke, ...]:
    return (Arc(12, 12, 9.5, 9.5), _dot(8.7, 9.6), _dot(15.3, 9.6), mouth)


ICONS: dict[str, tuple[Stroke, ...]] = {
    "back": (_line((20, 12), (4.5, 12)), _line((11, 5), (4, 12), (11, 19))),
    "next": (_line((9, 4.5), (16.5, 12), (9, 19.5)),),
    "previous": (_line((15, 4.5), (7.5, 12), (15, 19.5)),),
    "home": (
        _line((3, 11.5), (12, 3.5), (21, 11.5)),
        _line((5.5, 10), (5.5, 20.5), (18.5, 20.5), (18.5, 10)),
        _line((10, 20), (10, 14.5), (14, 14.5), (14, 20)),
    ),
    "text-size": (
        _line((2.5, 19.5), (8.5, 4.5), (14.5, 19.5)),
        _line((4.9, 14), (12.1, 14)),
        _line((18.5, 8), (18.5, 16)),
        _line((14.8, 12), (22.2, 12)),
    ),
    "repeat": (
        Path(((3, 9.3), (3, 14.7), (6.5, 14.7), (11.5, 19), (11.5, 5), (6.5, 9.3)), True, True),
        Arc(11.5, 12, 4.5, 4.5, -48, 48),
        Arc(11.5, 12, 8.8, 8.8, -48, 48),
    ),
    "person": (
        Arc(12, 10, 8.2, 8.2, 180, 360),
        Rounded(2.4, 10.4, 4, 6.6, 1.6, True),
        Rounded(17.6, 10.4, 4, 6.6, 1.6, True),
        Arc(14, 16.5, 5.6, 4.6, 0, 90),
        _dot(13, 21, 1.7),
    ),
    "mic": (
        Rounded(8.3, 2, 7.4, 12.4, 3.7, True),
        Arc(12, 11.5, 7, 6.8, 0, 180),
        _line((12, 18.5), (12, 22)),
        _line((8, 22), (16, 22)),
    ),
    "stop": (Rounded(6, 6, 12, 12, 2, True),),
    "keyboard": (
        Rounded(1.8, 5, 20.4, 14, 2.5),
        *(_dot(x, 9.6, 1) for x in (6, 10, 14, 18)),
        *(_dot(x, 12.6, 1) for x in (6, 10, 14, 18)),
        _line((8, 15.8), (16, 15.8)),
    ),
    "pencil": (
        Path(((4, 20), (5, 15.5), (16, 4.5), (19.5, 8), (8.5, 19)), True),
        _line((13.5, 7), (17, 10.5)),
    ),
    "check": (_line((4, 12.5), (10, 18.5), (20.5, 6)),),
    "box": (Rounded(4, 4, 16, 16, 2),),
    "cross": (_line((5, 5), (19, 19)), _line((19, 5), (5, 19))),
    "clock": (Arc(12, 12, 9.5, 9.5), _line((12, 6), (12, 12.3), (16.3, 14.8))),
    "pin": (
        Path(((12, 22), (5.6, 13.6), (4.6, 9.6), (6.6, 4.9), (12, 2.4), (17.4, 4.9), (19.4, 9.6), (18.4, 13.6)), True),
        Arc(12, 9.8, 2.8, 2.8),
    ),
    "coin": (
        Arc(12, 12, 9.5, 9.5),
        _line((8.2, 6.8), (12, 12), (15.8, 6.8)),
        _line((12, 12), (12, 17.6)),
        _line((8.6, 12.4), (15.4, 12.4)),
        _line((8.6, 15), (15.4, 15)),
    ),
    "folder": (
        _line((6, 2.5), (14.5, 2.5), (19, 7), (19, 21.5), (5, 21.5), (5, 2.5), (6, 2.5)),
        _line((14, 3), (14, 7.6), (18.5, 7.6)),
        _line((8.4, 12), (15.6, 12)),
        _line((8.4, 16), (15.6, 16)),
    ),
    "steps": (
        _line((9.5, 5), (21, 5)),
        _line((9.5, 12), (21, 12)),
        _line((9.5, 19), (21, 19)),
        *(_dot(4.2, y, 1.8) for y in (5, 12, 19)),
    ),
    "basis": (
        _line((12, 3), (12, 21)),
        _line((7, 21), (17, 21)),
        _line((4, 6), (20, 6)),
        _line((4.5, 6.2), (1.8, 13), (7.2, 13), (4.5, 6.2)),
        _line((19.5, 6.2), (16.8, 13), (22.2, 13), (19.5, 6.2)),
        Arc(4.5, 13, 2.7, 2.6, 0, 180),
        Arc(19.5, 13, 2.7, 2.6, 0, 180),
    ),
    "calendar": (
        Rounded(3, 4.5, 18, 17, 2),
        _line((3.4, 9.8), (20.6, 9.8)),
        _line((8, 2.3), (8, 6.3)),
        _line((16, 2.3), (16, 6.3)),
        _line((8, 15.3), (11, 18), (16.2, 13)),
    ),
    "note": (Arc(12, 12, 9.5, 9.5), _line((12, 11), (12, 17.3)), _dot(12, 7.2, 1.4)),
    "warning": (Path(((12, 2.8), (22, 20.5), (2, 20.5)), True), _line((12, 9.3), (12, 14.2)), _dot(12, 17.4, 1.3)),
    "printer": (
        _line((6.5, 8.5), (6.5, 2.5), (17.5, 2.5), (17.5, 8.5)),
        _line((6.5, 17.5), (2.5, 17.5), (2.5, 8.5), (21.5, 8.5), (21.5, 17.5), (17.5, 17.5)),
        Path(((6.5, 14), (17.5, 14), (17.5, 21.8), (6.5, 21.8)), True),
        _dot(18.2, 11.4, 1.1),
    ),
    "question": (
        Arc(12, 12, 9.5, 9.5),
        Arc(12, 9.6, 3.1, 3.1, -180, 70),
        _line((13, 12.5), (12, 13.6), (12, 14.6)),
        _dot(12, 17.6, 1.3),
    ),
    "globe": (
        Arc(12, 12, 9.5, 9.5),
        Arc(12, 12, 4, 9.5),
        _line((2.8, 12), (21.2, 12)),
        _line((4.4, 7), (19.6, 7)),
        _line((4.4, 17), (19.6, 17)),
    ),
    "settings": (
        _line((3, 7), (12, 7)),
        _line((18, 7), (21, 7)),
        Arc(15, 7, 2.8, 2.8),
        _line((3, 17), (6, 17)),
        _line((12, 17), (21, 17)),
        Arc(9, 17, 2.8, 2.8),
    ),
    "contrast": (Arc(12, 12, 9.5, 9.5), Arc(12, 12, 9.5, 9.5, 90, 270, True)),
    "plus": (_line((12, 4), (12, 20)), _line((4, 12), (20, 12))),
    "minus": (_line((4, 12), (20, 12)),),
    "delete": (
        Path(((8, 5), (21.5, 5), (21.5, 19), (8, 19), (2.3, 12)), True),
        _line((11.5, 9), (17.5, 15)),
        _line((17.5, 9), (11.5, 15)),
    ),
    "search": (Arc(10.5, 10.5, 7.3, 7.3), _line((16, 16), (21.5, 21.5))),
    "heart": (
        Path(
            (
                (12, 20.8),
                (3.8, 12.4),
                (2.6, 8.6),
                (4.3, 5),
                (8, 4),
                (12, 7.2),
                (16, 4),
                (19.7, 5),
                (21.4, 8.6),
                (20.2, 12.4),
            ),
            True,
        ),
    ),
    "offline": (
        _line((3, 3), (21, 21)),
        Arc(12, 16, 9.8, 9.8, 205, 250),
        Arc(12, 16, 9.8, 9.8, 290, 335),
        Arc(12, 17, 5.2, 5.2, 215, 260),
        _dot(12, 19.2, 1.7),
    ),
    "hand": (
        _line((9, 13), (9, 4.2), (11.6, 4.2), (11.6, 11)),
        _line((11.6, 10), (14.4, 10.4), (14.4, 12.5)),
        _line((14.4, 11), (17.2, 11.6), (17.2, 13.4)),
        _line((17.2, 12.3), (19.8, 13), (19.4, 18.5), (17.8, 21.8), (10.2, 21.8), (5, 15.2), (6.6, 13.4), (9, 15.4)),
    ),
    # the six modules
    "insurance": (
        Path(((12, 2), (20.5, 5), (20.5, 11), (18.6, 16.8), (12, 22), (5.4, 16.8), (3.5, 11), (3.5, 5)), True),
        _line((12, 7.6), (12, 15.6)),
        _line((8, 11.6), (16, 11.6)),
    ),
    "household": (
        Rounded(1.8, 4.5, 20.4, 15, 2.2),
        Arc(8, 10, 2.4, 2.4),
        Arc(8, 16.8, 4, 3.4, 180, 360),
        _line((14.5, 9.5), (19, 9.5)),
        _line((14.5, 14), (19, 14)),
    ),
    "education-work": (
        Path(((12, 4), (23, 9.2), (12, 14.4), (1, 9.2)), True),
        _line((5.8, 11.8), (5.8, 17.2), (12, 20.2), (18.2, 17.2), (18.2, 11.8)),
        _line((21.8, 9.8), (21.8, 16)),
    ),
    "business": (
        _line((4, 10.5), (4, 21), (20, 21), (20, 10.5)),
        Path(((4.2, 3.5), (19.8, 3.5), (22, 9), (2, 9)), True),
        Arc(5.4, 9, 3.3, 2.7, 0, 180),
        Arc(12, 9, 3.3, 2.7, 0, 180),
        Arc(18.6, 9, 3.3, 2.7, 0, 180),
        _line((9.5, 21), (9.5, 15.5), (14.5, 15.5), (14.5, 21)),
    ),
    "tax": (
        _line(
            (5, 2.6),
            (19, 2.6),
            (19, 21.4),
            (16.2, 19.4),
            (14, 21.4),
            (12, 19.4),
            (10, 21.4),
            (7.8, 19.4),
            (5, 21.4),
            (5, 2.6),
        ),
        _line((8.8, 6.4), (12, 10.4), (15.2, 6.4)),
        _line((12, 10.4), (12, 15.6)),
        _line((9, 11), (15, 11)),
        _line((9, 13.6), (15, 13.6)),
    ),
    "civil": (
        _line((2.5, 11), (12, 2.8), (21.5, 11)),
        _line((5, 9.5), (5, 21), (19, 21), (19, 9.5)),
        Path(
            ((12, 18.4), (8.2, 14.6), (8, 12.4), (9.8, 11.2), (12, 12.8), (14.2, 11.2), (16, 12.4), (15.8, 14.6)),
            True,
            True,
        ),
    ),
    "ticked": (Rounded(3, 3, 18, 18, 3), _line((7.2, 12.4), (10.8, 16), (17, 8.4))),
    # the services
    "policy": (
        _line((12, 6.2), (12, 20)),
        Path(((12, 6.2), (8, 4.4), (2.8, 4.4), (2.8, 18.2), (8, 18.2), (12, 20))),
        Path(((12, 6.2), (16, 4.4), (21.2, 4.4), (21.2, 18.2), (16, 18.2), (12, 20))),
        _line((5.6, 8.6), (9, 9)),
        _line((15, 9), (18.4, 8.6)),
    ),
    "guide": (
        Rounded(4.5, 3.6, 15, 17.8, 2.2),
        Rounded(8.6, 2, 6.8, 3.6, 1.2, True),
        _line((7.6, 10.2), (8.8, 11.4), (10.8, 9)),
        _line((12.8, 10.4), (16.6, 10.4)),
        _line((7.6, 15.6), (8.8, 16.8), (10.8, 14.4)),
        _line((12.8, 15.8), (16.6, 15.8)),
    ),
    "scenario": (
        Arc(5, 5.6, 2.6, 2.6),
        Arc(19, 12, 2.6, 2.6),
        Arc(5, 18.4, 2.6, 2.6),
        _line((7.6, 5.6), (12, 5.6), (12, 18.4), (7.6, 18.4)),
        _line((12, 12), (16.4, 12)),
    ),
    "request": (
        Path(((3, 4), (21, 4), (21, 16.4), (11.4, 16.4), (6.6, 20.6), (6.6, 16.4), (3, 16.4)), True),
        _line((7.4, 8.4), (16.6, 8.4)),
        _line((7.4, 12), (13.4, 12)),
    ),
    "snapshot": (
        Path(((2.6, 7), (7, 7), (8.8, 4), (15.2, 4), (17, 7), (21.4, 7), (21.4, 19.6), (2.6, 19.6)), True),
        Arc(12, 13, 4, 4),
    ),
    "progress": (
        Arc(10.4, 10.4, 7.4, 7.4),
        _line((15.8, 15.8), (21.2, 21.2)),
        _line((10.4, 6.6), (10.4, 10.6), (13, 12.2)),
    ),
    "invoice": (
        Path(
            (
                *((4.6, 2.6), (19.4, 2.6), (19.4, 21.4), (16.9, 19.6), (14.5, 21.4), (12, 19.6), (9.5, 21.4)),
                *((7.1, 19.6), (4.6, 21.4)),
            ),
            True,
        ),
        _line((8.2, 7.2), (15.8, 7.2)),
        _line((8.2, 11), (15.8, 11)),
        _line((8.2, 14.8), (12.6, 14.8)),
    ),
    "stuck": (
        Arc(7.4, 8, 3.2, 3.2),
        Path(((2, 20.4), (2, 17.4), (4.4, 14.4), (10.4, 14.4), (12.8, 17.4), (12.8, 20.4))),
        _line((18, 4), (18, 12.6)),
        _dot(18, 16.6, 1.4),
    ),
    "opinion": (
        Path(
            (
                *((12, 2.6), (14.7, 8.6), (21.2, 9.2), (16.3, 13.5), (17.8, 19.9), (12, 16.5), (6.2, 19.9)),
                *((7.7, 13.5), (2.8, 9.2), (9.3, 8.6)),
            ),
            True,
        ),
    ),
    "carry": (
        Rounded(2.6, 5, 8, 14, 1.8),
        Rounded(16.4, 3, 5, 18, 1.8),
        _line((12.6, 12), (15, 12)),
        _line((13.4, 9.8), (15.4, 12), (13.4, 14.2)),
    ),
    # five grades of 好差评
    "stars-5": _face(Arc(12, 12.6, 5.4, 5.4, 15, 165)),
    "stars-4": _face(Arc(12, 12.2, 5, 4.4, 25, 155)),
    "stars-3": _face(_line((8.2, 15.8), (15.8, 15.8))),
    "stars-2": _face(Arc(12, 19.4, 4.8, 4, 215, 325)),
    "stars-1": _face(Arc(12, 20, 5.2, 5.4, 205, 335)),
}


@lru_cache(maxsize=128)
def mask(name: str, size: int) -> Image.Image:
    """The icon as an alpha mask (mode L) of ``size`` x ``size`` pixels. KeyError for a name that does not exist."""
    scale = size * _OVERSAMPLE / GRID
    image = Image.new("L", (size * _OVERSAMPLE, size * _OVERSAMPLE), 0)
    pen = ImageDraw.Draw(image)
    width = STROKE * scale
    for stroke in ICONS[name]:
        match stroke:
            case Path(points, closed, filled):
                scaled = [(x * scale, y * scale) for x, y in points]
                if filled:
                    pen.polygon(scaled, fill=255)
                _polyline(pen, [*scaled, scaled[0]] if closed else scaled, width)
            case Arc(x, y, rx, ry, start, end, filled):
                if filled:
                    box = ((x - rx) * scale, (y - ry) * scale, (x + rx) * scale, (y + ry) * scale)
                    pen.pieslice(box, start, end, fill=255)
                else:
                    _polyline(pen, _arc(x, y, rx, ry, start, end, scale), width)
            case Rounded(x, y, w, h, r, filled):
                box = (x * scale, y * scale, (x + w) * scale, (y + h) * scale)
                if filled:
                    pen.rounded_rectangle(box, r * scale, fill=255)
                else:
                    pen.rounded_rectangle(box, r * scale, outline=255, width=round(width))
    return image.reduce(_OVERSAMPLE)


def _arc(x: float, y: float, rx: float, ry: float, start: float, end: float, scale: float) -> list[Point]:
    steps = max(8, int(abs(end - start) / 4))
    angles = [math.radians(start + (end - start) * i / steps) for i in range(steps + 1)]
    return [((x + rx * math.cos(a)) * scale, (y + ry * math.sin(a)) * scale) for a in angles]


def _polyline(pen: ImageDraw.ImageDraw, points: list[Point], width: float) -> None:
    pen.line(points, fill=255, width=round(width), joint="curve")
    for x, y in points if len(points) < 12 else (points[0], points[-1]):
        pen.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=255)
