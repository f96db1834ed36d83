"""What can be done here is told on, and where things work elsewhere is told to citizens."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from bianmin import filing, services_now
from bianmin.nearby import Nearby
from bianmin.services_now import Working
from devices.services import Service
from dialog.world import Means, World
from kiosk.surroundings import Out, Surroundings
from offline_cache import sites
from offline_cache.files import Disk
from offline_cache.wire import Site

NOW = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
EVERYTHING = World(knowledge=None, means=Means(*[True] * 8))


def test_a_terminal_in_order_says_all_it_can_do() -> None:
    found = services_now.look(EVERYTHING, Surroundings(), True, NOW)
    assert {"forms", "snapshot", "progress", "slip", "identity", "ask"} <= set(found.services)
    assert (found.faults, found.paper) == ((), "")


def test_what_is_broken_is_not_among_it() -> None:
    world = replace(EVERYTHING, can_print=False, means=replace(EVERYTHING.means, a4=False))
    around = Surroundings((Out(Service.SLIP, "paper_out"), Out(Service.FORM), Out(Service.IDENTITY, "unplugged")))
    found = services_now.look(world, around, True, NOW)
    assert not {"forms", "slip", "identity"} & set(found.services)
    assert found.faults == ("slip:paper_out", "form", "identity:unplugged")
    assert services_now.told(found)["paper"] == "out"
    assert json.loads(services_now.told(found)["faults"]) == list(found.faults)


def test_it_is_written_when_it_changes_and_now_and_then(tmp_path: Path) -> None:
    said = Working(NOW, ("slip",))
    later = NOW + dt.timedelta(minutes=5)
    assert services_now.keep(Disk(), tmp_path, said)
    assert not services_now.keep(Disk(), tmp_path, replace(said, at=later))
    assert services_now.keep(Disk(), tmp_path, Working(later, ()))
    assert services_now.keep(Disk(), tmp_path, Working(later + services_now.REPEAT, ()))


def test_the_word_of_a_kiosk_that_stopped_is_not_told_on(tmp_path: Path) -> None:
    services_now.keep(Disk(), tmp_path, Working(NOW, ("slip",)))
    assert services_now.read(Disk(), tmp_path, NOW + dt.timedelta(minutes=29)) is not None
    assert services_now.read(Disk(), tmp_path, NOW + dt.timedelta(minutes=31)) is None
    services_now.path_in(tmp_path).write_bytes(b"{")
    assert services_now.read(Disk(), tmp_path, NOW) is None


def test_the_nearest_is_read_again_every_minute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIANMIN_HOME", str(tmp_path))
    clock = [0.0]
    nearby = Nearby(lambda: clock[0], lambda: NOW)
    assert nearby() == ()
    site = Site(name="市民中心", address="中心路1号", metres=1240, services=("slip",), at=NOW)
    sites.write(Disk(), filing.layout().content, sites.Known(NOW, (site,)))
    assert nearby() == ()
    clock[0] = 61.0
    (near,) = nearby()
    assert (near.service, near.name, near.metres) == ("slip", "市民中心", 1240)
