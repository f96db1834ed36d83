"""A printer or reader on a serial line or pty, through pyserial."""

from __future__ import annotations

import contextlib
import time

import serial

from devices.transports import StalledError, UnpluggedError

WRITE_SECONDS = 3.0


class SerialTransport:
    """8N1, opened exclusively: a second program is refused instead of mixing its bytes with ours."""

    confirms = False
    answers = True

    def __init__(self, device: str, baud: int = 115_200, write_seconds: float = WRITE_SECONDS) -> None:
        self._name = device
        try:
            self._port = serial.Serial(device, baud, timeout=0, write_timeout=write_seconds, exclusive=True)
        except (OSError, ValueError) as error:  # SerialException is an OSError
            reason = "is in use by another program" if "exclusively lock" in str(error) else "cannot be opened"
            raise UnpluggedError(f"{device} {reason}; check the cable and the device name") from error

    def write(self, data: bytes) -> None:
        try:
            self._port.write(data)
        except serial.SerialTimeoutException as error:
            raise StalledError(f"the device on {self._name} takes no more data; look at it") from error
        except (OSError, TypeError) as error:  # pyserial raises TypeError when its descriptor is gone
            raise UnpluggedError(f"the device on {self._name} was unplugged; check its cable") from error

    def read(self, seconds: float) -> bytes:
        try:
            self._port.timeout = seconds
            first = self._port.read(1)
            if not first:
                return b""
            return bytes(first + self._port.read(min(4096, self._port.in_waiting)))
        except (OSError, TypeError) as error:
            raise UnpluggedError(f"the device on {self._name} was unplugged; check its cable") from error

    def sync(self) -> None:
        """Wait until the line has taken everything, but not for ever: a pty nobody reads never drains."""
        until = time.monotonic() + WRITE_SECONDS
        with contextlib.suppress(OSError, TypeError):
            while self._port.out_waiting and time.monotonic() < until:
                time.sleep(0.005)

    def close(self) -> None:
        with contextlib.suppress(OSError, TypeError):
            self._port.close()
