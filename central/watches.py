"""Who wants to be told about a ticket: an opt-in with a confirmed number; each event makes one notice, once."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from central.notices import templates
from central.notices.outgoing import WAITING
from central.service import Central
from central.tables import Notice, Ticket, Watch
from offline_cache.sealing import SealingError
from offline_cache.wire import TicketState as State

TEMPLATES = {
    State.DISPATCHED: templates.DISPATCHED,
    State.ANSWERED: templates.ANSWERED,
    State.REOPENED: templates.REOPENED,
}
"""States a citizen is told about."""


def begin(central: Central, session: Session, key: str, sealed: bytes, number: str, item: str) -> None:
    """A wish arrived: to be told about ``number``, or to get the checklist of ``item``. The first message confirms it.

    A wish without a readable number is kept, but nothing can be sent for it.
    """
    try:
        phone = central.keys.open_personal(sealed).fields.get("phone", "") if sealed else ""
    except SealingError:
        phone = ""
    watch = Watch(key=key, number=number, item=item, phone_hash=central.keys.hash_phone(phone), created=central.now())
    session.add(watch)
    if number:
        add(central, session, watch, templates.CONFIRMED, f"{key}:confirmed", None)
    if item in central.directory.checklists:
        add(central, session, watch, templates.CHECKLIST, f"{key}:checklist", None)


def end(central: Central, phone: str) -> int:
    """The number replied that it wants no more messages; returns how many watches ended."""
    now, digest = central.now(), central.keys.hash_phone(phone)
    if not digest:
        return 0
    with central.database.writing() as session:
        rows = session.scalars(sa.select(Watch).where(Watch.phone_hash == digest, Watch.ended.is_(None))).all()
        for row in rows:
            row.ended = now
    return len(rows)


def tell(central: Central, session: Session, row: Ticket) -> None:
    """Make the notices of the ticket's new state for everybody who watches its number."""
    template = TEMPLATES.get(State(row.state))
    if template is None or not row.number:
        return
    for watch in session.scalars(sa.select(Watch).where(Watch.number == row.number, Watch.ended.is_(None))):
        add(
            central, session, watch, template, f"{watch.key}:{row.id}:{row.state}:{row.reopenings}:{row.redirects}", row
        )


def add(central: Central, session: Session, watch: Watch, template: str, identity: str, row: Ticket | None) -> None:
    """One notice; the same ``identity`` twice is one."""
    if session.get(Notice, identity) is not None:
        return
    now = central.now()
    text = templates.render(
        central,
        template,
        number=watch.number,
        department=row.department if row else "",
        text=central.directory.checklists.get(watch.item, ""),
    )
    session.add(
        Notice(id=identity, watch=watch.key, template=template, text=text, state=WAITING, created=now, next_try=now)
    )
