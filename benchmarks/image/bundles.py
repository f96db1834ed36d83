"""Bundles for the trials: a good and a bad successor of a built system, and those that no terminal may take."""

from __future__ import annotations

import subprocess
from pathlib import Path

from deploy_image import bundle, keys
from deploy_image.bundle import Signer

REFUSED = ("stranger", "other-profile", "older", "truncated", "tampered-end", "tampered-inside")


def signer(folder: Path) -> Signer:
    return Signer(folder / "release.key", folder / "release.pem")


def hostile(profile: str, ours: Path, out: Path) -> list[Path]:
    """Small bundles: a stranger's, another profile's, too old, damaged; and ``empty``, signed, that starts nothing."""
    stranger = out / "stranger"
    if not (stranger / "root.key").exists():
        keys.make_root(stranger)
        keys.make_release(stranger, stranger)
    small = out / "small.ext4"
    small.unlink(missing_ok=True)
    subprocess.run(["/sbin/mke2fs", "-q", "-F", "-t", "ext4", small, "8M"], check=True)
    made = {
        "stranger": (f"bianmin-{profile}", "2027.03.01", stranger),
        "other-profile": ("bianmin-toaster", "2027.03.01", ours),
        "older": (f"bianmin-{profile}", "0.1", ours),
        "empty": (f"bianmin-{profile}", "2027.03.01", ours),
    }
    for name, (compatible, version, key_folder) in made.items():
        bundle.make(small, compatible, version, "x", signer(key_folder), out / f"{name}.raucb")
    data = (out / "empty.raucb").read_bytes()
    (out / "truncated.raucb").write_bytes(data[: len(data) // 2])
    # The signature is at the end; the file system image that is written to the slot lies in the middle.
    for name, at in (("tampered-end", len(data) - 300), ("tampered-inside", len(data) // 2)):
        changed = bytearray(data)
        changed[at] ^= 0xFF
        (out / f"{name}.raucb").write_bytes(changed)
    return [out / f"{name}.raucb" for name in (*REFUSED, "empty")]


def variant(slot: Path, profile: str, version: str, files: dict[str, str], key_folder: Path, out: Path) -> None:
    """A system made from the built one by changing a few files, as a bundle."""
    changed = out.with_suffix(".ext4")
    subprocess.run(["cp", "--sparse=always", slot, changed], check=True)
    release = f"VERSION={version}\nPROFILE={profile}\nBUILT=trial\n"
    for path, text in {"/etc/bianmin/release": release, **files}.items():
        source = out.with_suffix(".changed")
        source.write_text(text)
        commands = f"rm {path}\nwrite {source} {path}\nset_inode_field {path} mode 0100755\n"
        subprocess.run(
            ["/sbin/debugfs", "-w", "-f", "-", changed], input=commands, text=True, capture_output=True, check=True
        )
        source.unlink()
    bundle.make(changed, f"bianmin-{profile}", version, "trial", signer(key_folder), out)
    changed.unlink()
