"""PDF invoices, read with pypdf: nothing that runs, opens or embeds is let through."""

from __future__ import annotations

import io
import re

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from devices.invoices.refusing import MAX_PAGES, RefusedError
from devices.invoices.report import Invoice, InvoiceReport, Signature

ACTIVE = (b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/RichMedia", b"/XFA")

_NUMBER = re.compile(r"发票号码[:：]?\s*(\d{8,20})")
_DATE = re.compile(r"开票日期[:：]?\s*(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
_TOTAL = re.compile(r"[（(]\s*小写\s*[)）]\s*[¥￥]?\s*(-?\d+(?:\.\d{1,2})?)")
_SELLER = re.compile(r"销[售\s]*[方\s][\s\S]{0,40}?名\s*称[:：]\s*(\S{2,60})")
_TITLE = re.compile(r"(电子发票[（(][^）)]{2,20}[）)]|增值税电子(?:普通|专用)发票)")


def read_pdf(data: bytes) -> InvoiceReport:
    """Raises ``RefusedError``; any other error means a damaged file."""
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted:
            raise RefusedError("this PDF is locked with a password; unlock it first")
        count = len(reader.pages)
    except PyPdfError:
        raise RefusedError("this PDF is damaged") from None
    if count > MAX_PAGES:
        raise RefusedError(f"this file has {count} pages; an invoice has at most {MAX_PAGES}")
    _refuse_active(data, reader)
    text = "\n".join(page.extract_text() for page in list(reader.pages)[:3])
    date = _DATE.search(text)
    fields = Invoice(
        number=_first(_NUMBER, text),
        date=f"{int(date[1]):04}-{int(date[2]):02}-{int(date[3]):02}" if date else "",
        seller=_first(_SELLER, text),
        total=_first(_TOTAL, text),
        title=_first(_TITLE, text),
    )
    if not (fields.number or fields.title):
        raise RefusedError("this PDF is no invoice: it has no invoice number")
    return InvoiceReport("pdf", count, fields, _signature(reader))


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1].strip() if found else ""


def _refuse_active(data: bytes, reader: PdfReader) -> None:
    """Names of active content, in the file and in its object streams."""
    if any(name in data for name in ACTIVE):
        raise RefusedError("this PDF contains a program or another file; it is refused")
    for number in list(reader.xref_objStm)[:20_000]:
        try:
            found = repr(reader.get_object(number)).encode()
        except PyPdfError:
            continue
        if any(name in found for name in ACTIVE):
            raise RefusedError("this PDF contains a program or another file; it is refused")


def _signature(reader: PdfReader) -> Signature:
    """Whether there is a signature field; its digest is not compared."""
    fields = reader.get_fields() or {}
    return Signature.PRESENT if any(field.get("/FT") == "/Sig" for field in fields.values()) else Signature.ABSENT
