"""Recordings of one call, in memory, known to the dialog by handles; gone with the call, or when they were filed."""

from __future__ import annotations

import secrets

import msgspec

from ivr.recording import Keeping


class Kept(msgspec.Struct, frozen=True):
    """``sound``: as it came from the leg. ``journal``: its sealed copy on the disk, to be removed once it is filed."""

    sound: bytes
    journal: Keeping | None = None

    def __repr__(self) -> str:
        return f"Kept({len(self.sound)} bytes)"


class Keepsakes:
    """One call's."""

    def __init__(self) -> None:
        self._kept: dict[str, Kept] = {}

    def put(self, sound: bytes, journal: Keeping | None) -> str:
        """Keep the latest recording; the one before, which was recorded anew, is given up."""
        self.drop(tuple(self._kept))
        handle = secrets.token_hex(8)
        self._kept[handle] = Kept(sound, journal)
        return handle

    def get(self, handle: str) -> Kept | None:
        return self._kept.get(handle)

    def forget(self) -> None:
        """The call is over and nothing of it is wanted any more."""
        self.drop(tuple(self._kept))

    def drop(self, handles: tuple[str, ...]) -> None:
        """They are safe elsewhere, or not wanted any more."""
        for handle in handles:
            kept = self._kept.pop(handle, None)
            if kept is not None and kept.journal is not None:
                kept.journal.remove()
