"""Drivers against simulators: what is told, what is refused, and that hostile bytes neither crash nor hang."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices import sdt
from devices.diagnostics import Record, Records, Roll, health, is_due, load_roll, paper_left, save_roll, self_test
from devices.drivers import DRIVERS
from devices.drivers.base import Condition, DeviceState, Driver, DriverError, Kind, SelfTest, Udev, driver
from devices.drivers.id_reader import IdReader
from devices.drivers.keypad import key_name
from devices.drivers.presence import Radar, Reports, Somebody
from devices.drivers.scanner import MAX_CODE, LineCodes, SerialScanner, WedgeCodes
from devices.drivers.ups import Ups
from devices.inventory import Entry, Inventory, Status, Watch, discover, unknown
from devices.simulators.id_reader import SAMPLE, ReaderFault, VirtualReader
from devices.simulators.keys import presses
from devices.simulators.lines import VirtualRadar, VirtualScanner
from devices.simulators.serve import Device, serve_pty
from devices.simulators.virtual_link import VirtualClock
from devices.transports import UnpluggedError


class DeviceLink:
    """A transport to a simulated device on virtual time."""

    confirms, answers = False, True

    def __init__(self, device: Device, clock: VirtualClock) -> None:
        self._device, self._clock = device, clock

    def write(self, data: bytes) -> None:
        if not self._device.present:
            raise UnpluggedError("unplugged")
        self._device.receive(data)

    def read(self, seconds: float) -> bytes:
        if not self._device.present:
            raise UnpluggedError("unplugged")
        until = self._clock() + seconds
        while not (said := self._device.answers()) and self._clock() < until:
            self._clock.wait(0.05)
        self._clock.wait(0.0005)
        return said

    def sync(self) -> None: ...

    def close(self) -> None: ...


def reader(device: Device) -> IdReader:
    clock = VirtualClock()
    return IdReader("serial:/dev/none", lambda: DeviceLink(device, clock), clock)


# -- the ID card reader ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payload", "published"),
    [
        (b"\x20\x01", "AAAAAA9669 0003 2001 22"),
        (b"\x20\x02", "AAAAAA9669 0003 2002 21"),
        (b"\x30\x01", "AAAAAA9669 0003 3001 32"),
        (b"\x00\x00\x9f" + bytes(4), "AAAAAA9669 0008 00009F 00000000 97"),
        (b"\x00\x00\x90" + bytes(8), "AAAAAA9669 000C 000090 0000000000000000 9C"),
    ],
)
def test_frames_are_the_published_ones(payload: bytes, published: str) -> None:
    assert sdt.frame(payload) == bytes.fromhex(published)
    assert sdt.Frames().feed(bytes.fromhex(published)) == [payload]


@pytest.mark.parametrize("fault", [None, ReaderFault.FRAGMENTED])
def test_a_card_is_read_whole_or_in_fragments(fault: ReaderFault | None) -> None:
    card = reader(VirtualReader(fault)).read()
    assert card is not None
    assert (card.name, card.number, card.valid_until) == (SAMPLE[0], SAMPLE[5], "长期")


def test_no_card_is_none_and_so_is_one_that_is_taken_away_in_mid_read() -> None:
    assert reader(VirtualReader(card=None)).read() is None
    assert reader(VirtualReader(ReaderFault.AWAY_IN_MID_READ)).read() is None


@pytest.mark.parametrize("fault", [ReaderFault.MUTE, ReaderFault.CORRUPT, ReaderFault.GARBAGE, ReaderFault.SHORT])
def test_a_reader_that_misbehaves_is_an_error_in_one_line(fault: ReaderFault) -> None:
    device = reader(VirtualReader(fault))
    with pytest.raises(DriverError, match="does not answer"):
        device.read()
    assert device.condition().state is DeviceState.UNKNOWN


class Babbler:
    """A device that never stops talking."""

    present = True

    def __init__(self, data: bytes) -> None:
        self._data = data

    def receive(self, data: bytes) -> None: ...

    def answers(self) -> bytes:
        return self._data


@given(st.binary(min_size=1, max_size=60) | st.just(sdt.HEAD) | st.just(sdt.frame(b"xyz")[:-1] + b"!"))
def test_a_reader_that_babbles_costs_two_seconds_at_most(data: bytes) -> None:
    clock = VirtualClock()
    device = IdReader("serial:/dev/none", lambda: DeviceLink(Babbler(data), clock), clock)
    assert device.condition().state is DeviceState.UNKNOWN
    assert clock() <= 2.0


def test_an_unplugged_reader_says_so() -> None:
    virtual = VirtualReader()
    virtual.present = False
    assert reader(virtual).condition().state is DeviceState.UNPLUGGED


def test_nothing_of_a_card_is_shown_or_told() -> None:
    device = reader(VirtualReader())
    card = device.read()
    told = f"{card!r} {card} {device.self_test()} {sdt.reply(b'000' + SAMPLE[5].encode())!r}"
    assert SAMPLE[0] not in told
    assert SAMPLE[5] not in told


@given(st.lists(st.binary(max_size=40) | st.just(sdt.HEAD) | st.just(sdt.frame(b"\x00\x00\x90")), max_size=12))
def test_frames_take_any_bytes_however_they_are_cut(parts: list[bytes]) -> None:
    frames, whole = sdt.Frames(), sdt.Frames()
    one_by_one = [found for byte in b"".join(parts) for found in frames.feed(bytes((byte,)))]
    at_once = whole.feed(b"".join(parts))
    assert [found for found in one_by_one if found] == [found for found in at_once if found]


@given(st.binary(max_size=2_000))
def test_any_bytes_as_a_card_are_a_card_or_none(data: bytes) -> None:
    sdt.card(data)


# -- scanners, keypad, radar, UPS --------------------------------------------------------------------------------------


@given(st.binary(max_size=300))
def test_a_serial_scanner_never_yields_control_characters(data: bytes) -> None:
    for code in LineCodes().feed(data):
        assert code.isprintable()


def test_a_serial_scanner_reads_lines_in_both_encodings_and_drops_what_is_too_long() -> None:
    codes = LineCodes()
    assert codes.feed("WL-1\r便民\r\n".encode()) == ["WL-1", "便民"]
    assert codes.feed("便民服务\r".encode("gb18030")) == ["便民服务"]
    assert codes.feed(b"x" * (MAX_CODE + 5) + b"\rok\r") == ["ok"]


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=60))
def test_what_is_typed_by_a_wedge_scanner_is_read_back(text: str) -> None:
    codes = WedgeCodes()
    read = [code for event in presses(text, keypad=False) if (code := codes.feed(*event))]
    assert read == [text]


@given(st.lists(st.tuples(st.integers(0, 767), st.integers(0, 2)), max_size=200))
def test_any_key_events_are_taken(events: list[tuple[int, int]]) -> None:
    codes = WedgeCodes()
    for code, value in events:
        codes.feed(code, value)
        assert key_name(code, value) in (None, "confirm", "back", "*", "#", *"0123456789")


def test_the_keypad_says_digits_star_hash_confirm() -> None:
    keys = [name for event in presses("0123456789*/", keypad=True) if (name := key_name(*event))]
    assert keys == [*"0123456789", "*", "#", "confirm"]


def test_the_radar_waits_before_it_says_that_somebody_came_or_went() -> None:
    clock = VirtualClock()
    virtual = VirtualRadar(clock)
    radar = Radar("serial:/dev/none", lambda: DeviceLink(virtual, clock), clock)
    assert radar.read(0.3) is False
    virtual.somebody = True
    seen = [radar.read(0.2) for _ in range(5)]
    assert (seen[0], seen[-1]) == (False, True)
    virtual.somebody = False
    assert radar.read(0.2) is True
    clock.wait(5.0)
    radar.read(0.2)
    assert radar.condition().state is DeviceState.READY
    virtual.mute = True
    clock.wait(5.0)
    assert radar.condition().state is DeviceState.UNKNOWN


@given(st.binary(max_size=400))
def test_radar_bytes_may_be_anything(data: bytes) -> None:
    Reports().feed(data)


def test_a_passer_by_is_nobody() -> None:
    somebody = Somebody()
    assert [somebody.saw(True, 0.0), somebody.saw(True, 0.3), somebody.saw(False, 0.35)] == [False, False, False]


@pytest.mark.parametrize(
    ("files", "state"),
    [
        ({"status": "Full", "capacity": "100"}, DeviceState.READY),
        ({"status": "Discharging", "capacity": "80"}, DeviceState.WARNING),
        ({"status": "Charging", "capacity": "12"}, DeviceState.WARNING),
        ({"status": "Full", "health": "Dead"}, DeviceState.FAULT),
        ({"capacity": "\xff\x00"}, DeviceState.UNKNOWN),
    ],
)
def test_the_ups_is_read_from_sysfs(tmp_path: Path, files: dict[str, str], state: DeviceState) -> None:
    (tmp_path / "UPS1").mkdir()
    for name, content in files.items():
        (tmp_path / "UPS1" / name).write_text(content + "\n")
    assert Ups("power:UPS1", tmp_path).condition().state is state
    assert Ups("power:UPS2", tmp_path).condition().state is DeviceState.UNPLUGGED


# -- registry, hot plug, diagnostics -----------------------------------------------------------------------------------


def test_every_kind_of_device_has_a_driver_and_every_driver_survives_a_missing_device() -> None:
    assert {one.kind for one in DRIVERS.values()} == set(Kind)
    for name in DRIVERS:
        address = "tcp:127.0.0.1:1" if name == "escpos" else "x:/dev/bianmin-none"
        made = driver(name, address)
        start = time.monotonic()
        condition = made.condition()
        assert condition.state in (DeviceState.UNPLUGGED, DeviceState.UNKNOWN, DeviceState.FAULT), name
        assert condition.text, name
        assert made.self_test().passed is not True, name
        assert time.monotonic() - start < 10
        made.close()


def test_a_driver_of_ones_own_registers_itself_and_a_second_of_the_name_is_refused() -> None:
    class Lamp(Driver, name="test-lamp", kind=Kind.SPEAKER):
        def condition(self) -> Condition:
            return Condition(DeviceState.READY)

        def self_test(self) -> SelfTest:
            return SelfTest(True, "it is on")

    try:
        assert isinstance(driver("test-lamp", "lamp:1"), Lamp)
        with pytest.raises(TypeError, match="already a driver"):
            type("Other", (Driver,), {}, name="test-lamp", kind=Kind.SPEAKER)
    finally:
        del DRIVERS["test-lamp"]


def test_an_unknown_driver_or_a_double_name_is_refused() -> None:
    with pytest.raises(DriverError, match="there is no driver"):
        Inventory([Entry("a", "nothing", "x")])
    with pytest.raises(DriverError, match="two devices are named"):
        Inventory([Entry("a", "ups", "power:a"), Entry("a", "ups", "power:b")])


def test_devices_of_the_kernel_are_found_and_strange_ones_listed() -> None:
    devices = [
        Udev(
            "usb",
            "",
            {"ID_USB_INTERFACES": ":070102:", "ID_VENDOR_ID": "0416", "ID_MODEL_ID": "5011", "ID_MODEL": "POS"},
        ),
        Udev("usb", "", {"ID_USB_INTERFACES": ":ffffff:", "ID_MODEL": "Strange"}),
        Udev("input", "/dev/input/event7", {"BIANMIN_ROLE": "keypad", "NAME": '"Keys"'}),
        Udev("video4linux", "/dev/video0", {"ID_V4L_CAPABILITIES": ":capture:"}),
        Udev("power_supply", "", {"POWER_SUPPLY_NAME": "ups0", "POWER_SUPPLY_TYPE": "UPS"}),
        Udev("tty", "/dev/ttyUSB0", {"ID_VENDOR_ID": "0400", "ID_MODEL_ID": "c35a"}),
    ]
    assert {(found.driver, found.address) for found in discover(devices)} == {
        ("escpos", "usb:0416:5011"),
        ("keypad", "input:/dev/input/event7"),
        ("v4l2", "video:/dev/video0"),
        ("ups", "power:ups0"),
        ("sdt", "serial:/dev/ttyUSB0"),
    }
    assert [device.properties["ID_MODEL"] for device in unknown(devices)] == ["Strange"]


def status(state: DeviceState, detail: str = "") -> Status:
    return Status("printer", Kind.RECEIPT_PRINTER, "escpos", "tcp:h:1", Condition(state, "", detail))


def test_a_change_is_told_once() -> None:
    watch = Watch()
    ready, out = status(DeviceState.READY), status(DeviceState.FAULT, "paper_out")
    told = [len(watch.see([look])) for look in (ready, ready, out, out, status(DeviceState.FAULT, "cover_open"), ready)]
    assert told == [1, 0, 1, 0, 1, 1]


def test_self_tests_leave_dated_records_that_survive_a_torn_line(tmp_path: Path) -> None:
    records = Records(tmp_path / "records.jsonl")
    now = dt.datetime(2026, 11, 22, 8, 0, tzinfo=dt.UTC)
    assert is_due(records, "ups", now, dt.time(7, 30))
    inventory = Inventory([Entry("ups", "ups", "power:none")])
    (made,) = self_test(inventory, records, now)
    assert made.passed is False
    with (tmp_path / "records.jsonl").open("ab") as file:
        file.write(b'{"at": "2026-11')
    records.add(Record(now, "lamp", True, "it is on", "WL"))
    assert [record.device for record in records.read()] == ["ups", "lamp"]
    assert not is_due(records, "ups", now, dt.time(7, 30))
    assert is_due(records, "ups", now + dt.timedelta(days=1), dt.time(7, 30))
    counted = health([status(DeviceState.FAULT)], records.read(), ["done", "done", "unknown"], now.date())
    assert (counted.devices, counted.failed_tests, counted.jobs) == ({"fault": 1}, 1, {"done": 2, "unknown": 1})


def test_the_paper_forecast_counts_what_was_printed_since_the_roll_was_put_in() -> None:
    printed = [(day * 86_400.0, 2_000) for day in range(10) for _ in range(20)]
    forecast = paper_left(Roll(metres=80.0, since=0.0), printed, now=10 * 86_400.0)
    assert (forecast.left, forecast.slips, forecast.days) == (30.0, 120, 6.0)
    assert paper_left(Roll(metres=80.0, since=5 * 86_400.0), printed, now=10 * 86_400.0).left == 55.0
    assert paper_left(Roll(), [], now=100.0).days is None


def test_a_new_roll_is_remembered_and_a_damaged_note_is_not_believed(tmp_path: Path) -> None:
    note = tmp_path / "diagnostics" / "roll.json"
    assert load_roll(note, 50.0, 7.0) == Roll(50.0, 7.0)
    save_roll(note, Roll(80.0, 1_000.0))
    assert load_roll(note, 50.0, 7.0) == Roll(80.0, 1_000.0)
    note.write_bytes(b'{"metres": 8')
    assert load_roll(note, 50.0, 7.0) == Roll(50.0, 7.0)


# -- simulators on a real line -----------------------------------------------------------------------------------------


@contextmanager
def on_a_pty(device: Device, link: Path) -> Iterator[str]:
    stopped, ready, where = threading.Event(), threading.Event(), []
    told: Callable[[str], None] = lambda address: (where.append(address), ready.set())[0]  # noqa: E731
    thread = threading.Thread(target=serve_pty, args=(link, device, told, stopped.is_set), daemon=True)
    thread.start()
    assert ready.wait(5)
    try:
        yield where[0]
    finally:
        stopped.set()
        thread.join(5)


def test_the_reader_simulator_on_a_real_line(tmp_path: Path) -> None:
    with on_a_pty(VirtualReader(), tmp_path / "reader") as address:
        device = IdReader(address)
        assert device.condition().state is DeviceState.READY
        card = device.read()
        assert card is not None
        assert card.name == SAMPLE[0]
        device.close()


def test_the_scanner_simulator_on_a_real_line(tmp_path: Path) -> None:
    virtual = VirtualScanner("gb18030")
    with on_a_pty(virtual, tmp_path / "scanner") as address:
        device = SerialScanner(address)
        assert device.condition().state is DeviceState.READY
        virtual.scan("便民-1")
        assert device.read(5.0) == ["便民-1"]
        device.close()
