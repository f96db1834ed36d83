"""Electronic invoices (OFD and PDF) that a citizen brings: looked at in a child process that can do no harm.

::

    report = examine(data)          # InvoiceError with one clear sentence, or what the file says
    report.invoice.seller, report.invoice.total, report.signature
    to_pages(report)                # an A4 PDF of an OFD file's text, each run at its place

The report says what the file contains; whether the invoice is genuine only the tax authority can say.
"""

from __future__ import annotations

import os
import subprocess
import sys

import msgspec

from devices.a4 import A4Document, compose
from devices.invoices.report import InvoiceReport, Refusal

MAX_BYTES = 20 * 1024 * 1024
CHILD_SECONDS = 15.0

__all__ = ["InvoiceError", "InvoiceReport", "examine", "to_pages"]


class InvoiceError(ValueError):
    """The file is refused or cannot be read; the text says why."""


def examine(data: bytes, seconds: float = CHILD_SECONDS) -> InvoiceReport:
    """Read an invoice in a child process with limits on memory, time, files and network. Raises ``InvoiceError``.

    The bytes go through a pipe: nothing of the file touches the disk.
    """
    if len(data) > MAX_BYTES:
        raise InvoiceError(f"this file has {len(data) // 1024 // 1024} MB; an invoice has at most 20")
    if not data.startswith((b"PK", b"%PDF-")):
        raise InvoiceError("this is no electronic invoice: neither OFD nor PDF")
    try:
        child = subprocess.run(
            [sys.executable, "-m", "devices.invoices.child"],
            env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "LANG": "C.UTF-8"},
            input=data,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise InvoiceError("this file takes too long to read and is refused") from None
    try:
        answer = msgspec.json.decode(child.stdout, type=InvoiceReport | Refusal)
    except msgspec.DecodeError:
        raise InvoiceError("this file cannot be read safely and is refused") from None
    if isinstance(answer, Refusal):
        raise InvoiceError(answer.why)
    return answer


_PAGES = """
#let data = json(bytes(sys.inputs.at("data", default: "{}")))
#set text(font: "Noto Sans CJK SC", lang: "zh", region: "cn", top-edge: "baseline")
#for page-data in data.pages {
  page(width: page-data.width * 1mm, height: page-data.height * 1mm, margin: 0mm, {
    for run in page-data.runs {
      place(top + left, dx: run.x * 1mm, dy: run.y * 1mm, text(size: run.size * 1mm, run.text))
    }
  })
}
"""


def to_pages(report: InvoiceReport) -> A4Document:
    """The text of an OFD file as PDF, each run at its place. Raises ``InvoiceError`` for one without text.

    Lines, seals and pictures are not drawn: it is a copy to read, and says so nowhere but here; the OFD is the invoice.
    """
    if not any(page.runs for page in report.pages):
        raise InvoiceError("there is no text in this file that could be printed; print the file itself")
    return compose(_PAGES, {"pages": msgspec.to_builtins(report.pages)})
