"""The database: migrations give exactly the tables of the program, wrong URLs are one clear line."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from central.database import DatabaseError, connect, open_database
from central.tables import Audit, Base


def test_migrations_give_the_tables_of_the_program(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'x.db'}")
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, Base.metadata) == []
    database.close()


def test_opening_twice_changes_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    first = open_database(url)
    with first.writing() as session:
        session.add(Audit(at=dt.datetime(2026, 11, 23, tzinfo=dt.UTC), actor="a", action="b"))
    first.close()
    again = open_database(url)
    with again.reading() as session:
        assert session.scalar(sa.select(Audit.at)) == dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    again.close()


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", "mysql://x/y", "sqlite:////nowhere/there/x.db", "postgresql://127.0.0.1:1/x?connect_timeout=1"],
)
def test_a_url_that_does_not_work_is_one_clear_line(url: str) -> None:
    with pytest.raises(DatabaseError):
        open_database(url)


def test_a_file_that_is_no_database_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"this is a letter to my aunt" * 100)
    with pytest.raises(DatabaseError, match="damaged"):
        open_database(f"sqlite:///{tmp_path / 'x.db'}")


def test_a_database_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    database = open_database(url)
    with database.writing() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(DatabaseError, match="newer"):
        open_database(url)


def test_a_moment_without_a_zone_is_not_stored(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'x.db'}")
    with pytest.raises(sa.exc.StatementError), database.writing() as session:
        session.add(Audit(at=dt.datetime(2026, 11, 23), actor="a", action="b"))
    database.close()


def test_the_password_of_a_url_is_never_told() -> None:
    with pytest.raises(DatabaseError) as told:
        open_database("postgresql://user:geheim@127.0.0.1:1/x?connect_timeout=1")
    assert "geheim" not in str(told.value)


def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'x.db'}")

    def half() -> None:
        with database.writing() as session:
            session.add(Audit(at=dt.datetime(2026, 11, 23, tzinfo=dt.UTC), actor="a", action="b"))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Audit)) == 0
    database.close()


def test_connecting_reads_nothing() -> None:
    connect("postgresql://127.0.0.1:1/x").close()
