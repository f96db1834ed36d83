"""Real ways to a printer: sockets, ptys and files against the simulator, and addresses."""

from __future__ import annotations

import contextlib
import os
import pty
import socket
import threading
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.escpos.encoder import encode_bytes
from devices.escpos.profile import NARROW_58, WIDE_80
from devices.ledger import Ledger, Outcome
from devices.printing import PrintService
from devices.receipt import ReceiptPrinter
from devices.simulators.escpos import ServedPrinter
from devices.simulators.script import Event, Fault, Script, ScriptError, load
from devices.simulators.serve import serve_pty, serve_tcp
from devices.simulators.virtual_printer import VirtualPrinter
from devices.slip import Cut, Slip, Text, plain
from devices.states import PrinterState
from devices.transports import (
    AddressError,
    CupsAddress,
    FileAddress,
    SerialAddress,
    StalledError,
    TcpAddress,
    UnpluggedError,
    UsbAddress,
    open_address,
    parse_address,
)
from devices.transports.serial_line import SerialTransport
from devices.transports.tcp import TcpTransport

SLIP = Slip((Text("第一张：￥①𠮷"), Cut(), Text("第二张"), Cut()))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("file:/tmp/x.bin", FileAddress("/tmp/x.bin")),
        ("tcp:10.0.0.9:9100", TcpAddress("10.0.0.9", 9100)),
        ("tcp:[::1]:9100", TcpAddress("::1", 9100)),
        ("serial:/dev/ttyUSB0", SerialAddress("/dev/ttyUSB0")),
        ("serial:/dev/ttyS1@9600", SerialAddress("/dev/ttyS1", 9600)),
        ("usb:0416:5011", UsbAddress(0x0416, 0x5011)),
        ("cups:hall", CupsAddress("hall")),
    ],
)
def test_addresses(text: str, address: object) -> None:
    assert parse_address(text) == address


@given(st.sampled_from(["", "tcp", "usb", "serial", "cups", "file", "lpt"]), st.text(max_size=12))
def test_any_text_is_an_address_or_refused(kind: str, rest: str) -> None:
    with contextlib.suppress(AddressError):
        assert parse_address(f"{kind}:{rest}") is not None
    with pytest.raises(AddressError, match="use file:F"):
        parse_address(f"lpt:{rest}")


