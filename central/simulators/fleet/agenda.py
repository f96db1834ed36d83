"""Virtual time: a clock and what happens when. Nothing here waits."""

from __future__ import annotations

import datetime as dt
import heapq
import itertools
from collections.abc import Callable


class Agenda:
    """Runs what was planned in the order of its time; what was planned first comes first among equals."""

    def __init__(self, start: dt.datetime) -> None:
        self.now = start
        self._planned: list[tuple[dt.datetime, int, Callable[[], None]]] = []
        self._order = itertools.count()

    def clock(self) -> dt.datetime:
        return self.now

    def at(self, moment: dt.datetime, do: Callable[[], None]) -> None:
        heapq.heappush(self._planned, (moment, next(self._order), do))

    def after(self, seconds: float, do: Callable[[], None]) -> None:
        self.at(self.now + dt.timedelta(seconds=seconds), do)

    def every(self, seconds: float, do: Callable[[], None], until: dt.datetime) -> None:
        """From now + ``seconds`` on, up to ``until``."""

        def again() -> None:
            do()
            if self.now + dt.timedelta(seconds=seconds) <= until:
                self.after(seconds, again)

        self.after(seconds, again)

    def run(self, until: dt.datetime) -> None:
        """Everything up to ``until``; the clock stands there afterwards."""
        while self._planned and self._planned[0][0] <= until:
            moment, _, do = heapq.heappop(self._planned)
            self.now = max(self.now, moment)
            do()
        self.now = max(self.now, until)
