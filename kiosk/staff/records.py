"""What the staff area shows and what it can do: frozen records, and the port the wiring fills."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Protocol

import msgspec

from kiosk.staff.lock import Answer


class Page(StrEnum):
    PIN = "pin"
    MENU = "menu"
    DEVICES = "devices"
    DEVICE = "device"
    PAPER = "paper"
    VOLUME = "volume"
    ABOUT = "about"
    SYNC = "sync"
    HELP = "help"
    SYSTEM = "system"
    ERASE = "erase"
    POWER = "power"


class DeviceLine(msgspec.Struct, frozen=True):
    """One device. ``state``: ready, warning, fault, unplugged or unknown; ``tested``: the newest record.

    ``passed`` None: a person has still to judge what was printed, shown or heard.
    """

    name: str
    kind: str
    state: str
    text: str = ""
    tested: dt.datetime | None = None
    passed: bool | None = None
    result: str = ""


class About(msgspec.Struct, frozen=True):
    """``proof``: the text of the QR code; ``lines``: the same for the eye."""

    lines: tuple[tuple[str, str], ...] = ()
    proof: str = ""


class Told(msgspec.Struct, frozen=True):
    """How something that was done ended, in one sentence for the technician."""

    done: bool
    text: str


class HelpCode(msgspec.Struct, frozen=True):
    """``code``: to be read out on the telephone, empty when there is no network; ``report``: for the QR code."""

    code: str
    report: str
    text: str = ""


class SystemPage(msgspec.Struct, frozen=True):
    """The system under the program. ``bundles``: updates on the stick; ``code``: its sum, for a QR code."""

    lines: tuple[tuple[str, str], ...] = ()
    code: str = ""
    bundles: tuple[str, ...] = ()
    help_open: bool = False


class StaffView(msgspec.Struct, frozen=True):
    """Where the technician is. ``pin`` never shows itself."""

    page: Page = Page.PIN
    pin: str = ""
    message: str = ""
    locked_until: float = 0.0
    left: int = 0
    """Seconds still to wait."""
    busy: str = ""
    devices: tuple[DeviceLine, ...] = ()
    chosen: str = ""
    told: Told | None = None
    about: About = About()
    help: HelpCode | None = None
    system: SystemPage | None = None
    gain: int = 0
    paper: str = ""

    def __repr__(self) -> str:
        return f"StaffView({self.page.value})"

    @property
    def device(self) -> DeviceLine | None:
        return next((one for one in self.devices if one.name == self.chosen), None)


class StaffTools(Protocol):
    """What the terminal can do for its technician. Everything may take seconds and is called off the main thread."""

    def open(self, pin: str) -> Answer: ...

    def devices(self) -> tuple[DeviceLine, ...]: ...

    def test(self, name: str) -> tuple[DeviceLine, ...]:
        """Try one device (all when empty), keep a dated record, and look at all of them again."""

    def judge(self, name: str, passed: bool) -> tuple[DeviceLine, ...]:
        """What the technician saw or heard, as a dated record."""

    def paper(self) -> str:
        """How much paper is left, in a sentence."""

    def paper_changed(self) -> Told:
        """A new roll is in: a test slip comes out and counting begins anew."""

    def gain(self) -> int:
        """The loudness of this machine, decibels beside the usual, -12 to +12."""

    def set_gain(self, decibels: int) -> Told:
        """Keep it with the date, and let the reference tone sound."""

    def about(self) -> About: ...

    def sync(self) -> Told: ...

    def help(self) -> HelpCode: ...

    def shut_down(self, restart: bool) -> Told: ...

    def system(self, check: bool = False) -> SystemPage | Told:
        """How the system is; ``check``: with the sum of all of it, which takes minutes."""

    def update(self) -> Told:
        """Install the bundle on the stick and restart."""

    def remote_help(self, wanted: bool) -> Told:
        """Open remote help for two hours, or close it."""

    def erase(self) -> Told:
        """Destroy the keys of everything this terminal keeps, and restart."""