@contextmanager
def simulator(tmp_path: Path, line: str, *faults: Event) -> Iterator[tuple[VirtualPrinter, str]]:
    printer = VirtualPrinter(time.monotonic, Script(faults), dots_per_second=1e6)
    served = ServedPrinter(printer, tmp_path / "paper.bin", None, 576)
    stopped, ready, where = threading.Event(), threading.Event(), [""]

    def told(address: str) -> None:
        where[0] = address
        ready.set()

    if line == "tcp":
        thread = threading.Thread(target=serve_tcp, args=("127.0.0.1", 0, served, told, stopped.is_set), daemon=True)
    else:
        thread = threading.Thread(target=serve_pty, args=(tmp_path / "line", served, told, stopped.is_set), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield printer, where[0]
    finally:
        stopped.set()
        thread.join(10)


def service(address: str, folder: Path) -> PrintService:
    where = parse_address(address)
    printer = ReceiptPrinter(lambda: open_address(where), time.monotonic)
    return PrintService(Ledger(folder / "jobs.jsonl", time.time), printer, NARROW_58)


@pytest.mark.parametrize("line", ["tcp", "pty"])
def test_a_slip_over_a_real_line_is_done_and_arrives_byte_for_byte(tmp_path: Path, line: str) -> None:
    with simulator(tmp_path, line) as (_, address):
        prints = service(address, tmp_path)
        assert prints.state() is PrinterState.READY
        result = prints.submit("a", SLIP)
        prints.close()
        assert (result.outcome, result.confirmed) == (Outcome.DONE, 2)
    saved = (tmp_path / "paper.bin").read_bytes().replace(b"\x1dr\x01", b"")
    assert saved == encode_bytes(SLIP, NARROW_58)


@pytest.mark.parametrize("line", ["tcp", "pty"])
def test_an_unplugged_line_in_mid_job_is_unknown(tmp_path: Path, line: str) -> None:
    with simulator(tmp_path, line, Event(Fault.UNPLUGGED, after_cuts=1)) as (_, address):
        prints = service(address, tmp_path)
        result = prints.submit("a", SLIP)
        prints.close()
    assert result.outcome is not Outcome.DONE
    assert result.confirmed <= 1


def test_a_state_is_told_over_a_real_line(tmp_path: Path) -> None:
    with simulator(tmp_path, "tcp", Event(Fault.PAPER_OUT)) as (_, address):
        prints = service(address, tmp_path)
        assert prints.state() is PrinterState.PAPER_OUT
        prints.close()


def test_nobody_at_the_address_is_unplugged_with_what_to_check(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(UnpluggedError, match="check its power, cable and address"):
        TcpTransport("127.0.0.1", port)
    with pytest.raises(UnpluggedError, match="check the cable"):
        SerialTransport(str(tmp_path / "ttyNone"))
    with pytest.raises(UnpluggedError, match="not there"):
        open_address(FileAddress(str(tmp_path / "no" / "folder.bin")))
    assert service(f"tcp:127.0.0.1:{port}", tmp_path).submit("a", SLIP).reason == "unplugged"


def test_a_second_program_on_the_serial_line_is_refused(tmp_path: Path) -> None:
    with simulator(tmp_path, "pty") as (_, address):
        device = address.removeprefix("serial:")
        first = SerialTransport(device)
        with pytest.raises(UnpluggedError, match="in use by another program"):
            SerialTransport(device)
        first.close()


def test_a_line_nobody_reads_stalls_instead_of_hanging(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    line = SerialTransport(os.ttyname(theirs), write_seconds=0.2)
    with pytest.raises(StalledError, match="takes no more data"):
        line.write(bytes(1_000_000))
    line.close()
    os.close(ours)
    os.close(theirs)


def test_a_file_is_complete_or_not_there(tmp_path: Path) -> None:
    target = tmp_path / "slip.bin"
    prints = service(f"file:{target}", tmp_path)
    assert prints.submit("a", SLIP).outcome is Outcome.DONE
    first = target.read_bytes()
    assert first == encode_bytes(SLIP, NARROW_58)
    assert prints.submit("b", plain("另一张")).outcome is Outcome.DONE
    assert target.read_bytes() == encode_bytes(plain("另一张"), NARROW_58)
    half = open_address(FileAddress(str(target)))
    half.write(b"half a slip")
    half.close()
    assert target.read_bytes() == encode_bytes(plain("另一张"), NARROW_58)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["jobs.jsonl", "slip.bin"]


def test_scripts_are_read_or_refused(tmp_path: Path) -> None:
    script = tmp_path / "faults.yaml"
    script.write_text("faults:\n  - {fault: paper_out, after_lines: 3, seconds: 5}\n")
    assert load(script).faults == (Event(Fault.PAPER_OUT, after_lines=3, seconds=5.0),)
    for bad in ("faults: [{fault: fire}]", "faults: [{fault: mute, after_lines: -1}]", "{", "\xff"):
        script.write_text(bad, "latin-1")
        with pytest.raises(ScriptError, match=r"faults\.yaml"):
            load(script)
    with pytest.raises(ScriptError):
        load(tmp_path / "none.yaml")


# -- USB: pyusb with a simulated bus -----------------------------------------------------------------------------------


def test_a_usb_printer_is_asked_and_printed_to(tmp_path: Path) -> None:
    from devices.simulators.usb_bus import Bus
    from devices.transports.usb import UsbTransport

    bus = Bus(VirtualPrinter(time.monotonic, dots_per_second=1e6))
    printer = ReceiptPrinter(lambda: UsbTransport(0x0416, 0x5011, bus), time.monotonic)
    prints = PrintService(Ledger(tmp_path / "jobs.jsonl", time.time), printer, WIDE_80)
    assert prints.state() is PrinterState.READY
    assert prints.submit("a", SLIP).outcome is Outcome.DONE
    bus.pull()
    assert prints.state() is PrinterState.UNPLUGGED
    assert prints.submit("b", SLIP).reason == "unplugged"
    with pytest.raises(UnpluggedError, match="no USB printer"):
        UsbTransport(0x1111, 0x2222, bus)
