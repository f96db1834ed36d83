"""The staff PIN: six to twelve digits, kept as an Argon2 hash, and slow to guess on the terminal itself.

After a wrong PIN the next try waits, twice as long each time; the count survives a restart, so that pulling the plug
does not help.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from deploy_image.errors import ImageError
from offline_cache.files import Disk, read_if_there, replace_file

FREE_TRIES = 3
FIRST_WAIT, LONGEST_WAIT = 30.0, 3600.0


class PinError(ImageError):
    """The PIN is not taken; the text says why and when to try again."""


class Tries(msgspec.Struct, frozen=True):
    """Wrong PINs in a row, and when the last one was (Unix seconds)."""

    wrong: int = 0
    last: float = 0.0


def hash_pin(pin: str) -> str:
    """For the provisioning file. Raises ``PinError`` for a PIN that is too easy."""
    if not (pin.isascii() and pin.isdigit() and 6 <= len(pin) <= 12) or len(set(pin)) < 3:
        raise PinError("a PIN has six to twelve digits, at least three of them different")
    return PasswordHasher().hash(pin)


def wait_left(tries: Tries, now: float) -> float:
    """Seconds until the next try. A clock that went back does not help, and does not lock anybody out for longer."""
    if tries.wrong < FREE_TRIES:
        return 0.0
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** (tries.wrong - FREE_TRIES))
    return min(wait, max(0.0, tries.last + wait - now))


def check(pin: str, known: str, path: Path, now: float) -> None:
    """Raises ``PinError``. ``known``: the hash; ``path``: where the wrong tries are counted."""
    data = read_if_there(Disk(), path)
    try:
        tries = msgspec.json.decode(data, type=Tries) if data else Tries()
    except msgspec.DecodeError:
        tries = Tries()
    left = wait_left(tries, now)
    if left > 0:
        raise PinError(f"too many wrong PINs; try again in {left:.0f} seconds")
    # Counted as wrong before it is looked at: a restart in between saves nobody a try.
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(Disk(), path, msgspec.json.encode(Tries(tries.wrong + 1, now)))
    try:
        PasswordHasher().verify(known, pin)
    except (VerifyMismatchError, InvalidHashError):
        raise PinError("the PIN is wrong") from None
    replace_file(Disk(), path, msgspec.json.encode(Tries()))
