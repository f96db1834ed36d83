"""Citizens' opinions on their way to the central service: which consultations are open, and where choices go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from bianmin import filing
from dialog.acts import Rate, Vote
from dialog.requests import Consultation
from kiosk.ratings import RatingsFile
from offline_cache import consultations
from offline_cache.files import Disk
from offline_cache.filing import Draft, FilingDesk, FilingError
from offline_cache.wire import Kind

LOOK_EVERY = 60.0
"""Seconds until the file that sync writes is read again."""


class OpenConsultations:
    """Called, it gives those open today as sync last heard of them. ``clock``: seconds that only go forward."""

    def __init__(self, clock: Callable[[], float], today: Callable[[], dt.date]) -> None:
        self._clock, self._today = clock, today
        self._read_at = -LOOK_EVERY
        self._known: tuple[Consultation, ...] = ()

    def __call__(self) -> tuple[Consultation, ...]:
        now = self._clock()
        if now - self._read_at >= LOOK_EVERY:
            self._read_at = now
            told = consultations.open_on(consultations.read(Disk(), filing.layout().content), self._today())
            self._known = tuple(Consultation(one.id, one.title, one.text, one.closes, one.options) for one in told)
        return self._known


class FiledRatings:
    """Ratings stay here as a line for the staff and go to the central service as a parcel; choices only there."""

    def __init__(self, kept: RatingsFile, desk: FilingDesk | None) -> None:
        self._kept, self._desk = kept, desk

    def keep(self, rating: Rate | Vote) -> None:
        self._kept.keep(rating)
        if self._desk is None:
            return
        try:
            self._desk.file(Draft(kind=Kind.RATING, plain=filing.opinion(rating)))
        except FilingError:
            return  # a disk that is full: the screens of filing say so, a rating is not worth another
