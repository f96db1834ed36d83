"""Which pack the front ends answer from. Light to import: the kiosk asks again between two sessions."""

from __future__ import annotations

from pathlib import Path

from bianmin import settings
from bianmin.settings import Settings
from offline_cache import sync_state
from offline_cache.files import Disk
from offline_cache.sync_state import SyncState


def pack_in_use(chosen: Settings) -> Path:
    """The one the settings name, else what sync brought, else the starter pack."""
    if chosen.pack:
        return Path(chosen.pack)
    return sync_state.current_pack(Disk(), sync_state.folder_of(settings.home())) or settings.starter_pack()


def state() -> SyncState:
    """How old the content is and whether the terminal is in touch."""
    return sync_state.read(Disk(), sync_state.folder_of(settings.home()))
