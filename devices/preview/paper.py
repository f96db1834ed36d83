"""The slip as a picture: what was decoded, drawn dot by dot at the printer's resolution, on a piece of paper."""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from devices.preview.decoder import Cut, Event, Fed, Line, Question, Raster, Span, Symbol, Unknown, decode

PAPER = 250
INK = 25
MARGIN = 32
"""Dots of unprintable paper on both sides (4 mm)."""

MAX_ROWS = 60_000
"""Seven and a half metres of paper; a picture of more helps nobody."""

NOTO = Path("/usr/share/fonts/opentype/noto")


def render(data: bytes, dots: int = 576) -> Image.Image:
    """The paper that a printer with ``dots`` to the line makes of the bytes, 8 pixels/mm, grey."""
    strips = [strip for event in decode(data) if (strip := _strip(event, dots)) is not None]
    height = min(MAX_ROWS, sum(strip.height for strip in strips))
    sheet = Image.new("L", (dots + 2 * MARGIN, height + 2 * MARGIN), PAPER)
    y = MARGIN
    for strip in strips:
        if y + strip.height > MAX_ROWS:
            break
        left = 0 if strip.width == sheet.width else MARGIN
        sheet.paste(strip, (left, y))
        y += strip.height
    return _on_table(sheet)


def render_png(data: bytes, dots: int = 576) -> bytes:
    """``render`` as the bytes of a PNG file."""
    buffer = io.BytesIO()
    render(data, dots).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _on_table(sheet: Image.Image) -> Image.Image:
    """A light edge and shadow, so that white paper is seen on a white page."""
    table = Image.new("L", (sheet.width + 48, sheet.height + 48), 225)
    draw = ImageDraw.Draw(table)
    for step in range(8, 0, -1):
        grey = 225 - 5 * (8 - step)
        draw.rectangle((24 - step + 4, 24 - step + 6, 24 + sheet.width + step, 24 + sheet.height + step + 2), fill=grey)
    table.paste(sheet, (24, 24))
    return table


@lru_cache(maxsize=16)
def _face(bold: bool, size: int, mono: bool = False) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    path = NOTO / f"NotoSansCJK-{'Bold' if bold else 'Regular'}.ttc"
    for index in range(10):
        try:
            font = ImageFont.truetype(str(path), size, index=index, layout_engine=ImageFont.Layout.BASIC)
        except OSError:
            break
        name = str(font.getname()[0]).split()
        if "SC" in name and mono == ("Mono" in name):
            return font
    return ImageFont.load_default(size)


def _strip(event: Event, dots: int) -> Image.Image | None:
    """One event as a strip of paper, or None where nothing is seen."""
    if isinstance(event, Line):
        return _line(event, dots)
    if isinstance(event, Raster):
        stride = (event.width + 7) // 8
        mono = Image.frombytes("1", (event.width, event.height), event.data[: stride * event.height])
        grey = mono.point([PAPER] + [INK] * 255, "L")
        return _placed(grey.resize((grey.width * event.wide, grey.height * event.tall)), event.align, dots)
    if isinstance(event, Symbol):
        return _symbol(event, dots)
    if isinstance(event, Fed):
        return _blank(dots, event.dots)
    if isinstance(event, Cut):
        return _cut(dots + 2 * MARGIN)
    if isinstance(event, Unknown):
        return _line(Line((_warning(event.data),), 0, 30), dots)
    assert isinstance(event, Question)
    return None


def _warning(data: bytes) -> Span:
    return Span(f"[{data[:8].hex(' ')}]", inverted=True)


def _blank(dots: int, height: int) -> Image.Image:
    return Image.new("L", (dots, height), PAPER)


