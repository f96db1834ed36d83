"""Writes benchmarks/results/image.md from what the trials, the power cuts, the sizes and the fleet left.

python -m benchmarks.image.report TRIAL [--cuts CUTS] [--sizes sizes.json] [--fleet fleet.json]

TRIAL and CUTS are the work folders of ``benchmarks.image.trial`` and ``benchmarks.image.cuts``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

OUT = Path(__file__).parents[1] / "results" / "image.md"
Row = dict[str, Any]

HEAD = """# The terminal image: what was seen

QEMU without KVM: the processor is emulated, on two hyperthreads of one core. Seconds are from switching on, or of the
step; a terminal is many times faster. The stages are those of `make image-test` and `make image-test-all`.
"""

REAL = """
## The real system (simulator profile: the kiosk with its models, and a root shell on the serial line)

Made by `benchmarks.image.trial`; a stage that is not listed was not run.
"""

SMALL = """
## The small system

The real system takes too long to start for forty starts. Partitions, grub.cfg, grubenv with its copy, RAUC, the
encrypted data partition and the pre-install check are those of the real image; the program, its models and the graphics
are left out, and the health check is a short script. Made by `benchmarks.image.cuts`.
"""

CUTS = """
### Power cuts at seeded instants

The machine's process is killed: what the guest had not flushed is lost. Both slots are compared, byte for byte, with
the systems that belong there, and the machine is switched on again: what GRUB chooses must be a whole system. Every
fifth is followed until it is found healthy. ORDER, A and B (good/tried) are GRUB's memory at that start.
"""


def table(rows: Iterable[Row], *, stage: bool = True) -> str:
    """Rows of results as Markdown."""
    head = ["stage"] if stage else []
    lines = [[*head, "what", "seen", "as it should", "s"], ["---"] * (len(head) + 4)]
    for row in rows:
        seen = str(row["seen"]).replace("|", "/")
        cells = [row["stage"]] if stage else []
        lines.append([*cells, row["what"], seen, "yes" if row["ok"] else "**no**", str(row["seconds"] or "")])
    return "\n" + "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def read(folder: Path | None) -> list[Row]:
    """The lines of one work folder."""
    path = folder / "results.json" if folder else None
    return json.loads(path.read_text("utf-8")) if path and path.exists() else []


def sizes_text(sizes: dict[str, Any]) -> str:
    """Megabytes, and how far two builds are the same."""
    lines = [("what", "MB", "goal"), ("---", "---", "---")]
    lines += [(row["what"], f"{row['bytes'] / 1e6:.1f}", row.get("goal", "")) for row in sizes["sizes"]]
    text = "\n## Sizes\n\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines)
    for line in sizes.get("notes", ()):
        text += f"\n{line}\n"
    return text


def fleet_text(told: dict[str, Any]) -> str:
    """The simulated rollouts in a few lines."""
    updated, back = told["updated_when_it_ended"], told["went_back"]
    good = told["good_release"]
    return f"""
## A system that fails on some: 45 simulated agents

`benchmarks.image.fleet`: the real agent and the real rules (`offline_cache.rollout.IMAGE_PLAN`), virtual time, a
release that fails its health check on {told["failing_share"]:.0%} of the terminals, drawn anew for each of
{told["rollouts"]} rollouts.

| what | seen |
|---|---|
| rollouts stopped by the rule | {told["stopped_by_rule"]} of {told["rollouts"]} |
| terminals left unusable | {told["unusable"]} |
| terminals that went back to their old system, a rollout | {min(back)} to {max(back)} |
| terminals on the new system when it stopped | {min(updated)} to {max(updated)} of 45 |
| a release that works everywhere | {good["status"]}, {good["updated"]} of 45 updated, {good["unusable"]} unusable |
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trial", type=Path)
    parser.add_argument("--cuts", type=Path)
    parser.add_argument("--sizes", type=Path)
    parser.add_argument("--fleet", type=Path)
    parser.add_argument("--notes", type=Path, help="Goals and what was reached, in words: put first.")
    chosen = parser.parse_args()
    real, small = read(chosen.trial), read(chosen.cuts)
    text = HEAD
    if chosen.notes:
        text += "\n" + chosen.notes.read_text("utf-8").strip() + "\n"
    text += REAL + table(real)
    if small:
        text += SMALL + table(row for row in small if row["stage"] != "cut")
        cuts = sorted((row for row in small if row["stage"] == "cut"), key=lambda row: int(row["what"].split()[-1]))
        good = sum(bool(row["ok"]) for row in cuts)
        text += CUTS + f"\n{good} of {len(cuts)} ended in a whole system.\n" + table(cuts, stage=False)
    if chosen.sizes and chosen.sizes.exists():
        text += sizes_text(json.loads(chosen.sizes.read_text("utf-8")))
    if chosen.fleet:
        text += fleet_text(json.loads(chosen.fleet.read_text("utf-8")))
    OUT.write_text(text, "utf-8")
    print(OUT)


if __name__ == "__main__":
    main()
