"""The PIN: kept as an Argon2id hash; after too many wrong ones it has to be waited, each time twice as long.

The count of wrong PINs is on the disk before the next may be tried, so switching the terminal off gains nothing. A
clock that was set back cannot lengthen a wait beyond its own length.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

LEAST_DIGITS = 6
MOST_DIGITS = 12
FREE_TRIES = 5
FIRST_WAIT = 15.0
"""Seconds after the fifth wrong PIN; twice as long after each further one."""
LONGEST_WAIT = 24 * 3600.0


class PinError(ValueError):
    """A PIN that may not be set; the text says why."""


class Opened(msgspec.Struct, frozen=True):
    """It was the right one."""


class Wrong(msgspec.Struct, frozen=True):
    """``left``: tries before it has to be waited."""

    left: int


class Locked(msgspec.Struct, frozen=True):
    """``seconds`` still to wait; nothing was tried."""

    seconds: float


class NoPin(msgspec.Struct, frozen=True):
    """None was ever set: nobody gets in."""


Answer = Opened | Wrong | Locked | NoPin


class _Tries(msgspec.Struct, frozen=True):
    wrong: int = 0
    since: float = 0.0
    """When the last wrong one was tried, seconds since 1970."""


def wait_after(wrong: int) -> float:
    """Seconds to wait after that many wrong PINs in a row."""
    if wrong < FREE_TRIES:
        return 0.0
    return float(min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(wrong - FREE_TRIES, 32)))


class PinLock:
    """``folder`` holds the hash and the count. ``now``: the time of day."""

    def __init__(self, folder: Path, now: Callable[[], dt.datetime], hasher: PasswordHasher | None = None) -> None:
        self._pin, self._tries = folder / "pin", folder / "tries.json"
        self._now = now
        self._hasher = hasher or PasswordHasher()

    @property
    def is_set(self) -> bool:
        return self._pin.exists()

    def set(self, pin: str) -> None:
        """Raises PinError for one that is too easy, OSError when the disk takes nothing."""
        if not (pin.isascii() and pin.isdigit() and LEAST_DIGITS <= len(pin) <= MOST_DIGITS):
            raise PinError(f"a PIN has {LEAST_DIGITS} to {MOST_DIGITS} digits")
        steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
        if len(set(pin)) < 3 or steps in ({1}, {9}):
            raise PinError("this PIN is guessed at once; use one without a pattern")
        _write(self._pin, self._hasher.hash(pin).encode())
        _write(self._tries, msgspec.json.encode(_Tries()))

    def locked_for(self) -> float:
        """Seconds until a PIN may be tried again; 0: now."""
        tries = self._read()
        wait = wait_after(tries.wrong)
        return min(wait, max(0.0, tries.since + wait - self._now().timestamp()))

    def open(self, pin: str) -> Answer:
        """Try ``pin``. Takes a tenth of a second: the hash is slow on purpose."""
        if not self.is_set:
            return NoPin()
        waiting = self.locked_for()
        if waiting > 0:
            return Locked(waiting)
        wrong = self._read().wrong + 1
        _write(self._tries, msgspec.json.encode(_Tries(wrong, self._now().timestamp())))
        try:
            self._hasher.verify(self._pin.read_text(encoding="ascii"), pin)
        except VerifyMismatchError:
            waiting = wait_after(wrong)
            return Locked(waiting) if waiting else Wrong(FREE_TRIES - wrong)
        except (VerificationError, InvalidHashError, OSError, UnicodeDecodeError):
            return NoPin()
        _write(self._tries, msgspec.json.encode(_Tries()))
        return Opened()

    def _read(self) -> _Tries:
        """A count that cannot be read is taken for the last free try, not for none."""
        if not self._tries.exists():
            return _Tries()
        try:
            return msgspec.json.decode(self._tries.read_bytes(), type=_Tries)
        except (msgspec.DecodeError, OSError):
            return _Tries(FREE_TRIES - 1)


def _write(path: Path, data: bytes) -> None:
    """Old or new, never half, and on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
