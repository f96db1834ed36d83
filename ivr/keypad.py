"""One press of a key counts once, however it reaches us: signalled, heard as a tone, both, or signalled untidily.

Gateways signal a key (RFC 4733 or INFO) and often leave its tone in the sound; and packets of an event that come late,
after its end, look to the SIP stack like the same key pressed again.
"""

from __future__ import annotations

from ivr.leg import KeyWay

LATE = 0.5
"""Seconds after a key's end within which the same key again may be a late packet of the press that ended."""

ECHO = 0.5
"""Seconds within which a tone and a signal of the same key are one press."""


class KeyPad:
    """Give it everything that looks like a press or a release; it says which presses are new.

    The same key again soon after its end is a late packet or a second press. Only a second press has an end of its own,
    so that press counts when it ends: no clock can tell the two apart on a busy machine.
    """

    def __init__(self) -> None:
        self._signals = False
        self._last: dict[KeyWay, tuple[str, float]] = {}
        self._released = float("-inf")
        self._doubtful = ""

    def pressed(self, key: str, way: KeyWay, now: float) -> bool:
        """Whether this is a new press."""
        new = self._is_new(key, way, now)
        if way is KeyWay.SIGNALLED:
            self._signals = True
            self._doubtful = key if self._may_be_late(key, now) else ""
            new = new and not self._doubtful
        if new:
            self._last[way] = (key, now)
        return new

    def released(self, now: float) -> str:
        """A signalled key ended. The key whose press counts only now, or ``""``: its press has counted already."""
        self._released = now
        pressed, self._doubtful = self._doubtful, ""
        return pressed

    def _is_new(self, key: str, way: KeyWay, now: float) -> bool:
        if way is KeyWay.TONE:
            return not self._signals  # a line that signals its keys is believed
        tone, heard = self._last.get(KeyWay.TONE, ("", 0.0))
        return not (tone == key and not self._signals and now - heard < ECHO)

    def _may_be_late(self, key: str, now: float) -> bool:
        last, _ = self._last.get(KeyWay.SIGNALLED, ("", 0.0))
        return last == key and now - self._released < LATE
