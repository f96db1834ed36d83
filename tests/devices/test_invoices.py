"""Invoices: what is read, and what is refused before it can do harm."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from devices import a4
from devices.invoices import InvoiceError, examine, to_pages
from devices.invoices.child import answer
from devices.invoices.report import InvoiceReport, Refusal, Signature
from devices.simulators.invoice_files import OFD_XML, ofd


def signed(value: bytes) -> dict[str, bytes]:
    text = f"""<ofd:Signature xmlns:ofd="http://www.ofdspec.org/2016"><ofd:SignedInfo>
<ofd:References CheckMethod="SHA256"><ofd:Reference FileRef="/OFD.xml"><ofd:CheckValue>
{base64.b64encode(value).decode()}</ofd:CheckValue></ofd:Reference></ofd:References></ofd:SignedInfo>
<ofd:SignedValue>SignedValue.dat</ofd:SignedValue></ofd:Signature>"""
    return {"Doc_0/Signs/Sign_0/Signature.xml": text.encode()}


def test_an_ofd_invoice_is_listed_by_date_seller_and_amount() -> None:
    report = examine(ofd())
    assert (report.kind, report.page_count, report.signature) == ("ofd", 1, Signature.ABSENT)
    invoice = report.invoice
    assert (invoice.number, invoice.date) == ("26332000000012345678", "2026-11-20")
    assert (invoice.seller, invoice.total) == ("样例超市", "128.50")


def test_an_ofd_invoice_becomes_a_page_with_its_text() -> None:
    report = answer(ofd())
    assert isinstance(report, InvoiceReport)
    page = to_pages(report)
    assert page.pages == 1
    assert "电子发票（普通发票）" in PdfReader(io.BytesIO(page.pdf)).pages[0].extract_text()


def test_signature_fields_are_compared_with_the_parts_they_cover() -> None:
    good = answer(ofd(signed(hashlib.sha256(OFD_XML.encode()).digest())))
    bad = answer(ofd(signed(hashlib.sha256(b"other").digest())))
    gone = answer(ofd({"Doc_0/Signs/Sign_0/Signature.xml": signed(b"")["Doc_0/Signs/Sign_0/Signature.xml"][:200]}))
    assert isinstance(good, InvoiceReport)
    assert isinstance(bad, InvoiceReport)
    assert isinstance(gone, InvoiceReport)
    assert [good.signature, bad.signature, gone.signature] == [Signature.INTACT, Signature.BROKEN, Signature.BROKEN]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"PK\x03\x04 nothing", "damaged"),
        (b"%PDF-1.7\nnothing", "damaged"),
        (ofd({"../../etc/cron.d/x": b"x"}), "points outside"),
        (ofd({"/etc/passwd": b"x"}), "points outside"),
        (ofd({"Doc_0\\..\\..\\x": b"x"}), "points outside"),
        (ofd({"bomb.bin": bytes(30_000_000)}), "unpacks to too much"),
        (ofd({f"part{n}.bin": b"" for n in range(2_001)}), "too many parts"),
        (ofd({"x.xml": b'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><r>&a;</r>'}), "DTD"),
        (ofd({"x.xml": '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE r []><r/>'.encode("utf-16")}), "DTD"),
        (ofd(pages=500), "500 pages"),
        (ofd({"OFD.xml": b"<OFD/>"}), "damaged|no invoice"),
    ],
)
def test_a_bad_or_hostile_file_is_refused_in_one_sentence(data: bytes, why: str) -> None:
    refusal = answer(data)
    assert isinstance(refusal, Refusal)
    assert re.search(why, refusal.why)
    assert "\n" not in refusal.why


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"PK" + bytes(21_000_000)])
def test_what_is_no_invoice_is_refused_before_a_child_is_started(data: bytes) -> None:
    with pytest.raises(InvoiceError):
        examine(data, seconds=0.0)


def test_the_child_answers_for_a_hostile_file_and_is_stopped_when_it_takes_too_long() -> None:
    with pytest.raises(InvoiceError, match="unpacks to too much"):
        examine(ofd({"bomb.bin": bytes(30_000_000)}))
    with pytest.raises(InvoiceError, match="takes too long"):
        examine(ofd(), seconds=0.01)


def test_the_child_can_write_no_file_and_start_no_program(tmp_path: Path) -> None:
    program = f"""
from devices.invoices.child import lock_down
lock_down()
import os
for act in (lambda: open({str(tmp_path / "x")!r}, "w").write("x" * 9), os.fork, lambda: bytearray(2 << 30)):
    try:
        act()
        print("done")
    except (OSError, MemoryError):
        print("stopped")
"""
    child = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    stopped = child.stdout.split().count("stopped")
    # Root is not held by RLIMIT_NPROC; going over RLIMIT_FSIZE may end the process outright.
    assert child.returncode == -signal.SIGXFSZ or stopped >= 2
    assert not (tmp_path / "x").exists() or (tmp_path / "x").stat().st_size == 0


def test_a_pdf_of_500_pages_and_one_with_a_program_are_refused() -> None:
    writer = PdfWriter()
    for _ in range(500):
        writer.add_blank_page(100, 100)
    many = io.BytesIO()
    writer.write(many)
    assert "500 pages" in getattr(answer(many.getvalue()), "why", "")
    active = PdfWriter()
    active.add_blank_page(100, 100)
    action = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
    active.root_object[NameObject("/OpenAction")] = DictionaryObject(action)
    program = io.BytesIO()
    active.write(program)
    assert "a program" in getattr(answer(program.getvalue()), "why", "")


@pytest.mark.skipif(not a4.FONT_FOLDERS[0].is_dir(), reason="needs the package fonts-noto-cjk")
def test_a_pdf_invoice_is_listed() -> None:
    page = """#set text(font: "Noto Sans CJK SC")
电子发票（普通发票）\\ 发票号码：26332000000087654321\\ 开票日期：2026年11月21日\\
销售方信息 名称：样例药店\\ 价税合计（小写）¥36.80"""
    report = answer(a4.compose(page, {}).pdf)
    assert isinstance(report, InvoiceReport)
    assert report.invoice.number == "26332000000087654321"
    assert (report.invoice.date, report.invoice.total) == ("2026-11-21", "36.80")
    assert report.invoice.seller == "样例药店"


@settings(max_examples=40)
@given(st.binary(max_size=300), st.integers(0, 1_200))
def test_damaged_files_never_crash_the_reader(noise: bytes, at: int) -> None:
    whole = ofd()
    assert isinstance(answer(whole[:at] + noise + whole[at + len(noise) :]), InvoiceReport | Refusal)
    assert isinstance(answer(b"%PDF-" + noise), Refusal)
