"""Which terminal a request comes from: its signature, its clock, its nonce; and the request's body, never too large.

A request that fails here gets 401 or 403 with a plain error, never a ``Refusal``: the terminal then keeps its parcels,
so that nothing is lost when a terminal was revoked by mistake or is enrolled again.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import msgspec
import sqlalchemy as sa
from fastapi import Depends, Request
from starlette.responses import Response

from central.service import Central
from central.tables import Nonce, Terminal
from offline_cache import identity
from offline_cache.identity import ClockError, SignatureError
from offline_cache.wire import MAX_SEALED_BYTES, ClockWrong

LARGEST_BODY = MAX_SEALED_BYTES * 4 // 3 + 256 * 1024
"""A sealed part in base64 and some room for the rest."""
NONCE_LIFE = dt.timedelta(seconds=2 * identity.WINDOW)


class Problem(Exception):  # noqa: N818
    """An answer that is not 200: raised anywhere, sent by the handler in ``central.app``."""

    def __init__(self, status: int, body: object, retry_after: int = 0) -> None:
        super().__init__(str(status))
        self.status, self.body, self.retry_after = status, body, retry_after


def json(body: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")


async def central_of(request: Request) -> Central:
    """The service this request belongs to. Not worth a worker thread, therefore async."""
    found = request.app.state.central
    assert isinstance(found, Central)
    return found


async def body_of(request: Request) -> bytes:
    """The whole body. 413 as soon as it is too large, however it is sent."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > LARGEST_BODY:
        raise Problem(413, {"error": "the request is too large"})
    found = bytearray()
    async for chunk in request.stream():
        found += chunk
        if len(found) > LARGEST_BODY:
            raise Problem(413, {"error": "the request is too large"})
    return bytes(found)


Body = Annotated[bytes, Depends(body_of)]
Served = Annotated[Central, Depends(central_of)]


def signed_terminal(request: Request, central: Served, body: Body) -> str:
    """The id of the terminal that signed the request."""
    now = central.clock()
    try:
        signed = identity.read_headers(request.headers)
    except SignatureError as error:
        raise Problem(401, {"error": str(error)}) from error
    with central.database.reading() as session:
        row = session.get(Terminal, signed.terminal)
    if row is None:
        raise Problem(401, {"error": "this terminal is not enrolled"})
    try:
        identity.check(
            signed, bytes.fromhex(row.public_key), request.method, request.scope["path"], body, now.timestamp()
        )
    except ClockError as error:
        raise Problem(401, ClockWrong(now=now.timestamp())) from error
    except SignatureError as error:
        raise Problem(401, {"error": str(error)}) from error
    if row.revoked is not None:
        raise Problem(403, {"error": "this terminal was revoked; ask the administrator for a new enrolment code"})
    try:
        with central.database.writing() as session:
            session.execute(sa.insert(Nonce).values(terminal=row.id, nonce=signed.nonce, at=now))
            session.execute(sa.update(Terminal).where(Terminal.id == row.id).values(seen=now))
    except sa.exc.IntegrityError as error:
        raise Problem(401, {"error": "this request was sent before"}) from error
    return row.id


Sender = Annotated[str, Depends(signed_terminal)]


def forget_nonces(central: Central) -> None:
    """Nonces that a replay could no longer use."""
    with central.database.writing() as session:
        session.execute(sa.delete(Nonce).where(Nonce.at < central.clock() - NONCE_LIFE))
