"""Pictures as ``GS v 0`` raster commands, with no byte pair in them that a printer would obey."""

from __future__ import annotations

import io

from PIL import Image

BAND = 240
"""Rows per command: small printers hold about 32 KiB."""

MAX_PIXELS = 20_000_000

_OBEYED = ((b"\x10\x04", b"\x10\x0c"), (b"\x10\x05", b"\x10\x0d"), (b"\x10\x14", b"\x10\x1c"))
"""DLE EOT, DLE ENQ and DLE DC4 act as soon as they arrive, even inside a picture; one dot more hides them."""


class PictureError(ValueError):
    """The picture of a slip cannot be read."""


def guard(data: bytes) -> bytes:
    """``data`` of the same length in which no real-time command starts."""
    for command, harmless in _OBEYED:
        data = data.replace(command, harmless)
    return data


def bands(image: Image.Image) -> list[bytes]:
    """A picture of mode "1" (1 = ink) as raster commands of at most ``BAND`` rows; its width is a multiple of 8."""
    across = image.width // 8
    commands = []
    for top in range(0, image.height, BAND):
        part = image.crop((0, top, image.width, min(image.height, top + BAND)))
        head = b"\x1dv0\x00" + across.to_bytes(2, "little") + part.height.to_bytes(2, "little")
        commands.append(head + guard(part.tobytes()))
    return commands


def open_picture(data: bytes, width: int) -> Image.Image:
    """A PNG or JPEG scaled down to ``width`` dots and dithered (Floyd-Steinberg), 1 = ink. Raises ``PictureError``."""
    try:
        picture = Image.open(io.BytesIO(data), formats=("PNG", "JPEG"))
        if picture.width * picture.height > MAX_PIXELS:
            raise PictureError("the picture on this slip is too large to print")
        picture.load()  # type: ignore[no-untyped-call]  # Pillow gives it none
    except PictureError:
        raise
    except Exception as error:  # a decoder may raise anything on a damaged file
        raise PictureError("the picture on this slip is not a readable PNG or JPEG") from error
    flat = Image.new("RGBA", picture.size, "white")
    flat.alpha_composite(picture.convert("RGBA"))
    grey = flat.convert("L")
    if grey.width > width:
        height = max(1, round(grey.height * width / grey.width))
        grey = grey.resize((width, height), Image.Resampling.LANCZOS)
    return grey.point([255 - level for level in range(256)]).convert("1", dither=Image.Dither.FLOYDSTEINBERG)


def on_paper(image: Image.Image, dots: int, left: int) -> Image.Image:
    """The picture on a strip as wide as the paper, ``left`` dots from its edge."""
    strip = Image.new("1", (dots, image.height), 0)
    strip.paste(image, (left, 0))
    return strip
