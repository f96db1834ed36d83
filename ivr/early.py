"""Keys that come before it is known what is asked next: the leading 0 of a number, and "a person", look the same.

::

    查进度 ──> 0 0 0 7 ... keyed while that is still being understood: kept
                 ├─ then a number is asked for ───────────────> its first digits
                 └─ then anything else, or it takes too long ─> 0: a person; a number nobody asked for: nothing

Every number of a request begins with 0, and who has called before keys it without waiting for the question.
"""

from __future__ import annotations

from dialog.acts import Ask

WAIT = 2.0
"""Seconds a 0 waits for what was just said to be understood; then it is a person whatever comes."""


class Early:
    """One caller's."""

    def __init__(self) -> None:
        self.forget()

    def __bool__(self) -> bool:
        return bool(self._keys)

    def keep(self, key: str, ask: Ask, now: float) -> None:
        """``ask``: what was asked last."""
        if not self._keys:
            self._since, self._asked = now, ask.digits
        self._keys += key

    def is_late(self, now: float) -> bool:
        """Somebody wants a person and has waited for it long enough; a number that has begun may wait."""
        return self._is_person and now - self._since >= WAIT

    def take(self, ask: Ask) -> str:
        """The keys that are to be pressed now that ``ask`` is what is asked; nothing stays.

        When a number is asked for once more, what was keyed after its first try belonged to a question that never came.
        """
        kept, asked, person = self._keys, self._asked, self._is_person
        self.forget()
        if ask.digits and ask.digits != asked:
            return kept
        return "0" if person else ""

    def forget(self) -> None:
        self._keys, self._since, self._asked = "", 0.0, 0

    @property
    def _is_person(self) -> bool:
        return set(self._keys) == {"0"}
