"""How a look for new content ends when nothing is wrong."""

from __future__ import annotations

import msgspec

from offline_cache.sync.store import Installed


class Updated(msgspec.Struct, frozen=True, kw_only=True):
    """``installed`` is in use now. ``received``: bytes of content that came for it; ``form``: how it came."""

    installed: Installed
    received: int
    form: str


class UpToDate(msgspec.Struct, frozen=True, kw_only=True):
    """``installed`` is the newest for this terminal; None: nothing is published for it yet."""

    installed: Installed | None
