"""Sizes: the system, the bundle, the disk packed, and the delta for a change of the program only; two builds compared.

    python -m benchmarks.image.deltas OLD NEW [AGAIN] -o deltas.md     folders of `bianmin image build`

NEW: a build of another version of the program. AGAIN: OLD built once more from the same inputs.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from pathlib import Path

from deploy_image import delta
from deploy_image.delta import BLOCK


def differing_blocks(one: Path, other: Path) -> tuple[int, int]:
    """Blocks in all, and those that differ."""
    total = differ = 0
    with one.open("rb") as first, other.open("rb") as second:
        while True:
            a, b = first.read(BLOCK * 256), second.read(BLOCK * 256)
            if not a and not b:
                return total, differ
            for at in range(0, max(len(a), len(b)), BLOCK):
                total += 1
                differ += a[at : at + BLOCK] != b[at : at + BLOCK]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("again", type=Path, nargs="?")
    parser.add_argument("-o", "--out", type=Path, required=True)
    chosen = parser.parse_args()
    old, new = chosen.old / "root.ext4", chosen.new / "root.ext4"
    packed = subprocess.run(["zstd", "-q", "-6", "-T2", "-c", chosen.old / "disk.img"], capture_output=True, check=True)
    lines = ["## Sizes", "", "| what | MB |", "|---|---|"]
    lines += [
        f"| system image | {old.stat().st_size / 1e6:.0f} |",
        f"| disk image, zstd -6 | {len(packed.stdout) / 1e6:.0f} |",
    ]
    began = time.monotonic()
    delta.make(old, new, chosen.out.with_suffix(".delta"))
    took = time.monotonic() - began
    size = chosen.out.with_suffix(".delta").stat().st_size
    lines.append(f"| delta, change of the program only (made in {took:.0f} s) | {size / 1e6:.2f} |")
    if chosen.again:
        total, differ = differing_blocks(old, chosen.again / "root.ext4")
        lines += ["", "## Two builds from the same inputs", "", f"{differ} of {total} blocks differ."]
    versions = [json.loads((folder / "build.json").read_text())["version"] for folder in (chosen.old, chosen.new)]
    lines.append(f"\nVersions: {versions[0]}, {versions[1]}.")
    chosen.out.write_text("\n".join(lines) + "\n", "utf-8")
    print(chosen.out.read_text())


if __name__ == "__main__":
    main()
