"""QR codes and photos as pictures of a given size."""

from __future__ import annotations

import io

from PIL import Image, UnidentifiedImageError

QUIET_ZONE = 4
"""Modules of white around a code (ISO/IEC 18004)."""


def qr_code(text: str, size: int) -> Image.Image:
    """The code with its quiet zone on a white square ``size`` pixels wide, modules of whole pixels."""
    import qrcode

    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=QUIET_ZONE)
    code.add_data(text)
    code.make(fit=True)
    matrix = code.get_matrix()
    modules = len(matrix)
    dot = max(1, size // modules)
    small = Image.new("1", (modules, modules))
    small.putdata([not dark for row in matrix for dark in row])
    whole = Image.new("RGBA", (size, size), "white")
    drawn = small.resize((modules * dot, modules * dot), Image.Resampling.NEAREST)
    whole.paste(drawn, ((size - drawn.width) // 2, (size - drawn.height) // 2))
    return whole


def photo(data: bytes, width: int, height: int) -> Image.Image:
    """The picture whole in the middle of a clear ``width`` x ``height``; what cannot be read stays clear."""
    whole = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    try:
        image = Image.open(io.BytesIO(data))
        image.thumbnail((width, height))
        whole.paste(image.convert("RGB"), ((width - image.width) // 2, (height - image.height) // 2))
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError, ValueError):
        return whole
    return whole
