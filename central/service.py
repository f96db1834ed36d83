"""The central service put together: what every part of it needs, passed around as one record."""

from __future__ import annotations

import datetime as dt
import secrets
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from central import directory as directories
from central import keys as key_files
from central.config import Config, ConfigError, load
from central.database import Database, open_database
from central.directory import Directory
from central.keys import Keys
from content.pack import PackError

Clock = Callable[[], dt.datetime]


def system_clock() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass
class Central:
    """``folder``: keys, the content repository, the SQLite file. ``clock``: aware moments. ``below``: randomness.

    ``directory`` is replaced when a pack is published.
    """

    config: Config
    folder: Path
    database: Database
    keys: Keys
    clock: Clock = system_clock
    below: Callable[[int], int] = secrets.randbelow
    directory: Directory = field(init=False)
    zone: zoneinfo.ZoneInfo = field(init=False)
    _pack_time: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        try:
            self.zone = zoneinfo.ZoneInfo(self.config.time_zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
            raise ConfigError(
                f"time_zone {self.config.time_zone!r} is not known; use one such as Asia/Shanghai"
            ) from error
        self.reload_directory()

    @property
    def repository(self) -> Path:
        """Published content: static files, served as they are."""
        return self.folder / "repository"

    @property
    def images(self) -> Path:
        """Published terminal images (`bianmin image bundle --publish`): static files, served as they are."""
        return self.folder / "images"

    @property
    def packs(self) -> Path:
        """Every pack that was published, by version."""
        return self.folder / "packs"

    def now(self) -> dt.datetime:
        """Local time: office hours are counted in it."""
        return self.clock().astimezone(self.zone)

    def notice_pack(self) -> None:
        """Read the published pack again when another process has made a new one current."""
        path = self.packs / "current.pack"
        if not self.config.pack and path.exists() and path.stat().st_mtime_ns != self._pack_time:
            self.reload_directory()

    def reload_directory(self) -> None:
        """Read the configured pack, else the last published, else none. Raises ``ConfigError`` for a broken one."""
        path = Path(self.config.pack) if self.config.pack else self.packs / "current.pack"
        if not self.config.pack and not path.exists():
            self.directory = directories.empty(self.config.limits)
            return
        self._pack_time = path.stat().st_mtime_ns if path.exists() else 0
        try:
            self.directory = directories.read(path, self.config.limits)
        except PackError as error:
            raise ConfigError(str(error)) from error


def open_central(folder: Path, *, database: str = "", pack: str = "", clock: Clock = system_clock) -> Central:
    """Open the service of ``folder``, made on the first run.

    Raises ``ConfigError``, ``DatabaseError``, ``KeyFileError``.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    config = load(folder / "central.toml")
    changes = {name: value for name, value in (("database", database), ("pack", pack)) if value}
    config = msgspec.structs.replace(config, **changes)
    url = config.database or f"sqlite:///{folder / 'central.db'}"
    return Central(config, folder, open_database(url), key_files.load_or_make(folder / "keys"), clock)
