"""The nearest places where something works, as sync last heard of them; for the first screens and the dialog."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from bianmin import filing
from dialog.menu import Service
from kiosk.surroundings import Near
from offline_cache import sites
from offline_cache.files import Disk, Files

LOOK_EVERY = 60.0
"""Seconds until the file that sync writes is read again."""

WANTED = (*(service.value for service in Service), "slip", "identity")


class Nearby:
    """Called, it gives the nearest place for each thing that can be done somewhere. ``clock``: only goes forward."""

    def __init__(self, clock: Callable[[], float], now: Callable[[], dt.datetime], files: Files | None = None) -> None:
        self._clock, self._now, self._files = clock, now, files or Disk()
        self._read_at = -LOOK_EVERY
        self._known: tuple[Near, ...] = ()

    def __call__(self) -> tuple[Near, ...]:
        clock = self._clock()
        if clock - self._read_at >= LOOK_EVERY:
            self._read_at = clock
            self._known = self._read(self._now())
        return self._known

    def _read(self, now: dt.datetime) -> tuple[Near, ...]:
        known = sites.read(self._files, filing.layout().content)
        found = ((service, sites.nearest(known, service, now)) for service in WANTED)
        return tuple(
            Near(service, site.name, site.address, site.metres, site.at.astimezone(now.tzinfo))
            for service, site in found
            if site is not None
        )
