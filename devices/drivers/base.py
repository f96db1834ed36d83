"""What every driver offers: an address it is opened with, one state, a self-test, and a way to find devices.

::

    class Buzzer(Driver, name="buzzer", kind=Kind.SPEAKER):
        \"\"\"A buzzer on a serial line.\"\"\"

        def state(self) -> DeviceState: ...
        def self_test(self) -> SelfTest: ...

A subclass registers itself under its name; settings refer to it by that name.
"""

from __future__ import annotations

import abc
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import ClassVar

import msgspec


class Kind(StrEnum):
    """What a device is for."""

    RECEIPT_PRINTER = "receipt-printer"
    A4_PRINTER = "a4-printer"
    ID_READER = "id-reader"
    SCANNER = "scanner"
    KEYPAD = "keypad"
    PRESENCE = "presence"
    CAMERA = "camera"
    MICROPHONE = "microphone"
    SPEAKER = "speaker"
    UPS = "ups"


class DeviceState(StrEnum):
    """One of these, for every device. ``WARNING`` works, but wants somebody soon (paper low, battery low)."""

    READY = "ready"
    WARNING = "warning"
    FAULT = "fault"
    UNPLUGGED = "unplugged"
    UNKNOWN = "unknown"


class Condition(msgspec.Struct, frozen=True):
    """A state and, in one clear sentence, what is behind it and what to do. ``detail``: a key such as "paper_out"."""

    state: DeviceState
    text: str = ""
    detail: str = ""


class SelfTest(msgspec.Struct, frozen=True):
    """``passed`` None: a person has to judge (a picture, a tone). ``text`` never holds anything of a citizen."""

    passed: bool | None
    text: str


class Udev(msgspec.Struct, frozen=True):
    """What the kernel says of one device."""

    subsystem: str
    node: str
    properties: Mapping[str, str] = {}


class Found(msgspec.Struct, frozen=True):
    """A device that is there and that a driver knows. ``address`` is what the settings would say."""

    driver: str
    address: str
    label: str = ""


class DriverError(RuntimeError):
    """The device cannot be used; the text says why and what to do."""


DRIVERS: dict[str, type[Driver]] = {}
"""name -> driver, in the order of registration."""


class Driver(abc.ABC):
    """One device. Opening is lazy: making a driver touches nothing."""

    name: ClassVar[str]
    kind: ClassVar[Kind]

    def __init_subclass__(cls, *, name: str = "", kind: Kind | None = None, **other: object) -> None:
        super().__init_subclass__(**other)
        if not name:
            return
        if kind is None:
            raise TypeError(f"driver {name!r} must say its kind")
        if name in DRIVERS:
            raise TypeError(f"there is already a driver named {name!r}")
        cls.name, cls.kind = name, kind
        DRIVERS[name] = cls

    def __init__(self, address: str) -> None:
        self.address = address

    @classmethod
    def find(cls, devices: Iterable[Udev]) -> list[Found]:
        """Which of the kernel's devices this driver would take; none where that cannot be told."""
        return []

    @abc.abstractmethod
    def condition(self) -> Condition:
        """How it is now. Never raises, and returns within two seconds."""

    @abc.abstractmethod
    def self_test(self) -> SelfTest:
        """Try it out for the technician. Never raises."""

    def close(self) -> None:
        """Let go of the device."""
        return


def driver(name: str, address: str) -> Driver:
    """Make a driver by its name. Raises ``DriverError``."""
    try:
        return DRIVERS[name](address)
    except KeyError:
        raise DriverError(f"there is no driver {name!r}; there are: {', '.join(DRIVERS)}") from None
