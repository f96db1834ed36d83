"""The long run of the seeded monkey: 20,000 actions, then how much memory grew after three tenths.

python -m benchmarks.kiosk.monkey [ACTIONS] [SEED]
"""

from __future__ import annotations

import ctypes
import gc
import resource
import sys
import time
from collections import Counter
from pathlib import Path

from test_monkey import GLASSES, monkey

from bianmin import settings
from kiosk.fonts import Fonts, extract

ROOT = Path(__file__).resolve().parents[2]

WARM_UP = 3
"""Tenths of the run until every screen was seen and every cache is full; what grows after that grows for ever."""


def resident() -> float:
    """MB resident now, without what the allocator only keeps for later."""
    ctypes.CDLL("libc.so.6").malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def main() -> None:
    actions = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 20261122
    fonts = Fonts(extract(settings.home() / "cache" / "fonts"))
    kiosk, one = monkey(settings.starter_pack(), GLASSES[0], seed, fonts)
    done: Counter[str] = Counter()

    def tenth() -> None:
        done.update(one.run(actions // 10))
        kiosk.diary.notes.clear()
        kiosk.mouth.said.clear()
        kiosk.ratings.kept.clear()

    began = time.process_time()
    for _ in range(WARM_UP):
        tenth()
    gc.collect()
    before = resident()
    for _ in range(10 - WARM_UP):
        tenth()
    gc.collect()
    grown = (resident() / before - 1) * 100
    seconds = time.process_time() - began
    kinds = ", ".join(f"{name} {count}" for name, count in done.most_common())
    text = (
        "# The monkey\n\n"
        f"Made by `python -m benchmarks.kiosk.monkey {actions} {seed}`: on the starter content with every device,\n"
        "random taps, speech, writing, codes, cards, noise, printer answers, plugs and walking away on virtual time;\n"
        "every invariant of `kiosk/monkey.py` checked after each action.\n\n"
        "| actions | sessions | broken | memory after three tenths, MB | growth after that, % | CPU, s |\n"
        "|---|---|---|---|---|---|\n"
        f"| {actions} | {kiosk.engine.sessions} | 0 | {before:.0f} | {grown:.1f} | {seconds:.0f} |\n\n"
        f"What it did: {kinds}.\n"
    )
    (ROOT / "benchmarks" / "results" / "kiosk-monkey.md").write_text(text, encoding="utf-8")
    sys.stderr.write(text)


if __name__ == "__main__":
    main()
