"""How often a handwritten character stands first, and among ten candidates: benchmarks/results/kiosk-handwriting.md.

    python -m benchmarks.kiosk.handwriting [CHARACTERS]

Characters are drawn from the stroke archive and distorted as an unsteady hand would: the whole is slanted, each stroke
turned, shifted and scaled by itself, and the line trembles. The templates come from the same archive undistorted; the
picture reader never saw it. Seeded: the same table every time.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from bianmin import settings
from kiosk.handwriting.reading import ARCHIVE, RECOGNISER, FusedHandwriting, PictureReader
from kiosk.handwriting.strokes import Stroke, spread
from kiosk.handwriting.templates import drawings, load
from speech.models import find

ROOT = Path(__file__).resolve().parents[2]
Distort = Callable[[Sequence[Stroke], random.Random], list[Stroke]]


def clean(strokes: Sequence[Stroke], chance: random.Random) -> list[Stroke]:
    return list(strokes)


def unsteady(strokes: Sequence[Stroke], chance: random.Random) -> list[Stroke]:
    """Slant of 0.12, strokes turned by 0.10 rad, scaled by 12 %, shifted by 35, trembling by 10 of 1,024 units."""
    slant = chance.gauss(0, 0.12)
    drawn: list[Stroke] = []
    for stroke in strokes:
        points = spread(np.asarray(stroke, float), 40.0)
        middle = points.mean(axis=0)
        turn, scale = chance.gauss(0, 0.10), np.exp(chance.gauss(0, 0.12))
        rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        points = (points - middle) @ rotation.T * scale + middle
        points += [chance.gauss(0, 35), chance.gauss(0, 35)]
        points += [[chance.gauss(0, 10), chance.gauss(0, 10)] for _ in points]
        points[:, 0] += slant * points[:, 1]
        drawn.append([(x, y) for x, y in points.tolist()])
    return drawn


def shuffled(strokes: Sequence[Stroke], chance: random.Random) -> list[Stroke]:
    """Unsteady, and the strokes in any order."""
    drawn = unsteady(strokes, chance)
    return chance.sample(drawn, len(drawn))


def joined(strokes: Sequence[Stroke], chance: random.Random) -> list[Stroke]:
    """Unsteady, and the last two strokes in one go."""
    drawn = unsteady(strokes, chance)
    return [*drawn[:-2], [*drawn[-2], *drawn[-1]]] if len(drawn) > 2 else drawn


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    folder = find("handwriting", settings.model_directories())
    cache = settings.home() / "cache" / "handwriting"
    everyday = [(char, strokes) for char, strokes in drawings(folder / ARCHIVE) if _everyday(char)]
    chosen = random.Random(20261122).sample(everyday, count)
    templates, pictures = load(folder / ARCHIVE, cache), PictureReader(folder / RECOGNISER)
    both = FusedHandwriting(folder, cache)
    readers: dict[str, Callable[[list[Stroke]], list[str]]] = {
        "picture (PP-OCR)": lambda strokes: [char for char, _ in pictures.ranking(strokes, 10)],
        "stroke templates": lambda strokes: [char for char, _ in templates.nearest(strokes, 10)],
        "both (the kiosk)": lambda strokes: both.candidates(strokes, 10),
    }
    lines = [
        "# Handwriting",
        "",
        f"Made by `python -m benchmarks.kiosk.handwriting {count}`: {count} everyday characters (GB/T 2312 level 1)",
        "drawn from the stroke archive and distorted (see the script). A share of 1.00 is every character. The",
        "templates come from the same archive undistorted, so their rows flatter; the picture reader never saw it.",
        "",
        "| hand | reader | first | among ten | ms, median |",
        "|---|---|---|---|---|",
    ]
    hands: tuple[Distort, ...] = (clean, unsteady, shuffled, joined)
    for hand in hands:
        chance = random.Random(7)
        drawn = [(char, hand(strokes, chance)) for char, strokes in chosen]
        for name, read in readers.items():
            first = ten = 0
            took = []
            for char, strokes in drawn:
                began = time.perf_counter()
                found = read(strokes)
                took.append((time.perf_counter() - began) * 1000)
                first += found[:1] == [char]
                ten += char in found
            shares = f"{first / count:.2f} | {ten / count:.2f}"
            lines.append(f"| {hand.__name__} | {name} | {shares} | {statistics.median(took):.0f} |")
            sys.stderr.write(lines[-1] + "\n")
    text = "\n".join(lines) + "\n"
    (ROOT / "benchmarks" / "results" / "kiosk-handwriting.md").write_text(text, encoding="utf-8")


def _everyday(char: str) -> bool:
    try:
        return 0xB0 <= char.encode("gb2312")[0] < 0xD8
    except UnicodeEncodeError:
        return False


if __name__ == "__main__":
    main()
