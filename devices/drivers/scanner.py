"""Barcode and QR scanners: on a serial line, or as a keyboard (wedge) read through evdev before anyone else sees it."""

from __future__ import annotations

import contextlib

from devices.drivers.base import Condition, DeviceState, Driver, Kind, SelfTest
from devices.drivers.keys import ASCII_KEYS, KEY_ENTER, KEY_KPENTER, SHIFTS, KeyDevice
from devices.transports import SerialAddress, Transport, TransportError, UnpluggedError, open_address

MAX_CODE = 3_000
"""Characters in one code; QR holds 2,953 bytes. More is a jammed key or an attack, and is dropped."""


def decode_text(data: bytes) -> str:
    """The text of a code: UTF-8, else GB18030; control characters are dropped."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("gb18030", "replace")
    return "".join(char for char in text if char.isprintable())


class LineCodes:
    """Cuts the bytes of a serial scanner into codes at CR or LF."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._overlong = False

    def feed(self, data: bytes) -> list[str]:
        codes = []
        for byte in data:
            if byte in (0x0D, 0x0A):
                text = decode_text(bytes(self._buffer))
                if text and not self._overlong:
                    codes.append(text)
                self._buffer.clear()
                self._overlong = False
            elif len(self._buffer) >= MAX_CODE:
                self._overlong = True
            else:
                self._buffer.append(byte)
        return codes


class WedgeCodes:
    """Turns the key events of a keyboard scanner (US layout) into codes; ENTER ends one."""

    def __init__(self) -> None:
        self._keys: list[str] = []
        self._shift = False

    def feed(self, code: int, value: int) -> str | None:
        """One evdev key event; ``value`` 1 press, 0 release, 2 repeat."""
        if code in SHIFTS:
            self._shift = value != 0
        elif value == 1 and code in (KEY_ENTER, KEY_KPENTER):
            text, self._keys = "".join(self._keys), []
            return text if 0 < len(text) <= MAX_CODE else None
        elif value == 1 and code in ASCII_KEYS and len(self._keys) <= MAX_CODE:
            self._keys.append(ASCII_KEYS[code][self._shift])
        return None


class SerialScanner(Driver, name="scanner-serial", kind=Kind.SCANNER):
    """A scanner that sends lines. ``read`` returns the codes scanned since."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self._line: Transport | None = None
        self._codes = LineCodes()

    def read(self, seconds: float) -> list[str]:
        """Codes scanned, waiting at most ``seconds``. Raises ``TransportError``."""
        if self._line is None:
            self._line = open_address(SerialAddress(self.address.removeprefix("serial:"), 9_600))
        return self._codes.feed(self._line.read(seconds))

    def condition(self) -> Condition:
        try:
            if self._line is None:
                self.read(0.0)
            else:
                self._line.write(b"")
        except UnpluggedError as error:
            self.close()
            return Condition(DeviceState.UNPLUGGED, str(error), "unplugged")
        except TransportError as error:
            self.close()
            return Condition(DeviceState.UNKNOWN, str(error), "silent")
        return Condition(DeviceState.READY)

    def self_test(self) -> SelfTest:
        now = self.condition()
        if now.state is not DeviceState.READY:
            return SelfTest(False, now.text)
        with contextlib.suppress(TransportError):
            if self.read(1.5):
                return SelfTest(True, "a code was scanned")
        return SelfTest(None, "the line is open; hold a code before the scanner while testing")

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


class WedgeScanner(KeyDevice, name="scanner-wedge", kind=Kind.SCANNER):
    """A scanner that is a keyboard; grabbed, so that a code never types into a text field."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self._codes = WedgeCodes()

    def read(self, seconds: float) -> list[str]:
        """Codes scanned, waiting at most ``seconds``. Raises ``DriverError``."""
        return [code for event in self.events(seconds) if (code := self._codes.feed(*event))]
