"""The daemon's work, without the daemon: what to do now, and how long until there is something to do again.

    loop = SyncLoop(files, folder, duties, interval=900, chance=random.Random())
    while True:
        stop.wait(loop.step(now()))

Citizens' parcels go out every few seconds while there are any; content is looked for every ``interval`` with jitter, so
that 2,000 terminals do not come at once; and one sign of life goes with it. Nothing here ever raises for a network that
is not there: it is written into the state file, which the kiosk shows.
"""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from typing import Protocol

import msgspec

from offline_cache import sync_state
from offline_cache.files import Files
from offline_cache.sending import Flushed
from offline_cache.sync.errors import SyncRefusedError
from offline_cache.sync.outcome import Updated, UpToDate
from offline_cache.sync_state import SyncState

FLUSH_SECONDS = 5.0
JITTER = 0.2
"""Share of the interval added or taken at random."""


class Duties(Protocol):
    """What a terminal does for its central service."""

    def look(self, now: dt.datetime) -> Updated | UpToDate:
        """Bring the content up to date. Raises ``SyncRefusedError``."""
        ...

    def flush(self, now: dt.datetime) -> Flushed:
        """Send what waits. Never raises for the network."""
        ...

    def tell(self, state: SyncState, result: Updated | UpToDate | SyncRefusedError, now: dt.datetime) -> None:
        """Say how the terminal is. Never raises for the network."""
        ...


class SyncLoop:
    """One per terminal. ``interval``: seconds between two looks for content."""

    def __init__(self, files: Files, folder: Path, duties: Duties, interval: float, chance: random.Random) -> None:
        self._files, self._folder, self._duties = files, folder, duties
        self._interval, self._chance = interval, chance
        self._next_look: float | None = None

    def step(self, now: dt.datetime) -> float:
        """Do what is due; returns the seconds to wait. Raises ``OSError`` when the state cannot be written."""
        before = state = sync_state.read(self._files, self._folder)
        flushed = self._duties.flush(now)
        reached = now if flushed.reached else state.reached
        state = msgspec.structs.replace(state, waiting=flushed.left, reached=reached)
        waits = self._interval if self._next_look is None else self._next_look - now.timestamp()
        if self._next_look is None or not 0 < waits <= self._interval * (1 + JITTER):
            # A wait longer than any we set means that the clock was set back.
            state = self._look(state, now)
            spread = 1 + JITTER * (2 * self._chance.random() - 1)
            self._next_look = now.timestamp() + self._interval * spread
        # A sent parcel alone is not worth a write every five seconds.
        if (state.waiting, state.tried) != (before.waiting, before.tried):
            sync_state.write(self._files, self._folder, state)
        return FLUSH_SECONDS

    def _look(self, state: SyncState, now: dt.datetime) -> SyncState:
        result: Updated | UpToDate | SyncRefusedError
        try:
            result = self._duties.look(now)
        except SyncRefusedError as error:
            result = error
        state = sync_state.after(state, result, now)
        self._duties.tell(state, result, now)
        return state
