"""Runs the programs of the host that make images; a failure is one sentence with the program's last line."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy_image.errors import ImageError, ToolMissingError

PACKAGES = {
    "mmdebstrap": "mmdebstrap",
    "mke2fs": "e2fsprogs",
    "mcopy": "mtools",
    "mkfs.vfat": "dosfstools",
    "sfdisk": "fdisk",
    "grub-mkimage": "grub-common grub-efi-amd64-bin",
    "grub-mkfont": "grub-common",
    "rauc": "rauc",
    "mksquashfs": "squashfs-tools",
    "zstd": "zstd",
    "openssl": "openssl",
    "qemu-system-x86_64": "qemu-system-x86 ovmf",
}
"""program -> Debian packages."""


def need(*programs: str) -> None:
    """Raises ``ToolMissingError`` when one is not there, with what to install."""
    missing = [name for name in programs if shutil.which(name, path=_path()) is None]
    if missing:
        raise ToolMissingError(missing, sorted({PACKAGES.get(name, name) for name in missing}))


def run(
    command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, cwd: Path | None = None, text: str = ""
) -> str:
    """Run to its end and return what it printed. Raises ``ImageError`` with its last line on failure."""
    words = [str(word) for word in command]
    environment = {**os.environ, "PATH": _path(), "LC_ALL": "C.UTF-8", **(env or {})}
    try:
        ended = subprocess.run(
            words, env=environment, cwd=cwd, input=text, capture_output=True, text=True, errors="replace", check=False
        )
    except FileNotFoundError:
        raise ToolMissingError([words[0]], [PACKAGES.get(words[0], words[0])]) from None
    if ended.returncode != 0:
        said = [line for line in (ended.stderr + ended.stdout).splitlines() if line.strip()]
        raise ImageError(
            f"{Path(words[0]).name} failed ({ended.returncode}): {said[-1] if said else 'no reason given'}"
        )
    return ended.stdout


def need_root() -> None:
    """Images hold files of root and device nodes. Raises ``ImageError`` for anybody else."""
    if os.geteuid() != 0:
        raise ImageError("images are built as root: files in them belong to root; run the same command with sudo")


def _path() -> str:
    return os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
