"""Text drawn as dots: for characters a printer's font lacks, and for printers without a Chinese font.

Every character stands in its cells, so a drawn line is exactly as wide as a printed one. A character the typeface lacks
is drawn as its code point in a small box: never an empty box, never a question mark.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import msgspec
from PIL import Image, ImageDraw, ImageFont

from devices.escpos.cells import char_cells, clusters
from devices.escpos.layout import TextLine
from devices.slip import Align

FACE = "Noto Sans Mono CJK SC"
"""Its Chinese characters are those of Noto Sans CJK SC; its ASCII is exactly half as wide."""

FOLDERS = (Path("/usr/share/fonts/opentype/noto"), Path("/usr/share/fonts/noto-cjk"), Path("/usr/share/fonts"))
INK = 110
"""Coverage of 255 from which a dot is burnt; below one half, so that thin strokes do not break."""


class TypefaceError(RuntimeError):
    """No typeface with simplified Chinese characters is installed."""


class Typeface(msgspec.Struct, frozen=True):
    """A font file and the face in it."""

    path: Path
    index: int = 0


@lru_cache(maxsize=4)
def find_typeface(bold: bool, folders: tuple[Path, ...] = FOLDERS) -> Typeface:
    """The simplified Chinese face of Noto Sans Mono CJK (the .ttc opens its Japanese face first)."""
    weight = "Bold" if bold else "Regular"
    for folder in folders:
        for name in (f"NotoSansCJK-{weight}.ttc", f"NotoSansMonoCJKsc-{weight}.otf"):
            path = folder / name
            if not path.exists():
                continue
            for index in range(12 if path.suffix == ".ttc" else 1):
                try:
                    family = ImageFont.truetype(str(path), 12, index=index).getname()[0]
                except OSError:
                    break
                if family == FACE or path.suffix == ".otf":
                    return Typeface(path, index)
    raise TypefaceError(f"{FACE} is not installed; install the package fonts-noto-cjk to print these characters")


@lru_cache(maxsize=8)
def _font(bold: bool, size: int) -> ImageFont.FreeTypeFont:
    face = find_typeface(bold)
    return ImageFont.truetype(str(face.path), size, index=face.index, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=8)
def _missing(bold: bool, size: int) -> bytes:
    """What the typeface draws for a character it does not have."""
    return _mask("\U000ffffd", bold, size)


def _mask(char: str, bold: bool, size: int) -> bytes:
    return bytes(_font(bold, size).getmask(char))  # type: ignore[no-untyped-call]  # Pillow gives it none


def draw_line(line: TextLine, dots: int, cell: int) -> Image.Image:
    """One line as a picture ``dots`` wide, mode "1", 1 = ink; its height is that of a printed line of its scale."""
    step = cell * line.scale
    size = step * 2
    image = Image.new("1", (dots, size + size // 6), 0)
    total = sum(char_cells(char) for char in line.text) * step
    x = {Align.LEFT: 0, Align.CENTER: (dots - total) // 2, Align.RIGHT: dots - total}[line.align]
    for run in line.runs:
        for cluster in clusters(run.text):
            width = sum(char_cells(char) for char in cluster) * step
            if not cluster.isspace():
                image.paste(1, (x, 0), _glyph(cluster, run.bold, width, size))
            x += width
    return image


@lru_cache(maxsize=4096)
def _glyph(cluster: str, bold: bool, width: int, size: int) -> Image.Image:
    """One character with its marks, centred in its cells, 1 = ink."""
    height = size + size // 6
    font = _font(bold, size)
    image = Image.new("L", (width or size, height), 0)
    draw = ImageDraw.Draw(image)
    if _mask(cluster[0], bold, size) == _missing(bold, size):
        _box(draw, ord(cluster[0]), (height - size) // 2, size)
    else:
        draw.text((0, (height - size) // 2 - _rise(bold, size)), cluster, 255, font)
    return image.point([0] * INK + [255] * (256 - INK), "1")


@lru_cache(maxsize=8)
def _rise(bold: bool, size: int) -> int:
    """Dots between the top of the font's line and the top of a full square character."""
    box = _font(bold, size).getbbox("国")
    return int(box[1] + box[3] - size) // 2


def _box(draw: ImageDraw.ImageDraw, code: int, y: int, size: int) -> None:
    """The code point in hexadecimal, in a box as wide as a character."""
    digits = f"{code:04X}" if code < 0x10000 else f"{code:06X}"
    half = len(digits) // 2
    font = _font(False, max(8, size // (2 if half == 2 else 3) + 1))
    draw.rectangle((1, y + 1, size - 2, y + size - 2), outline=255)
    for row, part in enumerate((digits[:half], digits[half:])):
        draw.text((size / 2, y + size * (0.28 + 0.46 * row)), part, 255, font, anchor="mm")
