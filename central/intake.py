"""Taking parcels in: each exactly once, by its key; what cannot be taken is refused for good with a reason.

A parcel, its sealed part and the ticket it makes are written in one transaction before the receipt goes out. The same
parcel again gets the same receipt; another parcel under a used key is refused.
"""

from __future__ import annotations

import datetime as dt
import hashlib

import sqlalchemy as sa
from sqlalchemy.orm import Session

from central import audit, fleet, health, lifecycle, tickets, watches
from central.deadlines import deadlines
from central.lifecycle import LifecycleError
from central.service import Central
from central.tables import Opinion, Parcel, Rating, Sealed, Step, Ticket
from offline_cache import ticket_number, wire
from offline_cache.sealing import SealingError
from offline_cache.ticket_number import TicketNumberError
from offline_cache.wire import Kind, Receipt, WireError
from offline_cache.wire import TicketState as State

LONGEST_PLAIN = 16 * 1024
"""Bytes of the plain part; it holds codes and counts, no texts."""
LONGEST_FIELD = 64
TOWN_DIGITS = 9
"""A village's code begins with its town's."""


class RefusedError(Exception):
    """Never to be taken. The text goes back to the terminal and into its list of refused parcels."""


def take_in(central: Central, terminal: str, parcel: wire.Parcel) -> Receipt:
    """Keep ``parcel`` of the authenticated ``terminal``. Raises ``RefusedError``."""
    _check(terminal, parcel)
    intake = _open(central, parcel)
    digest = hashlib.sha256(wire.encode(parcel)).hexdigest()
    for attempt in (1, 2):
        try:
            with central.database.writing() as session:
                known = session.get(Parcel, _own(parcel))
                if known is not None:
                    if known.digest != digest:
                        raise RefusedError("another parcel was taken in under this key")
                    return Receipt(key=parcel.key, number=known.number, token=intake.token)
                _keep(central, session, parcel, digest, intake)
            break
        except sa.exc.IntegrityError:
            # The same parcel arrived twice at the same moment; the other one was first.
            if attempt == 2:
                raise
    return Receipt(key=parcel.key, number=parcel.number, token=intake.token)


def _check(terminal: str, parcel: wire.Parcel) -> None:
    if parcel.terminal != terminal:
        raise RefusedError("the parcel is not from the terminal that sent it")
    if not parcel.key or len(parcel.key) > LONGEST_FIELD:
        raise RefusedError("the parcel's key is empty or too long")
    if sum(len(key.encode()) + len(value.encode()) for key, value in parcel.plain.items()) > LONGEST_PLAIN:
        raise RefusedError(f"the plain part is larger than {LONGEST_PLAIN // 1024} kB")
    if parcel.number:
        try:
            ticket_number.parse(parcel.number)
        except TicketNumberError as error:
            raise RefusedError("the ticket's number is not one") from error


def _open(central: Central, parcel: wire.Parcel) -> wire.Intake:
    if not parcel.intake:
        return wire.Intake(token="")
    try:
        return central.keys.open_intake(parcel.intake)
    except (SealingError, WireError) as error:
        raise RefusedError(
            "it was sealed to a key this service does not have; restore the key, then send again"
        ) from error


def _keep(central: Central, session: Session, parcel: wire.Parcel, digest: str, intake: wire.Intake) -> None:
    now = central.now()
    session.add(
        Parcel(
            key=_own(parcel),
            terminal=parcel.terminal,
            kind=parcel.kind.value,
            received=now,
            digest=digest,
            number=parcel.number,
        )
    )
    if parcel.sealed:
        session.add(Sealed(key=_own(parcel), data=parcel.sealed))
    # The key is written first: a twin that is in flight fails here, before it did anything else.
    session.flush()
    match parcel.kind:
        case Kind.TICKET | Kind.MESSAGE:
            _ticket(central, session, parcel, intake, now)
        case Kind.RATING:
            _rating(central, session, parcel, now)
        case Kind.WATCH:
            watches.begin(central, session, _own(parcel), parcel.sealed, _digits(parcel), _field(parcel, "item"))
        case Kind.HEALTH:
            fleet.hear(central, session, parcel.terminal, health.parse(parcel.plain), now, counted=True)


def _ticket(central: Central, session: Session, parcel: wire.Parcel, intake: wire.Intake, now: dt.datetime) -> None:
    directory = central.directory
    code = _field(parcel, "code")
    suggested = _field(parcel, "department") or directory.code_departments.get(code, "")
    limits = deadlines(now, directory.limits(code), directory.hours)
    created = parcel.created if parcel.created.tzinfo else parcel.created.replace(tzinfo=dt.UTC)
    row = Ticket(
        key=_own(parcel),
        number=_digits(parcel),
        check_hash=central.keys.hash_code(_digits(parcel), intake.code) if intake.code else "",
        terminal=parcel.terminal,
        kind=parcel.kind.value,
        code=code,
        request=_field(parcel, "kind"),
        town=_field(parcel, "town") or _field(parcel, "village")[:TOWN_DIGITS],
        suggested=suggested,
        consultation=_number(parcel, "subject") if parcel.plain.get("kind") == "opinion" else 0,
        callback=parcel.plain.get("subject") == "callback",
        created=created,
        received=now,
        start=limits.start,
        dispatch_due=limits.dispatch,
        first_answer_due=limits.first_answer,
        completion_due=limits.completion,
        state=State.RECEIVED.value,
    )
    tickets.plan_reminder(central, row)
    session.add(row)
    session.flush()
    session.add(Step(ticket=row.id, at=now, actor=audit.SYSTEM, action="收到", state=row.state))
    if _sure(parcel) >= central.config.auto_dispatch_confidence and suggested in directory.departments:
        tickets.perform(central, session, row, lifecycle.Dispatch(suggested, "自动转派"), audit.SYSTEM)


def _rating(central: Central, session: Session, parcel: wire.Parcel, now: dt.datetime) -> None:
    consultation = _number(parcel, "consultation")
    if consultation:
        session.add(Opinion(key=_own(parcel), consultation=consultation, choice=_field(parcel, "choice"), at=now))
        return
    score = _number(parcel, "stars")
    if not 1 <= score <= 5:
        raise RefusedError("a rating is a number from 1 to 5")
    session.add(Rating(key=_own(parcel), terminal=parcel.terminal, at=now, score=score, subject=_field(parcel, "item")))
    about = _digits(parcel)
    for row in tickets.by_number(session, about) if about else ():
        try:
            tickets.perform(central, session, row, lifecycle.Rate(score), audit.SYSTEM)
        except LifecycleError:
            # Rated before it was answered, or twice: counted above, but it changes nothing.
            continue


def _own(parcel: wire.Parcel) -> str:
    """Keys are scoped: no terminal can use up another one's."""
    return f"{parcel.terminal}/{parcel.key}"


def _digits(parcel: wire.Parcel) -> str:
    """The ticket it makes, or (a rating, a watch) the ticket it is about."""
    try:
        return ticket_number.parse(parcel.number or parcel.plain.get("number", "")).digits
    except TicketNumberError:
        return ""


def _field(parcel: wire.Parcel, name: str) -> str:
    return parcel.plain.get(name, "")[:LONGEST_FIELD]


def _number(parcel: wire.Parcel, name: str) -> int:
    text = parcel.plain.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _sure(parcel: wire.Parcel) -> float:
    try:
        return float(parcel.plain.get("confidence", ""))
    except ValueError:
        return 0.0
