"""Writes an image onto a disk (or a file), reads it back, and never touches the disk this machine runs from."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import zstandard

from deploy_image import tools
from deploy_image.errors import ImageError

CHUNK = 4 * 1024 * 1024
ZSTD = b"\x28\xb5\x2f\xfd"


class Flashed(msgspec.Struct, frozen=True):
    """What was written, and that it was read back the same."""

    target: str
    bytes: int
    sha256: str


class Machine(msgspec.Struct, frozen=True):
    """What is known of this machine's disks. ``mounts``: the text of /proc/self/mounts, ``swaps``: of /proc/swaps."""

    mounts: str
    swaps: str
    sys_block: Path


def this_machine() -> Machine:
    return Machine(
        Path("/proc/self/mounts").read_text("utf-8", "replace"),
        Path("/proc/swaps").read_text("utf-8", "replace"),
        Path("/sys/class/block"),
    )


def why_not(name: str, machine: Machine) -> str | None:
    """Why the block device ``name`` ("sdb") must not be written, or None. Partitions and what lies on them count."""
    folder = machine.sys_block / name
    if not folder.exists():
        return f"{name} is no disk of this machine"
    if (folder / "partition").exists():
        return f"{name} is a partition; name the whole disk"
    parts = {name} | {path.name for path in folder.resolve().glob(f"{name}*") if (path / "partition").exists()}
    used = {
        Path(line.split()[0]).name: line.split()[1] for line in machine.mounts.splitlines() if line.startswith("/dev/")
    }
    for part in sorted(parts):
        if part in used:
            where = used[part]
            what = (
                "this machine runs from it"
                if where in ("/", "/boot", "/boot/efi", "/usr", "/data")
                else f"mounted at {where}"
            )
            return f"{part} is in use: {what}"
        if any(line.split()[:1] == [f"/dev/{part}"] for line in machine.swaps.splitlines()):
            return f"{part} is in use as swap"
        holders = machine.sys_block / part / "holders"
        if holders.is_dir() and any(holders.iterdir()):
            return f"{part} is in use by {next(holders.iterdir()).name} (LUKS, LVM or RAID)"
    if (folder / "ro").exists() and (folder / "ro").read_text().strip() == "1":
        return f"{name} is write-protected"
    return None


def flash(image: Path, target: Path, progress: Callable[[str, int], None] = lambda step, done: None) -> Flashed:
    """Write ``image`` (plain or zstd) to a disk or file, then read it back. Raises ``ImageError``."""
    if not image.is_file():
        raise ImageError(f"{image} is not there")
    device = target.exists() and stat.S_ISBLK(target.stat().st_mode)
    if device:
        reason = why_not(target.resolve().name, this_machine())
        if reason is not None:
            raise ImageError(f"{target} is not written: {reason}")
    elif target.exists() and not target.is_file():
        raise ImageError(f"{target} is neither a disk nor a file")
    written = hashlib.sha256()
    size = 0
    try:
        # O_EXCL on a block device: refused while anybody has it mounted.
        flags = os.O_WRONLY | (os.O_EXCL if device else os.O_CREAT | os.O_TRUNC)
        with os.fdopen(os.open(target, flags, 0o644), "wb", buffering=0) as out:
            room = os.lseek(out.fileno(), 0, os.SEEK_END) if device else None
            os.lseek(out.fileno(), 0, os.SEEK_SET)
            for block in _read(image):
                if room is not None and size + len(block) > room:
                    raise ImageError(f"{target} is too small for this image")
                _write(out.fileno(), block, skip_zero=not device)
                written.update(block)
                size += len(block)
                progress("writing", len(block))
            if not device:
                out.truncate(size)
            os.fsync(out.fileno())
            os.posix_fadvise(out.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        if _read_back(target, size, progress) != written.hexdigest():
            raise ImageError(f"{target} does not hold what was written: the disk or its cable is broken; use another")
    except OSError as error:
        raise ImageError(f"{target}: {error.strerror}") from None
    if device:
        # The image's second partition table belongs at the end of this disk.
        tools.run(["sfdisk", "-q", "--relocate", "gpt-bak-std", target])
    return Flashed(str(target), size, written.hexdigest())


def _read(image: Path) -> Iterator[bytes]:
    with image.open("rb") as file:
        packed = file.read(4) == ZSTD
        file.seek(0)
        if not packed:
            while block := file.read(CHUNK):
                yield block
            return
        unpacking = zstandard.ZstdDecompressor().decompressobj()
        try:
            while not unpacking.eof and (data := file.read(CHUNK // 8)):
                yield unpacking.decompress(data)
        except zstandard.ZstdError:
            raise ImageError(f"{image} is damaged; fetch it again") from None
        if not unpacking.eof:
            raise ImageError(f"{image} is cut off; fetch it again")


def _write(descriptor: int, block: bytes, skip_zero: bool) -> None:
    if skip_zero and not any(block):
        os.lseek(descriptor, len(block), os.SEEK_CUR)
        return
    view = memoryview(block)
    while view:
        view = view[os.write(descriptor, view) :]


def _read_back(target: Path, size: int, progress: Callable[[str, int], None]) -> str:
    digest = hashlib.sha256()
    with target.open("rb", buffering=0) as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        left = size
        while left and (block := file.read(min(CHUNK, left))):
            digest.update(block)
            left -= len(block)
            progress("reading back", len(block))
    return digest.hexdigest()
