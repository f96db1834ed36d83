"""Fifty updates, one in seven of them bad, with power cuts: what lies on the data partition is all still there."""

import datetime as dt
import random
from pathlib import Path

import apsw
from nacl.public import PrivateKey

from deploy_image.agent.simulated import PowerCut, SimulatedTerminal, sample_release
from offline_cache import way_back
from offline_cache.image_index import Index
from offline_cache.outbox import SCHEMA, Outbox
from offline_cache.sealing import Sealer
from offline_cache.wire import Kind

NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
CYCLES = 50


def change_schema(path: Path) -> None:
    """What a newer program does to the outbox when it starts."""
    connection = apsw.Connection(str(path))
    with connection:
        connection.execute("ALTER TABLE parcel ADD COLUMN urgent TEXT NOT NULL DEFAULT ''")
        way_back.remember(connection, SCHEMA + 1, "ALTER TABLE parcel DROP COLUMN urgent")
        connection.pragma("user_version", SCHEMA + 1)
    connection.close()


def test_the_data_partition_survives_fifty_updates(tmp_path: Path) -> None:
    chance, sealer = random.Random(11), Sealer(bytes(PrivateKey.generate().public_key))
    outbox, filed = tmp_path / "data" / "outbox.db", []
    files, release, slot = sample_release(tmp_path)
    terminal = SimulatedTerminal(files, lambda: Index(release), tmp_path / "data" / "agent", "WL-001", slot)
    went_back = 0

    def cut(where: str) -> None:
        if chance.random() < 0.1:
            raise PowerCut

    terminal.cut = cut
    for cycle in range(1, CYCLES + 1):
        box = Outbox.open(outbox, sealer, "WL-001")
        filed.append(box.put(Kind.TICKET, plain={}, secret=b"what a citizen filed", now=NOW))
        box.close()
        before, wanted = terminal.version, str(1_000 + cycle)
        terminal.files, release, terminal.slot = sample_release(tmp_path, wanted, before)
        bad = cycle % 7 == 0
        terminal.ill = frozenset({wanted} if bad else ())
        if bad:
            change_schema(outbox)  # it started, and was then found not to be healthy
        terminal.live(3 * 3_600, every=60)
        assert terminal.version == (before if bad else wanted)
        went_back += bad
        box = Outbox.open(outbox, sealer, "WL-001")
        assert list(box.due_keys(NOW)) == filed
        box.close()
    assert (len(filed), went_back) == (CYCLES, CYCLES // 7)
    assert sorted(path.name for path in (tmp_path / "data" / "agent").iterdir()) == ["memory.json"]
