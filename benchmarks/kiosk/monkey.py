"""The long run of the seeded monkey: 20,000 actions, then how much memory grew after the first tenth.

python -m benchmarks.kiosk.monkey [ACTIONS] [SEED]
"""

from __future__ import annotations

import gc
import resource
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "kiosk"))

from bench import Bench  # noqa: E402

from bianmin import settings  # noqa: E402
from kiosk.fonts import Fonts, extract  # noqa: E402
from kiosk.frame import Frame  # noqa: E402
from kiosk.locale_texts import translator  # noqa: E402
from kiosk.monkey import Monkey  # noqa: E402
from kiosk.screens import draw  # noqa: E402
from kiosk.sheet import Look  # noqa: E402
from kiosk.theme import Metrics, theme  # noqa: E402
from kiosk.view import View  # noqa: E402


def resident() -> float:
    """MB resident now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def main() -> None:
    actions = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 20261122
    fonts = Fonts(extract(settings.home() / "cache" / "fonts"))
    kiosk = Bench()
    last: list[tuple[View, Frame]] = []

    def frame(view: View) -> Frame:
        if not last or last[0][0] is not view:
            palette = theme().palettes[view.contrast]
            look = Look(1080, 1920, Metrics(92.0, view.size), palette, fonts, translator(view.language))
            last[:] = [(view, draw(view, look))]
        return last[0][1]

    monkey = Monkey(kiosk.engine, frame, lambda seconds: kiosk.wait(seconds, 1.0), seed)
    began = time.monotonic()
    monkey.run(actions // 10)
    kiosk.diary.notes.clear()
    kiosk.mouth.said.clear()
    gc.collect()
    before = resident()
    for _ in range(9):
        monkey.run(actions // 10)
        kiosk.diary.notes.clear()
        kiosk.mouth.said.clear()
        kiosk.behind.jobs.clear()
        kiosk.ratings.kept.clear()
    gc.collect()
    grown = (resident() / before - 1) * 100
    text = (
        "# The monkey\n\n"
        f"Made by `python -m benchmarks.kiosk.monkey {actions} {seed}`: random taps, speech, noise, printer answers\n"
        "and walking away on virtual time, every invariant of `kiosk/monkey.py` checked after each action.\n\n"
        "| actions | sessions | invariants broken | memory after the first tenth, MB | growth after that, % |\n"
        "|---|---|---|---|---|\n"
        f"| {actions} | {kiosk.engine.sessions} | 0 | {before:.0f} | {grown:.1f} |\n"
    )
    (ROOT / "benchmarks" / "results" / "kiosk-monkey.md").write_text(text, encoding="utf-8")
    sys.stderr.write(f"{text}\n{time.monotonic() - began:.0f} s\n")


if __name__ == "__main__":
    main()
