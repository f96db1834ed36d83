"""What central serves for a profile: the bundle packed, deltas from the systems named, and the index file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
import zstandard

from deploy_image import delta
from deploy_image.agent.offer import Delta, Index, Part, Release
from deploy_image.agent.run import file_sha256
from deploy_image.errors import ImageError
from offline_cache.files import Disk, replace_file
from offline_cache.rollout import DEFAULT_PLAN, Offer, Plan

LEVEL = 10

PLAN = Plan(stages=DEFAULT_PLAN.stages, success_share=0.9, stop_share=0.03, fewest_failures=2)
"""For systems, stricter than for content: a terminal in twenty going back to its old system already stops it."""


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
    offer: Offer | None = None,
    step: Callable[[str], None] = lambda name: None,
) -> Release:
    """Write the files of one release into ``folder``, the index last. Raises ``ImageError`` and ``OSError``."""
    profile = compatible.removeprefix("bianmin-")
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
        offer=offer or Offer(release=version),
    )
    replace_file(Disk(), folder / f"{profile}.json", msgspec.json.encode(Index(release)))
    return release


def _part(path: Path) -> Part:
    return Part(path.name, path.stat().st_size, file_sha256(path))
