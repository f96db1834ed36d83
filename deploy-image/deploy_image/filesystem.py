"""A root folder as an ext4 image: same folder, same bytes."""

from __future__ import annotations

import hashlib
import os
import stat
import struct
import uuid
from pathlib import Path

from deploy_image import base, tools
from deploy_image.errors import ImageError

UUID_SPACE = uuid.UUID("6f1a7c5e-3f0b-5d3e-9a51-0c6b6d1e7a10")


SPARE = 1.03
"""Over the blocks of the files, for tables: measured, not computed."""

BLOCK = 4096
INODE = 256

FAST_LINK = 59
"""Bytes of a symbolic link that fit into its inode."""


def make_ext4(folder: Path, out: Path, most_mib: int, label: str, *, seed: str) -> None:
    """Write ``out``, just large enough: what is not there need not be signed, fetched, copied or checked.

    Identifiers come from ``seed``. Raises ``ImageError`` when it would not fit into ``most_mib`` MiB.
    """
    tools.need("mke2fs")
    size, files = measure(folder)
    if size > most_mib * 1024 * 1024:
        raise ImageError(f"the system takes {size / 1e6:.0f} MB, more than its slot of {most_mib} MiB")
    out.unlink(missing_ok=True)
    with out.open("wb") as file:
        file.truncate(size)
    identity = str(uuid.uuid5(UUID_SPACE, seed))
    options = f"hash_seed={identity},lazy_itable_init=0,root_owner=0:0"
    # No journal: it is never written to. No checksums of metadata: the whole image is under a signature, and its times
    # can be settled afterwards.
    features = "^has_journal,^metadata_csum,^metadata_csum_seed,^orphan_file"
    command: list[str | Path] = ["mke2fs", "-q", "-F", "-t", "ext4", "-b", str(BLOCK), "-I", str(INODE), "-m", "0"]
    command += ["-L", label, "-U", identity, "-E", options, "-O", features, "-N", str(files), "-d", folder, out]
    tools.run(command, env={"E2FSPROGS_FAKE_TIME": str(base.EPOCH), "SOURCE_DATE_EPOCH": str(base.EPOCH)})
    settle_times(out, base.EPOCH)


def measure(folder: Path) -> tuple[int, int]:
    """Bytes (whole MiB) and inodes that a file system for ``folder`` needs."""
    blocks, seen = 0, set()
    for where, folders, names in os.walk(folder):
        blocks += 1 + len(names) // 40
        for name in (*folders, *names):
            found = (Path(where) / name).lstat()
            if found.st_ino not in seen and (stat.S_ISREG(found.st_mode) or found.st_size > FAST_LINK):
                blocks += -(-found.st_size // BLOCK)
            seen.add(found.st_ino)
    files = len(seen) + 1
    inodes = int(files * 1.1) + 1000
    mib = int((blocks * BLOCK * SPARE + inodes * INODE) / 1024 / 1024) + 24
    return mib * 1024 * 1024, inodes


def settle_times(image: Path, when: int) -> None:
    """Set every inode's times of access, change and creation: mke2fs takes those of the building machine.

    Layout: ext4 superblock, block group descriptors and inode table (kernel documentation, filesystems/ext4).
    """
    stamp = struct.pack("<I", when)
    with image.open("r+b") as file:
        file.seek(1024)
        superblock = file.read(1024)
        inodes, inode_size = (
            struct.unpack_from("<I", superblock, 0x00)[0],
            struct.unpack_from("<H", superblock, 0x58)[0],
        )
        per_group, first = struct.unpack_from("<I", superblock, 0x28)[0], struct.unpack_from("<I", superblock, 0x14)[0]
        wide = struct.unpack_from("<I", superblock, 0x60)[0] & 0x80
        descriptor_size = struct.unpack_from("<H", superblock, 0xFE)[0] if wide else 32
        groups = -(-inodes // per_group)
        file.seek((first + 1) * BLOCK)
        descriptors = file.read(groups * descriptor_size)
        for group in range(groups):
            at = group * descriptor_size
            low = struct.unpack_from("<I", descriptors, at + 0x08)[0]
            high = struct.unpack_from("<I", descriptors, at + 0x28)[0] if wide and descriptor_size >= 64 else 0
            file.seek((low | high << 32) * BLOCK)
            table = bytearray(file.read(per_group * inode_size))
            for inode in range(0, len(table), inode_size):
                if table[inode : inode + 2] == b"\0\0":
                    continue  # not in use
                for field in (0x08, 0x0C, 0x90):
                    table[inode + field : inode + field + 4] = stamp
                for field in (0x84, 0x88, 0x8C, 0x94):  # nanoseconds
                    table[inode + field : inode + field + 4] = b"\0\0\0\0"
            file.seek((low | high << 32) * BLOCK)
            file.write(table)


MAGIC = 0xEF53


def length(path: Path) -> int:
    """Bytes of the ext4 file system in a file or partition: a partition is larger, and what lies behind is old.

    Raises ``ImageError`` when there is none.
    """
    with path.open("rb") as file:
        file.seek(1024)
        head = file.read(64)
    if len(head) < 64 or struct.unpack_from("<H", head, 56)[0] != MAGIC:
        raise ImageError(f"{path} holds no system")
    blocks, _reserved, _free, _inodes, _first, log_size = struct.unpack_from("<6I", head, 4)
    return int(blocks) * (1024 << int(log_size))


def digest(path: Path) -> str:
    """SHA-256 of the system in a file or partition, the same for both. Raises ``ImageError`` and ``OSError``."""
    left, found = length(path), hashlib.sha256()
    with path.open("rb") as file:
        while left and (block := file.read(min(left, 4 * 1024 * 1024))):
            found.update(block)
            left -= len(block)
    if left:
        raise ImageError(f"{path} is shorter than the system in it")
    return found.hexdigest()
