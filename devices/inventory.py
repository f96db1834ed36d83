"""Which devices this terminal has, how each one is, and what changes: hot plug included.

The settings name the devices that must be there; ``discover`` finds the ones that are. ``Watch`` compares one look with
the next and tells only what changed, once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from devices.drivers import DRIVERS
from devices.drivers.base import Condition, Driver, DriverError, Found, Kind, Udev, driver

SUBSYSTEMS = ("usb", "tty", "input", "video4linux", "power_supply")


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One device in the settings: our name for it, its driver, its address."""

    name: str
    driver: str
    address: str


class Status(msgspec.Struct, frozen=True):
    """One device and how it is."""

    name: str
    kind: Kind
    driver: str
    address: str
    condition: Condition


class Change(msgspec.Struct, frozen=True):
    """A device whose state is not what it was; ``before`` None: first look."""

    status: Status
    before: Condition | None


class Inventory:
    """The devices of the settings, each with its driver kept open. Raises ``DriverError`` for a bad entry."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._drivers: dict[str, Driver] = {}
        for entry in entries:
            if entry.name in self._drivers:
                raise DriverError(f"two devices are named {entry.name!r}; give each its own name")
            self._drivers[entry.name] = driver(entry.driver, entry.address)

    def driver(self, name: str) -> Driver:
        """Raises ``DriverError`` for a name that is not there."""
        try:
            return self._drivers[name]
        except KeyError:
            names = ", ".join(self._drivers) or "none"
            raise DriverError(f"there is no device {name!r}; there are: {names}") from None

    def names(self) -> list[str]:
        return list(self._drivers)

    def look(self) -> list[Status]:
        """Ask every device how it is."""
        return [Status(name, one.kind, one.name, one.address, one.condition()) for name, one in self._drivers.items()]

    def close(self) -> None:
        for one in self._drivers.values():
            one.close()


class Watch:
    """Tells a change once: ``see`` takes one look and returns what differs from the look before."""

    def __init__(self) -> None:
        self._last: dict[str, Condition] = {}

    def see(self, look: Iterable[Status]) -> list[Change]:
        changes = []
        for status in look:
            before = self._last.get(status.name)
            if before is None or (before.state, before.detail) != (status.condition.state, status.condition.detail):
                changes.append(Change(status, before))
            self._last[status.name] = status.condition
        return changes


def kernel_devices() -> list[Udev]:
    """What the kernel has now; empty where udev cannot be asked."""
    import pyudev

    try:
        context = pyudev.Context()
        found = [device for subsystem in SUBSYSTEMS for device in context.list_devices(subsystem=subsystem)]
    except (OSError, ImportError):
        return []
    return [Udev(device.subsystem, device.device_node or "", _properties(device.properties)) for device in found]


def _properties(properties: Mapping[str, str]) -> dict[str, str]:
    return {str(name): str(value) for name, value in properties.items()}


def discover(devices: Iterable[Udev]) -> list[Found]:
    """Devices that a driver of ours knows, with the address for the settings."""
    listed = list(devices)
    return [found for one in DRIVERS.values() for found in one.find(listed)]


def unknown(devices: Iterable[Udev]) -> list[Udev]:
    """USB devices no driver takes: listed, not hidden."""
    listed = [device for device in devices if device.subsystem == "usb" and "ID_USB_INTERFACES" in device.properties]
    return [
        device for device in listed if not discover([device]) and ":0900" not in device.properties["ID_USB_INTERFACES"]
    ]
