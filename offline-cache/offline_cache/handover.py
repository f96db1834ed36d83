"""Going on at the phone with what was begun at the kiosk (or the other way): six digits, half an hour, one use.

    code = hand_over(state, link, central_key, today)    # "480173": shown, spoken
    state = take_over("480173", link, central_key, today)         # at the other terminal

The state is encrypted with a key made from the code (Argon2id), which central never sees; central finds the box by a
locator made from the code in the same slow way. A code has only 590,490 values (it is said aloud, see
``ticket_number.spoken_digits``), so this keeps out who reads central's memory or disk afterwards, not an owner of
central who spends a day of computing within half an hour; the box should therefore hold the question and the choices
made, never a name or a phone number. The salt changes every day.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable

import msgspec
from nacl.exceptions import CryptoError
from nacl.pwhash import argon2id
from nacl.secret import SecretBox

from offline_cache.central_link import CentralLink
from offline_cache.ticket_number import digits_of, spoken_digits
from offline_cache.wire import MAX_HANDOVER_BYTES, HandoverPut, HandoverTake

DIGITS = 6
LIFE = dt.timedelta(minutes=30)
"""How long the central service keeps a box."""
DRAWS = 5
"""Codes tried when others are in use."""

_OPERATIONS = 2
_MEMORY = 64 * 1024 * 1024
"""Bytes: 0.15 s on a terminal's processor, a day of one for all codes of a day."""
_LOCATOR_BYTES = 16


class HandoverError(Exception):
    """There is nothing to go on with. The text says what to do."""


class _Slow(msgspec.Struct, frozen=True):
    """What a code becomes on one day."""

    locator: str
    key: bytes


def hand_over(
    state: bytes,
    link: CentralLink,
    central_key: bytes,
    today: dt.date,
    below: Callable[[int], int] = secrets.randbelow,
) -> str:
    """Leave ``state`` at central; returns the code. Raises ``LinkError`` (no network: say so), ``HandoverError``."""
    if len(state) > MAX_HANDOVER_BYTES - SecretBox.NONCE_SIZE - SecretBox.MACBYTES:
        raise HandoverError("the conversation is too long to be handed over; begin again on the phone")
    for _ in range(DRAWS):
        code = spoken_digits(DIGITS, below)
        slow = _slow(code, central_key, today)
        if link.put_handover(HandoverPut(locator=slow.locator, box=bytes(SecretBox(slow.key).encrypt(state)))):
            return code
    raise HandoverError("no code is free just now; try again in a minute")


def take_over(code: str, link: CentralLink, central_key: bytes, today: dt.date) -> bytes:
    """The state left under ``code``, which is used up by this. Raises ``LinkError``, ``HandoverError``."""
    digits = digits_of(code)
    if digits is None or len(digits) != DIGITS:
        raise HandoverError(f"the code has {DIGITS} digits; check it and try again")
    for day in (today, today - dt.timedelta(days=1)):
        slow = _slow(digits, central_key, day)
        put = link.take_handover(HandoverTake(locator=slow.locator))
        if put is not None:
            return _opened(put, slow)
    raise HandoverError("there is nothing under this code: it is mistyped, used, or older than half an hour")


def _opened(put: HandoverPut, slow: _Slow) -> bytes:
    try:
        return bytes(SecretBox(slow.key).decrypt(put.box))
    except (CryptoError, ValueError, TypeError) as error:
        raise HandoverError("what was left under this code was damaged; begin again") from error


def _slow(code: str, central_key: bytes, day: dt.date) -> _Slow:
    salt = hashlib.blake2b(
        day.isoformat().encode(), key=central_key, digest_size=argon2id.SALTBYTES, person=b"bianmin handover"
    ).digest()
    made = argon2id.kdf(
        _LOCATOR_BYTES + SecretBox.KEY_SIZE, code.encode(), salt, opslimit=_OPERATIONS, memlimit=_MEMORY
    )
    return _Slow(made[:_LOCATOR_BYTES].hex(), made[_LOCATOR_BYTES:])
