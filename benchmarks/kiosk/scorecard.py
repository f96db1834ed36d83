"""Writes docs/scorecard.md: every screen on every glass, in every size, language and theme, scored by ``kiosk.check``.

    python -m benchmarks.kiosk.scorecard [GLASS]      # 1080x1920, 1920x1080 or 1280x800; all when none is named

Geometry and text are scored for all combinations; contrast is measured on the pixels Kivy rendered, for all themes. A
glass takes a few minutes; each is kept below the home folder when it is done, so that a long run can be broken off, and
the card is written when all three are there. The pictures in the user's guide come from the upright glass.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import msgspec
from msgspec.structs import replace

ROOT = Path(__file__).resolve().parents[2]
GLASSES = ((1080, 1920, 92.0), (1920, 1080, 92.0), (1280, 800, 98.0))
MANUAL = ("home", "listen-live", "answer", "writing", "print-done", "idle")
"""Screens that stand in the user's guide, in both languages."""
PICTURE_WIDTH = 320
GOALS = {"calm": 10.0, "dusk": 10.0, "white": 20.0, "black": 20.0}


class Row(msgspec.Struct):
    """What one glass scored.

    ``weakest``: theme -> (ratio, screen); ``below``: theme -> screens with a text under the theme's goal.
    """

    glass: str
    frames: int
    targets: int
    texts: int
    faults: dict[str, int]
    weakest: dict[str, tuple[float, str]]
    below: dict[str, int]
    pictures: int


