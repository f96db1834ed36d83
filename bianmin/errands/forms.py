"""Printing on A4: a form, blank or filled in, and whatever else is a page."""

from __future__ import annotations

from dataclasses import dataclass

from bianmin.errands.slips import OUTCOMES
from content.pack import Pack
from devices.a4 import A4Document, A4Error, compose
from devices.cups_printer import A4Service
from devices.ledger import LedgerError
from devices.printing import new_job_id
from dialog.acts import PrintForm
from dialog.events import Printed, PrintOutcome


@dataclass(frozen=True)
class PagePrinter:
    """The terminal's page printer."""

    service: A4Service

    def print(self, document: A4Document, title: str) -> Printed:
        """Print once. ``title`` is for the journal: never a citizen's words."""
        try:
            job = self.service.submit(new_job_id(), document, title=title)
        except (LedgerError, OSError):
            return Printed(PrintOutcome.FAILED)
        if job.outcome is None:
            return Printed(PrintOutcome.UNKNOWN)
        return Printed(OUTCOMES[job.outcome], job.reason)


@dataclass(frozen=True)
class FormErrand:
    """A form of the pack, with what was said or typed in its fields."""

    pages: PagePrinter
    pack: Pack

    def work(self, act: PrintForm) -> Printed:
        try:
            form = self.pack.form(act.form_id)
            document = compose(form.source, dict(act.values))
        except (KeyError, A4Error):
            return Printed(PrintOutcome.FAILED, "not_made")
        return self.pages.print(document, form.id)

    def lost(self, act: PrintForm) -> Printed:
        return Printed(PrintOutcome.UNKNOWN)
