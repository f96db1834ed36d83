"""The one thing in the engine that changes while it runs: the view that stands on the glass now."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from kiosk.view import View


class Glass:
    """Holds ``view``, itself a frozen record; the engine and its helpers put a new one here, the window draws it."""

    def __init__(self, view: View) -> None:
        self.view = view

    def change(self, **fields: Any) -> None:
        """A new view with these fields; unchanged fields keep their identity, so that nothing is drawn twice."""
        self.view = replace(self.view, **fields)
