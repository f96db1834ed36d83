"""Carries out on the terminal what was decided elsewhere: provisioning files, checks of the health command."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path

import msgspec

from deploy_image import tools
from deploy_image.errors import ImageError
from deploy_image.provisioning import Provisioning, central_port, files, settings
from offline_cache.files import Disk, replace_file

TOO_LONG = 124
RESCUE = Path("/boot/efi/EFI/bianmin/rescue.env")


def carry_out(told: Provisioning, source: Path, kept: Path, settings_file: Path) -> None:
    """Write everything; the same file twice changes nothing. Raises ``OSError`` and ``ImageError``."""
    if source != kept:
        replace_file(Disk(), kept, source.read_bytes())
    if not settings_file.exists() or source != kept:
        # Later the staff area changes settings.toml; it is overwritten only by a new provisioning file.
        replace_file(Disk(), settings_file, settings(told).encode())
    pin = settings_file.parent / "staff" / "pin"
    if told.staff.pin and (not pin.exists() or source != kept):
        # What the kiosk's staff area asks for, too: nobody can log in here to set it.
        pin.parent.mkdir(parents=True, exist_ok=True)
        replace_file(Disk(), pin, told.staff.pin.encode())
    for path in (kept, settings_file, pin.parent, pin):
        with contextlib.suppress(OSError, LookupError):
            os.chown(path, _user("bianmin"), -1)
    for path, text in files(told).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.name == "rescue.txt":
            _rescue(text)
        else:
            path.write_text(text, "utf-8")
    socket.sethostname(told.terminal.name.lower())
    port = central_port(told)
    if port is not None:
        with contextlib.suppress(ImageError):
            tools.run(["nft", "add", "element", "inet", "bianmin", "central_tcp", "{", str(port), "}"])


def start(*services: str) -> None:
    """Start what waited for provisioning; on a machine without systemd, nothing."""
    with contextlib.suppress(ImageError):
        tools.run(["systemctl", "--no-block", "start", *(f"{name}.service" for name in services)])


def _rescue(text: str) -> None:
    """GRUB's rescue screen reads a block of exactly 1024 bytes; written only when it changes."""
    wanted = text.splitlines()
    if RESCUE.exists() and sorted(tools.run(["grub-editenv", RESCUE, "list"]).splitlines()) == sorted(wanted):
        return
    fresh = RESCUE.with_suffix(".new")
    tools.run(["grub-editenv", fresh, "create"])
    tools.run(["grub-editenv", fresh, "set", *wanted])
    fresh.replace(RESCUE)
    os.sync()


def _user(name: str) -> int:
    import pwd

    return pwd.getpwnam(name).pw_uid


def run_as_program(command: Sequence[str], seconds: float) -> tuple[int, str]:
    """Run a command of the program as its own user; never raises."""
    words = list(command)
    if words[0] == "bianmin":
        words = ["setpriv", "--reuid=bianmin", "--regid=bianmin", "--init-groups", *words]
    try:
        ended = subprocess.run(words, capture_output=True, text=True, errors="replace", timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return TOO_LONG, "it took too long"
    except OSError as error:
        return 127, f"{words[0]}: {error.strerror}"
    return ended.returncode, ended.stdout + ended.stderr if ended.returncode else ended.stdout


def write_json(path: Path, value: object) -> None:
    """Old or new, never half. Raises ``OSError``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(Disk(), path, msgspec.json.encode(value))
