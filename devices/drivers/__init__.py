"""Drivers of everything that is plugged in. A driver is one small file with a subclass of ``base.Driver``.

Importing this package registers the ones of the house; ``docs/devices.md`` shows how to write another.
"""

from devices.drivers import (
    a4_printer,
    camera,
    id_reader,
    keypad,
    presence,
    receipt_printer,
    scanner,
    sound,
    ups,
)
from devices.drivers.base import DRIVERS, DeviceState, Driver, Kind, SelfTest

__all__ = [
    "DRIVERS",
    "DeviceState",
    "Driver",
    "Kind",
    "SelfTest",
    "a4_printer",
    "camera",
    "id_reader",
    "keypad",
    "presence",
    "receipt_printer",
    "scanner",
    "sound",
    "ups",
]
