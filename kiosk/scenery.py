"""Decorative drawings in the terminal's own colours: the first light over hills and sea that Wenling is known for."""

from __future__ import annotations

import math
from functools import lru_cache

from PIL import Image, ImageDraw

_OVERSAMPLE = 2


@lru_cache(maxsize=2)
def draw(name: str, width: int, height: int, colours: tuple[str, ...]) -> Image.Image:
    """The drawing as RGBA, transparent above. ``colours``: light, deep, glow."""
    w, h = width * _OVERSAMPLE, height * _OVERSAMPLE
    image = Image.new("RGBA", (w, h), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image, "RGBA")
    light, deep, glow = colours
    radius = h * 0.30
    sun = (w * 0.72, h * 0.52)
    for step, alpha in ((1.75, 40), (1.35, 80), (1.0, 255)):
        r = radius * step
        pen.ellipse((sun[0] - r, sun[1] - r, sun[0] + r, sun[1] + r), fill=_rgba(glow, alpha))
    _hill(pen, w, h, light, base=0.52, waves=((0.16, 0.9, 0.2), (0.05, 2.3, 1.4)))
    _hill(pen, w, h, deep, base=0.70, waves=((0.09, 1.3, 2.6), (0.03, 3.1, 0.7)))
    for row in range(3):
        y = h * (0.82 + row * 0.065)
        for start in range(-1, 7):
            x = w * (start / 6 + row * 0.07)
            pen.arc((x, y, x + w * 0.1, y + h * 0.07), 200, 340, fill=_rgba(light, 255), width=max(2, h // 110))
    return image.reduce(_OVERSAMPLE)


def _rgba(colour: str, alpha: int) -> tuple[int, int, int, int]:
    return (int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16), alpha)


def _hill(
    pen: ImageDraw.ImageDraw, w: int, h: int, colour: str, base: float, waves: tuple[tuple[float, float, float], ...]
) -> None:
    points = []
    for i in range(121):
        part = i / 120
        lift = sum(size * math.sin(2 * math.pi * turns * part + phase) for size, turns, phase in waves)
        points.append((part * w, h * (base - lift)))
    pen.polygon([*points, (w, h), (0, h)], fill=_rgba(colour, 255))
