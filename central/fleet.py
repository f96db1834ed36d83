"""The terminals: enrolment with one-time codes, revocation, what each said last, what it counted."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from central import audit
from central.health import Health, known_topics
from central.service import Central
from central.tables import Day, Enrolment, ReleaseReport, Terminal, Topic
from offline_cache import enrolment, wire
from offline_cache.enrolment import EnrolmentCode

MOST_STATIONS = 9999


class FleetError(Exception):
    """Cannot be done to this terminal. The text is the sentence the technician reads."""


class Condition(StrEnum):
    """How a terminal is, the worst first."""

    REVOKED = "revoked"
    MISSING = "missing"
    FAULT = "fault"
    WARNING = "warning"
    READY = "ready"


CONDITION_NAMES = {
    Condition.REVOKED: "已停用",
    Condition.MISSING: "失联",
    Condition.FAULT: "故障",
    Condition.WARNING: "注意",
    Condition.READY: "正常",
}


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the fleet page. ``reasons``: why it is not ready. ``content_days``: the content's age in days."""

    id: str
    station: str
    label: str
    condition: Condition
    reasons: tuple[str, ...]
    seen: dt.datetime | None
    software: str
    content: str
    content_days: int | None
    paper: str
    faults: tuple[str, ...]
    waiting: int
    sessions: int


def new_code(central: Central, terminal: str, label: str, by: str) -> EnrolmentCode:
    """A one-time code for ``terminal`` (its id). Raises ``FleetError``."""
    if not terminal or len(terminal) > 32 or not all(c.isalnum() or c in "-_" for c in terminal):
        raise FleetError("a terminal's id has letters, digits, - and _ only, 32 at most")
    code, now = enrolment.new_code(central.below), central.now()
    with central.database.writing() as session:
        session.add(
            Enrolment(
                identifier=code.identifier,
                secret=code.secret,
                terminal=terminal,
                label=label,
                created=now,
                expires=now + dt.timedelta(hours=central.config.security.enrolment_hours),
                by=by,
            )
        )
        audit.note(session, now, by, "发放注册码", terminal)
    return code


def enrol(central: Central, request: wire.EnrolRequest, tuf_root: bytes, content: str) -> wire.Enrolment:
    """Give the terminal its station. Raises ``FleetError``. A terminal that is enrolled again gets a new station, so
    that no ticket number is ever given twice, and its old key is worth nothing from then on."""
    now = central.now()
    with central.database.writing() as session:
        row = session.get(Enrolment, request.identifier, with_for_update=True)
        if row is None or row.used is not None or now > row.expires or not row.secret:
            raise FleetError("this enrolment code is not known, used or too old; ask the administrator for a new one")
        code = EnrolmentCode(row.identifier, row.secret)
        if not enrolment.fits(request.proof, enrolment.request_proof(code, request)) or len(request.public_key) != 32:
            raise FleetError("this enrolment code is not known, used or too old; ask the administrator for a new one")
        row.used, row.secret = now, ""
        station = _next_station(session)
        terminal = session.get(Terminal, row.terminal)
        if terminal is None:
            terminal = Terminal(id=row.terminal)
            session.add(terminal)
        terminal.station, terminal.public_key = station, request.public_key.hex()
        terminal.label, terminal.enrolled, terminal.revoked = row.label or request.name, now, None
        audit.note(session, now, row.terminal, "终端注册", row.terminal, f"站号{station}")
    bare = wire.Enrolment(
        terminal=row.terminal, station=station, central_key=central.keys.public, tuf_root=tuf_root, content=content
    )
    return msgspec.structs.replace(bare, proof=enrolment.answer_proof(code, bare, request.public_key))


def revoke(central: Central, terminal: str, by: str, reason: str) -> None:
    """Its key is worth nothing from now on. Raises ``FleetError``."""
    now = central.now()
    with central.database.writing() as session:
        row = session.get(Terminal, terminal)
        if row is None:
            raise FleetError(f"there is no terminal {terminal}")
        row.revoked = now
        audit.note(session, now, by, "停用终端", terminal, reason)


