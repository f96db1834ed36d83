"""From nothing to a bootable disk: base, root, file system, boot partition, disk; with a list of contents."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec

from deploy_image import base, disk, filesystem, root, sbom, tools
from deploy_image.definition import Definition, Release, check_version
from deploy_image.errors import ImageError
from deploy_image.root import Ingredients

STEPS = ("Debian base", "root folder", "contents", "file system", "boot partition", "disk")


class Built(msgspec.Struct, frozen=True):
    """What a build left in its folder. ``slot``: the system as a file system image; ``sbom``: CycloneDX."""

    version: str
    profile: str
    disk: Path
    slot: Path
    sbom: Path
    licences: Path
    slot_sha256: str
    slot_bytes: int
    differs: tuple[str, ...]


def build(
    definition: Definition,
    release: Release,
    given: Ingredients,
    out: Path,
    cache: Path,
    *,
    apt: Path = Path("/etc/apt"),
    update_lock: bool = False,
    step: Callable[[str], None] = lambda name: None,
) -> Built:
    """Build everything into ``out``. Raises ``ImageError``.

    The Debian packages must be those of the lock (``update_lock``: write the lock instead).
    """
    tools.need_root()
    tools.need("mmdebstrap", "mke2fs", "mcopy", "sfdisk", "grub-mkimage", "grub-mkfont", "mkfs.vfat")
    check_version(release.version)
    for path in (*given.models, given.pack, given.keyring):
        if not path.exists():
            raise ImageError(f"{path} is not there; the image needs it")
    out.mkdir(parents=True, exist_ok=True)
    step(STEPS[0])
    tar = base.build(definition, cache, apt)
    with tempfile.TemporaryDirectory(dir=out, prefix="root-") as name:
        folder = Path(name) / "root"
        folder.mkdir(mode=0o755)
        step(STEPS[1])
        root.make(definition, release, given, tar, cache, folder)
        packages = base.installed((folder / "var/lib/dpkg/status").read_text("utf-8"))
        differs = _check_lock(definition, packages, update_lock)
        step(STEPS[2])
        listed = sbom.collect(folder, packages, given.models)
        contents, licences = out / "sbom.cdx.json", out / "licences.txt"
        contents.write_bytes(sbom.cyclonedx(listed, definition.name, release.version))
        licences.write_text(sbom.licence_list(listed), "utf-8")
        shutil.copyfile(contents, folder / "usr/share/bianmin/sbom.cdx.json")
        root.settle_times(folder)
        step(STEPS[3])
        slot = out / "root.ext4"
        filesystem.make_ext4(folder, slot, definition.sizes.slot, "root", seed=f"{definition.name} {release.version}")
        step(STEPS[4])
        esp = out / "esp.vfat"
        disk.make_esp(definition, folder, esp)
    step(STEPS[5])
    made = out / "disk.img"
    disk.make_disk(definition, esp, slot, made)
    result = Built(
        release.version, definition.name, made, slot, contents, licences, sha256(slot), slot.stat().st_size, differs
    )
    (out / "build.json").write_bytes(msgspec.json.encode(result, enc_hook=str))
    return result


def _check_lock(definition: Definition, packages: dict[str, str], update: bool) -> tuple[str, ...]:
    if update:
        definition.lock.write_text(base.lock_text(packages), "utf-8")
        return ()
    if not definition.lock.exists():
        raise ImageError(f"{definition.lock.name} is missing; build once with --update-lock and look at what it writes")
    return tuple(base.differences(definition.lock.read_text("utf-8"), packages))


def sha256(path: Path, progress: Callable[[int], None] = lambda done: None) -> str:
    """Of the whole file, holes included."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(4 * 1024 * 1024):
            digest.update(block)
            progress(len(block))
    return digest.hexdigest()
