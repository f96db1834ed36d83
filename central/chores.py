"""What has to be done every minute without anybody asking: reminders, notices, rollouts, throwing away what is old.

Any process may do it, and several at once do no harm: on PostgreSQL one of them holds the lock, the rest skip a turn.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from central import lifecycle, publishing, signed, tickets
from central.api.terminal_requests import forget_nonces
from central.notices import sending
from central.service import Central
from central.tables import Sealed, SignIn, Throttle, Ticket

PERIOD_SECONDS = 60.0
LOCK = 7413


def do_all(central: Central) -> None:
    central.notice_pack()
    with central.database.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            free = connection.scalar(sa.text("SELECT pg_try_advisory_lock(:lock)"), {"lock": LOCK})
            if not free:
                return
        try:
            tickets.remind(central)
            sending.send_due(central)
            publishing.advance_all(central)
            signed.renew(central)
            forget_nonces(central)
            _sweep(central)
        finally:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})


def _sweep(central: Central) -> None:
    """What is old: sessions, counters of failures, and the personal part of requests answered long ago."""
    now = central.clock()
    answered = now - dt.timedelta(days=central.config.retain_days)
    done = sa.select(Ticket.key).where(Ticket.answered_at < answered, Ticket.state.not_in(lifecycle.OPEN))
    oldest = now - dt.timedelta(hours=central.config.security.session_hours)
    with central.database.writing() as session:
        session.execute(sa.delete(Sealed).where(Sealed.key.in_(done)))
        session.execute(sa.delete(SignIn).where(SignIn.created < oldest))
        session.execute(sa.delete(Throttle).where(Throttle.since < now - dt.timedelta(days=1)))
