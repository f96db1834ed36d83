"""The A4 printer as a device."""

from __future__ import annotations

from devices.cups_printer import CupsPrinter
from devices.drivers.base import Condition, Driver, Kind, SelfTest
from devices.drivers.receipt_printer import STATES
from devices.states import ADVICE


class A4PrinterDriver(Driver, name="cups", kind=Kind.A4_PRINTER):
    """``cups:QUEUE``."""

    def condition(self) -> Condition:
        state = CupsPrinter(self.address.removeprefix("cups:")).state()
        return Condition(STATES[state], ADVICE[state], state.value)

    def self_test(self) -> SelfTest:
        now = self.condition()
        return SelfTest(now.detail in ("ready", "paper_low"), now.text)
