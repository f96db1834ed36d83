"""A USB bus with one receipt printer on it: a backend for pyusb, so that the real USB code runs without a device."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import usb.backend
import usb.core

from devices.simulators.script import Fault
from devices.simulators.virtual_printer import VirtualPrinter

VENDOR, PRODUCT = 0x0416, 0x5011
BULK_IN, BULK_OUT = 0x81, 0x02
NO_DEVICE = 19


class Bus(usb.backend.IBackend):  # type: ignore[misc]  # PyUSB has no types
    """``pull`` and ``plug`` are the hot plug."""

    def __init__(self, printer: VirtualPrinter) -> None:
        super().__init__()
        self._printer = printer

    def pull(self) -> None:
        self._printer.begin(Fault.UNPLUGGED)

    def plug(self) -> None:
        self._printer.end(Fault.UNPLUGGED)

    def _check(self) -> None:
        if Fault.UNPLUGGED in self._printer.faults:
            raise usb.core.USBError("No such device (it may have been disconnected)", errno=NO_DEVICE)

    def enumerate_devices(self) -> list[str]:
        return [] if Fault.UNPLUGGED in self._printer.faults else ["printer"]

    def get_device_descriptor(self, dev: Any) -> Any:
        return SimpleNamespace(
            bLength=18, bDescriptorType=1, bcdUSB=0x0200, bDeviceClass=0, bDeviceSubClass=0, bDeviceProtocol=0,
            bMaxPacketSize0=64, idVendor=VENDOR, idProduct=PRODUCT, bcdDevice=0x0100, iManufacturer=0, iProduct=0,
            iSerialNumber=0, bNumConfigurations=1, address=1, bus=1, port_number=1, port_numbers=(1,), speed=3,
        )  # fmt: skip

    def get_configuration_descriptor(self, dev: Any, config: int) -> Any:
        if config:
            raise IndexError(config)
        return SimpleNamespace(
            bLength=9, bDescriptorType=2, wTotalLength=32, bNumInterfaces=1, bConfigurationValue=1, iConfiguration=0,
            bmAttributes=0xC0, bMaxPower=50, extra_descriptors=[],
        )  # fmt: skip

    def get_interface_descriptor(self, dev: Any, intf: int, alt: int, config: int) -> Any:
        if intf or alt:
            raise IndexError(intf)
        return SimpleNamespace(
            bLength=9, bDescriptorType=4, bInterfaceNumber=0, bAlternateSetting=0, bNumEndpoints=2, bInterfaceClass=7,
            bInterfaceSubClass=1, bInterfaceProtocol=2, iInterface=0, extra_descriptors=[],
        )  # fmt: skip

    def get_endpoint_descriptor(self, dev: Any, ep: int, intf: int, alt: int, config: int) -> Any:
        return SimpleNamespace(
            bLength=7, bDescriptorType=5, bEndpointAddress=(BULK_IN, BULK_OUT)[ep], bmAttributes=2, wMaxPacketSize=64,
            bInterval=0, bRefresh=0, bSynchAddress=0, extra_descriptors=[],
        )  # fmt: skip

    def open_device(self, dev: Any) -> str:
        self._check()
        return "handle"

    def close_device(self, dev_handle: Any) -> None:
        """Nothing is held."""

    def set_configuration(self, dev_handle: Any, config_value: int) -> None:
        self._check()

    def get_configuration(self, dev_handle: Any) -> int:
        return 1

    def claim_interface(self, dev_handle: Any, intf: int) -> None:
        self._check()

    def release_interface(self, dev_handle: Any, intf: int) -> None:
        """Nothing is held."""

    def is_kernel_driver_active(self, dev_handle: Any, intf: int) -> bool:
        return False

    def bulk_write(self, dev_handle: Any, ep: int, intf: int, data: Any, timeout: int) -> int:
        self._check()
        self._printer.receive(bytes(data))
        return len(data)

    def bulk_read(self, dev_handle: Any, ep: int, intf: int, buff: Any, timeout: int) -> int:
        self._check()
        said = self._printer.answers()[: len(buff)]
        if not said:
            raise usb.core.USBTimeoutError("Operation timed out", errno=110)
        for index, byte in enumerate(said):
            buff[index] = byte
        return len(said)
