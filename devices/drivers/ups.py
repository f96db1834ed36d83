"""The uninterruptible power supply, as the kernel shows it under /sys/class/power_supply."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from devices.drivers.base import Condition, DeviceState, Driver, Found, Kind, SelfTest, Udev

FOLDER = Path("/sys/class/power_supply")
LOW_PERCENT = 40


class Ups(Driver, name="ups", kind=Kind.UPS):
    """``power:NAME``; ``folder`` is for tests."""

    def __init__(self, address: str, folder: Path = FOLDER) -> None:
        super().__init__(address)
        self._path = folder / address.removeprefix("power:")

    @classmethod
    def find(cls, devices: Iterable[Udev]) -> list[Found]:
        return [
            Found(cls.name, f"power:{device.properties.get('POWER_SUPPLY_NAME', '')}", "")
            for device in devices
            if device.subsystem == "power_supply" and device.properties.get("POWER_SUPPLY_TYPE") in ("UPS", "Battery")
        ]

    def _read(self, name: str) -> str:
        try:
            return (self._path / name).read_text("ascii", "replace").strip()
        except OSError:
            return ""

    def condition(self) -> Condition:
        if not self._path.is_dir():
            return Condition(DeviceState.UNPLUGGED, "the UPS is not connected; check its USB cable", "unplugged")
        status, capacity = self._read("status"), self._read("capacity")
        percent = int(capacity) if capacity.isascii() and capacity.isdigit() else None
        if self._read("health") in ("Dead", "Overheat", "Over voltage", "Unspecified failure"):
            return Condition(DeviceState.FAULT, "the UPS reports a failure; replace its battery", "battery")
        if status == "Discharging":
            left = f"; {percent} % left" if percent is not None else ""
            return Condition(DeviceState.WARNING, f"the mains is off and the UPS carries the terminal{left}", "mains")
        if percent is not None and percent < LOW_PERCENT:
            return Condition(DeviceState.WARNING, f"the UPS is at {percent} % and charging", "battery")
        if not status:
            return Condition(DeviceState.UNKNOWN, "the UPS does not tell its state", "silent")
        return Condition(DeviceState.READY)

    def self_test(self) -> SelfTest:
        now = self.condition()
        return SelfTest(now.state is DeviceState.READY, now.text or "mains is on and the battery is charged")
