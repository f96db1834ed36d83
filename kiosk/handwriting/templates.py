"""Every character's strokes as vectors: compiled once from the stroke archive, then one matrix to compare with.

The archive is the npm package of stroke medians that `bianmin models fetch` keeps as it came (see speech/models.toml).
"""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from kiosk.handwriting.strokes import Stroke, vector

ARCHIVE = "strokes.tgz"
_TOP = 900
"""The archive's y runs up from -124 to 900."""


class TemplateError(Exception):
    """The stroke archive cannot be used; the text says what to do."""


class _Drawn(msgspec.Struct):
    medians: list[list[tuple[float, float]]]


def drawings(archive: Path) -> Iterator[tuple[str, list[Stroke]]]:
    """(character, strokes) of every character in the archive, y down. Raises TemplateError."""
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                name = Path(member.name)
                stream = tar.extractfile(member) if name.suffix == ".json" and len(name.stem) == 1 else None
                if stream is not None:
                    drawn = msgspec.json.decode(stream.read(), type=_Drawn)
                    yield name.stem, [[(x, _TOP - y) for x, y in stroke] for stroke in drawn.medians]
    except (OSError, tarfile.TarError, EOFError, msgspec.DecodeError) as error:
        raise TemplateError(f"the strokes in {archive} are damaged; run: bianmin models fetch handwriting") from error


class Templates:
    """``characters[i]`` belongs to row i of ``matrix``."""

    def __init__(self, characters: str, matrix: NDArray[np.float32]) -> None:
        self.characters = characters
        self._matrix = matrix

    def nearest(self, strokes: Sequence[Stroke], count: int) -> list[tuple[str, float]]:
        """The ``count`` most alike with their likeness (cosine), the best first."""
        likeness = self._matrix @ vector(strokes)
        best = np.argpartition(-likeness, min(count, len(likeness) - 1))[:count]
        best = best[np.argsort(-likeness[best])]
        return [(self.characters[i], float(likeness[i])) for i in best]


def load(archive: Path, cache: Path) -> Templates:
    """The templates out of ``cache``, compiled from ``archive`` when they are not there (some seconds, once).

    Raises TemplateError.
    """
    try:
        size = archive.stat().st_size
    except OSError:
        raise TemplateError(f"there is no {archive}; run: bianmin models fetch handwriting") from None
    compiled = cache / f"templates-{size}-{vector([]).size}.npz"
    if not compiled.exists():
        found = list(drawings(archive))
        matrix = np.stack([vector(strokes) for _, strokes in found]).astype(np.float16)
        content = io.BytesIO()
        np.savez(content, characters=np.array("".join(char for char, _ in found)), matrix=matrix)
        cache.mkdir(parents=True, exist_ok=True)
        partial = compiled.with_suffix(f".{os.getpid()}.part")
        partial.write_bytes(content.getvalue())
        partial.replace(compiled)
    with np.load(compiled) as kept:
        return Templates(str(kept["characters"]), kept["matrix"].astype(np.float32))
