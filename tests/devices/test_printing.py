"""Printing that tells the truth, against the virtual printer on virtual time."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.escpos.encoder import encode
from devices.escpos.profile import NARROW_58
from devices.ledger import Ledger, LedgerError, Outcome
from devices.printing import COPY_MARK, PrintService
from devices.receipt import ReceiptPrinter
from devices.simulators.script import Event, Fault, Script
from devices.simulators.virtual_link import VirtualClock, VirtualLink
from devices.simulators.virtual_printer import VirtualPrinter
from devices.slip import Cut, List, Slip, Text
from devices.states import PrinterState, from_replies, sort_replies


class Bench:
    """A printer, its journal and the service on one virtual clock."""

    def __init__(self, folder: Path, *faults: Event) -> None:
        self.clock = VirtualClock(1_000.0)
        self.printer = VirtualPrinter(self.clock, Script(faults))
        self.folder = folder
        self.restart()

    def restart(self) -> None:
        """The program is started again: everything it knew is in the journal."""
        ledger = Ledger(self.folder / "jobs.jsonl", self.clock)
        receipt = ReceiptPrinter(lambda: VirtualLink(self.printer, self.clock), self.clock)
        self.service = PrintService(ledger, receipt, NARROW_58)

    def sheets(self) -> list[str]:
        self.clock.wait(120.0)
        self.printer.run()
        return [sheet.text for sheet in self.printer.sheets if sheet.cut]


SLIP = Slip((Text("第一张"), List(("一", "二", "三", "四")), Cut(), Text("第二张"), Cut(), Text("第三张"), Cut()))


def test_a_job_is_done_when_every_piece_was_confirmed(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    result = bench.service.submit("a", SLIP)
    assert (result.outcome, result.reason, result.confirmed, result.pieces) == (Outcome.DONE, "", 3, 3)
    assert [text.split()[0] for text in bench.sheets()] == ["第一张", "第二张", "第三张"]


def test_the_same_job_is_not_printed_again(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    first = bench.service.submit("a", SLIP)
    bench.restart()
    assert bench.service.submit("a", SLIP) == first
    assert len(bench.sheets()) == 3


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (Fault.PAPER_OUT, PrinterState.PAPER_OUT),
        (Fault.COVER_OPEN, PrinterState.COVER_OPEN),
        (Fault.CUTTER_JAM, PrinterState.CUTTER_ERROR),
        (Fault.OVERHEATED, PrinterState.OVERHEATED),
        (Fault.OFFLINE, PrinterState.OFFLINE),
        (Fault.UNPLUGGED, PrinterState.UNPLUGGED),
        (Fault.MUTE, PrinterState.UNKNOWN),
        (Fault.PAPER_LOW, PrinterState.PAPER_LOW),
    ],
)
def test_every_fault_is_seen_as_its_state(tmp_path: Path, fault: Fault, state: PrinterState) -> None:
    bench = Bench(tmp_path, Event(fault))
    assert bench.service.state() is state
    if state.can_print:
        return
    result = bench.service.submit("a", SLIP)
    assert result.outcome is (Outcome.UNKNOWN if fault is Fault.MUTE else Outcome.FAILED)
    assert result.reason == state.value
    if fault is not Fault.MUTE:
        assert not bench.printer.printed


def test_garbage_is_never_taken_for_a_confirmation(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Event(Fault.GARBAGE))
    outcomes = [bench.service.submit(f"job{number}", SLIP).outcome for number in range(8)]
    assert Outcome.DONE not in outcomes


def test_paper_out_in_the_second_piece_resumes_there_with_a_mark(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Event(Fault.PAPER_OUT, after_lines=6))
    result = bench.service.submit("a", SLIP)
    assert (result.outcome, result.reason, result.confirmed) == (Outcome.FAILED, "paper_out", 1)
    assert bench.service.submit("a", SLIP) == result
    bench.printer.end(Fault.PAPER_OUT)
    resumed = bench.service.resume("a", SLIP)
    assert (resumed.outcome, resumed.confirmed) == (Outcome.DONE, 3)
    texts = [text for text in bench.sheets() if "作废" not in text]
    assert [COPY_MARK in text for text in texts] == [False, True, False]
    assert [number in text for number, text in zip(("第一张", "第二张", "第三张"), texts, strict=True)] == [True] * 3


def test_what_a_failed_job_left_in_the_printer_is_not_printed_later(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Event(Fault.PAPER_OUT, after_lines=2))
    assert bench.service.submit("a", SLIP).outcome is Outcome.FAILED
    bench.printer.end(Fault.PAPER_OUT)
    assert bench.sheets() == []


def test_unplugged_in_mid_job_is_unknown_and_the_next_slip_has_its_own_paper(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Event(Fault.UNPLUGGED, after_lines=2, seconds=5))
    result = bench.service.submit("a", SLIP)
    assert (result.outcome, result.reason) == (Outcome.UNKNOWN, "unplugged")
    bench.clock.wait(10)
    assert bench.service.submit("b", Slip((Text("下一位"), Cut()))).outcome is Outcome.DONE
    left, mine = bench.sheets()
    assert "第一张" in left
    assert "作废" in left
    assert mine.split() == ["下一位"]


def test_a_reprint_is_another_job_and_carries_the_mark_on_every_piece(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.service.submit("a", SLIP)
    copy = bench.service.reprint("b", "a", SLIP)
    assert copy.outcome is Outcome.DONE
    assert [COPY_MARK in text for text in bench.sheets()] == [False] * 3 + [True] * 3
    assert [job.of for job in bench.service.jobs()] == ["", "a"]


def test_resuming_what_is_not_in_the_journal_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="not in the journal"):
        Bench(tmp_path).service.resume("never", SLIP)


def test_a_job_cut_off_while_sending_is_unknown_after_the_restart(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.service.submit("a", SLIP)
    journal = tmp_path / "jobs.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    for keep, outcome in zip(
        itertools.count(1), ["failed", "unknown", "failed", "unknown", "failed", "unknown", "failed"]
    ):
        journal.write_bytes(b"".join(lines[:keep]) + lines[keep][:7])
        bench.restart()
        (job,) = bench.service.jobs()
        assert (job.outcome, job.reason) == (Outcome(outcome), "interrupted")
        if keep + 1 == len(lines):
            break


def test_a_damaged_line_costs_that_line_only(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.service.submit("a", SLIP)
    journal = tmp_path / "jobs.jsonl"
    with journal.open("ab") as file:
        file.write(b"\x00\xff garbage\n")
    bench.restart()
    assert bench.service.submit("b", SLIP).outcome is Outcome.DONE
    bench.restart()
    assert [job.outcome for job in bench.service.jobs()] == [Outcome.DONE, Outcome.DONE]


def test_nothing_that_is_printed_is_in_the_journal(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.service.submit("a", Slip((Text("王秀兰 330000195001010000"), Cut()), title="counter"))
    assert "王秀兰" not in (tmp_path / "jobs.jsonl").read_text("utf-8")
    assert "3300001950" not in (tmp_path / "jobs.jsonl").read_text("utf-8")


def test_pruning_keeps_what_is_recent_and_ids_stay_used(tmp_path: Path) -> None:
    clock = VirtualClock(0.0)
    ledger = Ledger(tmp_path / "jobs.jsonl", clock)
    printer = VirtualPrinter(clock)
    service = PrintService(ledger, ReceiptPrinter(lambda: VirtualLink(printer, clock), clock), NARROW_58)
    service.submit("old", SLIP)
    clock.wait(1_000)
    service.submit("new", SLIP)
    with ledger.locked():
        assert ledger.prune(before=500) == 1
    assert [job.id for job in Ledger(tmp_path / "jobs.jsonl", clock).read()] == ["new"]
    assert service.submit("new", SLIP).outcome is Outcome.DONE
    assert printer.cuts == 6


def test_two_programs_do_not_print_at_once(tmp_path: Path) -> None:
    clock = VirtualClock(0.0)
    first, second = (Ledger(tmp_path / "jobs.jsonl", clock, wait_seconds=0.0) for _ in range(2))
    with first.locked(), pytest.raises(LedgerError, match="another slip is being printed"), second.locked():
        pass


class Babbler:
    """A printer that answers with the same bytes for ever."""

    confirms, answers = False, True

    def __init__(self, data: bytes, clock: VirtualClock) -> None:
        self._data, self._clock = data, clock

    def write(self, data: bytes) -> None:
        self._clock.wait(0.0001)

    def read(self, seconds: float) -> bytes:
        self._clock.wait(min(seconds, 0.01) + 0.0001)
        return self._data

    def sync(self) -> None: ...

    def close(self) -> None: ...


@given(st.binary(max_size=40))
def test_hostile_bytes_from_a_printer_never_crash_hang_or_confirm(data: bytes) -> None:
    clock = VirtualClock()
    printer = ReceiptPrinter(lambda: Babbler(data, clock), clock)
    printer.state()
    assert clock() < 2.0
    printer.open()
    result = printer.print_piece(encode(SLIP, NARROW_58)[0], 5.0)
    assert result.confirmed is not True
    assert clock() < 10.0


@given(st.binary(max_size=60))
def test_replies_are_sorted_without_loss(data: bytes) -> None:
    replies = sort_replies(data)
    assert len(replies.status) + replies.fences + replies.garbled <= len(data)
    if len(data) != 4:
        assert from_replies(data) is PrinterState.UNKNOWN
