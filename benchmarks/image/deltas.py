"""Sizes: the system, the system packed, the delta for a change of the program only; two builds compared.

    python -m benchmarks.image.deltas --out sizes.json FOLDER [--new FOLDER] [--again FOLDER]

Folders of `bianmin image build`. NEW: a build of another version of the program. AGAIN: FOLDER built once more from the
same inputs.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from pathlib import Path
from typing import Any

from deploy_image import delta
from deploy_image.delta import BLOCK

LEVEL = 3


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


def packed(path: Path) -> int:
    """Bytes of it when it is packed."""
    with subprocess.Popen(["zstd", "-q", f"-{LEVEL}", "-T2", "-c", path], stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        size = 0
        while data := running.stdout.read(1 << 20):
            size += len(data)
    return size


def write(out: Path, sizes: list[dict[str, Any]], notes: list[str]) -> None:
    """What is known so far: packing takes minutes where others work, too."""
    out.write_text(json.dumps({"sizes": sizes, "notes": notes}, indent=1), "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--new", type=Path)
    parser.add_argument("--again", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    slot = chosen.folder / "root.ext4"
    sizes: list[dict[str, Any]] = [{"what": "system image", "bytes": slot.stat().st_size}]
    notes: list[str] = []
    if chosen.new:
        began = time.monotonic()
        made = chosen.out.with_suffix(".delta")
        delta.make(slot, chosen.new / "root.ext4", made)
        what = f"delta for a change of the program only (made in {time.monotonic() - began:.0f} s)"
        sizes.append({"what": what, "bytes": made.stat().st_size, "goal": "10"})
        made.unlink()
        write(chosen.out, sizes, notes)
    what = f"the same packed with zstd -{LEVEL}: what a bundle takes on the line and an image on a stick"
    sizes.append({"what": what, "bytes": packed(slot), "goal": "1600"})
    write(chosen.out, sizes, notes)
    if chosen.again:
        total, differ = differing_blocks(slot, chosen.again / "root.ext4")
        notes.append(f"Two builds from the same inputs: {differ} of {total} blocks of the system image differ.")
    write(chosen.out, sizes, notes)
    print(chosen.out.read_text())


if __name__ == "__main__":
    main()
