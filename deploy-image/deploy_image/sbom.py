"""What is in an image: Debian packages, Python packages, models; as CycloneDX 1.5 and as a list of licences.

Licences of Debian packages are read from their machine-readable copyright files, those of Python packages from their
metadata. What cannot be read is said to be so, never guessed.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping
from email.parser import HeaderParser
from pathlib import Path
from typing import Literal

import msgspec

UNREAD = "see the package's copyright file"
NAMESPACE = uuid.UUID("0d1e5c52-6a3e-5b6e-8c43-6a4b8a1a9a10")


class Component(msgspec.Struct, frozen=True):
    """One part of the image."""

    kind: Literal["deb", "pypi", "model"]
    name: str
    version: str
    licences: tuple[str, ...]

    @property
    def purl(self) -> str:
        """Package URL (purl-spec)."""
        match self.kind:
            case "deb":
                return f"pkg:deb/debian/{self.name}@{self.version}?distro=debian-12"
            case "pypi":
                return f"pkg:pypi/{self.name.lower().replace('_', '-')}@{self.version}"
            case "model":
                return f"pkg:generic/{self.name}"


def collect(root: Path, packages: Mapping[str, str], models: Iterable[Path]) -> list[Component]:
    """All components under a root folder, sorted."""
    found = [
        Component("deb", name, version, debian_licences(_text(root / "usr/share/doc" / name / "copyright")))
        for name, version in packages.items()
    ]
    for metadata in root.glob("opt/bianmin/*/site/*.dist-info/METADATA"):
        found.append(python_component(_text(metadata)))
    found += [Component("model", path.name, "", (UNREAD,)) for path in models]
    return sorted(found, key=lambda one: (one.kind, one.name))


def debian_licences(copyright_file: str) -> tuple[str, ...]:
    """Short names of a machine-readable copyright file (DEP-5)."""
    names = re.findall(r"^License:[ \t]*(\S.*)$", copyright_file, flags=re.M)
    return tuple(sorted({name.strip() for name in names})) or (UNREAD,)


def python_component(metadata: str) -> Component:
    """From the text of METADATA (core metadata specification)."""
    said = HeaderParser().parsestr(metadata)
    classified = [
        line.rsplit("::", 1)[1].strip()
        for line in said.get_all("Classifier", [])
        if line.startswith("License ::") and line.strip() != "License :: OSI Approved"
    ]
    whole = (said.get("License-Expression") or "").strip()
    short = (said.get("License") or "").strip()
    named = [whole] if whole else classified or ([short] if 0 < len(short) < 80 and "\n" not in short else [])
    return Component("pypi", said["Name"], said["Version"], tuple(named) or (UNREAD,))


def cyclonedx(components: Iterable[Component], profile: str, version: str) -> bytes:
    """The document; without times, so that the same image has the same list."""
    return msgspec.json.encode(
        {
            "bomFormat": "CycloneDX",
            "specVersion": "1.5",
            "serialNumber": f"urn:uuid:{uuid.uuid5(NAMESPACE, f'{profile} {version}')}",
            "version": 1,
            "metadata": {
                "component": {"type": "operating-system", "name": f"bianmin-{profile}", "version": version},
            },
            "components": [_entry(one) for one in components],
        }
    )


def _entry(one: Component) -> dict[str, object]:
    kind = "machine-learning-model" if one.kind == "model" else "library"
    licences = [{"license": {"name": name}} for name in one.licences]
    return {
        "type": kind,
        "bom-ref": one.purl,
        "name": one.name,
        "version": one.version,
        "purl": one.purl,
        "licenses": licences,
    }


def licence_list(components: Iterable[Component]) -> str:
    """One line a component, for people."""
    lines = [f"{one.kind:6} {one.name} {one.version}: {', '.join(one.licences)}" for one in components]
    return "\n".join(lines) + "\n"


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""
