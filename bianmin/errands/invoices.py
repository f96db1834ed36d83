"""Electronic invoices on a citizen's memory stick: read in a child process that can do no harm, shown, printed."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

from bianmin.errands.forms import PagePrinter
from devices.a4 import A4Document, A4Error, count_pages
from devices.invoices import MAX_BYTES, InvoiceError, InvoiceReport, examine, to_pages
from dialog.acts import PrintInvoice, ReadInvoices
from dialog.events import InvoicesNotRead, InvoicesRead, Printed, PrintOutcome
from dialog.requests import InvoiceFacts
from kiosk.keepsakes import Keepsakes, Place

MOST_FILES = 20
"""Invoices read at a time; a stick with thousands of files must not keep a terminal busy for hours."""

MIME = {"pdf": "application/pdf", "ofd": "application/ofd"}


@dataclass(frozen=True)
class Stick:
    """Where the system mounts memory sticks: ``folder`` itself or the folders in it."""

    folder: Path

    @property
    def plugged(self) -> bool:
        return bool(self._mounts())

    def _mounts(self) -> list[Path]:
        try:
            found = [self.folder, *sorted(self.folder.iterdir())]
            return [path for path in found if path.is_dir() and os.path.ismount(path)]
        except OSError:
            return []

    def files(self) -> list[Path]:
        """Invoice files at the top and one folder down, the newest first. Links are not followed."""
        found = []
        for mount in self._mounts():
            for pattern in ("*", "*/*"):
                found += [path for path in mount.glob(pattern) if path.suffix.lower() in (".ofd", ".pdf")]
        whole = [path for path in found if path.is_file() and not path.is_symlink()]
        return sorted(whole, key=lambda path: path.stat().st_mtime, reverse=True)[:MOST_FILES]


@dataclass
class InvoiceErrand:
    """``reports``: what the files of this session said; the files themselves are the session's keepsakes."""

    stick: Stick
    pages: PagePrinter | None
    keepsakes: Keepsakes
    reports: dict[str, InvoiceReport] = field(default_factory=dict)

    def ready(self, act: ReadInvoices) -> Place:
        self.reports.clear()
        return self.keepsakes.place()

    def read(self, place: Place) -> InvoicesRead | InvoicesNotRead:
        if not self.stick.plugged:
            return InvoicesNotRead("no_stick")
        facts: list[InvoiceFacts] = []
        refused = 0
        try:
            for path in self.stick.files():
                data = path.open("rb").read(MAX_BYTES + 1)
                try:
                    report = examine(data)
                except InvoiceError:
                    refused += 1
                    continue
                if any(kept == report for kept in self.reports.values()):
                    continue  # the same invoice twice on one stick
                handle = place.put(MIME[report.kind], data, hashlib.sha256(data).hexdigest())
                self.reports[handle] = report
                facts.append(_facts(handle, report))
        except OSError:
            return InvoicesNotRead("unreadable")
        return InvoicesRead(tuple(facts), refused)

    def not_read(self, act: ReadInvoices) -> InvoicesNotRead:
        return InvoicesNotRead("timeout")

    def print(self, act: PrintInvoice) -> Printed:
        kept, report = self.keepsakes.get(act.handle), self.reports.get(act.handle)
        if kept is None or report is None or self.pages is None:
            return Printed(PrintOutcome.FAILED, "not_made")
        try:
            document = A4Document(kept.data, count_pages(kept.data)) if report.kind == "pdf" else to_pages(report)
        except (InvoiceError, A4Error):
            return Printed(PrintOutcome.FAILED, "not_made")
        return self.pages.print(document, "invoice")

    def not_printed(self, act: PrintInvoice) -> Printed:
        return Printed(PrintOutcome.UNKNOWN)


def _facts(handle: str, report: InvoiceReport) -> InvoiceFacts:
    invoice = report.invoice
    return InvoiceFacts(
        handle=handle,
        number=invoice.number,
        date=invoice.date,
        seller=invoice.seller,
        total=invoice.total,
        kind=report.kind,
        signature=report.signature.value,
        pages=report.page_count,
    )
