"""The printer's own commands, as bytes made by python-escpos; text bytes are ours (its ``text()`` prints ``?``)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

from devices.slip import Align

INIT = b"\x1b@"
CHINESE = b"\x1c&"
"""FS &: bytes above 0x80 are Chinese characters from here on. ESC @ ends it, so it follows every ESC @."""

LINE_PITCH = 34
"""Dots from line to line of normal text: 24 for the characters and 10 of air."""


@cache
def _printer() -> Any:
    from escpos.printer import Dummy

    logging.getLogger("escpos").setLevel(logging.ERROR)
    return Dummy()


def _bytes(act: Callable[[Any], object]) -> bytes:
    printer = _printer()
    printer.clear()
    act(printer)
    return bytes(printer.output)


@lru_cache(maxsize=16)
def align(where: Align) -> bytes:
    return _bytes(lambda printer: printer.set(align=where.value))


@lru_cache(maxsize=4)
def bold(on: bool) -> bytes:
    return _bytes(lambda printer: printer.set(bold=on))


@lru_cache(maxsize=4)
def scale(times: int) -> bytes:
    if times == 1:
        return b"\x1d!\x00"  # python-escpos would send ESC !, which some printers take as the end of Chinese mode
    return _bytes(lambda printer: printer.set(custom_size=True, width=times, height=times))


@lru_cache(maxsize=64)
def line_pitch(dots: int) -> bytes:
    return _bytes(lambda printer: printer.line_spacing(dots))


def feed_dots(dots: int) -> bytes:
    """ESC J: feed paper without printing; python-escpos has no call for it."""
    return b"".join(b"\x1bJ" + bytes((min(255, dots - done),)) for done in range(0, dots, 255))


def qr(data: str, module: int) -> bytes:
    """A QR code the printer draws itself, ``module`` dots a module, error correction M."""
    return _bytes(lambda printer: printer.qr(data, native=True, size=module, ec=1))


def code128(data: str, readable: bool) -> bytes:
    """CODE128, set B, 10 mm high, two dots a module; ``{`` is doubled as the command wants it.

    Written out because python-escpos prints a remark on stdout for every barcode.
    """
    code = b"{B" + data.replace("{", "{{").encode("ascii")
    return (
        b"\x1dh\x50\x1dw\x02\x1df\x00\x1dH"
        + (b"\x02" if readable else b"\x00")
        + b"\x1dk\x49"
        + bytes((len(code),))
        + code
    )


@cache
def cut() -> bytes:
    """Feed to the blade and cut, leaving a bridge of paper so that the slip does not fall."""
    return b"\x1dVB\x00"