def measure(width: int, height: int, ppi: float) -> Row:
    """One glass, in this process: Kivy has one window a process."""
    from bianmin import settings
    from kiosk import window

    window.prepare(settings.home(), width, height, offscreen=True)
    from kivy.app import App
    from kivy.clock import Clock
    from PIL import Image

    from kiosk.check import check, weakest_contrast
    from kiosk.fonts import Fonts, extract
    from kiosk.frame import Words
    from kiosk.layout import frame_of
    from kiosk.samples import sample_views
    from kiosk.stage import Stage
    from kiosk.theme import Contrast, TextSize

    fonts = Fonts(extract(settings.home() / "cache" / "fonts"))
    row = Row(f"{width}x{height}", 0, 0, 0, {}, {}, {}, 0)
    faults: Counter[str] = Counter()

    class Scorer(App):
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
                goal = GOALS[contrast.value]
                for name, sample in sample_views():
                    view = replace(sample, contrast=contrast)
                    frame = frame_of(view, width, height, ppi, fonts)
                    self.stage.show(frame)
                    ratio, _ = weakest_contrast(frame, window.pixels(width, height))
                    row.pictures += 1
                    row.weakest[contrast.value] = min(row.weakest.get(contrast.value, (99.0, "")), (ratio, name))
                    row.below[contrast.value] = row.below.get(contrast.value, 0) + (ratio < goal)
            if height > width:
                self.portray()
            self.stop()

        def portray(self) -> None:
            """The user's guide's pictures, small."""
            views = dict(sample_views())
            for language in ("zh", "en"):
                for name in MANUAL:
                    self.stage.show(frame_of(replace(views[name], language=language), width, height, ppi, fonts))
                    whole = window.pixels(width, height)
                    small = whole.resize((PICTURE_WIDTH, PICTURE_WIDTH * height // width), Image.Resampling.LANCZOS)
                    path = ROOT / "docs" / "images" / f"kiosk-{name}.{language}.png"
                    small.quantize(48, dither=Image.Dither.NONE).save(path, optimize=True)

    Scorer().run()
    row.faults = dict(faults)
    return row


def sounds_of(path: Path) -> list[str]:
    """What a pack says, sentence by sentence: with a clip, live by design (something is filled in), or missing.

    A fixed sentence without a clip is a fault of a pack that was built with clips; names ten of them.
    """
    from bianmin.clip_coverage import Sounds, coverage
    from content.pack import Pack

    pack = Pack.open(path)
    found = coverage(pack)
    lead_ins = sum(opening.sounds is Sounds.LEAD_IN for opening in found.openings)
    fault = "0" if not found.missing else f"**{len(found.missing)}**" if found.voice else "not built with clips"
    lines = [
        f"What pack {pack.meta.version} says (voice: {found.voice or 'none'}). A sentence with something to fill in, a",
        "number or a citizen's own words, is made when it is said, by design; it begins with a clip where its first",
        "words are always the same. The names of controls, which the keypad has read out, are made when they are said.",
        "",
        "| fixed sentences | with a clip | missing | of them prompts | prompts missing | sentences to be filled in |"
        " begin with a clip | live by design |",
        "|---|---|---|---|---|---|---|---|",
        f"| {found.sentences} | {found.clips} | {fault} | {found.prompts} | {len(found.prompts_missing)} | "
        f"{len(found.openings)} | {lead_ins} | {len(found.openings) - lead_ins} |",
    ]
    if found.voice and found.missing:
        lines += ["", "Missing, the first ten: " + " / ".join(found.missing[:10])]
    return lines


def report(rows: list[Row], pack: Path) -> str:
    lines = [
        "# Score card of the kiosk's screens",
        "",
        "Made by `python -m benchmarks.kiosk.scorecard`: every screen and page of `kiosk/samples.py`, in four text",
        "sizes and two languages, laid out on each glass and scored by `kiosk/check.py`. Contrast is measured on the",
        "rendered pixels of every text in each theme: the commonest colour of its place against the farthest from it.",
        "",
        "| glass | screens | texts | targets | clipped | overlapping | targets < 12.7 mm | gaps < 2.54 mm |"
        " bad line breaks | missing glyphs | missing icons | text too small | no way to a person |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        count = Counter(row.faults)
        lines.append(
            f"| {row.glass} | {row.frames} | {row.texts} | {row.targets} | "
            f"{count['cut'] + count['overflow'] + count['outside']} | {count['overlap']} | {count['small-target']} | "
            f"{count['near-targets']} | {count['line-break']} | {count['glyph']} | {count['icon']} | "
            f"{count['small-text']} | {count['no-human']} |"
        )
    lines += [
        "",
        "Weakest contrast of any text, on pixels, and how many screens have a text under the goal:",
        "",
        "| glass | pictures | " + " | ".join(f"{theme}, goal {goal:g}:1" for theme, goal in GOALS.items()) + " |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        told = []
        for name in GOALS:
            ratio, screen = row.weakest[name]
            told.append(f"{ratio:.1f}:1 ({screen}); {row.below[name]} under")
        lines.append(f"| {row.glass} | {row.pictures} | " + " | ".join(told) + " |")
    lines += [
        "",
        *sounds_of(pack),
        "",
        "How quick and how large the kiosk is: benchmarks/results/kiosk.md.",
    ]
    return "\n".join(lines) + "\n"


def kept(width: int, height: int) -> Path:
    from bianmin import settings

    return settings.home() / "cache" / "scorecard" / f"{width}x{height}.json"


def main() -> None:
    if len(sys.argv) == 4:
        row = measure(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
        sys.stdout.write("\n" + msgspec.json.encode(row).decode() + "\n")
        return
    from bianmin import settings

    wanted = sys.argv[1:]
    pack = settings.starter_pack()
    if "--pack" in wanted:
        at = wanted.index("--pack")
        pack = Path(wanted[at + 1])
        del wanted[at : at + 2]
    for glass in GLASSES:
        if wanted and f"{glass[0]}x{glass[1]}" not in wanted:
            continue
        command = [sys.executable, "-m", "benchmarks.kiosk.scorecard", *map(str, glass)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
        if done.returncode:
            sys.exit(done.stderr)
        row = msgspec.json.decode(done.stdout.strip().splitlines()[-1], type=Row)
        kept(*glass[:2]).parent.mkdir(parents=True, exist_ok=True)
        kept(*glass[:2]).write_bytes(msgspec.json.encode(row))
        sys.stderr.write(f"{row.glass}: {row.frames} screens, {row.pictures} pictures, faults {row.faults}\n")
    paths = [kept(*glass[:2]) for glass in GLASSES]
    if all(path.exists() for path in paths):
        rows = [msgspec.json.decode(path.read_bytes(), type=Row) for path in paths]
        (ROOT / "docs" / "scorecard.md").write_text(report(rows, pack), encoding="utf-8")


if __name__ == "__main__":
    main()
