"""A rollback reads what the newer program changed: the outbox goes forward with an update and back without it."""

import datetime as dt
from pathlib import Path

import apsw
import pytest
from nacl.public import PrivateKey

from offline_cache import way_back
from offline_cache.outbox import SCHEMA, Outbox, OutboxError
from offline_cache.sealing import Sealer
from offline_cache.wire import Kind

NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
PUBLIC = bytes(PrivateKey.generate().public_key)


def newer_program(path: Path, *, tells_the_way: bool = True) -> None:
    """What an update two schemas ahead would do, and a parcel it keeps in a new column."""
    connection = apsw.Connection(str(path))
    for schema, column in ((SCHEMA + 1, "urgent"), (SCHEMA + 2, "place_name")):
        with connection:
            connection.execute(f"ALTER TABLE parcel ADD COLUMN {column} TEXT NOT NULL DEFAULT ''")
            if tells_the_way or schema == SCHEMA + 1:
                way_back.remember(connection, schema, f"ALTER TABLE parcel DROP COLUMN {column}")
            connection.pragma("user_version", schema)
    connection.close()


def columns(path: Path) -> list[str]:
    return [row[1] for row in apsw.Connection(str(path)).execute("PRAGMA table_info(parcel)")]


def test_fifty_updates_that_are_undone_lose_no_parcel(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    keys = []
    for _ in range(50):
        box = Outbox.open(path, Sealer(PUBLIC), "WL-007")
        keys.append(box.put(Kind.TICKET, plain={}, secret=b"what a citizen filed", now=NOW))
        before = columns(path)
        box.close()
        newer_program(path)
        assert len(columns(path)) == len(before) + 2
        box = Outbox.open(path, Sealer(PUBLIC), "WL-007")
        assert columns(path) == before
        assert list(box.due_keys(NOW)) == keys
        box.close()


def test_a_schema_whose_way_back_is_missing_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    Outbox.open(path, Sealer(PUBLIC), "WL-007").close()
    newer_program(path, tells_the_way=False)
    before = path.read_bytes()
    with pytest.raises(OutboxError, match="newer program"):
        Outbox.open(path, Sealer(PUBLIC), "WL-007")
    assert path.read_bytes() == before


def test_a_way_back_that_fails_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    Outbox.open(path, Sealer(PUBLIC), "WL-007").close()
    newer_program(path)
    connection = apsw.Connection(str(path))
    connection.execute("UPDATE way_back SET undo = 'ALTER TABLE parcel DROP COLUMN nowhere' WHERE schema = ?", (3,))
    connection.close()
    before = columns(path)
    with pytest.raises(OutboxError):
        Outbox.open(path, Sealer(PUBLIC), "WL-007")
    assert columns(path) == before
