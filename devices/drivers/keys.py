"""Devices that are keyboards to the kernel, read through evdev and grabbed. Key codes: linux/input-event-codes.h."""

from __future__ import annotations

import contextlib
import select
from collections.abc import Iterable
from typing import Any

from devices.drivers.base import Condition, DeviceState, Driver, DriverError, Found, SelfTest, Udev

KEY_ENTER, KEY_KPENTER, KEY_BACKSPACE = 28, 96, 14
SHIFTS = (42, 54)

_ROWS = (
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (57, " ", " "),
)
ASCII_KEYS: dict[int, tuple[str, str]] = {
    first + offset: (plain, shifted)
    for first, plains, shifteds in _ROWS
    for offset, (plain, shifted) in enumerate(zip(plains, shifteds, strict=True))
}
"""Key code -> character without and with shift, US layout."""

KEYPAD_DIGITS = {82: "0", 79: "1", 80: "2", 81: "3", 75: "4", 76: "5", 77: "6", 71: "7", 72: "8", 73: "9"}
KEYPAD_SIGNS = {55: "*", 78: "+", 74: "-", 83: ".", 98: "/"}


class KeyDevice(Driver):
    """An evdev device at ``input:/dev/input/eventN``. The udev rules say its role: the word of its kind."""

    @classmethod
    def find(cls, devices: Iterable[Udev]) -> list[Found]:
        return [
            Found(cls.name, f"input:{device.node}", device.properties.get("NAME", "").strip('"'))
            for device in devices
            if device.subsystem == "input"
            and device.node.startswith("/dev/input/event")
            and device.properties.get("BIANMIN_ROLE") == cls.kind.value
        ]

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self._device: Any = None

    def _open(self) -> Any:
        if self._device is None:
            import evdev

            node = self.address.removeprefix("input:")
            try:
                self._device = evdev.InputDevice(node)
                self._device.grab()
            except OSError as error:
                self._device = None
                what = "is not connected" if error.errno in (2, 19) else "cannot be opened; install devices/udev"
                raise DriverError(f"{node} {what}") from error
        return self._device

    def events(self, seconds: float) -> list[tuple[int, int]]:
        """Key events as (code, value), waiting at most ``seconds``. Raises ``DriverError``."""
        device = self._open()
        try:
            if not select.select([device.fd], [], [], seconds)[0]:
                return []
            return [(event.code, event.value) for event in device.read() if event.type == 1]
        except (OSError, ValueError) as error:
            self.close()
            raise DriverError(f"{self.address} was unplugged; check its cable") from error

    def condition(self) -> Condition:
        try:
            device = self._open()
            device.leds()  # any question to the kernel fails once it is unplugged
        except DriverError as error:
            return Condition(DeviceState.UNPLUGGED, str(error), "unplugged")
        except OSError:
            self.close()
            return Condition(DeviceState.UNPLUGGED, f"{self.address} was unplugged; check its cable", "unplugged")
        return Condition(DeviceState.READY)

    def self_test(self) -> SelfTest:
        now = self.condition()
        if now.state is not DeviceState.READY:
            return SelfTest(False, now.text)
        with contextlib.suppress(DriverError):
            if self.events(1.5):
                return SelfTest(True, "a key arrived")
        return SelfTest(None, "it is connected; press a key or scan a code while testing")

    def close(self) -> None:
        if self._device is not None:
            with contextlib.suppress(OSError):
                self._device.close()
            self._device = None
