"""The filing desk: takes what a citizen files, keeps it safe, gives a number; and asks how a number stands.

    desk = FilingDesk(outbox, counter, enrolment.station, link, clock=now)
    filed = desk.file(Draft(kind=Kind.TICKET, plain={"department": "住建局"}, personal={"text": "路灯坏了"}))
    filed.number, filed.code            # "0007-00012-15", "4821": for the slip
    desk.progress("0007 00012 15", "4821")      # Progress | NotFound | Unreachable

When ``file`` returns, the sealed parcel is on the disk. Nothing here needs the network but ``progress``.
"""

from __future__ import annotations

import datetime as dt
import errno
import secrets
from collections.abc import Callable
from enum import StrEnum

import msgspec

from offline_cache import personal, ticket_number
from offline_cache.central_link import CentralLink, LinkError
from offline_cache.counter import Counter, CounterError
from offline_cache.outbox import Outbox, OutboxError, OutboxFullError, ParcelTooLargeError
from offline_cache.personal import Media, Personal
from offline_cache.wire import Kind, ProgressQuery, ProgressReport

NUMBERED = (Kind.TICKET, Kind.MESSAGE)
"""What gets a number and a check code."""


class NotFiledReason(StrEnum):
    """Why nothing was kept; the front end has a sentence for each."""

    FULL = "full"  # no room: neither on the disk nor in the quota
    TOO_LARGE = "too-large"
    NUMBERS_USED_UP = "numbers-used-up"
    BROKEN = "broken"  # the disk or the outbox does not work


class FilingError(Exception):
    """Nothing was kept. The text is for the technician and holds no content."""

    def __init__(self, reason: NotFiledReason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What a citizen files, after they confirmed it.

    ``plain``: what dispatching needs and may be seen by anybody: code, department, category, channel. ``personal``:
    text, name, phone, place and whatever else was asked. ``media``: recordings and photos.
    """

    kind: Kind
    plain: dict[str, str] = {}
    personal: dict[str, str] = {}
    media: tuple[Media, ...] = ()

    def __repr__(self) -> str:
        return f"Draft({self.kind})"


class Filed(msgspec.Struct, frozen=True, kw_only=True):
    """It is on the disk. ``number`` as it is shown and ``code``, both empty for kinds without a number."""

    key: str
    number: str = ""
    code: str = ""

    def __repr__(self) -> str:
        return f"Filed({self.number})"


class Progress(msgspec.Struct, frozen=True):
    """How it stands at the central service."""

    report: ProgressReport


class NotFound(msgspec.Struct, frozen=True):
    """There is no such number with such a check code. ``why``: what was wrong with the number itself, or empty."""

    why: str = ""


class Unreachable(msgspec.Struct, frozen=True):
    """Central cannot be asked now. ``waits_here``: it was filed here and has not been sent yet; it is safe."""

    waits_here: bool = False


class FilingDesk:
    """May be used from several threads. ``below(n)``: a random number from 0 to n-1."""

    def __init__(
        self,
        outbox: Outbox,
        counter: Counter,
        station: str,
        link: CentralLink | None,
        clock: Callable[[], dt.datetime],
        below: Callable[[int], int] = secrets.randbelow,
    ) -> None:
        self._outbox, self._counter, self._station, self._link = outbox, counter, station, link
        self._clock, self._below = clock, below

    def file(self, draft: Draft) -> Filed:
        """Keep it for central. Raises ``FilingError``; then nothing was kept."""
        secret = Personal(fields=draft.personal, media=draft.media)
        try:
            number = self._counter.take(self._station) if draft.kind in NUMBERED else None
            code = ticket_number.new_code(self._below) if number else ""
            key = self._outbox.put(
                draft.kind,
                plain=draft.plain,
                secret=b"" if secret.is_empty else personal.encode(secret),
                now=self._clock(),
                number=number.digits if number else "",
                code=code,
            )
        except ParcelTooLargeError as error:
            raise FilingError(NotFiledReason.TOO_LARGE, str(error)) from error
        except OutboxFullError as error:
            raise FilingError(NotFiledReason.FULL, str(error)) from error
        except CounterError as error:
            raise FilingError(NotFiledReason.NUMBERS_USED_UP, str(error)) from error
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            reason = NotFiledReason.FULL if full else NotFiledReason.BROKEN
            raise FilingError(reason, f"it could not be written ({error.strerror}); nothing was kept") from error
        except OutboxError as error:
            raise FilingError(NotFiledReason.BROKEN, str(error)) from error
        return Filed(key=key, number=str(number) if number else "", code=code)

    def progress(self, number: str, code: str) -> Progress | NotFound | Unreachable:
        """Ask central; answers within a few seconds. Takes what people type and say; never raises."""
        try:
            wanted = ticket_number.parse(number)
            query = ProgressQuery(number=wanted.digits, code=ticket_number.parse_code(code))
        except ticket_number.TicketNumberError as error:
            return NotFound(str(error))
        waits_here = self._outbox.holds(query.number)
        if waits_here or self._link is None:
            return Unreachable(waits_here)
        try:
            report = self._link.progress(query)
        except LinkError:
            return Unreachable()
        return NotFound() if report is None else Progress(report)
