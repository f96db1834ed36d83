"""Every setting of the central service: one typed record, read from ``central.toml`` of the service's folder."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import msgspec

from central.deadlines import Reminders
from content.directory import Limit, Unit


class ConfigError(Exception):
    """The configuration cannot be used. The text says which line and what to do."""


class LimitSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Used where the content's request codes say nothing else."""

    dispatch: Limit = Limit(5, Unit.MINUTES)
    first_answer: Limit = Limit(48, Unit.HOURS)
    completion: Limit = Limit(5, Unit.WORKING_DAYS)


class SecuritySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Sign-in, signatures and rate limits."""

    session_hours: float = 10.0  # a working day; then one signs in again
    idle_minutes: float = 30.0  # without a click
    failures: int = 5  # wrong passwords before the account is locked
    lock_minutes: float = 15.0
    unseal_minutes: float = 15.0  # how long opened personal data stays open for the one who gave the reason
    enrolment_hours: float = 72.0  # how long a one-time code is good
    progress_failures: int = 5  # wrong check codes for one number within an hour
    progress_hourly: int = 240  # questions for progress from one address within an hour
    secure_cookies: bool = False  # true behind TLS


class NoticeSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Text messages. ``gateway``: the gateway's HTTP address, empty: none are sent. ``quiet``: none in these hours."""

    gateway: str = ""
    token: str = ""
    signature: str = "便民服务"
    quiet_from: dt.time = dt.time(20)
    quiet_to: dt.time = dt.time(8)
    tries: int = 6


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``database``: an SQLAlchemy URL, empty: an SQLite file in the service's folder.

    ``pack``: departments, request codes and hours; empty: the last published one. ``fleet_quiet_minutes``: a terminal
    not seen for so long is shown as missing.
    """

    database: str = ""
    pack: str = ""
    content: str = "wenling/wenling"  # GROUP/NAME of the content terminals follow
    time_zone: str = "Asia/Shanghai"
    name: str = "便民服务终端中心"
    limits: LimitSettings = LimitSettings()
    reminders: Reminders = Reminders()
    security: SecuritySettings = SecuritySettings()
    notices: NoticeSettings = NoticeSettings()
    auto_dispatch_confidence: float = 0.9  # a terminal's suggestion this sure is dispatched at once; above 1: never
    fleet_quiet_minutes: float = 30.0
    content_old_days: float = 7.0
    retain_days: int = 365  # closed tickets lose their sealed personal part after so long


def load(path: Path) -> Config:
    """Read ``central.toml``; without one, the defaults. Raises ``ConfigError``."""
    if not path.exists():
        return Config()
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Config)
    except (msgspec.DecodeError, UnicodeDecodeError, OSError) as error:
        raise ConfigError(f"{path}: {error}; correct the line or remove the file to use the defaults") from error
