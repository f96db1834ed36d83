"""What a finger drew: strokes as points, brought to one size and place, and their directions as a vector of numbers.

The vector tells how much ink runs in which direction in which part of the square: it does not know the order of the
strokes, and hardly whether two were joined. Idea: directional element features (N. Sun and others, 1991; K. Kawatani).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Stroke = Sequence[tuple[float, float]]
"""Points in the order they were drawn; x to the right, y down, in any unit."""

Vector = NDArray[np.float32]

GRID = 8
"""The square is cut into GRID x GRID places."""
DIRECTIONS = 8
_SPACING = 0.02
_LEAST_ASPECT = 0.35
"""A flat or narrow character (一, 卜) is not stretched to a square beyond this."""
_UNDIRECTED = 1.0
_DIRECTED = 0.6
"""How much it counts which way a line was drawn, beside how it lies."""

SIZE = GRID * GRID * (DIRECTIONS + DIRECTIONS // 2)


def normalised(strokes: Sequence[Stroke]) -> list[NDArray[np.float64]]:
    """The strokes in a unit square, each an array (points, 2). Empty when there is no ink."""
    arrays = [np.asarray(stroke, np.float64).reshape(-1, 2) for stroke in strokes if len(stroke)]
    if not arrays:
        return []
    every = np.concatenate(arrays)
    low, span = every.min(axis=0), np.ptp(every, axis=0)
    widest = max(float(span.max()), 1e-9)
    scale = np.maximum(span, widest * _LEAST_ASPECT)
    return [(array - low + (scale - span) / 2) / scale for array in arrays]


def spread(stroke: NDArray[np.float64], spacing: float = _SPACING) -> NDArray[np.float64]:
    """The stroke's points at even distances. A dot stays one point."""
    steps = np.hypot(*np.diff(stroke, axis=0).T) if len(stroke) > 1 else np.zeros(0)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    if along[-1] < spacing:
        return stroke[:1]
    wanted = np.linspace(0.0, along[-1], max(2, int(along[-1] / spacing)))
    return np.stack([np.interp(wanted, along, stroke[:, axis]) for axis in (0, 1)], axis=1)


def vector(strokes: Sequence[Stroke]) -> Vector:
    """The directions of the ink, length 1; zeros when there is none. Shape (SIZE,)."""
    planes = np.zeros((DIRECTIONS, GRID, GRID))
    for stroke in normalised(strokes):
        points = spread(stroke)
        moves = np.diff(points, axis=0)
        if not len(moves):
            continue
        middles = (points[1:] + points[:-1]) / 2
        turn = np.arctan2(moves[:, 1], moves[:, 0]) / (2 * np.pi) * DIRECTIONS
        _pour(planes, middles, turn, np.hypot(*moves.T))
    flat = planes + np.roll(planes, DIRECTIONS // 2, axis=0)
    whole = np.concatenate(
        [_UNDIRECTED * np.sqrt(flat[: DIRECTIONS // 2]).ravel(), _DIRECTED * np.sqrt(planes).ravel()]
    )
    length = float(np.linalg.norm(whole))
    return (whole / length if length else whole).astype(np.float32)


def _pour(
    planes: NDArray[np.float64], at: NDArray[np.float64], turn: NDArray[np.float64], amount: NDArray[np.float64]
) -> None:
    """Share every bit of ink among the two nearest directions and the places around it (a tent two places wide)."""
    lower = np.floor(turn).astype(int)
    upper_share = turn - lower
    place = at * (GRID - 1)
    cells = np.arange(GRID)
    near_x = np.maximum(0.0, 1 - np.abs(place[:, :1] - cells) / 1.5)
    near_y = np.maximum(0.0, 1 - np.abs(place[:, 1:] - cells) / 1.5)
    tent = near_y[:, :, None] * near_x[:, None, :]
    for direction, share in ((lower, 1 - upper_share), (lower + 1, upper_share)):
        np.add.at(planes, direction % DIRECTIONS, tent * (amount * share)[:, None, None])
