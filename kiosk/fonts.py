"""The Simplified Chinese face, and how wide a text is in it.

Debian's Noto Sans CJK comes as one ``.ttc`` whose first face is the Japanese one, and font libraries open the first
face; the SC face is extracted once into the cache folder. Text is drawn with the same library that measures it.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageFont

from kiosk.text_layout import break_lines, clusters

DEBIAN = Path("/usr/share/fonts/opentype/noto")
FACE = "Noto Sans CJK SC"
WEIGHTS = ("Regular", "Bold")
_FACES = 4
"""Faces kept open, one a size and weight: each holds 4 MB, and opening one takes 2 ms."""
_GLYPH_BYTES = 12_000_000
"""Masks of single characters kept; beyond, all are drawn again as they come."""


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


class Glyph(NamedTuple):
    """One character's mask, and where it stands from the pen's place on the baseline. ``mask`` is None for a space."""

    mask: Image.Image | None
    left: int
    top: int


class Fonts:
    """Measures and draws lines of text. ``files``: path by weight, as ``extract`` returns.

    The face is set without kerning or ligatures, so a line is its characters side by side: each is measured and drawn
    once. ``house``: the characters of the interface's own words; what was drawn of them outlives a wipe.
    """

    def __init__(self, files: dict[str, Path], house: frozenset[str] = frozenset()) -> None:
        self._files = files
        self._house = house
        self._font = lru_cache(maxsize=_FACES)(self._open)
        self._advances: dict[tuple[int, bool], dict[str, float]] = {}
        self._glyphs: dict[tuple[int, bool], dict[str, Glyph]] = {}
        self._glyph_bytes = 0
        self.lines = lru_cache(maxsize=2048)(self._lines)
        self.widest_piece = lru_cache(maxsize=2048)(self._widest_piece)

    def _open(self, px: int, bold: bool) -> ImageFont.FreeTypeFont:
        path = self._files["Bold" if bold else "Regular"]
        return ImageFont.truetype(str(path), px, layout_engine=ImageFont.Layout.BASIC)

    def width(self, text: str, px: int, bold: bool = False) -> float:
        """Pixels from the start of the first character to the end of the last."""
        known = self._advances.setdefault((px, bold), {})
        try:
            return sum([known[char] for char in text], 0.0)
        except KeyError:
            font = self._font(px, bold)
            known.update((char, float(font.getlength(char))) for char in set(text) - known.keys())
            return sum([known[char] for char in text], 0.0)

    def _lines(self, text: str, width: int, px: int, bold: bool = False) -> tuple[str, ...]:
        """``text`` as lines no wider than ``width`` pixels (``text_layout.break_lines``)."""
        return tuple(break_lines(text, width, lambda part: self.width(part, px, bold)))

    def _widest_piece(self, text: str, px: int, bold: bool = False) -> float:
        """Pixels of the widest piece of ``text`` that no line may cut."""
        return max((self.width(piece.strip(), px, bold) for piece in clusters(text)), default=0.0)

    def forget(self) -> None:
        """Forget what was measured and drawn: it holds what people typed and said."""
        self.lines.cache_clear()
        self.widest_piece.cache_clear()
        for advances in self._advances.values():
            for char in advances.keys() - self._house:
                del advances[char]
        for glyphs in self._glyphs.values():
            for char in glyphs.keys() - self._house:
                self._glyph_bytes -= _bytes(glyphs.pop(char))

    def draw(self, text: str, px: int, bold: bool, height: int) -> Image.Image:
        """The line as an alpha mask (mode L), as wide as the text, ``height`` pixels high, centred on its capitals."""
        width = max(1, round(self.width(text, px, bold)) + 2)
        line = Image.new("L", (width, height), 0)
        baseline = round((height + px * 0.76) / 2)  # Chinese characters stand about 0.12 em below the line, 0.88 above
        pen = 1.0
        for char in text:
            glyph = self._glyph(char, px, bold)
            if glyph.mask is not None:
                line.paste(255, (round(pen) + glyph.left, baseline + glyph.top), glyph.mask)
            pen += self.width(char, px, bold)
        return line

    def _glyph(self, char: str, px: int, bold: bool) -> Glyph:
        kept = self._glyphs.setdefault((px, bold), {})
        found = kept.get(char)
        if found is None:
            core, (left, top) = self._font(px, bold).getmask2(char, mode="L", anchor="ls")
            mask = Image.frombytes("L", core.size, bytes(core)) if core.size[0] and core.size[1] else None
            found = Glyph(mask, left, top)
            if self._glyph_bytes > _GLYPH_BYTES:
                self._glyphs = {(px, bold): (kept := {})}
                self._glyph_bytes = 0
            kept[char] = found
            self._glyph_bytes += _bytes(found)
        return found

    @lru_cache(maxsize=2)  # noqa: B019 - one object lives as long as the program
    def _covered(self, bold: bool) -> frozenset[int]:
        from fontTools.ttLib import TTFont

        return frozenset(TTFont(self._files["Bold" if bold else "Regular"], lazy=True).getBestCmap())

    def missing(self, text: str, bold: bool = False) -> set[str]:
        """Characters of ``text`` the face has no glyph for."""
        return {char for char in text if char != "\n" and ord(char) not in self._covered(bold)}


def _bytes(glyph: Glyph) -> int:
    return glyph.mask.width * glyph.mask.height if glyph.mask is not None else 0
