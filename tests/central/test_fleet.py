"""The fleet simulator: whatever happens to terminals, lines, disks and service, each ticket arrives exactly once."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import msgspec
import pytest

from central.simulators.fleet.agenda import Agenda
from central.simulators.fleet.city import City, Count, Plan
from central.simulators.fleet.disk import FaultyFiles, Power
from central.simulators.fleet.faults import Faults, fate

HARSH = Faults(
    partitions_a_week=5,
    lossy_share=0.6,
    lost_requests=0.3,
    lost_answers=0.3,
    slow_share=0.5,
    full_disks_a_month=20,
    power_cuts_a_week=14,
    skewed_share=0.5,
    central_restarts_a_week=30,
    central_down_seconds=1800,
    failovers_a_week=60,
    failover_seconds=1800,
)


def run(plan: Plan, folder: Path, pack: Path) -> Count:
    folder.mkdir()
    city = City(plan, folder, pack=str(pack))
    try:
        return city.run()
    finally:
        city.close()


@pytest.mark.timeout(900)
def test_45_terminals_for_30_days_every_ticket_exactly_once(ram_folder: Path, small_pack: Path) -> None:
    count = run(Plan(seed=20261122, ratings_a_day=0.2, report_hours=96), ram_folder / "city", small_pack)
    assert count.right, count
    assert count.filed > 1200
    # The faults really happened: a perfect world would prove nothing.
    assert count.reboots > 20
    assert count.central_restarts > 10
    assert count.database_errors > 3


@pytest.mark.parametrize("seed", [1, 2])
def test_a_harsh_world(seed: int, ram_folder: Path, small_pack: Path) -> None:
    plan = Plan(terminals=6, days=4, seed=seed, tickets_a_day=4, faults=HARSH)
    count = run(plan, ram_folder / "city", small_pack)
    assert count.right, count


def test_the_same_seed_gives_the_same_run(ram_folder: Path, small_pack: Path) -> None:
    plan = Plan(terminals=2, days=1, seed=5, tickets_a_day=4, faults=HARSH)
    first, again = (run(plan, ram_folder / name, small_pack) for name in ("one", "two"))
    assert first == again
    other = run(msgspec.structs.replace(plan, seed=6), ram_folder / "three", small_pack)
    assert other.trace != first.trace


def test_the_count_sees_what_is_lost(ram_folder: Path, small_pack: Path) -> None:
    """A check that cannot fail is none: tickets removed behind the service's back are counted as lost."""
    import sqlalchemy as sa

    from central.tables import Reminder, Sealed, Step, Ticket

    city = City(Plan(terminals=2, days=1, tickets_a_day=3, faults=Faults()), ram_folder / "city", pack=str(small_pack))
    settle = city._settle

    def steal() -> Count:
        with city.centre.central.database.writing() as session:
            key = session.scalars(sa.select(Ticket.key)).first()
            session.execute(sa.delete(Step))
            session.execute(sa.delete(Reminder))
            session.execute(sa.delete(Ticket).where(Ticket.key == key))
            session.execute(sa.delete(Sealed).where(Sealed.key == key))
        return settle()

    city._settle = steal
    count = city.run()
    city.close()
    assert (count.lost, count.right) == (1, False)


def test_the_agenda_runs_in_order_and_stops_in_time() -> None:
    start, seen = dt.datetime(2026, 1, 1, tzinfo=dt.UTC), []
    agenda = Agenda(start)
    agenda.after(2, lambda: seen.append("b"))
    agenda.after(1, lambda: seen.append("a"))
    agenda.after(2, lambda: seen.append("c"))
    agenda.after(9, lambda: seen.append("late"))
    agenda.run(start + dt.timedelta(seconds=5))
    assert seen == ["a", "b", "c"]
    assert agenda.now == start + dt.timedelta(seconds=5)


def test_a_fate_is_drawn_from_its_seed() -> None:
    import random

    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    one, two, other = (fate(HARSH, start, 30, random.Random(seed)) for seed in (1, 1, 2))
    assert one == two
    assert one != other


def test_a_disk_without_power_does_nothing(tmp_path: Path) -> None:
    power = Power()
    files = FaultyFiles(power)
    power.writes_left = 0
    with pytest.raises(OSError, match="no power"):
        files.create(tmp_path / "x")
    assert not (tmp_path / "x").exists()
    with pytest.raises(OSError, match="no power"):
        files.read(tmp_path / "x")
    power.restore()
    files.create(tmp_path / "x").close()
