"""The packs on the disk: the one in use and the one before it. A reader sees the old pack or the new one, whole.

    content/packs/SHA256.pack       named after what it holds; a file with this name is complete
    content/current.json            which of them is in use, which was before

A new pack is written under another name, synced, renamed, and only then does ``current.json`` (replaced at once) name
it. Who has the old file open keeps reading it, even when it is removed two releases later.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import msgspec

from offline_cache.files import Files, read_if_there, replace_file
from offline_cache.sync.releases import Release

_READ_BYTES = 1024 * 1024


class Installed(msgspec.Struct, frozen=True, kw_only=True):
    """A pack on the disk. ``date``: of the content; ``published``: of the release; ``installed``: when it came here."""

    name: str
    serial: int
    version: str
    date: dt.date
    published: dt.datetime
    installed: dt.datetime
    sha256: str
    length: int


class Current(msgspec.Struct, frozen=True, kw_only=True):
    """``content/current.json``."""

    current: Installed | None = None
    previous: Installed | None = None


class PackStore:
    """One writer (see ``client``), any number of readers."""

    def __init__(self, files: Files, folder: Path) -> None:
        self._files, self._folder = files, folder

    @property
    def packs(self) -> Path:
        return self._folder / "packs"

    def state(self) -> Current:
        """What is in use. A damaged file counts as nothing: the packs are then found and fetched again."""
        data = read_if_there(self._files, self._folder / "current.json")
        if data is None:
            return Current()
        try:
            return msgspec.json.decode(data, type=Current)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return Current()

    def path(self, sha256: str) -> Path:
        return self.packs / f"{sha256}.pack"

    def current_pack(self) -> Path | None:
        """The pack in use, for readers; None when there is none."""
        for one in (self.state().current, self.state().previous):
            if one is not None and self._files.size(self.path(one.sha256)) == one.length:
                return self.path(one.sha256)
        return None

    def holds(self, sha256: str, length: int) -> bool:
        """Whether this pack is here and every byte of it is right."""
        path = self.path(sha256)
        return self._files.size(path) == length and self.digest(path) == sha256

    def digest(self, path: Path) -> str:
        digest = hashlib.sha256()
        with self._files.open(path) as file:
            while block := file.read(_READ_BYTES):
                digest.update(block)
        return digest.hexdigest()

    def unfinished(self) -> Path:
        """Where a new pack is written before it has a name."""
        self._files.make_folder(self.packs)
        return self.packs / "unfinished"

    def adopt(self, sha256: str) -> Path:
        """Give the finished, synced ``unfinished`` pack its name."""
        path = self.path(sha256)
        self._files.rename(self.unfinished(), path)
        self._files.sync_folder(self.packs)
        return path

    def switch(self, name: str, release: Release, now: dt.datetime) -> Installed:
        """From now on ``release`` is in use; on the disk when this returns. Older packs but one are removed."""
        before = self.state()
        new = Installed(
            name=name,
            serial=release.serial,
            version=release.version,
            date=release.date,
            published=release.published,
            installed=now,
            sha256=release.sha256,
            length=release.length,
        )
        previous = before.current if before.current and before.current.sha256 != new.sha256 else before.previous
        after = Current(current=new, previous=previous)
        replace_file(self._files, self._folder / "current.json", msgspec.json.encode(after))
        self.tidy()
        return new

    def tidy(self) -> None:
        """Remove packs that are neither in use nor the one before. Losing power here loses nothing."""
        state = self.state()
        keep = {self.path(one.sha256).name for one in (state.current, state.previous) if one is not None}
        if not keep:
            return
        for name in self._files.names(self.packs):
            if name not in keep:
                self._files.remove(self.packs / name)
