"""Writes docs/scorecard.md: every screen on every glass, in every size, language and theme, scored by ``kiosk.check``.

    python -m benchmarks.kiosk.scorecard

Geometry and text are scored for all combinations; contrast is measured on the pixels Kivy rendered, for all themes.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import msgspec
from msgspec.structs import replace

ROOT = Path(__file__).resolve().parents[2]
GLASSES = ((1080, 1920, 92.0), (1920, 1080, 92.0), (1280, 800, 98.0))


class Row(msgspec.Struct):
    """What one glass scored. ``weakest``: theme -> (ratio, screen); ``press_ms``: press to finished pixels."""

    glass: str
    frames: int
    targets: int
    texts: int
    faults: dict[str, int]
    weakest: dict[str, tuple[float, str]]
    press_ms: list[float]


def measure(width: int, height: int, ppi: float) -> Row:
    """One glass, in this process: Kivy has one window a process."""
    from bianmin import settings
    from kiosk import window

    window.prepare(settings.home(), width, height, offscreen=True)
    from kivy.app import App
    from kivy.clock import Clock

    from kiosk.check import check, weakest_contrast
    from kiosk.fonts import Fonts, extract
    from kiosk.frame import Words
    from kiosk.layout import frame_of
    from kiosk.samples import sample_views
    from kiosk.stage import Stage
    from kiosk.theme import Contrast, TextSize

    fonts = Fonts(extract(settings.home() / "cache" / "fonts"))
    row = Row(f"{width}x{height}", 0, 0, 0, {}, {}, [])
    faults: Counter[str] = Counter()

    class Scorer(App):  # type: ignore[misc]
        def build(self) -> Stage:
            self.stage = Stage(fonts, lambda x, y: None, lambda x, y: None)
            Clock.schedule_once(lambda _dt: self.score(), 0)
            return self.stage

        def score(self) -> None:
            for language in ("zh", "en"):
                for size in TextSize:
                    for _, sample in sample_views():
                        elder = size is not TextSize.STANDARD
                        view = replace(sample, size=size, elder=elder, language=language)
                        pages = frame_of(view, width, height, ppi, fonts).pages
                        for page in range(pages):
                            frame = frame_of(replace(view, page=page), width, height, ppi, fonts)
                            row.frames += 1
                            row.targets += len(frame.targets)
                            row.texts += sum(isinstance(node, Words) for node in frame.nodes)
                            faults.update(fault.kind for fault in check(frame, fonts, ppi, elder))
            for contrast in Contrast:
                for name, sample in sample_views():
                    view = replace(sample, contrast=contrast)
                    frame = frame_of(view, width, height, ppi, fonts)
                    self.stage.show(frame)
                    ratio, _ = weakest_contrast(frame, window.pixels(width, height))
                    row.weakest[contrast.value] = min(row.weakest.get(contrast.value, (99.0, "")), (ratio, name))
                    self.press(view, frame.targets[0].name)
            self.stop()

        def press(self, view: object, control: str) -> None:
            """Time from a press to its finished pixels: compute the frame, change the canvas, draw."""
            from kivy.core.window import Window
            from kivy.graphics.opengl import glFinish

            began = time.perf_counter()
            self.stage.show(frame_of(replace(view, pressed=control), width, height, ppi, fonts))
            Window.dispatch("on_draw")
            glFinish()
            row.press_ms.append((time.perf_counter() - began) * 1000)

    Scorer().run()
    row.faults = dict(faults)
    return row


def report(rows: list[Row]) -> str:
    lines = [
        "# Score card of the kiosk's screens",
        "",
        "Made by `python -m benchmarks.kiosk.scorecard`: every screen and page of `kiosk/samples.py`, in four text",
        "sizes and two languages, drawn on each glass and scored by `kiosk/check.py`. Contrast is measured on the",
        "rendered pixels of every text in each theme.",
        "",
        "| glass | screens drawn | texts | targets | clipped | overlapping | targets < 12.7 mm | gaps < 2.54 mm |"
        " bad line breaks | missing glyphs | text too small | no way to a person |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        count = Counter(row.faults)
        lines.append(
            f"| {row.glass} | {row.frames} | {row.texts} | {row.targets} | "
            f"{count['cut'] + count['overflow'] + count['outside']} | {count['overlap']} | {count['small-target']} | "
            f"{count['near-targets']} | {count['line-break']} | {count['glyph']} | {count['small-text']} | "
            f"{count['no-human']} |"
        )
    lines += [
        "",
        "Weakest contrast of any text, on pixels:",
        "",
        "| glass | calm | dusk | white | black |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        found = (row.weakest[theme] for theme in ("calm", "dusk", "white", "black"))
        lines.append(f"| {row.glass} | " + " | ".join(f"{ratio:.1f}:1 ({name})" for ratio, name in found) + " |")
    lines += ["", "Press to pixel (frame computed, canvas changed, drawn by the software renderer, ms):", ""]
    lines += ["| glass | median | 95 % |", "|---|---|---|"]
    for row in rows:
        timed = sorted(row.press_ms)
        lines.append(f"| {row.glass} | {statistics.median(timed):.0f} | {timed[int(len(timed) * 0.95)]:.0f} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    if len(sys.argv) == 4:
        row = measure(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
        sys.stdout.write("\n" + msgspec.json.encode(row).decode() + "\n")
        return
    rows = []
    for glass in GLASSES:
        command = [sys.executable, "-m", "benchmarks.kiosk.scorecard", *map(str, glass)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
        rows.append(msgspec.json.decode(done.stdout.strip().splitlines()[-1], type=Row))
        sys.stderr.write(f"{rows[-1].glass}: {rows[-1].frames} screens, faults {rows[-1].faults}\n")
    (ROOT / "docs" / "scorecard.md").write_text(report(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
