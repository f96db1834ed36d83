"""What an image is made of: a profile, its Debian packages, its files. Data in TOML, text lists and folders here.

``profiles/NAME.toml`` names package lists (``packages/*.txt``), overlays (``overlay/*``, copied onto the root in order)
and the services that start. The lock ``packages/PROFILE.lock`` pins the version of every package that gets in.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import msgspec

from deploy_image.errors import ImageError

HERE = Path(__file__).parent

COMMON_SERVICES = (
    "nftables.service",
    "systemd-networkd.service",
    "systemd-resolved.service",
    "systemd-timesyncd.service",
    "bianmin-data.service",
    "bianmin-boot-choice.service",
    "var-log-journal.mount",
    "bianmin-provision.service",
    "bianmin-enrol.service",
    "bianmin-health.service",
    "bianmin-agent.service",
    "bianmin-sync.service",
    "rauc.service",
)
"""Started on every terminal, whatever the profile."""

MASKED = (
    "getty@.service",
    "autovt@.service",
    "ctrl-alt-del.target",
    "ssh.service",
    "apt-daily.timer",
    "e2scrub_all.timer",
    "kamailio.service",
)
"""Never started: no login on the screen, no restart by keyboard, no program that changes a read-only system, and not
Debian's Kamailio with its sample configuration: the phone line's front has a unit of its own."""


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of terminal. ``screen``: WIDTHxHEIGHT, empty without one. ``cage_options``: ``-r`` turns the picture by
    90 degrees. ``renderer``: how the compositor draws. ``console``: a serial line for the kernel, simulator only.
    """

    title: str
    packages: tuple[str, ...]
    overlays: tuple[str, ...]
    services: tuple[str, ...]
    screen: str = ""
    cage_options: str = ""
    renderer: Literal["", "gles2", "pixman"] = ""
    console: str = ""


class Sizes(msgspec.Struct, frozen=True):
    """Partitions in MiB. ``data`` is the least; it grows to the end of the disk when it is made."""

    esp: int = 64
    slot: int = 3584
    data: int = 1024


class Definition(msgspec.Struct, frozen=True):
    """A profile with all that it names, read from ``folder``."""

    name: str
    profile: Profile
    packages: tuple[str, ...]
    overlays: tuple[Path, ...]
    lock: Path
    sizes: Sizes = Sizes()

    @property
    def compatible(self) -> str:
        """What a bundle must say to be taken: another profile's is refused."""
        return f"bianmin-{self.name}"

    @property
    def services(self) -> tuple[str, ...]:
        return (*COMMON_SERVICES, *self.profile.services)


def names(folder: Path = HERE) -> list[str]:
    """The profiles there are."""
    return sorted(path.stem for path in (folder / "profiles").glob("*.toml"))


def load(name: str, folder: Path = HERE) -> Definition:
    """Read one profile and everything it names. Raises ``ImageError``."""
    path = folder / "profiles" / f"{name}.toml"
    if name not in names(folder):
        raise ImageError(f"there is no profile {name!r}; there are: {', '.join(names(folder))}")
    try:
        profile = msgspec.toml.decode(path.read_bytes(), type=Profile)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ImageError(f"{path.name}: {error}") from None
    packages = dict.fromkeys(name for listed in profile.packages for name in read_packages(folder, listed))
    overlays = tuple(folder / "overlay" / one for one in profile.overlays)
    for overlay in overlays:
        if not overlay.is_dir():
            raise ImageError(f"{path.name}: there is no overlay {overlay.name!r}")
    lock = folder / "packages" / f"{'-'.join(profile.packages)}.lock"
    return Definition(name, profile, tuple(packages), overlays, lock)


_PACKAGE = re.compile(r"^[a-z0-9][a-z0-9+.-]+$")


def read_packages(folder: Path, name: str) -> list[str]:
    """The names of one list. Raises ``ImageError`` for a line that is no package or has no reason."""
    path = folder / "packages" / f"{name}.txt"
    if not path.is_file():
        raise ImageError(f"there is no package list {name!r}")
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        package, _, why = line.partition("#")
        if not package.strip() and line.startswith("#"):
            continue
        if not _PACKAGE.fullmatch(package.strip()) or not why.strip():
            raise ImageError(f"{path.name}, line {number}: write NAME  # why")
        found.append(package.strip())
    return found


class Release(msgspec.Struct, frozen=True):
    """What an installed system says of itself in /etc/bianmin/release. ``built``: ``environment.stamp``."""

    version: str
    profile: str
    built: str

    def text(self) -> str:
        return f"VERSION={self.version}\nPROFILE={self.profile}\nBUILT={self.built}\n"


def read_release(text: str) -> Release:
    """Parse /etc/bianmin/release. Raises ``ImageError``."""
    said = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    try:
        return Release(said["VERSION"], said["PROFILE"], said.get("BUILT", ""))
    except KeyError as error:
        raise ImageError(f"the release file says no {error.args[0]}; this is no terminal image") from None


_VERSION = re.compile(r"^[0-9][0-9A-Za-z.+~]{0,30}$")


def check_version(text: str) -> str:
    """A version Debian can order (dpkg --compare-versions). Raises ``ImageError``."""
    if not _VERSION.fullmatch(text):
        raise ImageError(f"{text!r} is no version; use digits, letters, dots, + and ~, such as 2026.11.22")
    return text
