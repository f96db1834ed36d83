"""Writes benchmarks/results/image.md from the results of ``benchmarks.image.trial`` and of ``benchmarks.image.deltas``.

python -m benchmarks.image.report WORK [--delta DELTAS.json]
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

OUT = Path(__file__).parents[1] / "results" / "image.md"

HEAD = """# The terminal image: what was seen

Made by `python -m benchmarks.image.trial` in QEMU without KVM (the processor is emulated, two cores shared with other
work, at idle priority), simulator profile, and by `python -m benchmarks.image.deltas` on the building machine. Seconds
are from switching on, or of the step. A stage that is not listed was not run.

| stage | what | seen | as it should | s |
|---|---|---|---|---|
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--delta", type=Path)
    chosen = parser.parse_args()
    rows = json.loads((chosen.work / "results.json").read_text())
    text = HEAD
    for row in rows:
        seen = str(row["seen"]).replace("|", "/")
        text += (
            f"| {row['stage']} | {row['what']} | {seen} | {'yes' if row['ok'] else 'NO'} | {row['seconds'] or ''} |\n"
        )
    if chosen.delta:
        text += "\n" + chosen.delta.read_text("utf-8")
    OUT.write_text(text, "utf-8")
    print(OUT)


if __name__ == "__main__":
    main()
