"""A4 pages: a typst template of the pack and its data become a PDF/A whose number of pages is known before printing.

The template reads one JSON object from ``sys.inputs.data``. Data is data: markup in it is printed, not obeyed. A
template sees no files, no packages and only the fonts named here.
"""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

FONT_FOLDERS = (Path("/usr/share/fonts/opentype/noto"),)
STANDARD = "a-2b"
MAX_PAGES = 60


class A4Error(RuntimeError):
    """The page cannot be made; the text says why."""


class A4Document(msgspec.Struct, frozen=True):
    """``pdf``: the file; ``pages``: sides of paper when printed on one side."""

    pdf: bytes
    pages: int

    def sheets(self, duplex: bool) -> int:
        """Pieces of paper it takes."""
        return (self.pages + 1) // 2 if duplex else self.pages

    def __repr__(self) -> str:
        return f"A4Document({self.pages} pages)"


def compose(template: str, data: Mapping[str, object], fonts: tuple[Path, ...] = FONT_FOLDERS) -> A4Document:
    """Fill a template in. Raises ``A4Error``."""
    pdf = _compile(template, data, fonts, "pdf")
    assert isinstance(pdf, bytes)
    pages = count_pages(pdf)
    if pages > MAX_PAGES:
        raise A4Error(f"this document has {pages} pages; at most {MAX_PAGES} are printed here")
    return A4Document(pdf, pages)


def pictures(template: str, data: Mapping[str, object], ppi: float = 90.0) -> list[bytes]:
    """The pages as PNG files, to be looked at before printing. Raises ``A4Error``."""
    drawn = _compile(template, data, FONT_FOLDERS, "png", ppi)
    return [drawn] if isinstance(drawn, bytes) else list(drawn)


def _compile(
    template: str, data: Mapping[str, object], fonts: tuple[Path, ...], form: str, ppi: float | None = None
) -> bytes | list[bytes]:
    import typst

    draw: Any = typst.compile  # its stub names only the forms of a single page
    with tempfile.TemporaryDirectory(prefix="a4-") as nothing:
        try:
            made: bytes | list[bytes] = draw(
                template.encode(),
                root=nothing,
                font_paths=[str(folder) for folder in fonts if folder.is_dir()],
                ignore_system_fonts=True,
                package_path=nothing,
                package_cache_path=nothing,
                sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
                format=form,
                ppi=ppi,
                pdf_standards=[STANDARD] if form == "pdf" else [],
            )
        except (typst.TypstError, RuntimeError, ValueError) as error:
            first = str(error).strip().splitlines()[0] if str(error).strip() else "unknown"
            raise A4Error(f"this form cannot be drawn: {first}") from error
    return made


def count_pages(pdf: bytes) -> int:
    """Pages of a PDF. Raises ``A4Error`` when it is none."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        return len(PdfReader(io.BytesIO(pdf)).pages)
    except (PyPdfError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise A4Error("this is not a readable PDF") from error
