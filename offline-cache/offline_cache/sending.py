"""Empties the outbox into the central service: in order, with back-off and jitter, erasing only what is confirmed.

    sender = Sender(outbox, link, random.Random())
    done = sender.flush(now)        # call it every few seconds; it does nothing while it has to wait

Two waits, kept apart: when nobody answers, the whole line waits (in memory, up to five minutes, nothing written); when
one parcel is turned away for now, only it waits (in the outbox, up to an hour).
"""

from __future__ import annotations

import datetime as dt
import random

import msgspec

from offline_cache.central_link import CentralLink, LinkDownError, TryLaterError
from offline_cache.outbox import FIRST_WAIT, MOST_JITTER, Outbox
from offline_cache.wire import Receipt

LONGEST_SILENCE = 300.0
"""Seconds between two knocks at a central service that does not answer."""


class Flushed(msgspec.Struct, frozen=True, kw_only=True):
    """What one pass did. ``reached``: the central service answered; None: there was no need or no time to ask."""

    confirmed: int = 0
    refused: int = 0
    postponed: int = 0
    left: int = 0
    reached: bool | None = None


class Sender:
    """One per outbox and process; several processes may flush at once, central takes each parcel once."""

    def __init__(self, outbox: Outbox, link: CentralLink, chance: random.Random) -> None:
        self._outbox, self._link, self._chance = outbox, link, chance
        self._silences = 0
        self._quiet_until = 0.0

    def flush(self, now: dt.datetime, at_once: bool = False) -> Flushed:
        """Send what is due. ``at_once``: a person asks for it, so do not wait. Never raises ``LinkError``."""
        waits = self._quiet_until - now.timestamp()
        if not at_once and 0 < waits <= LONGEST_SILENCE * (1 + MOST_JITTER):
            return Flushed(left=self._outbox.count())
        confirmed = refused = postponed = 0
        reached: bool | None = None
        for key in self._outbox.due_keys(now, at_once):
            parcel = self._outbox.parcel(key)
            if parcel is None:
                continue
            try:
                answer = self._link.send(parcel)
            except LinkDownError:
                self._stay_quiet(now)
                reached = bool(reached)
                break
            except TryLaterError as later:
                reached = True
                postponed += 1
                self._outbox.postpone(key, now, self._chance, later.wait)
                continue
            reached = True
            if not isinstance(answer, Receipt):
                self._outbox.refuse(key, answer.reason)
                refused += 1
            elif self._outbox.confirm(key, answer.token):
                confirmed += 1
            else:  # a receipt that only pretends to come from central
                self._outbox.postpone(key, now, self._chance)
                postponed += 1
        if reached:
            self._silences, self._quiet_until = 0, 0.0
        return Flushed(
            confirmed=confirmed, refused=refused, postponed=postponed, left=self._outbox.count(), reached=reached
        )

    def _stay_quiet(self, now: dt.datetime) -> None:
        wait = min(LONGEST_SILENCE, FIRST_WAIT * 2 ** min(self._silences, 10))
        self._silences += 1
        self._quiet_until = now.timestamp() + wait * (1 + self._chance.random() * MOST_JITTER)
