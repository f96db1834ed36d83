"""Ways to a printer: file, TCP port 9100, serial line (and pty), USB, CUPS; all behind one small interface.

``parse_address`` reads ``file:F``, ``tcp:HOST:PORT``, ``serial:DEV``, ``usb:VID:PID`` and ``cups:NAME``, and
``open_address`` opens one. A transport knows bytes and time-outs, nothing of printers.
"""

from __future__ import annotations

from typing import Protocol, assert_never

import msgspec


class TransportError(RuntimeError):
    """The way to the device failed; the text says what to check."""


class UnpluggedError(TransportError):
    """The device is not there, or no longer."""


class StalledError(TransportError):
    """The device takes no more bytes (busy, paper out, switched off behind a converter)."""


class Transport(Protocol):
    """``confirms``: what was written and synced is surely there (a file); ``answers``: the device can be asked."""

    confirms: bool
    answers: bool

    def write(self, data: bytes) -> None:
        """Hand over all bytes. Raises ``UnpluggedError`` or ``StalledError``."""

    def read(self, seconds: float) -> bytes:
        """What has come, waiting at most ``seconds`` for the first byte; empty: silence. Raises ``UnpluggedError``."""

    def sync(self) -> None:
        """Return when what was written is out of our hands."""

    def close(self) -> None: ...


class FileAddress(msgspec.Struct, frozen=True):
    path: str


class TcpAddress(msgspec.Struct, frozen=True):
    host: str
    port: int


class SerialAddress(msgspec.Struct, frozen=True):
    device: str
    baud: int = 115_200


class UsbAddress(msgspec.Struct, frozen=True):
    vendor: int
    product: int


class CupsAddress(msgspec.Struct, frozen=True):
    queue: str


Address = FileAddress | TcpAddress | SerialAddress | UsbAddress | CupsAddress


class AddressError(ValueError):
    """The text names no device."""


def parse_address(text: str) -> Address:
    """Read the address of a device. Raises ``AddressError``."""
    kind, _, rest = text.partition(":")
    host, _, port = rest.rpartition(":")
    match kind:
        case "file" if rest:
            return FileAddress(rest)
        case "tcp" if host and port.isascii() and port.isdigit() and 0 < int(port) < 65536:
            return TcpAddress(host.strip("[]"), int(port))
        case "serial" if rest:
            device, _, baud = rest.partition("@")
            if baud.isascii() and baud.isdigit() and device:
                return SerialAddress(device, int(baud))
            if not baud:
                return SerialAddress(device)
        case "usb" if host and port:
            try:
                return UsbAddress(int(host, 16), int(port, 16))
            except ValueError:
                pass
        case "cups" if rest:
            return CupsAddress(rest)
    raise AddressError(
        f"{text!r} is no printer address; use file:F, tcp:HOST:PORT, serial:DEV[@BAUD], usb:VID:PID or cups:NAME"
    )


def open_address(address: Address) -> Transport:
    """Open the way to a device. Raises ``TransportError``. Nothing is sent."""
    match address:
        case FileAddress(path=path):
            from devices.transports.file import FileTransport

            return FileTransport(path)
        case TcpAddress(host=host, port=port):
            from devices.transports.tcp import TcpTransport

            return TcpTransport(host, port)
        case SerialAddress(device=device, baud=baud):
            from devices.transports.serial_line import SerialTransport

            return SerialTransport(device, baud)
        case UsbAddress(vendor=vendor, product=product):
            from devices.transports.usb import UsbTransport

            return UsbTransport(vendor, product)
        case CupsAddress(queue=queue):
            from devices.transports.cups_queue import CupsTransport

            return CupsTransport(queue)
        case _:
            assert_never(address)
