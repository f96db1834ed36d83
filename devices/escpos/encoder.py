"""A slip in bytes for an ESC/POS printer that may or may not have a Chinese font.

Bytes come as pieces, one per cut, and each piece as chunks. A piece starts with ``ESC @`` and stands alone, so a job
that stopped can go on with the piece that was not confirmed. Between two chunks a status question may be asked: no
chunk ends inside a command.

Text is GB18030 after ``FS &`` with no control byte in it. A line with a character outside the printer's set is drawn
and sent as a picture of the same height: half a line in another typeface would look like a mistake in a name.
"""

from __future__ import annotations

from functools import lru_cache
from typing import assert_never

import msgspec
from PIL import Image

from devices.escpos import commands, raster
from devices.escpos.drawing import draw_line
from devices.escpos.layout import (
    BarLine,
    CutHere,
    Element,
    Feed,
    Picture,
    QrCode,
    RuleLine,
    Run,
    TextLine,
    lay_out,
)
from devices.escpos.profile import Charset, Profile
from devices.slip import Align, RuleStyle, Slip


class Piece(msgspec.Struct, frozen=True):
    """What is printed up to and with one cut. ``dots``: the length of paper it takes, about."""

    chunks: tuple[bytes, ...]
    dots: int = 0

    @property
    def data(self) -> bytes:
        return b"".join(self.chunks)


def encode(slip: Slip, profile: Profile) -> tuple[Piece, ...]:
    """The pieces of a slip, in order; at least one.

    Raises ``raster.PictureError`` (an unreadable image) and ``drawing.TypefaceError`` (no typeface to draw with).
    """
    pieces: list[Piece] = []
    chunks: list[bytes] = []
    dots = 0
    for element in lay_out(slip, profile.cells):
        if not chunks:
            chunks.append(commands.INIT + commands.CHINESE + commands.line_pitch(commands.LINE_PITCH))
        chunks += _element(element, profile)
        dots += _length(element, profile)
        if isinstance(element, CutHere):
            if len(chunks) > 2:  # a cut with nothing before it cuts nothing
                pieces.append(Piece(tuple(chunks), dots))
            chunks, dots = [], 0
    return tuple(pieces) or (Piece((commands.INIT, commands.cut())),)


def encode_bytes(slip: Slip, profile: Profile) -> bytes:
    """The whole slip as one string of bytes."""
    return b"".join(piece.data for piece in encode(slip, profile))


def _element(element: Element, profile: Profile) -> list[bytes]:
    match element:
        case TextLine():
            return _text(element, profile)
        case RuleLine(style=style):
            return [_rule(style, profile.dots)]
        case QrCode(data=data):
            return _qr(data, profile)
        case BarLine(data=data, readable=readable):
            return _barcode(data, readable, profile)
        case Picture(data=data, align=align):
            image = raster.open_picture(data, profile.dots)
            left = {Align.LEFT: 0, Align.CENTER: (profile.dots - image.width) // 2}.get(
                align, profile.dots - image.width
            )
            return raster.bands(raster.on_paper(image, profile.dots, left))
        case Feed(dots=dots):
            return [commands.feed_dots(dots)]
        case CutHere():
            return [commands.feed_dots(34) + commands.cut()]
        case _:
            assert_never(element)


def _length(element: Element, profile: Profile) -> int:
    """Dots of paper, near enough for a forecast."""
    match element:
        case TextLine(scale=scale):
            return commands.LINE_PITCH * scale * profile.cell // 12
        case QrCode(data=data):
            return qr_module(len(data.encode()), profile.dots) * 37
        case BarLine():
            return 110
        case Picture():
            return profile.dots // 2
        case Feed(dots=dots):
            return dots
        case RuleLine():
            return 4
        case CutHere():
            return 114
        case _:
            assert_never(element)


