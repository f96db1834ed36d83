"""What the central service keeps, as SQLAlchemy tables. Personal data is only ever in ``Sealed``, sealed as it came.

Times are stored as UTC and read back with their zone (``Utc``). A change here needs a migration in ``migrations/``;
a test compares the two.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import DateTime, Dialect, ForeignKey, Index, LargeBinary, String, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Utc(TypeDecorator[dt.datetime]):
    """A moment with its zone; stored without one, in UTC."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        return value.astimezone(dt.UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:
        return None if value is None else value.replace(tzinfo=dt.UTC)


class Base(DeclarativeBase):
    type_annotation_map = {dt.datetime: Utc, str: Text}  # noqa: RUF012


Name = String(64)
"""Short identifiers we or the content make."""

Key = String(128)
"""TERMINAL/KEY: a parcel's key is unique at its terminal, not in the world."""


class Terminal(Base):
    """One kiosk or phone line. ``status`` is the JSON of ``central.health.Health`` as it last said."""

    __tablename__ = "terminals"
    id: Mapped[str] = mapped_column(Name, primary_key=True)
    station: Mapped[str] = mapped_column(String(4), unique=True)
    public_key: Mapped[str] = mapped_column(String(64))
    label: Mapped[str] = mapped_column(default="")
    enrolled: Mapped[dt.datetime]
    revoked: Mapped[dt.datetime | None]
    seen: Mapped[dt.datetime | None] = mapped_column(index=True)
    software: Mapped[str] = mapped_column(default="")
    profile: Mapped[str] = mapped_column(default="")
    """Of the image it was started from, such as kiosk-portrait; empty: of none."""
    content: Mapped[str] = mapped_column(default="")
    content_date: Mapped[dt.date | None]
    paper: Mapped[str] = mapped_column(default="")
    faults: Mapped[str] = mapped_column(default="[]")
    waiting: Mapped[int] = mapped_column(default=0)
    place: Mapped[str] = mapped_column(default="")
    """What citizens call where it stands; empty: they are not sent there."""
    address: Mapped[str] = mapped_column(default="")
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    services: Mapped[str] = mapped_column(default="[]")
    """JSON: what can be done there, as it last said."""


class Enrolment(Base):
    """A one-time code: ``secret`` proves it (see ``offline_cache.enrolment``) and is emptied when it is used."""

    __tablename__ = "enrolments"
    identifier: Mapped[str] = mapped_column(Name, primary_key=True)
    secret: Mapped[str] = mapped_column(Name)
    terminal: Mapped[str] = mapped_column(Name)
    label: Mapped[str]
    created: Mapped[dt.datetime]
    expires: Mapped[dt.datetime]
    used: Mapped[dt.datetime | None]
    by: Mapped[str]


