"""The service on a real PostgreSQL: the same tables, exactly once with several processes' worth of threads, a crash."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from central import chores, fleet, intake, lifecycle, tickets
from central.app import create_app
from central.database import DatabaseError, open_database
from central.lifecycle import LifecycleError
from central.service import Central, open_central
from central.simulators.in_process import InProcess
from central.tables import Base, Parcel, Ticket
from offline_cache.central_link import TryLaterError
from offline_cache.wire import Kind, Receipt
from tests.central.conftest import Terminal, VirtualClock
from tests.central.postgres import Postgres, can_run

pytestmark = pytest.mark.skipif(not can_run(), reason="no PostgreSQL here: apt-get install postgresql-15")


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    folder = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    folder.chmod(0o755)
    with Postgres(folder) as made:
        yield made
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def on_postgres(server: Postgres, tmp_path: Path, clock: VirtualClock, small_pack: Path) -> Iterator[Central]:
    wiped = open_database(server.url)
    with wiped.engine.begin() as connection:
        connection.execute(sa.text("DROP SCHEMA public CASCADE; CREATE SCHEMA public"))
    wiped.close()
    made = open_central(tmp_path / "central", database=server.url, pack=str(small_pack), clock=clock)
    yield made
    made.database.close()


def enrolled(central: Central, clock: VirtualClock) -> Terminal:
    inside = InProcess(create_app(central, background=False))
    terminal = Terminal(inside, clock, "WL-007", seed=7)
    terminal.enrol(fleet.new_code(central, "WL-007", "", "test"))
    return terminal


def test_migrations_give_the_same_tables(on_postgres: Central) -> None:
    with on_postgres.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, Base.metadata) == []


def test_a_ticket_its_progress_and_a_health_report(on_postgres: Central, clock: VirtualClock) -> None:
    terminal = enrolled(on_postgres, clock)
    for _ in range(2):
        parcel = terminal.parcel(plain={"code": "010303"}, fields={"text": "路灯坏了"})
        assert terminal.link.send(parcel) == terminal.link.send(parcel)
    for _ in range(2):
        terminal.link.send(terminal.parcel(Kind.HEALTH, {"sessions": "3", "topics": '{"市公安局": 2}'}))
    chores.do_all(on_postgres)
    with on_postgres.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Ticket)) == 2
        assert fleet.looks(on_postgres, session)[0].sessions == 6
    terminal.inside.close()


def test_the_same_parcel_from_twelve_threads_is_taken_once(on_postgres: Central, clock: VirtualClock) -> None:
    terminal = enrolled(on_postgres, clock)
    parcel = terminal.parcel(plain={"code": "010303"}, fields={"text": "路灯坏了"})
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: intake.take_in(on_postgres, "WL-007", parcel), range(24)))
    assert len({(answer.key, answer.token) for answer in answers if isinstance(answer, Receipt)}) == 1
    with on_postgres.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Ticket)) == 1
        assert session.scalar(sa.select(sa.func.count()).select_from(Parcel)) == 1
    terminal.inside.close()


def test_two_clerks_dispatch_at_once_and_one_of_them_is_told(on_postgres: Central, clock: VirtualClock) -> None:
    terminal = enrolled(on_postgres, clock)
    terminal.link.send(terminal.parcel())

    def dispatch(department: str) -> bool:
        try:
            with on_postgres.database.writing() as session:
                row = tickets.by_id(session, 1, lock=True)
                assert row is not None
                tickets.perform(on_postgres, session, row, lifecycle.Dispatch(department), department)
        except LifecycleError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(dispatch, ["police", "justice"] * 8)) == 1
    terminal.inside.close()


def test_a_crash_of_the_server_loses_nothing_that_was_confirmed(
    server: Postgres, on_postgres: Central, clock: VirtualClock
) -> None:
    terminal = enrolled(on_postgres, clock)
    before = terminal.parcel(fields={"text": "先"})
    assert isinstance(terminal.link.send(before), Receipt)
    server.stop("immediate")
    during = terminal.parcel(fields={"text": "断"})
    try:
        with pytest.raises(TryLaterError):
            terminal.link.send(during)
        with pytest.raises(DatabaseError, match="reached"):
            open_database(server.url)
    finally:
        server.start()
    for parcel in (before, during, during):
        assert isinstance(terminal.link.send(parcel), Receipt), "the pool finds the new server by itself"
    with on_postgres.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Ticket)) == 2
    terminal.inside.close()
