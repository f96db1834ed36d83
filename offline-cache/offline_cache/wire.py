"""What a terminal and the central service say to each other: the wire format, shared by both.

JSON over HTTP; bytes as base64. Every request of a terminal is signed with its own key (``offline_cache.identity``).

    POST /api/parcels         Parcel           -> 200 Receipt | 4xx Refusal | 401 ClockWrong | 429, 5xx: later
    POST /api/poll            {name: value}    -> 200 (a sign of life; what a health parcel says, not counted)
    POST /api/progress        ProgressQuery    -> 200 ProgressReport | 404 (wrong number or check code, not told apart)
    POST /api/consultations   {}               -> 200 Consultations
    POST /api/sites           {}               -> 200 Sites (an older central: 404)
    POST /api/enrol           EnrolRequest     -> 200 Enrolment | 403 Refusal (see ``offline_cache.enrolment``)
    POST /api/handover        HandoverPut      -> 200 | 409 (somebody uses this code: draw another)
    POST /api/handover/take   HandoverTake     -> 200 HandoverPut | 404; given out once

A parcel has a plain part that dispatching needs (kind, terminal, suggested department) and a sealed part that only the
central service can open (what the citizen said, their name, their phone, a photo; ``offline_cache.personal``).
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import TypeVar

import msgspec

VERSION = 1
"""Raised when an older central service could misread a newer parcel."""

MAX_SEALED_BYTES = 32 * 1024 * 1024
"""Larger than a three-minute message and three photos; anything above is refused on both sides."""

MAX_HANDOVER_BYTES = 64 * 1024
"""A conversation's state is a few kilobytes."""

PARCELS = "/api/parcels"
POLL = "/api/poll"
PROGRESS = "/api/progress"
CONSULTATIONS = "/api/consultations"
SITES = "/api/sites"
ENROL = "/api/enrol"
HANDOVER = "/api/handover"
HANDOVER_TAKE = "/api/handover/take"

T = TypeVar("T", bound=msgspec.Struct)


class Kind(StrEnum):
    """What a parcel carries. In the order of worth: when space runs out, the last is dropped first."""

    TICKET = "ticket"  # a request: consult, complain, suggest
    MESSAGE = "message"  # a spoken message left after hours
    RATING = "rating"  # five-level rating, anonymous
    WATCH = "watch"  # a wish to be told about progress
    HEALTH = "health"  # the terminal's own report


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """``key``: idempotency key, made once, before anything is written. ``plain``: never anything personal.

    ``number``: the ticket's eleven digits, or empty where a kind has none. ``intake``: an ``Intake`` sealed to the
    central service, opened when the parcel arrives. ``sealed``: a ``Personal`` sealed to it, opened only by a person
    with a reason.
    """

    key: str
    kind: Kind
    terminal: str
    created: dt.datetime
    plain: dict[str, str]
    sealed: bytes = b""
    version: int = VERSION
    number: str = ""
    intake: bytes = b""


class Intake(msgspec.Struct, frozen=True, kw_only=True):
    """What central opens on arrival. ``token``: goes back in the receipt, so that only central can make the terminal
    erase a parcel. ``code``: the citizen's check code, to be kept as a hash only."""

    token: str
    code: str = ""


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """The central service has ``key`` safely on disk. ``number``: the ticket's number for the citizen, or empty.

    ``token``: from the parcel's ``Intake``; without the right one the terminal keeps the parcel and sends it again.
    """

    key: str
    number: str = ""
    token: str = ""


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """The central service will never take ``key``: malformed, too large, from a revoked terminal."""

    key: str
    reason: str


class ClockWrong(msgspec.Struct, frozen=True, kw_only=True):
    """The signature's time is outside the window. ``now``: central's seconds since 1970; sign again with this time."""

    now: float


class TicketState(StrEnum):
    """Where a ticket stands."""

    RECEIVED = "received"
    DISPATCHED = "dispatched"
    ACCEPTED = "accepted"
    OBJECTED = "objected"  # the department says it is not theirs; it will be dispatched again
    ANSWERED = "answered"
    CONFIRMED = "confirmed"  # the citizen accepts the answer
    RATED = "rated"
    REOPENED = "reopened"


