"""Pictures, recordings and invoices of one session, in memory only, known to the dialog by handles.

A ``place`` is taken when work begins: what is put there after the session was wiped is kept for nobody.
"""

from __future__ import annotations

import secrets
import threading
from typing import NamedTuple

MOST_BYTES = 64 * 1024 * 1024
"""Of one session; more is refused, so that a stick full of files cannot fill the memory."""


class Kept(NamedTuple):
    mime: str
    data: bytes

    def __repr__(self) -> str:
        return f"Kept({self.mime}, {len(self.data)} bytes)"


class Place:
    """Where one errand may put things, while its session lasts."""

    def __init__(self, keepsakes: Keepsakes, session: int) -> None:
        self._keepsakes, self._session = keepsakes, session

    def put(self, mime: str, data: bytes, handle: str = "") -> str:
        """Keep it; the handle to get it by. After the session's end, or when there is no room, nothing is kept."""
        return self._keepsakes._put(self._session, Kept(mime, data), handle)


class Keepsakes:
    """May be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._session = 0
        self._kept: dict[str, Kept] = {}

    def place(self) -> Place:
        """For the session under way."""
        with self._lock:
            return Place(self, self._session)

    def get(self, handle: str) -> Kept | None:
        with self._lock:
            return self._kept.get(handle)

    def drop(self, handles: tuple[str, ...]) -> None:
        """They were handed in: the terminal needs them no more."""
        with self._lock:
            for handle in handles:
                self._kept.pop(handle, None)

    def forget(self) -> None:
        """The session is over."""
        with self._lock:
            self._session += 1
            self._kept.clear()

    @property
    def empty(self) -> bool:
        with self._lock:
            return not self._kept

    def _put(self, session: int, kept: Kept, handle: str) -> str:
        handle = handle or secrets.token_hex(8)
        with self._lock:
            held = sum(len(other.data) for other in self._kept.values())
            if session == self._session and held + len(kept.data) <= MOST_BYTES:
                self._kept[handle] = kept
        return handle
