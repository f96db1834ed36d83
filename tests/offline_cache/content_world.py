"""A content repository and terminals that follow it, in folders: real signatures, real patches, a clock that is set."""

from __future__ import annotations

import datetime as dt
import random
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from offline_cache.files import Disk, Files
from offline_cache.sync.client import Provisioned, Syncer
from offline_cache.sync.mirrors import FolderMirror, Mirror
from offline_cache.sync.publishing import Publisher
from offline_cache.sync.releases import Release, Rollout
from offline_cache.sync.repository import Repository
from offline_cache.sync.signing import KeyFolder

NOW = dt.datetime(2026, 11, 22, 8, 0, tzinfo=dt.UTC)
NAME = "wenling/wenling"


def pack_bytes(release: int, size: int = 120_000) -> bytes:
    """Pseudo-random content that can be halved, of which one part in a hundred differs from one release to the next."""
    data = bytearray(random.Random(0).randbytes(size // 2 + 1).hex().encode()[:size])
    chance = random.Random(release)
    block = size // 1000
    for _ in range(10 if release else 0):
        start = chance.randrange(size - block)
        data[start : start + block] = chance.randbytes(block).hex().encode()[:block]
    return bytes(data)


class ContentWorld:
    """``now`` may be set forward. ``repository_folder`` is what a web server would serve."""

    def __init__(self, folder: Path, files: Files | None = None) -> None:
        self.folder = folder
        self.now = NOW
        self.files = files or Disk()
        self.online = KeyFolder(self.files, folder / "online")
        self.offline = KeyFolder(self.files, folder / "offline")
        self.repository_folder = folder / "repository"
        self.repository = Repository(self.files, self.repository_folder, self.online)
        self.root = self.repository.create(self.offline, self.now)
        self.group_key = self.online.make("wenling")
        key = self.group_key
        self.repository.add_group("wenling", key.public_key, self.offline, self.now, key)
        self.publisher = Publisher(self.files, self.repository, self.group_key)

    def publish(self, release: int, rollout: Rollout | None = None, size: int = 120_000) -> Release:
        pack = self.folder / "new.pack"
        pack.write_bytes(pack_bytes(release, size))
        chosen = rollout or Rollout()
        return self.publisher.publish(pack, NAME, f"2026.{release}", self.now.date(), self.now, chosen)

    def mirror(self) -> FolderMirror:
        return FolderMirror(self.repository_folder)

    def snapshot(self, name: str) -> Path:
        """A copy of the repository as it is now: what an attacker or a stale mirror may serve later."""
        copy = self.folder / "copies" / name
        shutil.copytree(self.repository_folder, copy)
        return copy

    def syncer(
        self,
        terminal: str = "WL-0001",
        mirrors: Sequence[Mirror] | None = None,
        groups: tuple[str, ...] = (),
        files: Files | None = None,
        accept: Callable[[Path], None] = lambda path: None,
    ) -> Syncer:
        provisioned = Provisioned(root=self.root, name=NAME, terminal=terminal, groups=groups)
        used = (self.mirror(),) if mirrors is None else mirrors
        return Syncer(files or Disk(), self.folder / "terminals" / terminal, provisioned, used, accept=accept)


def current(syncer: Syncer) -> bytes | None:
    path = syncer.store.current_pack()
    return None if path is None else path.read_bytes()
