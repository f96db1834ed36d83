"""What the staff area may ask of the system itself: a closed set, done by root, each over one connection.

The kiosk runs as a user that may change nothing of the system, and nobody can log in on its screen. systemd starts
``bianmin image chore`` for every connection to a socket that only the kiosk's user may open; the staff area has asked
for the PIN before (docs/decisions/0044). One JSON line in, one out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import assert_never

import msgspec

from deploy_image import filesystem, slots, tools
from deploy_image.errors import ImageError
from deploy_image.slots import Slot

SOCKET = Path("/run/bianmin-chores.sock")
STICK = Path("/run/courier")
SSH_CA = Path("/etc/bianmin/ssh-ca.pub")
HELP = "bianmin-ssh.service"
HELP_HOURS = 2
ERASE = ("/usr/bin/python3.11", "-I", "/usr/lib/bianmin/data_partition.py", "erase")
LONGEST = 4_096


class Chore(StrEnum):
    """``state``: only look. ``check``: read the whole running system and give its sum. ``update``: from the stick."""

    STATE = "state"
    CHECK = "check"
    UPDATE = "update"
    HELP_ON = "help-on"
    HELP_OFF = "help-off"
    RESTART = "restart"
    POWER_OFF = "power-off"
    ERASE = "erase"


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked."""

    chore: Chore


class State(msgspec.Struct, frozen=True):
    """``health``: None before the first check; ``against``: what spoke against it. ``bundles`` lie on the stick.

    ``help_until``: local time at which remote help closes by itself, empty while it is closed. ``sum``: only of check.
    """

    profile: str = ""
    version: str = ""
    systems: tuple[Slot, ...] = ()
    health: bool | None = None
    against: tuple[str, ...] = ()
    bundles: tuple[str, ...] = ()
    help_until: str = ""
    sum: str = ""


class Done(msgspec.Struct, frozen=True):
    """``error`` is empty when it was done; else one sentence. ``state``: how things are now."""

    error: str = ""
    state: State = State()


class Machine(msgspec.Struct, frozen=True):
    """Where things are and how programs are run; tests give their own."""

    run: Callable[[Sequence[str]], str] = tools.run
    look: Callable[[], tuple[Slot, Slot]] = slots.read
    release: Path = slots.RELEASE
    health: Path = Path("/data/agent/health.json")
    stick: Path = STICK
    ssh_ca: Path = SSH_CA
    partitions: Path = Path("/dev/disk/by-partlabel")
    now: Callable[[], dt.datetime] = dt.datetime.now


def serve(line: bytes, machine: Machine, say: Callable[[Done], None]) -> None:
    """Carry out what one line asks and ``say`` how it ended; whatever ends this program, too, comes after that.

    What went wrong is said. Raises ``ImageError`` only for what comes afterwards.
    """
    last: Sequence[str] = ()
    try:
        chore = msgspec.json.decode(line[:LONGEST], type=Wanted).chore
        total, last = _carry_out(chore, machine)
        done = Done("", msgspec.structs.replace(state(machine), sum=total))
    except (msgspec.DecodeError, UnicodeDecodeError):
        done = Done("this is no chore")
    except (ImageError, OSError) as error:
        done = Done(" ".join(str(error).split()))
    say(done)
    if last:
        machine.run(last)


REBOOT = ("systemctl", "--no-block", "reboot")


def _carry_out(chore: Chore, machine: Machine) -> tuple[str, Sequence[str]]:
    """The sum, of check only; and the command that ends the system, once the answer is out."""
    match chore:
        case Chore.CHECK:
            running = next(slot.name for slot in machine.look() if slot.running)
            return filesystem.digest(machine.partitions / f"root-{running.lower()}"), ()
        case Chore.UPDATE:
            machine.run(["rauc", "install", str(_bundle(machine.stick))])
            return "", REBOOT
        case Chore.HELP_ON:
            if not machine.ssh_ca.exists():
                raise ImageError("this image was built without a certificate authority for remote help")
            machine.run(["systemctl", "start", HELP])
        case Chore.HELP_OFF:
            machine.run(["systemctl", "stop", HELP])
        case Chore.RESTART:
            return "", REBOOT
        case Chore.POWER_OFF:
            return "", ("systemctl", "--no-block", "poweroff")
        case Chore.ERASE:
            machine.run(ERASE)
            return "", (*REBOOT, "--force")
        case Chore.STATE:
            pass
        case _:
            assert_never(chore)
    return "", ()


def _bundle(stick: Path) -> Path:
    """The one bundle on the stick. Raises ``ImageError``."""
    found = _bundles(stick)
    if not found:
        raise ImageError("there is no bundle (*.raucb) on the stick")
    if len(found) > 1:
        raise ImageError("there is more than one bundle on the stick; leave one")
    return stick / found[0]


def _bundles(stick: Path) -> tuple[str, ...]:
    return tuple(sorted(path.name for path in stick.glob("*.raucb") if path.is_file() and not path.is_symlink()))


def state(machine: Machine) -> State:
    """How the system is. Raises ``ImageError`` and ``OSError`` where it was not started from an image."""
    from deploy_image.definition import read_release

    if not machine.release.exists():
        raise ImageError("this machine was not started from a terminal image")
    release = read_release(machine.release.read_text("utf-8"))
    good, against = _health(machine.health)
    return State(
        profile=release.profile,
        version=release.version,
        systems=machine.look(),
        health=good,
        against=against,
        bundles=_bundles(machine.stick),
        help_until=_help_until(machine),
    )


class _Verdict(msgspec.Struct, frozen=True):
    good: bool
    reasons: tuple[str, ...] = ()


def _health(path: Path) -> tuple[bool | None, tuple[str, ...]]:
    try:
        verdict = msgspec.json.decode(path.read_bytes(), type=_Verdict)
    except (OSError, msgspec.DecodeError):
        return None, ()
    return verdict.good, verdict.reasons


def _help_until(machine: Machine) -> str:
    show = ["systemctl", "show", HELP, "-p", "ActiveState", "-p", "ActiveEnterTimestamp", "--timestamp=unix"]
    said = dict(line.split("=", 1) for line in machine.run(show).splitlines() if "=" in line)
    if said.get("ActiveState") != "active":
        return ""
    try:
        began = dt.datetime.fromtimestamp(int(said.get("ActiveEnterTimestamp", "").lstrip("@")))
    except ValueError:
        began = machine.now()
    return f"{began + dt.timedelta(hours=HELP_HOURS):%H:%M}"
