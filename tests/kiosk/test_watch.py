"""Devices looked at all day: what fails is known at the next look, told once, and never while somebody prints."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path

import pytest
from bench import Diary

from bianmin.kiosk_equipment import reachable, working
from bianmin.kiosk_watch import DeviceWatch
from devices.diagnostics import Records
from devices.inventory import Entry, Inventory
from devices.services import Service
from dialog.world import Means
from kiosk.surroundings import Out, Surroundings

NOON = dt.datetime(2026, 11, 23, 12, 0).astimezone()


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"")
    return path


def watch(film: Path, tmp_path: Path, busy: threading.Lock, network: bool | None = None) -> tuple[DeviceWatch, Diary]:
    inventory = Inventory([Entry("camera", "camera-file", f"file:{film}")])
    diary = Diary()
    start = Surroundings(checked="2026-11-20", elsewhere="市民中心")
    made = DeviceWatch(
        inventory,
        Records(tmp_path / "records.jsonl"),
        busy,
        diary,
        start,
        dt.time(8, 30),
        lambda: network,
        lambda: False,
    )
    return made, diary


def test_a_camera_pulled_out_is_known_and_told_once(film: Path, tmp_path: Path) -> None:
    looking, diary = watch(film, tmp_path, threading.Lock())
    looking.look(NOON)
    before = looking.around()
    looking.look(NOON)
    assert looking.around() is before, "the same object until something changes"
    film.unlink()
    looking.look(NOON)
    looking.look(NOON)
    assert looking.around().lacks(Service.PHOTO)
    assert looking.around().elsewhere == "市民中心"
    assert diary.events == ["device-changed"]


def test_while_something_is_printed_nobody_looks(film: Path, tmp_path: Path) -> None:
    busy = threading.Lock()
    looking, _ = watch(film, tmp_path, busy)
    film.unlink()
    with busy:
        looking.look(NOON)
        assert not looking.around().out
    looking.look(NOON)
    assert looking.around().out


def test_no_network_is_said_only_where_there_should_be_one(film: Path, tmp_path: Path) -> None:
    for network, offline in ((None, False), (True, False), (False, True)):
        looking, _ = watch(film, tmp_path, threading.Lock(), network)
        looking.look(NOON)
        assert looking.around().offline is offline


def test_the_day_of_the_content_moves_on_with_sync(film: Path, tmp_path: Path) -> None:
    inventory, days = Inventory([Entry("camera", "camera-file", f"file:{film}")]), ["", "2026-11-23"]
    records, busy = Records(tmp_path / "records.jsonl"), threading.Lock()
    start = Surroundings(checked="2026-11-20")
    looking = DeviceWatch(
        inventory, records, busy, Diary(), start, dt.time(8), idle=lambda: False, checked=lambda: days.pop(0)
    )
    looking.look(NOON)
    assert looking.around().checked == "2026-11-20"
    looking.look(NOON)
    assert looking.around().checked == "2026-11-23"


def test_what_is_out_cannot_be_chosen() -> None:
    every = Means(*[True] * 8)
    around = Surroundings((Out(Service.PHOTO), Out(Service.FORM)), offline=True)
    left = working(every, around)
    assert (left.camera, left.a4, left.lookup, left.handover) == (False, False, False, False)
    assert left.filing, "the outbox keeps what is filed without a network"


def test_a_terminal_without_a_central_service_is_not_offline() -> None:
    assert reachable("")() is None
    assert reachable("https://127.0.0.1:9")() is False
