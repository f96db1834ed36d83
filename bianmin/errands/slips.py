"""Printing a slip."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import dataclass

from bianmin import printing
from bianmin.settings import Settings
from content.pack import Pack
from content.slips import SlipTemplateError
from devices.ledger import LedgerError, Outcome
from devices.printing import PrintService, new_job_id
from devices.slip import SlipError
from dialog.acts import Print
from dialog.events import Printed, PrintOutcome
from kiosk.event_ids import EventId
from kiosk.ports import Diary

OUTCOMES = {
    Outcome.DONE: PrintOutcome.DONE,
    Outcome.FAILED: PrintOutcome.FAILED,
    Outcome.UNKNOWN: PrintOutcome.UNKNOWN,
}


@dataclass(frozen=True)
class SlipErrand:
    """Prints a slip. Never called printed unless the printer said so. ``busy``: one at a time at the printer."""

    service: PrintService
    pack: Pack
    chosen: Settings
    diary: Diary
    busy: threading.Lock

    def work(self, act: Print) -> Printed:
        try:
            slip = printing.slip_for(act, self.pack, self.chosen, dt.datetime.now())
            with self.busy:
                result = self.service.submit(new_job_id(), slip)
                self.service.close()  # whoever looks at the printer next opens it anew
        except (KeyError, SlipTemplateError, SlipError, LedgerError, OSError):
            self.diary.note(EventId.SLIP_NOT_MADE)
            return Printed(PrintOutcome.FAILED)
        return Printed(OUTCOMES[result.outcome], result.reason)

    def lost(self, act: Print) -> Printed:
        return Printed(PrintOutcome.UNKNOWN)
