"""The slip: what is printed on narrow paper, as a document of blocks that says nothing about any printer.

Templates of the content pack produce it as JSON, ``parse`` reads that into frozen records, and ``devices.escpos`` turns
the records into bytes::

    {"blocks": [{"type": "heading", "text": "异地就医备案"},
                {"type": "checklist", "items": ["身份证", {"text": "医保电子凭证", "note": "原件"}]},
                {"type": "cut"}]}

A ``cut`` ends a piece of paper; the print ledger confirms and resumes piece by piece.
"""

from __future__ import annotations

import base64
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

MAX_BLOCKS = 400
"""Blocks in one slip; a guide of three pages has about sixty."""

MAX_JSON_BYTES = 4_000_000

QR_BYTES = 500
"""UTF-8 bytes in one QR code: still 0.5 mm a module on 58 mm paper."""

Prose = Annotated[str, Meta(max_length=4_000)]


class SlipError(ValueError):
    """The document is not a slip. The text says which block is wrong and what was expected."""


class Size(StrEnum):
    """``NORMAL`` is 3 mm characters, ``LARGE`` twice as wide and high."""

    NORMAL = "normal"
    LARGE = "large"


class Align(StrEnum):
    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


class RuleStyle(StrEnum):
    SOLID = "solid"
    DASHED = "dashed"
    DOUBLE = "double"


class _Block(msgspec.Struct, frozen=True, tag_field="type", forbid_unknown_fields=True):
    """Common shape: the JSON field ``type`` names the block."""


class Heading(_Block, frozen=True, tag="heading"):
    """``level`` 1: the slip's title, large and centred; 2: the head of a section, bold."""

    text: Prose
    level: Annotated[int, Meta(ge=1, le=2)] = 1


class Text(_Block, frozen=True, tag="text"):
    """A paragraph; line feeds in it are kept."""

    text: Prose
    bold: bool = False
    size: Size = Size.NORMAL
    align: Align = Align.LEFT


class List(_Block, frozen=True, tag="list"):
    """Steps to follow; ``ordered``: numbered 1, 2, 3, else with a dot."""

    items: tuple[Prose, ...]
    ordered: bool = True
    size: Size = Size.NORMAL


class CheckItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing to tick off; ``note`` is set beneath it."""

    text: Prose
    note: Prose = ""


class Checklist(_Block, frozen=True, tag="checklist"):
    """Things to bring, each with a box to tick."""

    items: tuple[CheckItem | Prose, ...]
    size: Size = Size.NORMAL


class Table(_Block, frozen=True, tag="table"):
    """Rows of cells. ``widths``: shares of the line per column (any unit); empty: the content decides.

    ``header``: the first row is bold and underlined.
    """

    rows: tuple[tuple[Prose, ...], ...]
    widths: tuple[Annotated[int, Meta(ge=1, le=100)], ...] = ()
    header: bool = False


class Rule(_Block, frozen=True, tag="rule"):
    style: RuleStyle = RuleStyle.SOLID


class Qr(_Block, frozen=True, tag="qr"):
    """A QR code (error correction M) with an optional line beneath."""

    data: Annotated[str, Meta(min_length=1, max_length=QR_BYTES)]
    caption: Prose = ""


class Barcode(_Block, frozen=True, tag="barcode"):
    """CODE128 of printable ASCII, with its text beneath unless ``readable`` is false."""

    data: Annotated[str, Meta(pattern=r"^[ -~]{1,28}$")]
    readable: bool = True


class Image(_Block, frozen=True, tag="image"):
    """A PNG or JPEG (base64 in JSON), scaled down to the paper and dithered."""

    data: bytes
    align: Align = Align.CENTER


class Space(_Block, frozen=True, tag="space"):
    """Empty paper, in lines of normal text."""

    lines: Annotated[int, Meta(ge=1, le=20)] = 1


class Cut(_Block, frozen=True, tag="cut"):
    """The end of one piece of paper."""


Block = Heading | Text | List | Checklist | Table | Rule | Qr | Barcode | Image | Space | Cut


class Slip(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole document. ``title`` is for lists and logs (the kind of slip, never a person's words); not printed."""

    blocks: tuple[Block, ...]
    title: str = ""


def parse(data: bytes | str) -> Slip:
    """Read a slip from JSON. Raises ``SlipError``."""
    if len(data) > MAX_JSON_BYTES:
        raise SlipError(f"this slip has {len(data)} bytes; at most {MAX_JSON_BYTES} can be printed")
    try:
        slip = msgspec.json.decode(data, type=Slip)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SlipError(f"this is not a slip: {error}; see docs/devices.md for the blocks") from error
    return check(slip)


def from_builtins(document: object) -> Slip:
    """Read a slip from the dicts and lists a template rendered. Raises ``SlipError``."""
    try:
        slip = msgspec.convert(document, type=Slip)
    except msgspec.ValidationError as error:
        raise SlipError(f"this is not a slip: {error}; see docs/devices.md for the blocks") from error
    return check(slip)


def check(slip: Slip) -> Slip:
    """The rules that a type cannot state. Returns the slip. Raises ``SlipError``."""
    if not slip.blocks:
        raise SlipError("this slip has no blocks; give it at least one")
    if len(slip.blocks) > MAX_BLOCKS:
        raise SlipError(f"this slip has {len(slip.blocks)} blocks; at most {MAX_BLOCKS} can be printed")
    for number, block in enumerate(slip.blocks, start=1):
        match block:
            case Table(rows=rows, widths=widths):
                columns = {len(row) for row in rows}
                if len(columns) > 1:
                    raise SlipError(f"block {number}: the rows of a table must have equally many cells")
                if columns and not 1 <= min(columns) <= 6:
                    raise SlipError(f"block {number}: a table has one to six columns")
                if widths and columns and len(widths) != min(columns):
                    raise SlipError(f"block {number}: a table needs one width for each column")
            case Qr(data=data) if len(data.encode("utf-8", "replace")) > QR_BYTES:
                raise SlipError(f"block {number}: a QR code holds at most {QR_BYTES} bytes here; shorten its text")
            case _:
                pass
    return slip


def dump(slip: Slip) -> bytes:
    """The JSON that ``parse`` reads back to the same slip."""
    return msgspec.json.encode(slip)


def plain(text: str, title: str = "") -> Slip:
    """A slip of plain paragraphs, ended by a cut."""
    paragraphs = [Text(text=part) for part in _pieces(text)]
    return check(Slip(blocks=(*paragraphs, Cut()), title=title))


def _pieces(text: str, length: int = 2_000) -> list[str]:
    """``text`` in parts of whole lines where possible, none longer than ``length``."""
    pieces: list[str] = []
    current = ""
    for line in text.splitlines() or [""]:
        while len(line) > length:
            pieces += [current] if current else []
            current, line = line[:length], line[length:]
        if current and len(current) + 1 + len(line) > length:
            pieces.append(current)
            current = line
        else:
            current = f"{current}\n{line}" if current or pieces else line
    pieces.append(current)
    return pieces


def image_block(png: bytes, align: Align = Align.CENTER) -> dict[str, str]:
    """The JSON form of an image block, for code that builds documents."""
    return {"type": "image", "data": base64.b64encode(png).decode(), "align": align.value}
