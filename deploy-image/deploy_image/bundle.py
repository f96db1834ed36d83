"""A signed bundle: one system image in RAUC's verity format.

The squashfs inside is not compressed, so that most of its blocks are blocks of the running system: a delta names them
instead of carrying them (``delta``). For the network the whole is packed with zstd.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import msgspec

from deploy_image import tools
from deploy_image.definition import check_version

ROOT_IMAGE = "root.ext4"
PLAIN = "-noI -noD -noF -noX -no-exports -all-root -no-progress -processors 2"


KEYRING_RULES = "use-bundle-signing-time=true\ncheck-crl=true\n"
"""For system.conf, on terminals and here: withdrawn certificates do not count. A bundle's age does not matter."""


class Signer(msgspec.Struct, frozen=True):
    """Files of a release key: PEM private key and certificate."""

    key: Path
    certificate: Path


def manifest(compatible: str, version: str, built: str) -> str:
    """manifest.raucm."""
    return (
        f"[update]\ncompatible={compatible}\nversion={check_version(version)}\nbuild={built}\n"
        f"[bundle]\nformat=verity\n[image.rootfs]\nfilename={ROOT_IMAGE}\n"
    )


def make(slot: Path, compatible: str, version: str, built: str, signer: Signer, out: Path) -> None:
    """Sign ``slot`` as a bundle. Raises ``ImageError``; ``out`` is whole or not there."""
    tools.need("rauc", "mksquashfs")
    fresh = out.with_name(out.name + ".new")
    fresh.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent) as name:
        content = Path(name) / "content"
        content.mkdir()
        (content / "manifest.raucm").write_text(manifest(compatible, version, built), "utf-8")
        inside = content / ROOT_IMAGE
        try:
            os.link(slot, inside)
        except OSError:
            shutil.copyfile(slot, inside)
        command: list[str | Path] = ["rauc", "bundle", f"--cert={signer.certificate}", f"--key={signer.key}"]
        tools.run([*command, f"--mksquashfs-args={PLAIN}", content, fresh])
    fresh.replace(out)


def info(path: Path, keyring: Path) -> dict[str, object]:
    """What a bundle says of itself, after its signature was checked. Raises ``ImageError`` when it is not ours."""
    tools.need("rauc")
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as config:
        config.write("[system]\ncompatible=any\nbootloader=noop\n")
        config.write(f"[keyring]\npath={keyring.resolve()}\n{KEYRING_RULES}")
        config.flush()
        said = tools.run(["rauc", f"--conf={config.name}", "info", "--output-format=json", path])
    told: dict[str, object] = msgspec.json.decode(said[said.index("{") :])
    return told
