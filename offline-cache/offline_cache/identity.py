"""Who a terminal is: an Ed25519 key made on the device, with which it signs every request to the central service.

    identity = Identity.load_or_make(files, path)
    headers = identity.headers("WL-0007", "POST", "/api/parcels", body, now, nonce)
    signed = read_headers(headers)                                          # at the central service
    check(signed, public_key, "POST", "/api/parcels", body, now)            # raises SignatureError

The signature covers method, path, time, a nonce and the body's hash. The central service refuses times outside
``WINDOW`` and remembers nonces for twice as long, so a recorded request cannot be played again.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from pathlib import Path

import msgspec
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from offline_cache.files import Files, read_if_there, replace_file

WINDOW = 300.0
"""Seconds a request's time may differ from central's clock."""
KEY_BYTES = 32

TERMINAL_HEADER = "Bianmin-Terminal"
TIME_HEADER = "Bianmin-Time"
NONCE_HEADER = "Bianmin-Nonce"
SIGNATURE_HEADER = "Bianmin-Signature"

_CONTEXT = b"bianmin request 1"


class SignatureError(Exception):
    """A request is not signed as it must be. The text is for the technician."""


class ClockError(SignatureError):
    """The request's time is outside the window; answered with ``wire.ClockWrong``."""


class IdentityError(Exception):
    """The terminal's key cannot be used. The text says what to do."""


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """The four headers, parsed. ``time``: seconds since 1970."""

    terminal: str
    time: float
    nonce: str
    signature: bytes


class Identity:
    """A terminal's private key."""

    def __init__(self, key: SigningKey) -> None:
        self._key = key

    @staticmethod
    def make() -> Identity:
        return Identity(SigningKey.generate())

    @staticmethod
    def load(files: Files, path: Path) -> Identity | None:
        """The key on the disk; None when there is none. Raises ``IdentityError`` when it is damaged."""
        data = read_if_there(files, path)
        if data is None:
            return None
        if len(data) != KEY_BYTES:
            raise IdentityError(f"{path} is damaged; remove it and enrol the terminal again")
        return Identity(SigningKey(data))

    @staticmethod
    def load_or_make(files: Files, path: Path) -> Identity:
        """The key on the disk, or a new one that is on the disk (readable by this user only) when this returns."""
        found = Identity.load(files, path)
        if found is not None:
            return found
        made = Identity.make()
        files.make_folder(path.parent)
        replace_file(files, path, bytes(made._key))
        return made

    @property
    def public_key(self) -> bytes:
        return bytes(self._key.verify_key)

    def headers(self, terminal: str, method: str, path: str, body: bytes, now: float, nonce: str) -> dict[str, str]:
        """What to send beside the body. ``nonce``: 32 random hexadecimal digits, new for every request."""
        time = f"{now:.3f}"
        signature = self._key.sign(_signed_text(terminal, method, path, time, nonce, body)).signature
        return {
            TERMINAL_HEADER: terminal,
            TIME_HEADER: time,
            NONCE_HEADER: nonce,
            SIGNATURE_HEADER: base64.b64encode(signature).decode(),
        }


def read_headers(headers: Mapping[str, str]) -> Signed:
    """Raises ``SignatureError`` when a header is missing or malformed. ``headers``: looked up by the names above."""
    try:
        nonce = headers[NONCE_HEADER]
        if len(nonce) != 32 or not set(nonce) <= set("0123456789abcdef"):
            raise ValueError
        return Signed(
            terminal=headers[TERMINAL_HEADER],
            time=float(headers[TIME_HEADER]),
            nonce=nonce,
            signature=base64.b64decode(headers[SIGNATURE_HEADER], validate=True),
        )
    except (KeyError, ValueError, binascii.Error):
        raise SignatureError("the request is not signed by a terminal") from None


def check(signed: Signed, public_key: bytes, method: str, path: str, body: bytes, now: float) -> None:
    """Raises ``SignatureError``, or ``ClockError`` when the signature is right but its time is not.

    The caller must still refuse a nonce it has seen from this terminal within twice ``WINDOW``.
    """
    text = _signed_text(signed.terminal, method, path, f"{signed.time:.3f}", signed.nonce, body)
    try:
        VerifyKey(public_key).verify(text, signed.signature)
    except (BadSignatureError, ValueError, TypeError):
        raise SignatureError("the signature does not fit the terminal's key") from None
    if not abs(signed.time - now) <= WINDOW:  # also refuses NaN
        raise ClockError("the terminal's clock is wrong")


def _signed_text(terminal: str, method: str, path: str, time: str, nonce: str, body: bytes) -> bytes:
    lines = (terminal, method.upper(), path, time, nonce, hashlib.sha256(body).hexdigest())
    # None of the lines can hold a line end: headers and paths cannot.
    return b"\n".join((_CONTEXT, *(line.encode() for line in lines)))
