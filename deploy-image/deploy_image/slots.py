"""Which system runs, which starts next, and which of the two are known to be good: read from the terminal itself."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
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


PATIENCE = 300.0
"""Seconds for RAUC to write its mark: on a busy machine its answer comes after its own client has given up."""


def keep() -> None:
    """The running system is good: it stays. Raises ``ImageError``."""
    _mark(["good"], lambda slot: slot.good and not slot.tried)
    tools.run(["grub-editenv", GRUBENV, "set", "ROUND=0"])


def _mark(
    words: list[str],
    done: Callable[[Slot], bool],
    look: Callable[[], tuple[Slot, Slot]] = read,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Have RAUC mark the running system. What counts is what GRUB will read. Raises ``ImageError``."""
    end = clock() + PATIENCE
    while True:
        try:
            tools.run(["rauc", "status", f"mark-{words[0]}", *words[1:]])
            return
        except ImageError:
            if done(next(slot for slot in look() if slot.running)):
                return  # it was told too late, but it was done
            if clock() > end:
                raise
        sleep(5.0)


def leave() -> bool:
    """The running system is bad: mark it and restart into the other one; False when the other one is no better."""
    if not any(slot.good and not slot.running for slot in read()):
        return False
    _mark(["bad", "booted"], lambda slot: not slot.good)
    tools.run(["systemctl", "--no-block", "reboot"])
    return True
