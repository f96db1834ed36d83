"""A4 pages, and a real CUPS on a socket of its own."""

from __future__ import annotations

import io
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader

from devices import a4
from devices.cups_printer import A4Service, CupsPrinter, JobState, Options, state_of
from devices.ledger import Ledger, Outcome
from devices.simulators.cups import Cups
from devices.states import PrinterState

FORM = """
#let data = json(bytes(sys.inputs.at("data", default: "{}")))
#set page(paper: "a4")
#set text(font: "Noto Sans CJK SC", lang: "zh", region: "cn")
= 异地就医备案登记表
#table(columns: (1fr, 3fr), [姓名], str(data.at("name", default: "")), [地址], str(data.at("address", default: "")))
#for page in range(int(data.at("more", default: 0))) [#pagebreak() 第 #(page + 2) 页]
"""
DATA = {"name": "王𠮷㛃䶮", "address": '#read("/etc/passwd") *粗* $x$ 一号'}

needs_noto = pytest.mark.skipif(not a4.FONT_FOLDERS[0].is_dir(), reason="needs the package fonts-noto-cjk")


@needs_noto
def test_a_filled_form_is_pdf_a_with_its_text_and_fonts_in_it() -> None:
    document = a4.compose(FORM, DATA)
    reader = PdfReader(io.BytesIO(document.pdf))
    assert document.pages == len(reader.pages) == 1
    text = reader.pages[0].extract_text()
    assert "异地就医备案登记表" in text
    assert "王𠮷㛃䶮" in text
    assert '#read("/etc/passwd")' in text
    metadata = reader.xmp_metadata
    assert metadata is not None
    assert b"pdfaid" in document.pdf
    fonts = [font.get_object() for font in reader.pages[0]["/Resources"]["/Font"].values()]
    described = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object() for font in fonts]
    assert described
    assert all("/FontFile3" in one or "/FontFile2" in one for one in described)


@needs_noto
def test_the_number_of_sheets_is_known_before_printing() -> None:
    document = a4.compose(FORM, {"more": 4})
    assert (document.pages, document.sheets(duplex=False), document.sheets(duplex=True)) == (5, 5, 3)


@needs_noto
@pytest.mark.parametrize("template", ['#read("/etc/passwd")', '#import "@preview/cetz:0.2.2"', "#panic()", "#let x = "])
def test_a_template_reaches_nothing_outside_itself(template: str) -> None:
    with pytest.raises(a4.A4Error, match="cannot be drawn"):
        a4.compose(template, {})


@needs_noto
def test_too_many_pages_are_refused_before_they_are_printed() -> None:
    with pytest.raises(a4.A4Error, match="at most 60"):
        a4.compose(FORM, {"more": 80})


def test_what_is_no_pdf_has_no_pages() -> None:
    with pytest.raises(a4.A4Error, match="not a readable PDF"):
        a4.count_pages(b"%PDF-1.7 nothing")


@pytest.mark.parametrize(
    ("reasons", "ipp", "state"),
    [
        (["none"], 3, PrinterState.READY),
        (["media-empty-error"], 5, PrinterState.PAPER_OUT),
        (["media-low-warning", "cover-open-error"], 3, PrinterState.COVER_OPEN),
        (["paused"], 5, PrinterState.OFFLINE),
        (["toner-low-report"], 4, PrinterState.READY),
    ],
)
def test_what_cups_reports_becomes_one_state(reasons: list[str], ipp: int, state: PrinterState) -> None:
    assert state_of(reasons, ipp) is state


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cups]:
    pytest.importorskip("cups", reason="needs pycups: pip install bianmin-terminal[cups]")
    if shutil.which("cupsd") is None:
        pytest.skip("needs the package cups-daemon")
    if os.geteuid() != 0:
        pytest.skip("cupsd is tested as root only")
    cups = Cups(tmp_path_factory.mktemp("cups"))
    cups.add("a4")
    yield cups
    cups.close()


def service(scheduler: Cups, folder: Path) -> tuple[A4Service, CupsPrinter]:
    printer = CupsPrinter("a4", scheduler.connection())
    return A4Service(Ledger(folder / "a4.jsonl", time.time), printer, time.monotonic, time.sleep), printer


@needs_noto
def test_a_real_cups_receives_the_filled_form(scheduler: Cups, tmp_path: Path) -> None:
    prints, printer = service(scheduler, tmp_path)
    assert printer.state() is PrinterState.READY
    document = a4.compose(FORM, DATA)
    job = prints.submit("one", document, Options(duplex=True))
    assert (job.outcome, job.reason) == (Outcome.DONE, "")
    received = scheduler.paper.read_bytes()
    assert received == document.pdf
    assert "王𠮷㛃䶮" in PdfReader(io.BytesIO(received)).pages[0].extract_text()
    scheduler.paper.write_bytes(b"")
    assert prints.submit("one", document) == job
    assert scheduler.paper.read_bytes() == b""


@needs_noto
def test_a_job_for_a_stopped_printer_fails_at_once_and_a_waiting_one_can_be_cancelled(
    scheduler: Cups, tmp_path: Path
) -> None:
    prints, printer = service(scheduler, tmp_path)
    connection = scheduler.connection()
    document = a4.compose(FORM, DATA)
    connection.disablePrinter("a4")
    try:
        assert prints.submit("two", document).reason == "offline"
        number = printer.send(document, Options(), "form")
        assert printer.job(number) is JobState.WAITING
        printer.cancel(number)
        assert printer.job(number) is JobState.CANCELLED
    finally:
        connection.enablePrinter("a4")


def test_a_queue_that_is_not_there_is_unplugged(scheduler: Cups) -> None:
    assert CupsPrinter("nowhere", scheduler.connection()).state() is PrinterState.UNPLUGGED


def test_a_slip_goes_through_a_real_cups(scheduler: Cups, tmp_path: Path) -> None:
    from devices.escpos import encoder
    from devices.escpos.profile import WIDE_80
    from devices.printing import PrintService
    from devices.receipt import ReceiptPrinter
    from devices.slip import plain
    from devices.transports.cups_queue import CupsTransport

    receipt = ReceiptPrinter(lambda: CupsTransport("a4", scheduler.connection()), time.monotonic)
    prints = PrintService(Ledger(tmp_path / "slips.jsonl", time.time), receipt, WIDE_80)
    assert prints.submit("one", plain("便民服务")).outcome is Outcome.DONE
    assert scheduler.paper.read_bytes() == encoder.encode_bytes(plain("便民服务"), WIDE_80)
