"""The terminal's own routine: self-tests with dated records, the paper that is left, numbers for the fleet.

A record is one JSON line: when, which device, passed / failed / to be judged, by whom, in one sentence. Nothing of a
citizen is in it.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

from devices.drivers.base import SelfTest
from devices.inventory import Inventory, Status

KEEP_RECORDS = 5_000
DOTS_PER_MILLIMETRE = 8.0


class Record(msgspec.Struct, frozen=True):
    """``passed`` None: a person has not judged yet. ``by``: "terminal" or the technician's initials."""

    at: dt.datetime
    device: str
    passed: bool | None
    text: str
    by: str = "terminal"


class Records:
    """The dated records in one file; each is on the disk when ``add`` returns."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, record: Record) -> None:
        """Raises ``OSError`` when the disk takes nothing."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        data = self._path.read_bytes() if self._path.exists() else b""
        torn = data != b"" and not data.endswith(b"\n")  # torn by a power cut
        with self._path.open("ab") as file:
            file.write(b"\n" * torn + msgspec.json.encode(record) + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def read(self) -> list[Record]:
        """The newest last; lines that are damaged are left out."""
        if not self._path.exists():
            return []
        records = []
        for line in self._path.read_bytes().splitlines()[-KEEP_RECORDS:]:
            try:
                records.append(msgspec.json.decode(line, type=Record))
            except msgspec.DecodeError:
                continue
        return records

    def last(self, device: str) -> Record | None:
        return next((record for record in reversed(self.read()) if record.device == device), None)


def self_test(inventory: Inventory, records: Records, now: dt.datetime, names: Iterable[str] = ()) -> list[Record]:
    """Test the devices (all, or the named ones) and keep a record of each. Raises ``DriverError`` for a bad name."""
    made = []
    for name in list(names) or inventory.names():
        result: SelfTest = inventory.driver(name).self_test()
        record = Record(now, name, result.passed, result.text)
        records.add(record)
        made.append(record)
    return made


def is_due(records: Records, device: str, now: dt.datetime, opening: dt.time) -> bool:
    """Whether the daily self-test at opening has still to be done."""
    if now.time() < opening:
        return False
    last = records.last(device)
    return last is None or last.at < dt.datetime.combine(now.date(), opening, now.tzinfo)


class Roll(msgspec.Struct, frozen=True):
    """A roll of paper: metres when new, and when it was put in (Unix seconds)."""

    metres: float = 50.0
    since: float = 0.0


def load_roll(path: Path, metres: float, first: float) -> Roll:
    """The roll that was noted when it was put in; else one of ``metres``, put in at ``first``."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Roll)
    except (OSError, msgspec.DecodeError):
        return Roll(metres, first)


def save_roll(path: Path, roll: Roll) -> None:
    """Note that a new roll was put in; old or new after a power cut. Raises ``OSError``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as file:
        file.write(msgspec.json.encode(roll))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


class Forecast(msgspec.Struct, frozen=True):
    """``left``: metres; ``slips``: how many more of the usual length; ``days``: at the usual pace, None: unknown."""

    left: float
    slips: int
    days: float | None


def paper_left(roll: Roll, printed: Iterable[tuple[float, int]], now: float, usual_metres: float = 0.25) -> Forecast:
    """How long a roll lasts, from (when, dots of paper) of what was printed; older than the roll does not count."""
    used = [(at, dots / DOTS_PER_MILLIMETRE / 1_000) for at, dots in printed if at >= roll.since]
    metres = sum(length for _, length in used)
    left = max(0.0, roll.metres - metres)
    usual = metres / len(used) if used else usual_metres
    days = (now - roll.since) / 86_400
    pace = metres / days if used and days >= 0.5 else 0.0
    return Forecast(round(left, 2), int(left / usual) if usual else 0, round(left / pace, 1) if pace else None)


class Health(msgspec.Struct, frozen=True):
    """Numbers for the fleet: devices by state, failed self-tests today, jobs by outcome."""

    devices: dict[str, int]
    failed_tests: int
    jobs: dict[str, int]


def health(look: Iterable[Status], records: Iterable[Record], outcomes: Iterable[str], today: dt.date) -> Health:
    """Count; no name, no text."""
    devices: dict[str, int] = {}
    for one in look:
        devices[one.condition.state.value] = devices.get(one.condition.state.value, 0) + 1
    jobs: dict[str, int] = {}
    for outcome in outcomes:
        jobs[outcome] = jobs.get(outcome, 0) + 1
    failed = sum(record.passed is False and record.at.date() == today for record in records)
    return Health(devices, failed, jobs)
