"""Provisioning: one small file that makes a flashed machine this terminal, in this place, of this city.

::

    [terminal]
    name = "WL-007"                 # as in the fleet list
    place = "市图书馆一楼"
    phone = "0576-00000000"         # shown on the rescue screen: who repairs it

    [central]
    url = "https://central.example"
    code = "K7QP-2M4X-9RTA-WZ3C"    # one-time; keys are made on the device and never leave it

    [network]                       # leave out for DHCP
    address = "192.168.8.20/24"
    gateway = "192.168.8.1"
    dns = ["192.168.8.1"]

    [time]
    servers = ["192.168.8.1"]

    [printer]
    device = "usb:0416:5011"
    width_mm = 80

    [update]                        # when updates may be installed (local time)
    begin = "22:00"
    end = "05:30"

    [staff]
    pin = "$argon2id$..."           # made by `bianmin image pin`; asked before a bundle from a stick is installed

    [phone]                         # an ivr-node; it needs a fixed address under [network]
    numbers = ["12345"]             # what may be dialled
    trusted = ["192.168.8.5"]       # switches and trunks whose calls are let in
    desk = "sip:desk@192.168.8.5"   # where 0 leads in office hours; left out: a message is offered
    workers = 2
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from deploy_image.errors import ImageError

FILE_NAME = "bianmin-terminal.toml"
MOST_BYTES = 64 * 1024


class ProvisioningError(ImageError):
    """The file cannot be used."""


class Who(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    place: str = ""
    phone: str = ""


class CentralAddress(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    url: str
    code: str = ""


class Network(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    address: str
    gateway: str = ""
    dns: tuple[str, ...] = ()


class TimeServers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    servers: tuple[str, ...] = ()


class Printer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    device: str
    width_mm: int = 80


class Window(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Local times; ``begin`` after ``end`` goes over midnight."""

    begin: str = "22:00"
    end: str = "05:30"

    def contains(self, now: dt.time) -> bool:
        begin, end = dt.time.fromisoformat(self.begin), dt.time.fromisoformat(self.end)
        return begin <= now < end if begin <= end else now >= begin or now < end


