"""Anonymous ratings, kept one JSON line each: stars, item, day. Nothing tells who or exactly when."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path

import msgspec

from dialog.acts import Rate, Vote


class KeptRating(msgspec.Struct, frozen=True):
    day: str
    stars: int
    item: str = ""


class RatingsFile:
    """Appends to ``path``, each on the disk before ``keep`` returns."""

    def __init__(self, path: Path, today: Callable[[], dt.datetime]) -> None:
        self._path = path
        self._today = today

    def keep(self, rating: Rate | Vote) -> None:
        if isinstance(rating, Vote):
            return  # counts only where it is counted together with all others: at the central service
        line = msgspec.json.encode(KeptRating(self._today().date().isoformat(), rating.stars, rating.item_id))
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab") as file:
            file.write(line + b"\n")
            file.flush()
            os.fsync(file.fileno())