class Nonce(Base):
    """A request of a terminal that was already seen, within the replay window."""

    __tablename__ = "nonces"
    terminal: Mapped[str] = mapped_column(Name, primary_key=True)
    nonce: Mapped[str] = mapped_column(Name, primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(index=True)


class Parcel(Base):
    """What was taken in, by its idempotency key. ``digest``: of the whole parcel, to tell a retry from a forgery."""

    __tablename__ = "parcels"
    key: Mapped[str] = mapped_column(Key, primary_key=True)
    terminal: Mapped[str] = mapped_column(Name, index=True)
    kind: Mapped[str] = mapped_column(Name)
    received: Mapped[dt.datetime]
    digest: Mapped[str] = mapped_column(String(64))
    number: Mapped[str] = mapped_column(Name, default="")


class Sealed(Base):
    """The sealed part of a parcel, as the terminal sealed it. Opened in memory only."""

    __tablename__ = "sealed"
    key: Mapped[str] = mapped_column(Key, primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class Ticket(Base):
    """A request of a citizen; its state changes only through ``central.lifecycle``. Nothing personal is here."""

    __tablename__ = "tickets"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(Key, unique=True)
    number: Mapped[str] = mapped_column(Name, index=True)
    check_hash: Mapped[str] = mapped_column(String(64), default="")
    terminal: Mapped[str] = mapped_column(Name)
    kind: Mapped[str] = mapped_column(Name)
    request: Mapped[str] = mapped_column(Name, default="")
    code: Mapped[str] = mapped_column(Name, default="")
    town: Mapped[str] = mapped_column(Name, default="")
    suggested: Mapped[str] = mapped_column(Name, default="")
    consultation: Mapped[int] = mapped_column(default=0)
    created: Mapped[dt.datetime]
    received: Mapped[dt.datetime] = mapped_column(index=True)
    start: Mapped[dt.datetime]
    dispatch_due: Mapped[dt.datetime]
    first_answer_due: Mapped[dt.datetime]
    completion_due: Mapped[dt.datetime]
    state: Mapped[str] = mapped_column(Name)
    department: Mapped[str] = mapped_column(Name, default="")
    answer: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[dt.datetime | None]
    dispatched_at: Mapped[dt.datetime | None]
    rating: Mapped[int] = mapped_column(default=0)
    callback: Mapped[bool] = mapped_column(default=False)
    redirects: Mapped[int] = mapped_column(default=0)
    reopenings: Mapped[int] = mapped_column(default=0)
    grade: Mapped[int] = mapped_column(default=0)
    remind_at: Mapped[dt.datetime | None] = mapped_column(index=True)
    __table_args__ = (Index("ix_tickets_work", "state", "start", "received"), Index("ix_tickets_dept", "department"))


class Step(Base):
    """One thing that happened to a ticket. ``public``: the citizen sees it, too (never who did it)."""

    __tablename__ = "steps"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    ticket: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    at: Mapped[dt.datetime]
    actor: Mapped[str] = mapped_column(Name)
    action: Mapped[str] = mapped_column(Name)
    state: Mapped[str] = mapped_column(Name)
    department: Mapped[str] = mapped_column(Name, default="")
    note: Mapped[str] = mapped_column(default="")


class Reminder(Base):
    """A reminder that was given: each grade of each clock once a round (``reopenings``)."""

    __tablename__ = "reminders"
    ticket: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    clock: Mapped[str] = mapped_column(Name, primary_key=True)
    grade: Mapped[int] = mapped_column(primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime]


class Rating(Base):
    """A five-level rating given at a terminal; anonymous."""

    __tablename__ = "ratings"
    key: Mapped[str] = mapped_column(Key, primary_key=True)
    terminal: Mapped[str] = mapped_column(Name)
    at: Mapped[dt.datetime] = mapped_column(index=True)
    score: Mapped[int]
    subject: Mapped[str] = mapped_column(Name, default="")


class Day(Base):
    """What one terminal counted on one day."""

    __tablename__ = "days"
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    terminal: Mapped[str] = mapped_column(Name, primary_key=True)
    sessions: Mapped[int] = mapped_column(default=0)
    asked: Mapped[int] = mapped_column(default=0)
    answered: Mapped[int] = mapped_column(default=0)
    clarified: Mapped[int] = mapped_column(default=0)
    unanswered: Mapped[int] = mapped_column(default=0)
    printed: Mapped[int] = mapped_column(default=0)


class Topic(Base):
    """How often a topic (words of the pack, nothing else) came up at a terminal. ``kind``: asked, unanswered."""

    __tablename__ = "topics"
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    terminal: Mapped[str] = mapped_column(Name, primary_key=True)
    kind: Mapped[str] = mapped_column(Name, primary_key=True)
    topic: Mapped[str] = mapped_column(Name, primary_key=True)
    count: Mapped[int] = mapped_column(default=0)


class Watch(Base):
    """A citizen asked for text messages about a ticket; the confirmed number is in ``Sealed`` under ``key``."""

    __tablename__ = "watches"
    key: Mapped[str] = mapped_column(Key, primary_key=True)
    number: Mapped[str] = mapped_column(Name, index=True)
    item: Mapped[str] = mapped_column(Name, default="")
    phone_hash: Mapped[str] = mapped_column(String(64), index=True, default="")
    created: Mapped[dt.datetime]
    ended: Mapped[dt.datetime | None]


class Notice(Base):
    """One text message, made once (``id`` names its reason). ``watch`` leads to the sealed number."""

    __tablename__ = "notices"
    id: Mapped[str] = mapped_column(String(200), primary_key=True)
    watch: Mapped[str] = mapped_column(Key)
    template: Mapped[str] = mapped_column(Name)
    text: Mapped[str]
    state: Mapped[str] = mapped_column(Name, index=True)
    created: Mapped[dt.datetime]
    next_try: Mapped[dt.datetime]
    tries: Mapped[int] = mapped_column(default=0)
    gateway_id: Mapped[str] = mapped_column(default="")


class User(Base):
    """Somebody who signs in. ``department``: only for the role of that name."""

    __tablename__ = "users"
    name: Mapped[str] = mapped_column(Name, primary_key=True)
    display: Mapped[str] = mapped_column(default="")
    role: Mapped[str] = mapped_column(Name)
    department: Mapped[str] = mapped_column(Name, default="")
    password: Mapped[str]
    must_change: Mapped[bool] = mapped_column(default=True)
    active: Mapped[bool] = mapped_column(default=True)
    created: Mapped[dt.datetime]


class SignIn(Base):
    """A session; the cookie's value is kept hashed."""

    __tablename__ = "sign_ins"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user: Mapped[str] = mapped_column(ForeignKey("users.name"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    created: Mapped[dt.datetime]
    seen: Mapped[dt.datetime]


class Throttle(Base):
    """How often something failed lately: a password, a check code, an enrolment code."""

    __tablename__ = "throttles"
    subject: Mapped[str] = mapped_column(String(128), primary_key=True)
    count: Mapped[int]
    since: Mapped[dt.datetime]


class Unsealing(Base):
    """Somebody opened personal data, and why."""

    __tablename__ = "unsealings"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    ticket: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    user: Mapped[str] = mapped_column(Name)
    at: Mapped[dt.datetime]
    reason: Mapped[str]


class Audit(Base):
    """Who did what, when. Never any personal data of a citizen."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[dt.datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(Name)
    action: Mapped[str] = mapped_column(Name)
    subject: Mapped[str] = mapped_column(default="")
    detail: Mapped[str] = mapped_column(default="")


class Release(Base):
    """A published content pack or terminal image with its rollout (JSON of ``offline_cache.rollout.Rollout``).

    ``serial``: its place in the signed repository; 0 for an image.
    """

    __tablename__ = "releases"
    id: Mapped[str] = mapped_column(Name, primary_key=True)
    kind: Mapped[str] = mapped_column(Name)
    created: Mapped[dt.datetime]
    by: Mapped[str] = mapped_column(Name)
    rollout: Mapped[str]
    serial: Mapped[int] = mapped_column(default=0)
    summary: Mapped[str] = mapped_column(default="")


class ReleaseReport(Base):
    """The last word of a terminal about a release."""

    __tablename__ = "release_reports"
    release: Mapped[str] = mapped_column(Name, primary_key=True)
    terminal: Mapped[str] = mapped_column(Name, primary_key=True)
    outcome: Mapped[str] = mapped_column(Name)
    at: Mapped[dt.datetime]
    reason: Mapped[str] = mapped_column(default="")


class Consultation(Base):
    """An open consultation: a question to the public, in rounds."""

    __tablename__ = "consultations"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    title: Mapped[str]
    text: Mapped[str]
    options: Mapped[str] = mapped_column(default="[]")
    round: Mapped[int] = mapped_column(default=1)
    department: Mapped[str] = mapped_column(Name, default="")
    opens: Mapped[dt.date]
    closes: Mapped[dt.date]
    result: Mapped[str] = mapped_column(default="")
    created: Mapped[dt.datetime]


class Opinion(Base):
    """A choice in a consultation, anonymous; a written opinion is a ticket."""

    __tablename__ = "opinions"
    key: Mapped[str] = mapped_column(Key, primary_key=True)
    consultation: Mapped[int] = mapped_column(index=True)
    choice: Mapped[str]
    at: Mapped[dt.datetime]


class Handover(Base):
    """A conversation's state between kiosk and phone, encrypted by the terminals; gone after its time or first use."""

    __tablename__ = "handovers"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
    expires: Mapped[dt.datetime] = mapped_column(index=True)
