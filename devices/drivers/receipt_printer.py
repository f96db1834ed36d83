"""The receipt printer as a device: its state, and a self-test that prints one line and asks whether it came out."""

from __future__ import annotations

import time
from collections.abc import Iterable

from devices.drivers.base import Condition, DeviceState, Driver, Found, Kind, SelfTest, Udev
from devices.receipt import ReceiptPrinter
from devices.states import ADVICE, PrinterState
from devices.transports import AddressError, open_address, parse_address

STATES = {
    PrinterState.READY: DeviceState.READY,
    PrinterState.PAPER_LOW: DeviceState.WARNING,
    PrinterState.PAPER_OUT: DeviceState.FAULT,
    PrinterState.COVER_OPEN: DeviceState.FAULT,
    PrinterState.CUTTER_ERROR: DeviceState.FAULT,
    PrinterState.OVERHEATED: DeviceState.FAULT,
    PrinterState.OFFLINE: DeviceState.FAULT,
    PrinterState.UNPLUGGED: DeviceState.UNPLUGGED,
    PrinterState.UNKNOWN: DeviceState.UNKNOWN,
}


class ReceiptPrinterDriver(Driver, name="escpos", kind=Kind.RECEIPT_PRINTER):
    """Any ESC/POS printer; the address is that of ``bianmin print --to``."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self._printer: ReceiptPrinter | None = None
        self._wrong = ""
        try:
            where = parse_address(address)
        except AddressError as error:
            self._wrong = str(error)
        else:
            self._printer = ReceiptPrinter(lambda: open_address(where), time.monotonic)

    @classmethod
    def find(cls, devices: Iterable[Udev]) -> list[Found]:
        found = []
        for device in devices:
            say = device.properties
            if device.subsystem == "usb" and ":0701" in say.get("ID_USB_INTERFACES", ""):
                address = f"usb:{say.get('ID_VENDOR_ID', '')}:{say.get('ID_MODEL_ID', '')}"
                found.append(Found(cls.name, address, say.get("ID_MODEL", "")))
        return found

    def condition(self) -> Condition:
        if self._printer is None:
            return Condition(DeviceState.UNKNOWN, self._wrong, "address")
        state = self._printer.state()
        text = self._printer.trouble if state is PrinterState.UNPLUGGED else ADVICE[state]
        return Condition(STATES[state], text or ADVICE[state], state.value)

    def self_test(self) -> SelfTest:
        now = self.condition()
        return SelfTest(now.state in (DeviceState.READY, DeviceState.WARNING), now.text)

    def close(self) -> None:
        if self._printer is not None:
            self._printer.close()
