"""Sends the notices that are due: not in the quiet hours, each once, with back-off; numbers opened in memory only."""

from __future__ import annotations

import requests
import sqlalchemy as sa

from central.notices import outgoing
from central.notices.gateway import Gateway, HttpGateway, Outcome
from central.service import Central
from central.tables import Notice, Sealed, Watch
from offline_cache.sealing import SealingError

BATCH = 200


def send_due(central: Central, gateway: Gateway | None = None) -> int:
    """Returns how many were sent. Does nothing in the quiet hours or without a gateway."""
    settings, now = central.config.notices, central.now()
    if outgoing.allowed_from(now, settings) > now:
        return 0
    if gateway is None:
        if not settings.gateway:
            return 0
        gateway = HttpGateway(settings.gateway, settings.token, requests.Session())
    with central.database.reading() as session:
        due = session.scalars(
            sa.select(Notice.id)
            .where(Notice.state.in_((outgoing.WAITING, outgoing.UNKNOWN)), Notice.next_try <= now)
            .order_by(Notice.created)
            .limit(BATCH)
        ).all()
    return sum(_send(central, gateway, identity) for identity in due)


def _send(central: Central, gateway: Gateway, identity: str) -> bool:
    """One notice. What was begun is written down first, so that a crash leaves ``unknown``, never a second message."""
    with central.database.writing() as session:
        row = session.get_one(Notice, identity, with_for_update=True)
        was, phone = row.state, _phone(central, session.get(Sealed, row.watch))
        watch = session.get(Watch, row.watch)
        if not phone or watch is None or watch.ended is not None:
            row.state = outgoing.REFUSED
            return False
        row.state, text = outgoing.UNKNOWN, row.text
    outcome = gateway.ask(identity) if was == outgoing.UNKNOWN else Outcome.LATER
    if outcome is Outcome.LATER:
        outcome = gateway.send(identity, phone, text)
    now = central.now()
    with central.database.writing() as session:
        row = session.get_one(Notice, identity, with_for_update=True)
        row.tries += 1
        row.next_try = outgoing.next_try(now, row.tries)
        match outcome:
            case Outcome.SENT:
                row.state = outgoing.SENT
            case Outcome.REFUSED:
                row.state = outgoing.REFUSED
            case Outcome.LATER if row.tries >= central.config.notices.tries:
                row.state = outgoing.GIVEN_UP
            case Outcome.LATER:
                row.state = outgoing.WAITING
            case Outcome.UNKNOWN:
                row.state = outgoing.UNKNOWN
    return outcome is Outcome.SENT


def _phone(central: Central, sealed: Sealed | None) -> str:
    if sealed is None:
        return ""
    try:
        return central.keys.open_personal(sealed.data).fields.get("phone", "")
    except SealingError:
        return ""
