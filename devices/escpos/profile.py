"""What one model of receipt printer can do: paper, character set, code support."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Charset(StrEnum):
    """The Chinese characters in the printer's own font. Everything else is drawn and sent as a picture.

    ``GB18030`` is the two-byte part and CJK Extension A (the part the standard makes mandatory); ``NONE`` means that
    the printer has no Chinese font, and that every line is drawn.
    """

    NONE = "none"
    GB2312 = "gb2312"
    GBK = "gbk"
    GB18030 = "gb18030"


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """``dots``: printable width, 8 dots/mm. ``cell``: width of a half-width character in dots (12 is the printer's own
    font; drawn text may be larger: 16 gives 4 mm characters). ``native_qr``: draws QR codes itself.
    """

    dots: int = 576
    cell: int = 12
    charset: Charset = Charset.GBK
    native_qr: bool = True

    @property
    def cells(self) -> int:
        """Half-width characters on a line."""
        return self.dots // self.cell


WIDE_80 = Profile()
"""80 mm paper: 72 mm printable, 48 cells."""

NARROW_58 = Profile(dots=384)
"""58 mm paper: 48 mm printable, 32 cells."""


def for_paper(width_mm: int, *, drawn: bool = False, large: bool = False) -> Profile:
    """The profile of 58 or 80 mm paper. ``drawn``: full-raster text; ``large``: drawn text of 4 mm.

    Raises ``ValueError`` for another width.
    """
    if width_mm not in (58, 80):
        raise ValueError(f"paper of {width_mm} mm is not known; use 58 or 80")
    dots = 384 if width_mm == 58 else 576
    if drawn or large:
        return Profile(dots=dots, cell=16 if large else 12, charset=Charset.NONE, native_qr=False)
    return Profile(dots=dots)
