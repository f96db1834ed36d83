"""The outbox: sealed before it is written, sent in order, never lost, never twice."""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from offline_cache import outbox as outbox_module
from offline_cache.outbox import Outbox, OutboxError
from offline_cache.sealing import Sealer, SealingError, new_keys, open_intake, unseal
from offline_cache.wire import Kind, Parcel, WireError, decode, encode

NOW = dt.datetime(2026, 11, 23, 10, 0, tzinfo=dt.UTC)
PRIVATE, PUBLIC = new_keys()
SECRET = "王秀兰 13800000000 楼道灯坏了".encode()


def confirm(box: Outbox, parcel: Parcel) -> None:
    """As central does it: the token comes out of the sealed intake part."""
    assert box.confirm(parcel.key, open_intake(PRIVATE, parcel).token)


@pytest.fixture
def box(tmp_path: Path) -> Outbox:
    return Outbox.open(tmp_path / "outbox.db", Sealer(PUBLIC), "WL-007")


def test_what_was_put_can_be_opened_by_central_only(box: Outbox) -> None:
    key = box.put(Kind.TICKET, plain={"code": "0302"}, secret=SECRET, now=NOW)
    (parcel,) = box.due(NOW)
    assert (parcel.key, parcel.plain, parcel.terminal) == (key, {"code": "0302"}, "WL-007")
    assert unseal(PRIVATE, parcel.sealed) == SECRET
    with pytest.raises(SealingError):
        unseal(new_keys()[0], parcel.sealed)


def test_stolen_disk_holds_nothing_readable(tmp_path: Path) -> None:
    box = Outbox.open(tmp_path / "outbox.db", Sealer(PUBLIC), "WL-007")
    for _ in range(20):
        box.put(Kind.TICKET, plain={}, secret=SECRET, now=NOW)
    for parcel in box.due(NOW)[:10]:
        confirm(box, parcel)
    box.close()
    disk = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for word in ("王秀兰", "13800000000", "楼道灯"):
        assert word.encode() not in disk


def test_confirmed_data_is_overwritten(tmp_path: Path) -> None:
    box = Outbox.open(tmp_path / "outbox.db", Sealer(PUBLIC), "WL-007")
    box.put(Kind.TICKET, plain={"code": "unmistakable-code"}, secret=SECRET, now=NOW)
    (parcel,) = box.due(NOW)
    confirm(box, parcel)
    box.close()
    disk = (tmp_path / "outbox.db").read_bytes()
    assert b"unmistakable-code" not in disk
    assert parcel.sealed not in disk


def test_same_key_is_kept_once(box: Outbox) -> None:
    for _ in range(3):
        box.put(Kind.TICKET, plain={}, secret=SECRET, now=NOW, key="k1")
    assert len(box.due(NOW)) == 1


def test_order_is_kept_within_a_kind(box: Outbox) -> None:
    first = box.put(Kind.TICKET, plain={}, secret=b"1", now=NOW)
    box.put(Kind.TICKET, plain={}, secret=b"2", now=NOW)
    rating = box.put(Kind.RATING, plain={"stars": "5"}, secret=b"", now=NOW)
    box.postpone(first, NOW, random.Random(1))
    assert [parcel.key for parcel in box.due(NOW)] == [rating]


def test_waits_grow_and_are_bounded(box: Outbox) -> None:
    key = box.put(Kind.TICKET, plain={}, secret=b"1", now=NOW)
    waits = []
    for _ in range(30):
        box.postpone(key, NOW, random.Random(1))
        waits.append(box.waiting()[0].next_try.timestamp() - NOW.timestamp())
    assert waits[0] >= outbox_module.FIRST_WAIT
    assert waits == sorted(waits)
    assert waits[-1] <= outbox_module.LONGEST_WAIT * (1 + outbox_module.MOST_JITTER)


def test_clock_set_back_does_not_block_for_years(box: Outbox) -> None:
    key = box.put(Kind.TICKET, plain={}, secret=b"1", now=NOW)
    box.postpone(key, NOW, random.Random(1))
    assert [parcel.key for parcel in box.due(NOW - dt.timedelta(days=4000))] == [key]


def test_refused_parcels_are_set_aside(box: Outbox) -> None:
    key = box.put(Kind.TICKET, plain={}, secret=b"1", now=NOW)
    box.refuse(key, "revoked")
    assert box.due(NOW) == ()
    assert box.waiting()[0].refused == "revoked"


def test_room_is_made_from_health_reports_never_from_tickets(tmp_path: Path) -> None:
    box = Outbox.open(tmp_path / "outbox.db", Sealer(PUBLIC), "WL-007", quota=5_000)
    for _ in range(10):
        box.put(Kind.HEALTH, plain={}, secret=bytes(300), now=NOW)
    ticket = box.put(Kind.TICKET, plain={}, secret=bytes(3_000), now=NOW)
    kinds = [row.kind for row in box.waiting()]
    assert kinds.count(Kind.TICKET) == 1
    assert kinds.count(Kind.HEALTH) < 10
    with pytest.raises(OutboxError, match="full"):
        box.put(Kind.TICKET, plain={}, secret=bytes(4_000), now=NOW)
    assert ticket in {row.key for row in box.waiting()}


