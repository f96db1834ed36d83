"""How old a terminal's content is and whether it is in touch: one small file, written by sync, read by the front ends.

state = read(Disk(), layout.content)
state.age(now)              # since it was last known that there is nothing newer
state.offline               # the last look reached nobody
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import msgspec

from offline_cache.files import Files, read_if_there, replace_file
from offline_cache.sync.errors import Reason, SyncRefusedError
from offline_cache.sync.outcome import Updated, UpToDate
from offline_cache.sync.store import Installed, PackStore

_FILE = "state.json"


def folder_of(home: Path) -> Path:
    """The content folder below a terminal's home: packs, what is being fetched, what is trusted, this state."""
    return home / "content"


class SyncState(msgspec.Struct, frozen=True, kw_only=True):
    """``tried``: the last look; ``confirmed``: the last look that found the content to be the newest, or made it so.

    ``problem``: why the last look failed, or empty, with ``message``. ``content``: what is in use. ``waiting``: parcels
    that wait to be sent; ``reached``: when central last answered.
    """

    tried: dt.datetime | None = None
    confirmed: dt.datetime | None = None
    problem: Reason | None = None
    message: str = ""
    content: Installed | None = None
    waiting: int = 0
    reached: dt.datetime | None = None

    @property
    def offline(self) -> bool:
        """The last look reached nobody."""
        return self.problem is Reason.UNREACHABLE

    def age(self, now: dt.datetime) -> dt.timedelta | None:
        """Since the content was last known to be the newest; None when it never was. Never negative."""
        return None if self.confirmed is None else max(dt.timedelta(), now - self.confirmed)


def read(files: Files, folder: Path) -> SyncState:
    """``folder``: the content folder. A missing or damaged file is a terminal that never looked."""
    data = read_if_there(files, folder / _FILE)
    if data is None:
        return SyncState()
    try:
        return msgspec.json.decode(data, type=SyncState)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return SyncState()


def write(files: Files, folder: Path, state: SyncState) -> None:
    files.make_folder(folder)
    replace_file(files, folder / _FILE, msgspec.json.encode(state))


def after(before: SyncState, result: Updated | UpToDate | SyncRefusedError, now: dt.datetime) -> SyncState:
    """The state after a look at ``now``."""
    if isinstance(result, SyncRefusedError):
        return msgspec.structs.replace(before, tried=now, problem=result.reason, message=str(result))
    content = result.installed
    return msgspec.structs.replace(before, tried=now, confirmed=now, problem=None, message="", content=content)


def current_pack(files: Files, folder: Path) -> Path | None:
    """The pack that sync put in use, for readers; None when there is none. Open it once and keep it open."""
    return PackStore(files, folder).current_pack()