def _placed(image: Image.Image, align: int, dots: int) -> Image.Image:
    strip = _blank(dots, image.height)
    strip.paste(image, ((0, max(0, dots - image.width) // 2, max(0, dots - image.width))[align], 0))
    return strip


def _line(line: Line, dots: int) -> Image.Image:
    """Characters in their cells, 12 dots a half; what is too wide goes on the next line, as on a printer."""
    rows: list[tuple[list[Image.Image], int]] = [([], 0)]
    for span in line.spans:
        for char in span.text:
            glyph = _glyph(char, span.bold, span.wide, span.tall, span.underlined, span.inverted)
            if rows[-1][1] + glyph.width > dots:
                rows.append(([], 0))
            glyphs, used = rows[-1]
            rows[-1] = ([*glyphs, glyph], used + glyph.width)
    strip = _blank(dots, line.pitch * len(rows))
    for number, (glyphs, used) in enumerate(rows):
        x = (0, (dots - used) // 2, dots - used)[line.align]
        tallest = max((glyph.height for glyph in glyphs), default=0)
        for glyph in glyphs:
            strip.paste(glyph, (x, number * line.pitch + tallest - glyph.height))
            x += glyph.width
    return strip


@lru_cache(maxsize=4096)
def _glyph(char: str, bold: bool, wide: int, tall: int, underlined: bool, inverted: bool) -> Image.Image:
    width = 12 if char < "\x80" else 24
    factor = max(wide, tall)
    font = _face(bold, 24 * factor, mono=width == 12)
    image = Image.new("L", (width * factor, 24 * factor), 0)
    draw = ImageDraw.Draw(image)
    baseline = 20.5 * factor
    draw.text((image.width / 2, baseline), char, 255, font, anchor="ms")
    if (wide, tall) != (factor, factor):
        image = image.resize((width * wide, 24 * tall), Image.Resampling.LANCZOS)
    if underlined:
        ImageDraw.Draw(image).line((0, image.height - 1, image.width, image.height - 1), 255, 2)
    if inverted:
        image = image.point([255 - level for level in range(256)])
    return image.point([PAPER - (PAPER - INK) * level // 255 for level in range(256)])


def _symbol(symbol: Symbol, dots: int) -> Image.Image:
    picture = _qr(symbol) if symbol.kind == "qr" else _code128(symbol)
    strip = _placed(picture.point([PAPER] + [INK] * 255, "L"), symbol.align, dots)
    if not symbol.readable:
        return strip
    data = symbol.data.removeprefix(b"{B").replace(b"{{", b"{").decode("ascii", "replace")
    text = _line(Line((Span(data),), symbol.align, 30), dots)
    both = _blank(dots, strip.height + text.height + 4)
    both.paste(strip, (0, 0))
    both.paste(text, (0, strip.height + 4))
    return both


def _qr(symbol: Symbol) -> Image.Image:
    import qrcode

    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    code.add_data(symbol.data, optimize=0)
    try:
        code.make(fit=True)
    except (qrcode.exceptions.DataOverflowError, ValueError):
        return Image.new("1", (64, 64), 0)
    rows = code.get_matrix()
    image = Image.new("1", (len(rows), len(rows)), 0)
    image.putdata([255 if dark else 0 for row in rows for dark in row])
    return image.resize((image.width * symbol.module, image.height * symbol.module), Image.Resampling.NEAREST)


def _code128(symbol: Symbol) -> Image.Image:
    import barcode
    import barcode.errors

    data = symbol.data.removeprefix(b"{B").replace(b"{{", b"{").decode("ascii", "replace")
    try:
        bars = barcode.Code128(data).build()[0]
    except barcode.errors.BarcodeError:
        bars = "1"
    image = Image.new("1", (len(bars), 1), 0)
    image.putdata([255 if bar == "1" else 0 for bar in bars])
    return image.resize((len(bars) * symbol.module, symbol.height), Image.Resampling.NEAREST)


def _cut(width: int) -> Image.Image:
    strip = Image.new("L", (width, 40), PAPER)
    draw = ImageDraw.Draw(strip)
    for x in range(8, width, 16):
        draw.line((x, 20, x + 8, 20), 150, 2)
    return strip
