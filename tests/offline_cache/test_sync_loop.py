"""The daemon's loop on virtual time: what it does when, and what the kiosk reads from its state file."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path

from offline_cache import sync_state
from offline_cache.files import Disk
from offline_cache.sending import Flushed
from offline_cache.sync.errors import Reason, SyncRefusedError
from offline_cache.sync.outcome import Updated, UpToDate
from offline_cache.sync_loop import JITTER, SyncLoop
from offline_cache.sync_state import SyncState

NOW = dt.datetime(2026, 11, 22, 8, 0, tzinfo=dt.UTC)
DAY = 86_400.0


class Scripted:
    """Duties that note when they were called; the network is there or not."""

    def __init__(self) -> None:
        self.online = True
        self.looks: list[float] = []
        self.told: list[SyncState] = []
        self.left = 0

    def look(self, now: dt.datetime) -> Updated | UpToDate:
        self.looks.append(now.timestamp())
        if not self.online:
            raise SyncRefusedError(Reason.UNREACHABLE, "nobody there")
        return UpToDate(installed=None)

    def flush(self, now: dt.datetime) -> Flushed:
        return Flushed(left=self.left, reached=self.online if self.left else None)

    def tell(self, state: SyncState, result: Updated | UpToDate | SyncRefusedError, now: dt.datetime) -> None:
        self.told.append(state)


def run(loop: SyncLoop, start: dt.datetime, seconds: float) -> dt.datetime:
    now = start
    while now < start + dt.timedelta(seconds=seconds):
        now += dt.timedelta(seconds=loop.step(now))
    return now


def test_looks_at_its_interval_with_jitter(tmp_path: Path) -> None:
    duties = Scripted()
    run(SyncLoop(Disk(), tmp_path, duties, 900.0, random.Random(1)), NOW, DAY)
    gaps = [later - earlier for earlier, later in zip(duties.looks, duties.looks[1:], strict=False)]
    assert duties.looks[0] == NOW.timestamp()
    assert 80 <= len(gaps) <= 120
    assert all(900 * (1 - JITTER) <= gap <= 900 * (1 + JITTER) + 5 for gap in gaps)
    assert len(set(gaps)) > 20


def test_two_thousand_terminals_do_not_come_at_once(tmp_path: Path) -> None:
    minutes: dict[int, int] = {}
    for terminal in range(40):
        duties = Scripted()
        run(SyncLoop(Disk(), tmp_path / str(terminal), duties, 900.0, random.Random(terminal)), NOW, 3 * 3600)
        for look in duties.looks[6:]:
            minutes[int(look // 60)] = minutes.get(int(look // 60), 0) + 1
    assert max(minutes.values()) <= 15


def test_age_grows_while_nobody_answers(tmp_path: Path) -> None:
    duties = Scripted()
    loop = SyncLoop(Disk(), tmp_path, duties, 900.0, random.Random(1))
    loop.step(NOW)
    duties.online = False
    later = run(loop, NOW, 3 * DAY)
    state = sync_state.read(Disk(), tmp_path)
    age = state.age(later)
    assert age is not None
    assert age.days == 3
    assert state.offline
    assert state.age(NOW - dt.timedelta(days=9000)) == dt.timedelta()
    duties.online = True
    run(loop, later, 2000)
    assert not sync_state.read(Disk(), tmp_path).offline


def test_clock_set_back_does_not_stop_it(tmp_path: Path) -> None:
    duties = Scripted()
    loop = SyncLoop(Disk(), tmp_path, duties, 900.0, random.Random(1))
    loop.step(NOW)
    loop.step(NOW - dt.timedelta(days=4000))
    assert len(duties.looks) == 2


def test_quiet_hours_write_nothing(tmp_path: Path) -> None:
    duties = Scripted()
    loop = SyncLoop(Disk(), tmp_path, duties, 10 * DAY, random.Random(1))
    loop.step(NOW)
    path = tmp_path / "state.json"
    written = path.stat().st_mtime_ns
    run(loop, NOW + dt.timedelta(seconds=5), DAY)
    assert path.stat().st_mtime_ns == written
    duties.left = 3
    loop.step(NOW + dt.timedelta(days=1))
    state = sync_state.read(Disk(), tmp_path)
    assert (state.waiting, state.reached) == (3, NOW + dt.timedelta(days=1))


def test_damaged_state_is_a_terminal_that_never_looked(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_bytes(b"{nonsense")
    assert sync_state.read(Disk(), tmp_path) == SyncState()
    assert sync_state.current_pack(Disk(), tmp_path) is None
