"""The Simplified Chinese face, and how wide a text is in it.

Debian's Noto Sans CJK comes as one ``.ttc`` whose first face is the Japanese one, and font libraries open the first
face; the SC face is extracted once into the cache folder. Text is drawn with the same library that measures it.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from kiosk.text_layout import break_lines, clusters

DEBIAN = Path("/usr/share/fonts/opentype/noto")
FACE = "Noto Sans CJK SC"
WEIGHTS = ("Regular", "Bold")


class FontError(Exception):
    """The font is missing or broken; the text says what to install."""


def extract(cache: Path, source: Path = DEBIAN) -> dict[str, Path]:
    """The SC faces as files in ``cache``, by weight; made when missing (a second or two each).

    Raises FontError when the collection is not there or has no such face.
    """
    from fontTools.ttLib import TTCollection

    found: dict[str, Path] = {}
    for weight in WEIGHTS:
        target = cache / f"NotoSansCJKsc-{weight}.otf"
        found[weight] = target
        if target.exists():
            continue
        collection = source / f"NotoSansCJK-{weight}.ttc"
        if not collection.exists():
            raise FontError(f"the Chinese font {collection} is missing; install the Debian package fonts-noto-cjk")
        faces = [font for font in TTCollection(collection).fonts if font["name"].getDebugName(1).startswith(FACE)]
        faces = [font for font in faces if "Mono" not in font["name"].getDebugName(1)]
        if not faces:
            raise FontError(f"{collection} has no face {FACE}; reinstall the Debian package fonts-noto-cjk")
        cache.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(f".{os.getpid()}.part")
        faces[0].save(partial)
        partial.replace(target)
    return found


class Fonts:
    """Measures and draws lines of text. ``files``: path by weight, as ``extract`` returns."""

    def __init__(self, files: dict[str, Path]) -> None:
        self._files = files
        self._font = lru_cache(maxsize=64)(self._open)
        self.width = lru_cache(maxsize=65536)(self._width)
        self.lines = lru_cache(maxsize=8192)(self._lines)
        self.widest_piece = lru_cache(maxsize=8192)(self._widest_piece)

    def _open(self, px: int, bold: bool) -> ImageFont.FreeTypeFont:
        path = self._files["Bold" if bold else "Regular"]
        return ImageFont.truetype(str(path), px, layout_engine=ImageFont.Layout.BASIC)

    def _width(self, text: str, px: int, bold: bool = False) -> float:
        """Pixels from the start of the first character to the end of the last."""
        return float(self._font(px, bold).getlength(text))

    def _lines(self, text: str, width: int, px: int, bold: bool = False) -> tuple[str, ...]:
        """``text`` as lines no wider than ``width`` pixels (``text_layout.break_lines``)."""
        return tuple(break_lines(text, width, lambda part: self.width(part, px, bold)))

    def _widest_piece(self, text: str, px: int, bold: bool = False) -> float:
        """Pixels of the widest piece of ``text`` that no line may cut."""
        return max((self.width(piece.strip(), px, bold) for piece in clusters(text)), default=0.0)

    def forget(self) -> None:
        """Forget what was measured: it holds what people typed and said."""
        for measured in (self.width, self.lines, self.widest_piece):
            measured.cache_clear()

    def draw(self, text: str, px: int, bold: bool, height: int) -> Image.Image:
        """The line as an alpha mask (mode L), as wide as the text, ``height`` pixels high, centred on its capitals."""
        font = self._font(px, bold)
        width = max(1, round(font.getlength(text)) + 2)
        mask = Image.new("L", (width, height), 0)
        baseline = (height + px * 0.76) / 2  # Chinese characters stand about 0.12 em below the line, 0.88 above it
        ImageDraw.Draw(mask).text((1, round(baseline)), text, fill=255, font=font, anchor="ls")
        return mask

    @lru_cache(maxsize=2)  # noqa: B019 - one object lives as long as the program
    def _covered(self, bold: bool) -> frozenset[int]:
        from fontTools.ttLib import TTFont

        return frozenset(TTFont(self._files["Bold" if bold else "Regular"], lazy=True).getBestCmap())

    def missing(self, text: str, bold: bool = False) -> set[str]:
        """Characters of ``text`` the face has no glyph for."""
        return {char for char in text if char != "\n" and ord(char) not in self._covered(bold)}