class ProgressQuery(msgspec.Struct, frozen=True, kw_only=True):
    """``number``: eleven digits. ``code``: the four digits of the check code."""

    number: str
    code: str


class ProgressStep(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened. ``who``: the department's public name, or empty."""

    state: TicketState
    at: dt.datetime
    who: str = ""
    note: str = ""


class ProgressReport(msgspec.Struct, frozen=True, kw_only=True):
    """``steps``: oldest first. ``answer``: empty until answered. ``answer_by``: the time limit. ``late``: it passed."""

    number: str
    state: TicketState
    steps: tuple[ProgressStep, ...] = ()
    answer: str = ""
    answer_by: dt.datetime | None = None
    late: bool = False


class EnrolRequest(msgspec.Struct, frozen=True, kw_only=True):
    """``identifier``: the public part of the one-time code. ``public_key``: the terminal's Ed25519 key, 32 bytes.

    ``proof``: ``enrolment.request_proof`` with the secret part of the code, which never crosses the wire.
    """

    identifier: str
    public_key: bytes
    name: str
    proof: bytes


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    """What a terminal is told once. ``station``: four digits, never given out before. ``terminal``: its id in headers.

    ``central_key``: public key to seal to, 32 bytes. ``tuf_root``: the first trusted root metadata of the content
    repository. ``content``: the content to follow, such as "wenling/wenling". ``proof``: ``enrolment.answer_proof``.
    """

    terminal: str
    station: str
    central_key: bytes
    tuf_root: bytes = b""
    content: str = ""
    groups: tuple[str, ...] = ()
    proof: bytes = b""


class HandoverPut(msgspec.Struct, frozen=True, kw_only=True):
    """``locator``: where it is kept for half an hour. ``box``: encrypted with a key that central does not have."""

    locator: str
    box: bytes


class HandoverTake(msgspec.Struct, frozen=True, kw_only=True):
    locator: str


class Consultation(msgspec.Struct, frozen=True, kw_only=True):
    """A question to the public (意见征集). ``options``: what may be chosen, or none: then opinions are written.

    ``closes``: its last day; ``result``: what became of it, once that is known.
    """

    id: str
    title: str
    text: str
    round: int = 1
    options: tuple[str, ...] = ()
    closes: dt.date
    open: bool = True
    result: str = ""


class Consultations(msgspec.Struct, frozen=True):
    """Those open today, and the results of the last year."""

    consultations: tuple[Consultation, ...] = ()


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """Where another terminal stands. ``services``: what could be done there when it was last heard of, ``at``: names of
    the dialog's services, and ``slip``, ``identity``. ``metres``: as the crow flies, None where that is not known.
    """

    name: str
    address: str = ""
    metres: int | None = None
    services: tuple[str, ...] = ()
    at: dt.datetime


class Sites(msgspec.Struct, frozen=True):
    """The nearest first."""

    sites: tuple[Site, ...] = ()


class WireError(Exception):
    """What came over the wire cannot be used. The text never holds any of its content."""


def encode(message: msgspec.Struct) -> bytes:
    return msgspec.json.encode(message)


def decode(data: bytes) -> Parcel:
    """Raises ``WireError`` for anything that is not a parcel of a version we know."""
    parcel = decode_as(data, Parcel)
    if parcel.version > VERSION:
        raise WireError(f"the parcel is of version {parcel.version}; update this program (it knows {VERSION})")
    if len(parcel.sealed) > MAX_SEALED_BYTES:
        raise WireError(f"the parcel is larger than {MAX_SEALED_BYTES // 2**20} MB")
    return parcel


def decode_as(data: bytes, kind: type[T]) -> T:
    """Read a message of ``kind``. Raises ``WireError`` for anything else."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        # msgspec's text names the field and its type, never a value.
        raise WireError(f"not a {kind.__name__.lower()}: {error}") from error