def _text(line: TextLine, profile: Profile) -> list[bytes]:
    if not line.text.strip():
        return [commands.feed_dots(commands.LINE_PITCH * line.scale)]
    if profile.charset is Charset.NONE or not all(_in_font(char, profile.charset) for char in line.text):
        spare = commands.LINE_PITCH * profile.cell // 12 * line.scale - 28 * line.scale * profile.cell // 12
        return [*raster.bands(draw_line(line, profile.dots, profile.cell)), commands.feed_dots(spare)]
    before, after = b"", b"\n"
    if line.align is not Align.LEFT:
        before, after = commands.align(line.align), after + commands.align(Align.LEFT)
    if line.scale != 1:
        before += commands.scale(line.scale) + commands.line_pitch(60)
        after += commands.scale(1) + commands.line_pitch(commands.LINE_PITCH)
    return [before + b"".join(map(_run, line.runs)) + after]


def _run(run: Run) -> bytes:
    text = run.text.encode("gb18030")
    return commands.bold(True) + text + commands.bold(False) if run.bold else text


@lru_cache(maxsize=65536)
def _in_font(char: str, charset: Charset) -> bool:
    """Whether a printer with this character set has the character."""
    if " " <= char <= "~":
        return True
    if not "\x80" <= char <= "\uffff":
        return False
    code = char.encode("gb18030", "replace")
    if len(code) == 4:
        return charset is Charset.GB18030 and "㐀" <= char <= "䶵"
    if len(code) != 2 or 0xE000 <= ord(char) <= 0xF8FF:
        return False
    if charset is Charset.GB2312:
        return _decodes(code, "gb2312")
    return charset is Charset.GB18030 or _decodes(code, "gbk")


def _decodes(code: bytes, codec: str) -> bool:
    try:
        code.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


@lru_cache(maxsize=8)
def _rule(style: RuleStyle, dots: int) -> bytes:
    row = {RuleStyle.SOLID: b"\xff", RuleStyle.DASHED: b"\xfe", RuleStyle.DOUBLE: b"\xff"}[style] * (dots // 8)
    blank = bytes(dots // 8)
    rows = {
        RuleStyle.SOLID: [row, row],
        RuleStyle.DASHED: [b"\xff\xf0" * (dots // 16)] * 2,
        RuleStyle.DOUBLE: [row, row, blank, blank, row, row],
    }[style]
    return b"\x1dv0\x00" + (dots // 8).to_bytes(2, "little") + len(rows).to_bytes(2, "little") + b"".join(rows)


def _barcode(data: str, readable: bool, profile: Profile) -> list[bytes]:
    """A code that is too long for the paper becomes a QR code with the same text: scanners read both."""
    modules = 11 * (len(data) + 3) + 2 + 20  # start, check and stop, and a quiet zone on both sides
    if modules * 2 > profile.dots:
        text = [TextLine((Run(data),), align=Align.CENTER)] if readable and len(data) <= profile.cells else []
        return [*_qr(data, profile), *(chunk for line in text for chunk in _text(line, profile))]
    code = commands.code128(data, readable)
    return [commands.align(Align.CENTER) + code + b"\n" + commands.align(Align.LEFT)]


QR_CAPACITY = (14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560)
"""Bytes that versions 1.. hold at error correction M (ISO/IEC 18004, table 7)."""


def qr_module(size: int, dots: int) -> int:
    """Dots a module for ``size`` bytes: as large as two thirds of the paper allow, at most 8 (1 mm), at least 3."""
    version = next((number for number, holds in enumerate(QR_CAPACITY, start=1) if size <= holds), len(QR_CAPACITY))
    return max(3, min(8, dots * 2 // 3 // (17 + 4 * version + 8)))


def _qr(data: str, profile: Profile) -> list[bytes]:
    module = qr_module(len(data.encode()), profile.dots)
    if profile.native_qr:
        code = commands.qr(data, module)
        return [commands.align(Align.CENTER) + code + b"\n" + commands.align(Align.LEFT)]
    image = _draw_qr(data, module)
    return raster.bands(raster.on_paper(image, profile.dots, (profile.dots - image.width) // 2))


def _draw_qr(data: str, module: int) -> Image.Image:
    import qrcode

    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, box_size=1, border=4)
    code.add_data(data.encode(), optimize=0)
    code.make(fit=True)
    rows = code.get_matrix()
    image = Image.new("1", (len(rows), len(rows)), 0)
    image.putdata([255 if dark else 0 for row in rows for dark in row])
    return image.resize((image.width * module, image.height * module), Image.Resampling.NEAREST)
