"""What is told of an invoice; it crosses the pipe from the child as JSON."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Signature(StrEnum):
    """``INTACT``: signature fields are whole and the digests they list match the file (who signed is not checked);
    ``PRESENT``: there is one, its digests could not be compared; ``BROKEN``: something it covers was changed.
    """

    INTACT = "intact"
    PRESENT = "present"
    BROKEN = "broken"
    ABSENT = "absent"


class Invoice(msgspec.Struct, frozen=True):
    """Fields as the file has them; empty where it has none. Amounts in yuan, as decimal text; date as ISO."""

    number: str = ""
    date: str = ""
    seller: str = ""
    total: str = ""
    title: str = ""

    def __repr__(self) -> str:
        return "Invoice(...)"


class TextRun(msgspec.Struct, frozen=True):
    """Millimetres from the top left; ``y`` is the baseline."""

    x: float
    y: float
    size: float
    text: str


class PageText(msgspec.Struct, frozen=True):
    width: float
    height: float
    runs: tuple[TextRun, ...] = ()


class InvoiceReport(msgspec.Struct, frozen=True, tag="report"):
    """``kind``: "ofd" or "pdf". ``pages`` carries text for OFD only: a PDF is printed as it is."""

    kind: str
    page_count: int
    invoice: Invoice
    signature: Signature
    pages: tuple[PageText, ...] = ()

    def __repr__(self) -> str:
        return f"InvoiceReport({self.kind}, {self.page_count} pages, {self.signature.value})"


class Refusal(msgspec.Struct, frozen=True, tag="refusal"):
    why: str
