"""What terminals ask for. ``offline_cache.wire`` names paths and messages; ``/api/poll`` is told in docs/central.md."""

from __future__ import annotations

import datetime as dt
import hmac
from typing import TypeVar

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from central import fleet, health, intake, progress, sites, watches
from central.api.terminal_requests import Body, Problem, Sender, Served, json
from central.fleet import FleetError
from central.handover import HandoverTakenError, put, take
from central.intake import RefusedError
from central.signed import first_root
from central.throttle import blocked, count
from offline_cache import wire
from offline_cache.wire import Refusal, WireError

router = APIRouter()

T = TypeVar("T")

HOUR = dt.timedelta(hours=1)
MOST_ENROLMENTS = 20
"""Wrong codes an hour from one address."""


@router.post(wire.PARCELS)
def parcels(central: Served, terminal: Sender, body: Body) -> Response:
    """Take a parcel in."""
    try:
        parcel = wire.decode(body)
    except WireError as error:
        raise Problem(400, Refusal(key=_key_of(body), reason=str(error))) from error
    try:
        return json(intake.take_in(central, terminal, parcel))
    except RefusedError as error:
        raise Problem(422, Refusal(key=parcel.key, reason=str(error))) from error


@router.post(wire.PROGRESS)
def how_it_stands(central: Served, terminal: Sender, body: Body) -> Response:
    """Where a ticket stands, for who has its number and check code."""
    query = _read(body, wire.ProgressQuery)
    try:
        found = progress.look_up(central, terminal, query)
    except progress.TooManyError as error:
        raise Problem(429, {"error": "too many wrong codes"}, retry_after=error.seconds) from error
    if found is None:
        raise Problem(404, Refusal(key="", reason="there is no such number with this check code"))
    return json(found)


@router.post(wire.ENROL)
def enrol(central: Served, request: Request, body: Body) -> Response:
    """A new terminal with a one-time code."""
    asked = _read(body, wire.EnrolRequest)
    subject = f"enrol:{request.client.host if request.client else ''}"
    with central.database.reading() as session:
        if blocked(session, subject, MOST_ENROLMENTS, HOUR, central.clock()):
            raise Problem(429, {"error": "too many tries"}, retry_after=3600)
    try:
        return json(fleet.enrol(central, asked, first_root(central), central.config.content))
    except FleetError as error:
        with central.database.writing() as session:
            count(session, subject, HOUR, central.clock())
        raise Problem(403, Refusal(key="", reason=str(error))) from error


@router.post("/api/poll")
def poll(central: Served, terminal: Sender, body: Body) -> Response:
    """A sign of life with the terminal's state; answers with our time and the open consultations' count."""
    said = _read(body, dict[str, str])
    with central.database.writing() as session:
        fleet.hear(central, session, terminal, health.parse(said), central.now(), counted=False)
    return json({"now": central.clock().timestamp()})


@router.post(wire.SITES)
def elsewhere(central: Served, terminal: Sender) -> Response:
    """Where else citizens can be sent, and what works there."""
    return json(sites.near(central, terminal))


@router.post(wire.HANDOVER)
def leave(central: Served, terminal: Sender, body: Body) -> Response:
    """A conversation is left for another terminal."""
    try:
        put(central, _read(body, wire.HandoverPut))
    except HandoverTakenError as error:
        raise Problem(409, {"error": "taken"}) from error
    return json({})


@router.post(wire.HANDOVER_TAKE)
def go_on(central: Served, terminal: Sender, body: Body) -> Response:
    """... and taken up there, once."""
    found = take(central, terminal, _read(body, wire.HandoverTake))
    if found is None:
        raise Problem(404, {"error": "nothing there"})
    return json(found)


def _read(body: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Problem(400, {"error": "the request cannot be read"}) from error


def _key_of(body: bytes) -> str:
    """The key of a parcel that cannot be read otherwise, so that its terminal can put it aside."""

    class Keyed(msgspec.Struct):
        key: str = ""

    try:
        return msgspec.json.decode(body, type=Keyed).key[:64]
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""


@router.post("/api/sms/replies")
def sms_reply(central: Served, request: Request, body: Body) -> Response:
    """From the gateway: somebody answered TD, they want no more messages. Needs the gateway's token."""
    token = central.config.notices.token
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not token or not hmac.compare_digest(given.encode(), token.encode()):
        raise Problem(401, {"error": "not the gateway"})
    reply = _read(body, dict[str, str])
    ended = watches.end(central, reply.get("from", "")) if reply.get("text", "").strip().upper() == "TD" else 0
    return json({"ended": ended})
