"""Which system runs, which starts next, and which of the two are known to be good: read from the terminal itself."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import msgspec

from deploy_image import tools
from deploy_image.errors import ImageError

GRUBENV = Path("/boot/efi/EFI/BOOT/grubenv")
RELEASE = Path("/etc/bianmin/release")
Name = Literal["A", "B"]


class Slot(msgspec.Struct, frozen=True):
    """``good``: it may be started; ``tried``: it was started and has not passed its health check yet."""

    name: Name
    running: bool
    good: bool
    tried: bool
    next: bool


def slots(cmdline: str, environment: str) -> tuple[Slot, Slot]:
    """From /proc/cmdline and the text of ``grub-editenv list``. Raises ``ImageError``."""
    said = dict(line.split("=", 1) for line in environment.splitlines() if "=" in line)
    match = re.search(r"\brauc\.slot=([AB])\b", cmdline)
    if match is None or "ORDER" not in said:
        raise ImageError("this machine was not started from a terminal image")
    order = [name for name in said["ORDER"].split() if said.get(f"{name}_OK") == "1"]
    made = [
        Slot(name, name == match[1], said.get(f"{name}_OK") == "1", said.get(f"{name}_TRY") == "1", order[:1] == [name])
        for name in ("A", "B")
    ]
    return made[0], made[1]


def read() -> tuple[Slot, Slot]:
    """Of this machine. Raises ``ImageError``."""
    if not GRUBENV.exists():
        raise ImageError("this machine was not started from a terminal image")
    return slots(Path("/proc/cmdline").read_text("ascii", "replace"), tools.run(["grub-editenv", GRUBENV, "list"]))


def keep() -> None:
    """The running system is good: it stays. Raises ``ImageError``."""
    tools.run(["rauc", "status", "mark-good"])
    tools.run(["grub-editenv", GRUBENV, "set", "ROUND=0"])


def leave() -> bool:
    """The running system is bad: mark it and restart into the other one; False when the other one is no better."""
    if not any(slot.good and not slot.running for slot in read()):
        return False
    tools.run(["rauc", "status", "mark-bad", "booted"])
    tools.run(["systemctl", "--no-block", "reboot"])
    return True