def test_too_large_is_refused(box: Outbox) -> None:
    with pytest.raises(OutboxError, match="larger"):
        box.put(Kind.MESSAGE, plain={}, secret=bytes(33 * 2**20), now=NOW)


def test_forged_receipt_erases_nothing(box: Outbox) -> None:
    key = box.put(Kind.TICKET, plain={}, secret=SECRET, now=NOW)
    assert not box.confirm(key, "a token made up")
    assert [parcel.key for parcel in box.due(NOW)] == [key]


def test_parcel_that_always_fails_gives_way(box: Outbox) -> None:
    poison = box.put(Kind.TICKET, plain={}, secret=b"1", now=NOW)
    behind = box.put(Kind.TICKET, plain={}, secret=b"2", now=NOW)
    for _ in range(outbox_module.GIVES_WAY):
        assert box.due_keys(NOW) in ((poison, behind), ())
        box.postpone(poison, NOW, random.Random(1))
    assert box.due_keys(NOW) == (behind,)


def test_written_request_finds_room_when_videos_do_not(tmp_path: Path) -> None:
    box = Outbox.open(tmp_path / "outbox.db", Sealer(PUBLIC), "WL-007", quota=16 * 2**20)
    for _ in range(3):
        box.put(Kind.MESSAGE, plain={}, secret=bytes(5 * 2**20 - 10_000), now=NOW)
    with pytest.raises(OutboxError, match="full"):
        box.put(Kind.MESSAGE, plain={}, secret=bytes(900_000), now=NOW)
    box.put(Kind.TICKET, plain={}, secret=bytes(200_000), now=NOW)
    assert len(box.waiting()) == 4


def test_older_outbox_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    old = apsw.Connection(str(path))
    old.execute(
        """CREATE TABLE parcel(
             number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, created TEXT NOT NULL,
             plain TEXT NOT NULL, sealed BLOB NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
             next_try REAL NOT NULL DEFAULT 0, refused TEXT NOT NULL DEFAULT '')"""
    )
    old.execute(
        "INSERT INTO parcel(key, kind, created, plain, sealed) VALUES('k', 'ticket', ?, '{}', x'01')",
        (NOW.isoformat(),),
    )
    old.pragma("user_version", 1)
    old.close()
    box = Outbox.open(path, Sealer(PUBLIC), "WL-007")
    new = box.put(Kind.TICKET, plain={}, secret=b"1", now=NOW)
    assert box.due_keys(NOW) == ("k", new)
    assert box.confirm("k", "")


def test_not_a_database(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    path.write_bytes(b"this is not SQLite" * 100)
    with pytest.raises(OutboxError, match="keep the file"):
        Outbox.open(path, Sealer(PUBLIC), "WL-007")


WRITER = """
import sys
import datetime as dt
from pathlib import Path
from offline_cache.outbox import Outbox
from offline_cache.sealing import Sealer
from offline_cache.wire import Kind
box = Outbox.open(Path(sys.argv[1]), Sealer(bytes.fromhex(sys.argv[2])), "WL-007")
number = 0
while True:
    box.put(Kind.TICKET, plain={}, secret=str(number).encode(), now=dt.datetime.now(dt.UTC), key=f"k{number}")
    print(number, flush=True)
    number += 1
"""


def test_killed_at_any_instant_keeps_all_it_said_it_kept(tmp_path: Path) -> None:
    """kill -9 a writer: every put that returned is there, whole, once."""
    path = tmp_path / "outbox.db"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), PUBLIC.hex()], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert writer.stdout is not None
    said = [int(writer.stdout.readline()) for _ in range(15)]
    writer.send_signal(signal.SIGKILL)
    said += [int(line) for line in writer.stdout.read().split()]
    writer.wait()
    parcels = Outbox.open(path, Sealer(PUBLIC), "WL-007").due(NOW)
    found = [int(unseal(PRIVATE, parcel.sealed)) for parcel in parcels]
    assert found == sorted(set(found))
    assert set(said) <= set(found)


@given(st.binary(max_size=400))
def test_hostile_bytes_over_the_wire_are_one_error(data: bytes) -> None:
    with pytest.raises(WireError):
        decode(data)


@given(
    st.builds(
        Parcel,
        key=st.text(min_size=1),
        kind=st.sampled_from(Kind),
        terminal=st.text(),
        created=st.datetimes(timezones=st.just(dt.UTC)),
        plain=st.dictionaries(st.text(), st.text(), max_size=4),
        sealed=st.binary(max_size=200),
    )
)
def test_what_is_encoded_is_decoded(parcel: Parcel) -> None:
    assert decode(encode(parcel)) == parcel


def test_newer_parcel_asks_for_an_update() -> None:
    parcel = Parcel(key="k", kind=Kind.TICKET, terminal="t", created=NOW, plain={}, version=99)
    with pytest.raises(WireError, match="update"):
        decode(encode(parcel))
