"""Masks as textures on the graphics card, made once and kept. Import only after ``window.prepare``.

Shapes, icons and text are alpha masks drawn at several times their size and tinted when they are drawn, so edges are
smooth without multisampling. They are drawn pixel for pixel, so the nearest pixel is the right one.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable

from kivy.graphics.texture import Texture
from PIL import Image, ImageDraw

_OVERSAMPLE = 4
_KEPT_BYTES = 6_000_000
"""Kept for the next frame: the texts and icons of some screens."""


class Textures:
    """The least recently used are thrown away first."""

    def __init__(self, kept_bytes: int = _KEPT_BYTES) -> None:
        self._kept: OrderedDict[Hashable, tuple[Texture, int]] = OrderedDict()
        self._limit = kept_bytes
        self._bytes = 0

    def get(self, key: Hashable, make: Callable[[], Image.Image]) -> Texture:
        """``make``: an alpha mask (mode L), or a picture (RGBA)."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
            return found[0]
        image = make()
        texture = _upload(image)
        size = texture.width * texture.height * (2 if image.mode == "L" else 4)
        self._kept[key] = texture, size
        self._bytes += size
        while self._bytes > self._limit and len(self._kept) > 1:
            _, (_, old) = self._kept.popitem(last=False)
            self._bytes -= old
        return texture


def _upload(image: Image.Image) -> Texture:
    colours = "rgba"
    if image.mode == "L":
        colours = "luminance_alpha"
        image = Image.merge("LA", (Image.new("L", image.size, 255), image))
    texture = Texture.create(size=image.size, colorfmt=colours)
    texture.blit_buffer(image.tobytes(), colorfmt=colours, bufferfmt="ubyte")
    texture.mag_filter = texture.min_filter = "nearest"
    texture.flip_vertical()
    return texture


def rounded(radius: int, edge: int) -> Image.Image:
    """A square just large enough for its four corners: filled when ``edge`` is 0, else an outline of that width."""
    size = 2 * radius + 2
    big = Image.new("L", (size * _OVERSAMPLE, size * _OVERSAMPLE), 0)
    box = (0, 0, size * _OVERSAMPLE - 1, size * _OVERSAMPLE - 1)
    if edge:
        ImageDraw.Draw(big).rounded_rectangle(box, radius * _OVERSAMPLE, outline=255, width=edge * _OVERSAMPLE)
    else:
        ImageDraw.Draw(big).rounded_rectangle(box, radius * _OVERSAMPLE, fill=255)
    return big.reduce(_OVERSAMPLE)


def corner(radius: int, edge: int) -> Image.Image:
    """The top left corner of ``rounded``."""
    size = radius * _OVERSAMPLE
    big = Image.new("L", (size, size), 0)
    pen = ImageDraw.Draw(big)
    pen.ellipse((0, 0, 2 * size - 1, 2 * size - 1), fill=255)
    inner = edge * _OVERSAMPLE
    if 0 < inner < size:
        pen.ellipse((inner, inner, 2 * size - 1 - inner, 2 * size - 1 - inner), fill=0)
    return big.reduce(_OVERSAMPLE)


def arc(size: int, edge: int, part: float) -> Image.Image:
    """Part of a circle's line, clockwise from twelve o'clock."""
    over = 3
    big = Image.new("L", (size * over, size * over), 0)
    box = (0, 0, size * over - 1, size * over - 1)
    ImageDraw.Draw(big).arc(box, -90, -90 + 360 * part, fill=255, width=edge * over)
    return big.reduce(over)
