"""A handwritten character read in two ways at once, and the two opinions put together.

A text recogniser (PP-OCR) looks at the picture: it knows how people really write, and joined strokes do not disturb it.
Templates compare the directions of the strokes: they know every character, and an unsteady hand does not disturb them.
Their opinions are added up as logarithms (a product of experts); characters in everyday use come before rare ones.
The weights were found on 200 characters of benchmarks/kiosk/handwriting.py with another seed.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from PIL import Image, ImageDraw

from kiosk.handwriting.strokes import Stroke, normalised
from kiosk.handwriting.templates import ARCHIVE, Templates, load

RECOGNISER = "ch_PP-OCRv4_rec_infer.onnx"
CANDIDATES = 10
_HEIGHT, _WIDTH, _MARGIN, _PEN = 48, 64, 5, 3
_OVERSAMPLE = 4
_LONGLIST = 24
_LIKENESS_UNIT = 0.02
"""So much less likeness makes a character less likely by a factor of e."""
_PICTURE_WEIGHT = 0.2
_UNSEEN = 1e-4
"""What the picture reader's opinion counts as for a character it did not list."""
_RARE, _VERY_RARE = 0.62, 0.35
"""What a character counts outside the 3,755 of everyday use (GB/T 2312 level 1), and outside GB/T 2312."""


class Handwriting(Protocol):
    """Reads one character."""

    def candidates(self, strokes: Sequence[Stroke], count: int = CANDIDATES) -> list[str]:
        """At most ``count`` characters that the strokes may be, the likeliest first; none without ink."""


@lru_cache(maxsize=16384)
def commonness(char: str) -> float:
    """1 for everyday characters, less for rarer ones."""
    try:
        code = char.encode("gb2312")
    except UnicodeEncodeError:
        return _VERY_RARE
    return 1.0 if code[0] < 0xD8 else _RARE


def picture(strokes: Sequence[Stroke]) -> Image.Image:
    """The strokes in black on white, as large as the recogniser wants them."""
    image = Image.new("L", (_WIDTH * _OVERSAMPLE, _HEIGHT * _OVERSAMPLE), 255)
    pen = ImageDraw.Draw(image)
    side = (_HEIGHT - 2 * _MARGIN) * _OVERSAMPLE
    left, top = (image.width - side) / 2, (image.height - side) / 2
    width = _PEN * _OVERSAMPLE
    for stroke in normalised(strokes):
        points = [(left + x * side, top + y * side) for x, y in stroke.tolist()]
        pen.line(points, fill=0, width=width, joint="curve")
        for x, y in (points[0], points[-1]):
            pen.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=0)
    return image.resize((_WIDTH, _HEIGHT), Image.Resampling.BOX)


class PictureReader:
    """PP-OCR's text recogniser on one character; the model is opened at the first use."""

    def __init__(self, model: Path) -> None:
        self._model = model

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        return onnxruntime.InferenceSession(str(self._model), options, providers=["CPUExecutionProvider"])

    @cached_property
    def _hanzi(self) -> tuple[str, np.ndarray]:
        """The Chinese characters the model knows and their places in its output (0 is blank)."""
        listed = self._session.get_modelmeta().custom_metadata_map["character"].splitlines()
        known = [(char, i) for i, char in enumerate(listed, 1) if len(char) == 1 and "\u4e00" <= char <= "\u9fff"]
        return "".join(char for char, _ in known), np.array([i for _, i in known])

    def ranking(self, strokes: Sequence[Stroke], count: int) -> list[tuple[str, float]]:
        """The likeliest ``count`` with their probabilities."""
        ink = (np.asarray(picture(strokes), np.float32) / 255 - 0.5) / 0.5
        batch = np.repeat(ink[None, None], 3, axis=1)
        session = self._session
        scores = session.run(None, {session.get_inputs()[0].name: batch})[0][0]  # (steps, characters)
        chars, places = self._hanzi
        best = scores[:, places].max(axis=0)
        return [(chars[i], float(best[i])) for i in np.argsort(-best)[:count]]


class FusedHandwriting:
    """Both readers of ``folder`` (the model ``handwriting``) together; opened at the first use, a second or two."""

    def __init__(self, folder: Path, cache: Path) -> None:
        """``cache``: where the compiled templates are kept."""
        self._folder, self._cache = folder, cache
        self._pictures = PictureReader(folder / RECOGNISER)
        self._lock = threading.Lock()

    @cached_property
    def _templates(self) -> Templates:
        return load(self._folder / ARCHIVE, self._cache)

    def candidates(self, strokes: Sequence[Stroke], count: int = CANDIDATES) -> list[str]:
        if not any(len(stroke) for stroke in strokes):
            return []
        with self._lock:
            seen = self._pictures.ranking(strokes, _LONGLIST)
            alike = self._templates.nearest(strokes, _LONGLIST)
        return fused(seen, alike)[:count]


def fused(seen: Sequence[tuple[str, float]], alike: Sequence[tuple[str, float]]) -> list[str]:
    """Every character of both lists, the likeliest first. ``seen``: probabilities; ``alike``: likenesses."""
    probability, likeness = dict(seen), dict(alike)
    best = alike[0][1] if alike else 0.0
    farther = (alike[-1][1] if alike else 0.0) - _LIKENESS_UNIT

    def score(char: str) -> float:
        return (
            (likeness.get(char, farther) - best) / _LIKENESS_UNIT
            + _PICTURE_WEIGHT * math.log(probability.get(char, 0.0) + _UNSEEN)
            + math.log(commonness(char))
        )

    return sorted(likeness.keys() | probability.keys(), key=lambda char: (-score(char), char))