class Staff(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``pin``: an Argon2 hash, or empty: updates from a stick are not asked for one."""

    pin: str = ""


class Phone(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The line of an ivr-node: its front answers at the node's address, its workers stand behind it."""

    numbers: tuple[str, ...]
    trusted: tuple[str, ...]
    desk: str = ""
    workers: int = 2


class Provisioning(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    terminal: Who
    central: CentralAddress | None = None
    network: Network | None = None
    time: TimeServers = TimeServers()
    printer: Printer | None = None
    update: Window = Window()
    staff: Staff = Staff()
    phone: Phone | None = None


FRONT, WORKERS = 5060, 5070
"""Ports of a node: the front's, which the firewall opens, and the first worker's, which it does not."""

_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9-]{0,31}$")
_PHONE = re.compile(r"^[0-9 +()-]{0,24}$")
_HOST = re.compile(r"^[A-Za-z0-9.:-]{1,253}$")
_DIALLED = re.compile(r"^\+?[0-9]{2,15}$")
_SIP = re.compile(r"^sips?:[A-Za-z0-9_.+-]+@[A-Za-z0-9.:-]{1,253}$")


def read(data: bytes) -> Provisioning:
    """Parse and check. Raises ``ProvisioningError`` with the field and what is wrong with it."""
    if len(data) > MOST_BYTES:
        raise ProvisioningError("the provisioning file is too large to be one")
    try:
        told = msgspec.toml.decode(data, type=Provisioning)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ProvisioningError(f"the provisioning file: {' '.join(str(error).split())}") from None
    _check(told)
    return told


def _check(told: Provisioning) -> None:
    if not _NAME.fullmatch(told.terminal.name):
        raise ProvisioningError("terminal.name: letters, digits and hyphens only, such as WL-007")
    if not _PHONE.fullmatch(told.terminal.phone):
        raise ProvisioningError("terminal.phone: digits, spaces, + and - only")
    if any(not char.isprintable() for char in told.terminal.place) or len(told.terminal.place) > 60:
        raise ProvisioningError("terminal.place: one line of at most 60 characters")
    if told.central is not None:
        try:
            where = urlsplit(told.central.url)
            port = where.port
        except ValueError:
            raise ProvisioningError("central.url: such as https://central.example") from None
        if where.scheme not in ("http", "https") or not _HOST.fullmatch(where.hostname or "") or port == 0:
            raise ProvisioningError("central.url: such as https://central.example")
    if told.network is not None:
        try:
            ipaddress.ip_interface(told.network.address)
            for one in (*filter(None, [told.network.gateway]), *told.network.dns):
                ipaddress.ip_address(one)
        except ValueError as error:
            raise ProvisioningError(f"network: {error}") from None
        if "/" not in told.network.address:
            raise ProvisioningError("network.address: with the length of the network, such as 192.168.8.20/24")
    if not all(_HOST.fullmatch(server) for server in told.time.servers):
        raise ProvisioningError("time.servers: names or addresses")
    if told.staff.pin and not told.staff.pin.startswith("$argon2"):
        raise ProvisioningError("staff.pin: not the PIN itself; the line that `bianmin image pin` prints")
    if told.phone is not None:
        _check_phone(told.phone, told.network)
    if told.printer is not None and told.printer.width_mm not in (58, 80):
        raise ProvisioningError("printer.width_mm: 58 or 80")
    try:
        told.update.contains(dt.time(0))
    except ValueError:
        raise ProvisioningError("update.begin and update.end: times such as 22:00") from None


def _check_phone(phone: Phone, network: Network | None) -> None:
    if network is None:
        raise ProvisioningError("phone: callers need a fixed address; give it under [network]")
    if not phone.numbers or not all(_DIALLED.fullmatch(number) for number in phone.numbers):
        raise ProvisioningError('phone.numbers: what may be dialled, digits only, such as ["12345"]')
    try:
        for one in phone.trusted:
            ipaddress.ip_address(one)
    except ValueError as error:
        raise ProvisioningError(f"phone.trusted: {error}") from None
    if phone.desk and not _SIP.fullmatch(phone.desk):
        raise ProvisioningError("phone.desk: such as sip:desk@192.168.8.5")
    if not 1 <= phone.workers <= 16:
        raise ProvisioningError("phone.workers: 1 to 16")


def central_port(told: Provisioning) -> int | None:
    """The port the firewall opens."""
    if told.central is None:
        return None
    where = urlsplit(told.central.url)
    return where.port or (443 if where.scheme == "https" else 80)


def files(told: Provisioning) -> dict[Path, str]:
    """What is written at every start, all of it outside the read-only root."""
    made = {Path("/boot/efi/EFI/bianmin/rescue.txt"): f"PHONE={told.terminal.phone}\nSTATION={told.terminal.name}\n"}
    if told.network is not None:
        lines = ["[Match]", "Name=en* eth*", "[Network]", f"Address={told.network.address}"]
        lines += [f"Gateway={told.network.gateway}"] if told.network.gateway else []
        lines += [f"DNS={one}" for one in told.network.dns]
        made[Path("/run/systemd/network/10-provisioned.network")] = "\n".join(lines) + "\n"
    if told.time.servers:
        text = f"[Time]\nNTP={' '.join(told.time.servers)}\n"
        made[Path("/run/systemd/timesyncd.conf.d/provisioned.conf")] = text
    return made


def settings(told: Provisioning) -> str:
    """The program's settings.toml as far as provisioning decides it (JSON strings are TOML strings)."""
    lines = ["[kiosk]", f"terminal = {_quoted(told.terminal.name)}"]
    if told.central is not None:
        lines += ["", "[sync]", f"central = {_quoted(told.central.url)}"]
    if told.printer is not None:
        lines += ["", "[printer]", f"device = {_quoted(told.printer.device)}", f"width_mm = {told.printer.width_mm}"]
    if told.phone is not None and told.network is not None:
        host = _quoted(str(ipaddress.ip_interface(told.network.address).ip))
        lines += ["", "[ivr]", f"workers = {told.phone.workers}", f"numbers = {_quoted(told.phone.numbers)}"]
        lines += ["", "[ivr.listen]", f"host = {host}", f"port = {WORKERS}"]
        lines += ["", "[ivr.edge]", f"host = {host}", f"port = {FRONT}", f"trusted = {_quoted(told.phone.trusted)}"]
        lines += ["", "[ivr.people]", f"desk = {_quoted(told.phone.desk)}"]
    return "\n".join(lines) + "\n"


def _quoted(text: str | tuple[str, ...]) -> str:
    return json.dumps(text, ensure_ascii=False)
