"""A small system for the power cuts: the same disk, GRUB, RAUC and data partition, without the program and its models.

    python -m benchmarks.image.small --keys KEYS --out FOLDER --cache FOLDER

Emulated, the real system needs minutes to start; twenty power cuts need forty starts. What a cut can hit is the same
here: partitions, grub.cfg, grubenv with its copy, RAUC's writing, the encrypted data partition, all as in the real
image. The health check is a short script (small/): it looks at one file instead of asking a question.
"""

from __future__ import annotations

import argparse
import shutil
import time
from pathlib import Path

from deploy_image import base, disk, filesystem, keys, left_out, root
from deploy_image.definition import HERE, Definition, Profile, Release, Sizes, read_packages

NAME = "small"
FOLDER = Path(__file__).parent / "small"
SERVICES = (
    "bianmin-data.service",
    "bianmin-boot-choice.service",
    "bianmin-health.service",
    "var-log-journal.mount",
    "rauc.service",
    "bianmin-ready.service",
)


class SmallDefinition(Definition, frozen=True):
    """Only the services that a power cut can hit."""

    @property
    def services(self) -> tuple[str, ...]:
        return SERVICES


def definition() -> SmallDefinition:
    return SmallDefinition(
        NAME,
        Profile("power cuts", packages=("small",), overlays=("common", "simulator"), services=(), console="ttyS0"),
        tuple(read_packages(FOLDER, "small")),
        (HERE / "overlay" / "common", HERE / "overlay" / "simulator", FOLDER / "overlay"),
        lock=FOLDER / "none.lock",
        sizes=Sizes(esp=64, slot=400, data=160),
    )


def build(out: Path, cache: Path, key_folder: Path, versions: dict[str, bool]) -> None:
    """``out/VERSION.ext4`` for each version (False: one whose health check fails), ``disk.img`` with the first."""
    chosen = definition()
    out.mkdir(parents=True, exist_ok=True)
    tar = base.build(chosen, cache, Path("/etc/apt"))
    ring = out / "keyring.pem"
    ring.write_bytes(keys.keyring(key_folder))
    for number, (version, works) in enumerate(versions.items()):
        folder = out / "root"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o755)
        root.system(chosen, Release(version, NAME, "trial"), ring, tar, folder)
        (folder / "usr/lib/bianmin/works").write_text("yes\n" if works else "no\n")
        left_out.take_out(folder, (FOLDER / "left_out.txt").read_text("utf-8"))
        root.finish(chosen, folder)
        slot = out / f"{version}.ext4"
        filesystem.make_ext4(folder, slot, chosen.sizes.slot, "root", seed=f"{NAME} {version}")
        if number == 0:
            disk.make_esp(chosen, folder, out / "esp.vfat")
            disk.make_disk(chosen, out / "esp.vfat", slot, out / "disk.img")
        print(f"{version}: {slot.stat().st_size / 1e6:.0f} MB", flush=True)
        shutil.rmtree(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    chosen = parser.parse_args()
    began = time.monotonic()
    build(chosen.out, chosen.cache, chosen.keys, {"1": True, "2": True, "3": False})
    print(f"built in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
