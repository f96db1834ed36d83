"""What a terminal sends to the central service and what comes back: the wire format, shared by both.

A parcel has a plain part that dispatching needs (kind, terminal, suggested department) and a sealed part that only the
central service can open (what the citizen said, their name, their phone, a photo). JSON over HTTP; bytes as base64.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import msgspec

VERSION = 1
"""Raised when an older central service could misread a newer parcel."""

MAX_SEALED_BYTES = 32 * 1024 * 1024
"""Larger than a three-minute message and three photos; anything above is refused on both sides."""


class Kind(StrEnum):
    """What a parcel carries. In the order of worth: when space runs out, the last is dropped first."""

    TICKET = "ticket"  # a request: consult, complain, suggest
    MESSAGE = "message"  # a spoken message left after hours
    RATING = "rating"  # five-level rating, anonymous
    WATCH = "watch"  # a wish to be told about progress
    HEALTH = "health"  # the terminal's own report


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """``key``: idempotency key, made once, before anything is written. ``plain``: never anything personal."""

    key: str
    kind: Kind
    terminal: str
    created: dt.datetime
    plain: dict[str, str]
    sealed: bytes = b""
    version: int = VERSION


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """The central service has ``key`` safely on disk. ``number``: the ticket's number for the citizen, or empty."""

    key: str
    number: str = ""


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """The central service will never take ``key``: malformed, too large, from a revoked terminal."""

    key: str
    reason: str


def encode(parcel: Parcel) -> bytes:
    return msgspec.json.encode(parcel)


def decode(data: bytes) -> Parcel:
    """Raises ``WireError`` for anything that is not a parcel of a version we know."""
    try:
        parcel = msgspec.json.decode(data, type=Parcel)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise WireError(f"not a parcel: {error}") from error
    if parcel.version > VERSION:
        raise WireError(f"the parcel is of version {parcel.version}; update this program (it knows {VERSION})")
    if len(parcel.sealed) > MAX_SEALED_BYTES:
        raise WireError(f"the parcel is larger than {MAX_SEALED_BYTES // 2**20} MB")
    return parcel


class WireError(Exception):
    """What came over the wire cannot be used. The text never holds any of its content."""
