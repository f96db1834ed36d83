"""The morning's routine, which services are out, and the camera that takes pictures."""

import contextlib
import datetime as dt
import io
import itertools
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image

from devices.diagnostics import Records
from devices.drivers.base import Condition, DeviceState, DriverError, Kind
from devices.drivers.camera import Camera, FileCamera
from devices.inventory import Entry, Inventory, Status
from devices.opening import at_opening
from devices.services import NEEDS, Outage, Service, outages

ZONE = dt.timezone(dt.timedelta(hours=8))
STATES = st.sampled_from(DeviceState)


def status(kind: Kind, state: DeviceState, detail: str = "", name: str = "one") -> Status:
    return Status(name, kind, "driver", "address", Condition(state, f"it is {state}", detail))


def test_the_daily_test_is_made_once_after_opening(tmp_path: Path) -> None:
    inventory = Inventory([Entry("camera", "camera-file", "test:"), Entry("ups", "ups", "power:none")])
    records = Records(tmp_path / "records.jsonl")
    day = dt.datetime(2026, 11, 23, 8, 0, tzinfo=ZONE)
    early = at_opening(inventory, records, day, dt.time(8, 30))
    first = at_opening(inventory, records, day.replace(hour=9), dt.time(8, 30))
    again = at_opening(inventory, records, day.replace(hour=10), dt.time(8, 30))
    tomorrow = at_opening(inventory, records, day.replace(day=24, hour=9), dt.time(8, 30))
    assert [len(one.tested) for one in (early, first, again, tomorrow)] == [0, 2, 0, 2]
    assert [record.passed for record in first.tested] == [True, False]
    assert len(records.read()) == 4


def test_a_full_disk_does_not_keep_the_terminal_from_opening(tmp_path: Path) -> None:
    (tmp_path / "records").write_text("a file where the folder should be")
    records = Records(tmp_path / "records" / "records.jsonl")
    inventory = Inventory([Entry("camera", "camera-file", "file:/nowhere.png")])
    opened = at_opening(inventory, records, dt.datetime(2026, 11, 23, 9, 0, tzinfo=ZONE), dt.time(8, 30))
    assert opened.tested == ()
    assert [outage.service for outage in opened.outages] == [Service.PHOTO]


def test_a_service_is_out_with_its_reason() -> None:
    look = [
        status(Kind.RECEIPT_PRINTER, DeviceState.FAULT, "paper_out", "printer"),
        status(Kind.UPS, DeviceState.FAULT),
    ]
    assert outages(look) == (Outage(Service.SLIP, "printer", "paper_out", "it is fault"),)
    look.append(status(Kind.RECEIPT_PRINTER, DeviceState.WARNING, "paper_low", "second"))
    assert outages(look) == ()


@given(st.lists(st.tuples(st.sampled_from(Kind), STATES), max_size=12))
def test_a_service_is_out_exactly_when_none_of_its_devices_may_work(devices: list[tuple[Kind, DeviceState]]) -> None:
    out = {outage.service for outage in outages(status(kind, state) for kind, state in devices)}
    may_work = {NEEDS[kind] for kind, state in devices if kind in NEEDS and state not in ("fault", "unplugged")}
    present = {NEEDS[kind] for kind, _ in devices if kind in NEEDS}
    assert out == present - may_work


def test_a_picture_is_taken_scaled_and_shows_nothing_of_itself(tmp_path: Path) -> None:
    Image.new("RGB", (3200, 1600), (200, 30, 30)).save(tmp_path / "shot.png")
    picture = FileCamera(f"file:{tmp_path / 'shot.png'}").take()
    assert (picture.width, picture.height) == (1600, 800)
    opened = Image.open(io.BytesIO(picture.jpeg))
    assert opened.size == (1600, 800)
    red, green, blue = opened.getpixel((800, 400))
    assert red > 180
    assert max(green, blue) < 60
    assert not opened.getexif()
    assert repr(picture) == "Picture(1600x800)"


def test_the_live_view_moves() -> None:
    frames = list(itertools.islice(FileCamera("test:").frames(), 30))
    assert all(len(frame.rgb) == frame.width * frame.height * 3 for frame in frames)
    assert frames[0].rgb != frames[-1].rgb


def test_no_camera_is_said_honestly() -> None:
    camera = Camera("video:/dev/video99")
    assert camera.condition().state is DeviceState.UNPLUGGED
    test = camera.self_test()
    assert test.passed is False
    assert "not connected" in test.text
    with pytest.raises(DriverError, match="gives no picture"):
        camera.take()


def test_a_camera_file_opens_no_network_address() -> None:
    with pytest.raises(DriverError):
        FileCamera("file:http://127.0.0.1:9/x.png").take()
    with pytest.raises(DriverError):
        FileCamera("http://127.0.0.1:9/x.png").take()


@hypothesis_settings(max_examples=40, deadline=None)
@given(st.binary(max_size=400), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"RIFF", b"GIF89a"]))
def test_hostile_pictures_are_refused_within_two_seconds(noise: bytes, head: bytes) -> None:
    from tempfile import NamedTemporaryFile

    with NamedTemporaryFile() as file:
        file.write(head + noise)
        file.flush()
        began = time.monotonic()
        with contextlib.suppress(DriverError):
            FileCamera(f"file:{file.name}").take()
        assert time.monotonic() - began < 2.5
