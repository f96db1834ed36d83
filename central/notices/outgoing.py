"""The states of a notice on its way out, and when it may go: pure."""

from __future__ import annotations

import datetime as dt

from central.config import NoticeSettings

WAITING = "waiting"
SENT = "sent"
REFUSED = "refused"
GIVEN_UP = "given-up"
UNKNOWN = "unknown"
"""The gateway may or may not have sent it: asked again by its id, never sent under another."""

STATE_NAMES = {WAITING: "待发", SENT: "已发", REFUSED: "被拒", GIVEN_UP: "放弃", UNKNOWN: "待核实"}

FIRST_WAIT = dt.timedelta(seconds=30)
LONGEST_WAIT = dt.timedelta(hours=2)


def allowed_from(now: dt.datetime, settings: NoticeSettings) -> dt.datetime:
    """``now`` (local), or the end of the quiet hours it lies in."""
    start, end, time = settings.quiet_from, settings.quiet_to, now.time().replace(tzinfo=None)
    overnight = start > end
    quiet = (time >= start or time < end) if overnight else start <= time < end
    if not quiet:
        return now
    day = now.date() + dt.timedelta(days=1 if overnight and time >= start else 0)
    return dt.datetime.combine(day, end, tzinfo=now.tzinfo)


def next_try(now: dt.datetime, tries: int) -> dt.datetime:
    """After ``tries`` failures: twice as long each time."""
    return now + min(LONGEST_WAIT, FIRST_WAIT * float(2 ** min(tries, 16)))
