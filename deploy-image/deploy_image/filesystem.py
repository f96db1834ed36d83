"""A root folder as an ext4 image: same folder, same bytes."""

from __future__ import annotations

import uuid
from pathlib import Path

from deploy_image import base, tools
from deploy_image.errors import ImageError

UUID_SPACE = uuid.UUID("6f1a7c5e-3f0b-5d3e-9a51-0c6b6d1e7a10")


def make_ext4(folder: Path, out: Path, mib: int, label: str, *, seed: str) -> None:
    """Write ``out`` (sparse, ``mib`` MiB). Identifiers come from ``seed``. Raises ``ImageError`` (too large, say)."""
    tools.need("mke2fs")
    out.unlink(missing_ok=True)
    with out.open("wb") as file:
        file.truncate(mib * 1024 * 1024)
    identity = str(uuid.uuid5(UUID_SPACE, seed))
    options = f"hash_seed={identity},lazy_itable_init=0,lazy_journal_init=0,root_owner=0:0"
    command: list[str | Path] = [
        "mke2fs",
        "-q",
        "-F",
        "-t",
        "ext4",
        "-b",
        "4096",
        "-m",
        "0",
        "-L",
        label,
        "-U",
        identity,
    ]
    command += ["-E", options, "-O", "^metadata_csum_seed,^orphan_file,^has_journal", "-N", "200000", "-d", folder, out]
    environment = {"E2FSPROGS_FAKE_TIME": str(base.EPOCH), "SOURCE_DATE_EPOCH": str(base.EPOCH)}
    # Features that this e2fsprogs does not know cannot be taken away, either.
    try:
        tools.run(command, env=environment)
    except ImageError:
        command[command.index("^metadata_csum_seed,^orphan_file,^has_journal")] = "^has_journal"
        tools.run(command, env=environment)
