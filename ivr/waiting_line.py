"""Who waits for a person: first come, first served; so many clerks are called at a time."""

from __future__ import annotations

from collections.abc import Hashable


class WaitingLine:
    """``places``: clerks that can be rung or talked to at a time. Callers are any hashable things."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._waiting: list[Hashable] = []
        self._served: set[Hashable] = set()

    def join(self, caller: Hashable) -> None:
        if caller not in self._waiting and caller not in self._served:
            self._waiting.append(caller)

    def ahead(self, caller: Hashable) -> int:
        """How many are served before ``caller``: 0 when it is their turn as soon as a place is free."""
        return self._waiting.index(caller) if caller in self._waiting else 0

    def admit(self, caller: Hashable) -> bool:
        """Whether it is the caller's turn; then they have a place until they ``leave``."""
        if caller in self._served:
            return True
        if self._waiting[:1] == [caller] and len(self._served) < self._places:
            self._waiting.pop(0)
            self._served.add(caller)
            return True
        return False

    def leave(self, caller: Hashable) -> None:
        """They are served, or have given up."""
        self._served.discard(caller)
        if caller in self._waiting:
            self._waiting.remove(caller)
