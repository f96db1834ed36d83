"""One press of a key counts once, however it reaches us: signalled, heard as a tone, both, or signalled untidily.

Gateways signal a key (RFC 4733 or INFO) and often leave its tone in the sound; and packets of an event that come late,
after its end, look to the SIP stack like the same key pressed again.
"""

from __future__ import annotations

from ivr.leg import KeyWay

LATE = 0.06
"""Seconds after a key's end within which the same key again is a late packet: nobody presses twice that fast."""

ECHO = 0.5
"""Seconds within which a tone and a signal of the same key are one press."""


class KeyPad:
    """Give it everything that looks like a press; it says which are."""

    def __init__(self) -> None:
        self._signals = False
        self._last: dict[KeyWay, tuple[str, float]] = {}
        self._released = float("-inf")

    def pressed(self, key: str, way: KeyWay, now: float) -> bool:
        """Whether this is a new press."""
        new = self._is_new(key, way, now)
        if way is KeyWay.SIGNALLED:
            self._signals = True
        if new:
            self._last[way] = (key, now)
        return new

    def released(self, now: float) -> None:
        """A signalled key ended."""
        self._released = now

    def _is_new(self, key: str, way: KeyWay, now: float) -> bool:
        if way is KeyWay.TONE:
            return not self._signals  # a line that signals its keys is believed
        tone, heard = self._last.get(KeyWay.TONE, ("", 0.0))
        if tone == key and not self._signals and now - heard < ECHO:
            return False
        last, _ = self._last.get(KeyWay.SIGNALLED, ("", 0.0))
        return not (last == key and now - self._released < LATE)
