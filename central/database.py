"""Opening the database: SQLite by default, PostgreSQL by URL; the same tables, brought up to date by migrations.

SQLite: write-ahead log, every commit synced, one writer at a time (``BEGIN IMMEDIATE`` for whoever means to write, so
that two processes wait for each other instead of failing half way).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

HERE = Path(__file__).resolve().parent
POOL = 10
"""Connections a process keeps to PostgreSQL; as many again in a rush."""
WAIT_SECONDS = 15


class DatabaseError(Exception):
    """The database cannot be used. The text is the sentence the administrator reads, without the URL's password."""


class Database:
    """Sessions over one engine: ``reading()`` and ``writing()`` (committed at the end, or not at all)."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self._writing = engine.execution_options(writing=True)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with Session(self._writing, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        self.engine.dispose()


def connect(url: str, pool: int = POOL) -> Database:
    """An engine for ``url``; nothing is read yet. Raises ``DatabaseError`` for a URL that means nothing."""
    try:
        parsed = sa.make_url(url)
        if parsed.drivername in ("postgresql", "postgres"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.get_backend_name() == "sqlite":
            engine = sa.create_engine(parsed, connect_args={"timeout": WAIT_SECONDS, "check_same_thread": False})
            _drive_sqlite(engine)
        else:
            engine = sa.create_engine(
                parsed, pool_size=pool, max_overflow=pool, pool_pre_ping=True, pool_timeout=WAIT_SECONDS
            )
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ModuleNotFoundError) as error:
        raise DatabaseError("the database URL means nothing; use sqlite:///FILE or postgresql://...") from error
    return Database(engine)


def open_database(url: str, pool: int = POOL) -> Database:
    """Connect and bring the tables up to date. Raises ``DatabaseError``."""
    database = connect(url, pool)
    try:
        migrate(database)
    except sa.exc.OperationalError as error:
        database.close()
        where = sa.make_url(url).render_as_string(hide_password=True)
        raise DatabaseError(f"{where} cannot be reached or written; is it running, is the folder there?") from error
    except sa.exc.DatabaseError as error:
        database.close()
        where = sa.make_url(url).render_as_string(hide_password=True)
        raise DatabaseError(f"{where} is not a database of this service, or it is damaged") from error
    return database


def migrate(database: Database) -> None:
    """Bring the tables to this program's version. Several processes may start at once: one migrates, the rest wait."""
    from alembic import command
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    config = alembic_config()
    head = ScriptDirectory.from_config(config).get_current_head()
    with database.engine.connect() as connection:
        if MigrationContext.configure(connection).get_current_revision() == head:
            return
    with database.engine.execution_options(writing=True).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(7412)"))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise DatabaseError("the database was written by a newer program; update this one") from error


def alembic_config() -> Any:
    """The migrations beside this file."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(HERE / "migrations"))
    return config


def _drive_sqlite(engine: sa.Engine) -> None:
    """Transactions are ours: the driver's own begin too late to keep a reader and a writer apart."""

    @sa.event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def _begun(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("writing")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
