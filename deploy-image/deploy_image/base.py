"""The Debian base of an image: one tar, made by mmdebstrap, kept by what went into it.

The mirror is the one this machine's apt uses. The lock pins versions: when the mirror has moved on, building says which
packages differ instead of making another image silently.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from deploy_image import tools
from deploy_image.definition import Definition
from deploy_image.errors import ImageError

SUITE = "bookworm"
EPOCH = 1_763_769_600
"""The date of every file in an image (2025-11-22), so that two builds can be compared."""

LEFT_OUT = ("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*", "/usr/share/info/*", "/usr/share/lintian/*")
KEPT = ("/usr/share/doc/*/copyright", "/usr/share/locale/locale.alias")
RULES = (
    "--variant=apt",
    "--aptopt=Apt::Install-Recommends false",
    "--dpkgopt=force-unsafe-io",
    *(f"--dpkgopt=path-exclude={pattern}" for pattern in LEFT_OUT),
    *(f"--dpkgopt=path-include={pattern}" for pattern in KEPT),
)
"""What mmdebstrap is told besides the packages."""


def key(definition: Definition) -> str:
    """Same packages, same rules: same key. Whether the versions are those of the lock is looked at afterwards."""
    return hashlib.sha256("\n".join([SUITE, *definition.packages, *RULES]).encode()).hexdigest()[:16]


def cached(definition: Definition, cache: Path) -> Path:
    return cache / f"base-{key(definition)}.tar"


def build(definition: Definition, cache: Path, sources: Path) -> Path:
    """Make the base tar unless it is there. Raises ``ImageError``; a broken download leaves nothing behind."""
    done = cached(definition, cache)
    if done.exists():
        return done
    tools.need_root()
    tools.need("mmdebstrap")
    # A folder of its own: two images may be built at the same time.
    listed = cache / f"apt-{key(definition)}" / "sources.list"
    listed.parent.mkdir(parents=True, exist_ok=True)
    listed.write_text(apt_sources(sources), "utf-8")
    fresh = done.with_suffix(".new.tar")
    command: list[str | Path] = ["mmdebstrap", *RULES, "--quiet", "--include=" + ",".join(definition.packages)]
    # systemd-resolved's resolv.conf points to nowhere during the build; nothing in there is wanted anyway.
    command += [SUITE, fresh, listed]
    try:
        tools.run(command, env={"SOURCE_DATE_EPOCH": str(EPOCH)})
    except ImageError:
        fresh.unlink(missing_ok=True)
        raise
    fresh.rename(done)
    return done


def apt_sources(path: Path) -> str:
    """Debian's own archives of this machine, as one-line sources; other archives are left out.

    ``path``: /etc/apt (or one like it). Raises ``ImageError`` when it names none.
    """
    lines: list[str] = []
    for file in sorted(
        [*path.glob("sources.list.d/*.sources"), *path.glob("sources.list.d/*.list"), path / "sources.list"]
    ):
        text = file.read_text("utf-8") if file.is_file() else ""
        lines += _deb822(text) if file.suffix == ".sources" else _one_line(text)
    if not lines:
        raise ImageError(f"{path} names no archive of Debian {SUITE}; set one up for apt, the image is built from it")
    return "".join(f"{line}\n" for line in dict.fromkeys(lines))


def _deb822(text: str) -> Iterable[str]:
    for block in re.split(r"\n\s*\n", re.sub(r"^#.*\n", "", text, flags=re.M)):
        said = dict(re.findall(r"^([A-Za-z-]+):[ \t]*(.*)$", block, flags=re.M))
        for uri in said.get("URIs", "").split():
            for suite in said.get("Suites", "").split():
                if suite.split("-")[0] == SUITE:
                    yield f"deb {uri} {suite} main"


def _one_line(text: str) -> Iterable[str]:
    for match in re.finditer(r"^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+", text, flags=re.M):
        if match[2].split("-")[0] == SUITE:
            yield f"deb {match[1]} {match[2]} main"


def installed(status: str) -> dict[str, str]:
    """name -> version, from the text of /var/lib/dpkg/status."""
    found = {}
    for block in status.split("\n\n"):
        said = dict(re.findall(r"^(Package|Version|Status): (.*)$", block, flags=re.M))
        if said.get("Status", "").endswith(" installed") and "Package" in said:
            found[said["Package"]] = said.get("Version", "")
    return dict(sorted(found.items()))


def lock_text(packages: dict[str, str]) -> str:
    return "".join(f"{name}={version}\n" for name, version in sorted(packages.items()))


def differences(lock: str, packages: dict[str, str]) -> list[str]:
    """What is not as locked, one line each; empty when all is."""
    wanted = dict(line.split("=", 1) for line in lock.splitlines() if "=" in line)
    told = []
    for name in sorted({*wanted, *packages}):
        before, now = wanted.get(name), packages.get(name)
        if before != now:
            told.append(f"{name}: locked {before or 'absent'}, now {now or 'absent'}")
    return told