def hear(central: Central, session: Session, terminal: str, said: Health, now: dt.datetime, *, counted: bool) -> None:
    """Keep what the terminal said. ``counted``: add its counts up (only for what comes exactly once)."""
    row = session.get(Terminal, terminal)
    if row is None:
        return
    row.seen = now
    row.software = said.software or row.software
    row.profile = said.profile or row.profile
    row.content = said.content or row.content
    row.content_date = said.content_date or row.content_date
    row.paper = said.paper or row.paper
    if said.faults is not None:
        row.faults = msgspec.json.encode(said.faults).decode()
    if said.services is not None:
        row.services = msgspec.json.encode(said.services).decode()
    if said.waiting is not None:
        row.waiting = said.waiting
    if said.release is not None:
        identity = (said.release.release, terminal)
        report = session.get(ReleaseReport, identity) or ReleaseReport(release=identity[0], terminal=terminal)
        if report.outcome != said.release.outcome.value or report.reason != said.release.reason:
            report.outcome, report.at, report.reason = said.release.outcome.value, now, said.release.reason
        session.add(report)
    if counted:
        _count(central, session, terminal, said, now)


def _count(central: Central, session: Session, terminal: str, said: Health, now: dt.datetime) -> None:
    day = said.day if said.day is not None and abs((said.day - now.date()).days) <= 400 else now.date()
    if said.counts:
        row = session.get(Day, (day, terminal), with_for_update=True)
        if row is None:
            row = Day(day=day, terminal=terminal, **dict.fromkeys(said.counts, 0))
            session.add(row)
        for name, number in said.counts.items():
            setattr(row, name, (getattr(row, name) or 0) + number)
    for kind, topics in (("asked", said.topics), ("unanswered", said.unanswered_topics)):
        for topic, number in known_topics(topics, central.directory.words).items():
            found = session.get(Topic, (day, terminal, kind, topic), with_for_update=True)
            if found is None:
                session.add(Topic(day=day, terminal=terminal, kind=kind, topic=topic, count=number))
            else:
                found.count += number


def looks(central: Central, session: Session) -> list[Look]:
    """Every terminal, those that need somebody first."""
    now = central.now()
    today = dict(session.execute(sa.select(Day.terminal, Day.sessions).where(Day.day == now.date())).tuples().all())
    found = [_look(central, row, today.get(row.id, 0), now) for row in session.scalars(sa.select(Terminal))]
    order = list(Condition)
    return sorted(found, key=lambda look: (look.condition is Condition.REVOKED, order.index(look.condition), look.id))


def _look(central: Central, row: Terminal, sessions: int, now: dt.datetime) -> Look:
    config = central.config
    faults = msgspec.json.decode(row.faults, type=tuple[str, ...])
    age = None if row.content_date is None else (now.date() - row.content_date).days
    reasons: list[tuple[Condition, str]] = []
    if row.revoked is not None:
        reasons.append((Condition.REVOKED, "已停用"))
    elif row.seen is None or now - row.seen > dt.timedelta(minutes=config.fleet_quiet_minutes):
        reasons.append((Condition.MISSING, "从未联系" if row.seen is None else "长时间没有联系"))
    reasons += [(Condition.FAULT, fault) for fault in faults]
    if row.paper == "out":
        reasons.append((Condition.FAULT, "缺纸"))
    if row.paper == "low":
        reasons.append((Condition.WARNING, "纸不多了"))
    if age is not None and age > config.content_old_days:
        reasons.append((Condition.WARNING, f"内容已{age}天未更新"))
    order = list(Condition)
    condition = min((condition for condition, _ in reasons), key=order.index, default=Condition.READY)
    return Look(
        id=row.id,
        station=row.station,
        label=row.label,
        condition=condition,
        reasons=tuple(text for _, text in reasons),
        seen=row.seen,
        software=row.software,
        content=row.content,
        content_days=age,
        paper=row.paper,
        faults=faults,
        waiting=row.waiting,
        sessions=sessions,
    )


def _next_station(session: Session) -> str:
    """Never given before: one more than the highest that ever was."""
    highest = session.scalar(sa.select(sa.func.max(Terminal.station)))
    # The code in hand is counted as used already; a replaced terminal's old station is not given again.
    used = session.scalar(sa.select(sa.func.count()).select_from(Enrolment).where(Enrolment.used.is_not(None))) or 0
    station = max(int(highest or 0) + 1, used)
    if station > MOST_STATIONS:
        raise FleetError("all station numbers are given out")
    return f"{station:04d}"
