"""How staff knock: five touches on the emblem in the top left corner, or eight keys of the keypad, on the first screen.

Neither is shown anywhere, and neither opens anything by itself: the PIN comes after it.
"""

from __future__ import annotations

from collections import deque

TOUCHES = 5
WITHIN = 4.0
"""Seconds for all touches."""
CORNER_MM = 25.0
KEYS = ("pagedown", "pagedown", "home", "home", "end", "end", "pageup", "pageup")
"""Quieter, slower, faster, louder, each twice (Kivy's names)."""
KEYS_WITHIN = 10.0


class Door:
    """``touch`` and ``key`` tell whether that was the last of a knock."""

    def __init__(self) -> None:
        self._touches: deque[float] = deque(maxlen=TOUCHES)
        self._keys: deque[tuple[str, float]] = deque(maxlen=len(KEYS))

    def touch(self, x_mm: float, y_mm: float, now: float) -> bool:
        """A finger came down, millimetres from the top left."""
        if not (x_mm <= CORNER_MM and y_mm <= CORNER_MM):
            self._touches.clear()
            return False
        self._touches.append(now)
        if len(self._touches) == TOUCHES and now - self._touches[0] <= WITHIN:
            self._touches.clear()
            return True
        return False

    def key(self, name: str, now: float) -> bool:
        self._keys.append((name, now))
        knocked = tuple(key for key, _ in self._keys) == KEYS and now - self._keys[0][1] <= KEYS_WITHIN
        if knocked:
            self._keys.clear()
        return knocked
