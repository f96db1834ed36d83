"""A printer on USB (printer class 7, bulk end points), through pyusb and libusb."""

from __future__ import annotations

import contextlib
from typing import Any

from devices.transports import StalledError, TransportError, UnpluggedError

WRITE_MILLISECONDS = 3000
CHUNK = 4096


class UsbTransport:
    """``backend``: a pyusb backend; None: libusb of the system."""

    confirms = False

    def __init__(self, vendor: int, product: int, backend: Any = None) -> None:
        import usb.core
        import usb.util

        self._name = f"{vendor:04x}:{product:04x}"
        self._errors = (usb.core.USBError, NotImplementedError)
        self._timeout = usb.core.USBTimeoutError
        try:
            device = usb.core.find(idVendor=vendor, idProduct=product, backend=backend)
        except usb.core.NoBackendError as error:
            raise TransportError("USB printers need libusb; install the package libusb-1.0-0") from error
        if device is None:
            raise UnpluggedError(f"no USB printer {self._name} is connected; check its cable and its power")
        self._device, self._dispose = device, usb.util.dispose_resources
        try:
            with contextlib.suppress(*self._errors):  # usblp holds it, or there is nothing to detach
                if device.is_kernel_driver_active(0):
                    device.detach_kernel_driver(0)
            device.set_configuration()
            interface = device.get_active_configuration()[(0, 0)]
            self._out = _endpoint(interface, usb.util.ENDPOINT_OUT)
            self._in = _endpoint(interface, usb.util.ENDPOINT_IN)
        except self._errors as error:
            raise UnpluggedError(
                f"the USB printer {self._name} cannot be opened; install the udev rules of devices/udev or close "
                "the program that uses it"
            ) from error
        if self._out is None:
            raise TransportError(f"the USB device {self._name} is no printer: it takes no data")
        self.answers = self._in is not None

    def write(self, data: bytes) -> None:
        assert self._out is not None
        try:
            for start in range(0, len(data), CHUNK):
                self._out.write(data[start : start + CHUNK], WRITE_MILLISECONDS)
        except self._timeout as error:
            raise StalledError(f"the USB printer {self._name} takes no more data; look at it") from error
        except self._errors as error:
            raise UnpluggedError(f"the USB printer {self._name} was unplugged; check its cable") from error

    def read(self, seconds: float) -> bytes:
        if self._in is None:
            return b""
        try:
            return bytes(self._in.read(512, max(1, int(seconds * 1000))))
        except self._timeout:
            return b""
        except self._errors as error:
            raise UnpluggedError(f"the USB printer {self._name} was unplugged; check its cable") from error

    def sync(self) -> None:
        """Nothing to do: the printer's answers tell what has arrived."""

    def close(self) -> None:
        with contextlib.suppress(*self._errors):
            self._dispose(self._device)


def _endpoint(interface: Any, direction: int) -> Any | None:
    import usb.util

    return usb.util.find_descriptor(
        interface,
        custom_match=lambda end: (
            usb.util.endpoint_direction(end.bEndpointAddress) == direction
            and usb.util.endpoint_type(end.bmAttributes) == usb.util.ENDPOINT_TYPE_BULK
        ),
    )
