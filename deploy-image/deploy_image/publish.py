"""What central serves for a profile: the bundle packed, deltas from the systems named, and what describes them.

``PROFILE-VERSION.json`` is what ``bianmin central publish`` begins a staged rollout with; terminals do not ask for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
import zstandard

from deploy_image import delta
from deploy_image.agent.run import file_sha256
from deploy_image.errors import ImageError
from offline_cache.files import Disk, replace_file
from offline_cache.image_index import COMPATIBLE, Delta, Index, Part, Release, release_name

LEVEL = 10


class Base(msgspec.Struct, frozen=True):
    """A system that is out there: its version and its file system image as it was built."""

    version: str
    slot: Path


def publish(
    bundle: Path,
    compatible: str,
    version: str,
    bases: Iterable[Base],
    folder: Path,
    step: Callable[[str], None] = lambda name: None,
) -> Release:
    """Write the files of one release into ``folder``, their description last. Raises ``ImageError`` and ``OSError``."""
    profile = compatible.removeprefix(COMPATIBLE)
    folder.mkdir(parents=True, exist_ok=True)
    step("packing the bundle")
    packed = folder / f"{profile}-{version}.raucb.zst"
    fresh = packed.with_name(packed.name + ".new")
    with bundle.open("rb") as source, fresh.open("wb") as target:
        zstandard.ZstdCompressor(level=LEVEL, threads=2).copy_stream(source, target)
    fresh.replace(packed)
    deltas = []
    for base in bases:
        if not base.slot.exists():
            raise ImageError(
                f"{base.slot} is not there; a delta from {base.version} needs the system image of that build"
            )
        step(f"delta from {base.version}")
        out = folder / f"{profile}-{base.version}-{version}.delta"
        delta.make(base.slot, bundle, out)
        deltas.append(Delta(base.version, _part(out)))
    release = Release(
        version=version,
        compatible=compatible,
        sha256=file_sha256(bundle),
        bytes=bundle.stat().st_size,
        full=_part(packed),
        deltas=tuple(deltas),
    )
    replace_file(Disk(), folder / f"{release_name(compatible, version)}.json", msgspec.json.encode(Index(release)))
    return release


def _part(path: Path) -> Part:
    return Part(path.name, path.stat().st_size, file_sha256(path))
