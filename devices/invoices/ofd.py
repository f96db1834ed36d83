"""OFD (GB/T 33190): what is in the ZIP is looked at before anything is unpacked, then ofdkit reads it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import re
import stat
import xml.etree.ElementTree as ET
import zipfile
from pathlib import PurePosixPath

import ofdkit

from devices.invoices.refusing import MAX_PAGES, RefusedError
from devices.invoices.report import Invoice, InvoiceReport, PageText, Signature, TextRun

MAX_ENTRIES = 2_000
MAX_UNPACKED = 64 * 1024 * 1024
MAX_RATIO = 200
MAX_RUNS = 5_000

_DIGESTS = {"1.2.156.10197.1.401": "sm3", "sm3": "sm3", "sha256": "sha256", "sha-256": "sha256"}
_DTD = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def read_ofd(data: bytes) -> InvoiceReport:
    """Raises ``RefusedError``; any other error means a damaged file."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except zipfile.BadZipFile:
        raise RefusedError("this OFD file is damaged") from None
    _inspect(archive)
    with ofdkit.open(data) as document:
        pages = list(document.pages)
        if len(pages) > MAX_PAGES:
            raise RefusedError(f"this file has {len(pages)} pages; an invoice has at most {MAX_PAGES}")
        texts = tuple(_page(page) for page in pages)
        invoice = document.invoice()
    if invoice is None:
        raise RefusedError("this OFD file is no invoice")
    fields = Invoice(
        number=str(invoice.invoice_number or ""),
        date=str(invoice.issue_date or ""),
        seller=str(invoice.seller.name or "") if invoice.seller else "",
        total=str(invoice.total_amount or ""),
        title=str(getattr(invoice, "title", "") or ""),
    )
    return InvoiceReport("ofd", len(pages), fields, _signature(archive), texts)


def _inspect(archive: zipfile.ZipFile) -> None:
    """Refuse bombs, paths that leave the package, links, and XML with a DTD."""
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise RefusedError("this file has too many parts and is refused")
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise RefusedError("this file unpacks to too much and is refused")
    for entry in entries:
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in entry.filename:
            raise RefusedError("a part of this file points outside of it; it is refused")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise RefusedError("this file contains a link and is refused")
        if entry.flag_bits & 1:
            raise RefusedError("this file is locked with a password; unlock it first")
        if entry.file_size > MAX_RATIO * max(entry.compress_size, 64):
            raise RefusedError("this file unpacks to too much and is refused")
        if path.suffix.lower() in (".xml", ".ofd") and _has_dtd(archive, entry):
            raise RefusedError("this file contains a DTD, which no invoice needs; it is refused")


def _has_dtd(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    """Whether the XML has one in any encoding: zero bytes between the letters are taken out."""
    with archive.open(entry) as part:
        content = part.read(MAX_UNPACKED)
    return _DTD.search(content) is not None or _DTD.search(content.replace(b"\0", b"")) is not None


def _page(page: ofdkit.Page) -> PageText:
    runs = page.runs[: MAX_RUNS + 1]
    if len(runs) > MAX_RUNS:
        raise RefusedError("a page of this file has too much text and is refused")
    kept = (run for run in runs if 0 < run.size < 100 and abs(run.x) < 2_000 and abs(run.y) < 2_000)
    placed = tuple(TextRun(round(run.x, 2), round(run.y, 2), round(run.size, 2), run.text[:500]) for run in kept)
    width, height = (min(1_000.0, max(20.0, side)) for side in (page.width, page.height))
    return PageText(width, height, placed)


def _local(element: ET.Element, name: str) -> list[ET.Element]:
    return [one for one in element.iter() if isinstance(one.tag, str) and one.tag.rsplit("}", 1)[-1] == name]


def _signature(archive: zipfile.ZipFile) -> Signature:
    """Whether there is a signature, and whether the digests it lists are those of the parts it names."""
    names = {name.lstrip("/"): name for name in archive.namelist()}
    signatures = [name for plain, name in names.items() if plain.rsplit("/", 1)[-1].lower() == "signature.xml"]
    if not signatures:
        return Signature.ABSENT
    compared = 0
    for name in signatures:
        try:
            root = ET.fromstring(archive.read(name))
        except ET.ParseError:
            return Signature.BROKEN
        if not _local(root, "SignedInfo"):
            return Signature.BROKEN
        for references in _local(root, "References"):
            method = _DIGESTS.get((references.get("CheckMethod") or "").lower())
            for reference in _local(references, "Reference"):
                verdict = _matches(archive, names, reference, method)
                if verdict is False:
                    return Signature.BROKEN
                compared += verdict is True
    return Signature.INTACT if compared else Signature.PRESENT


def _matches(archive: zipfile.ZipFile, names: dict[str, str], reference: ET.Element, method: str | None) -> bool | None:
    """One reference: True the digest is right, False it is not or the part is gone, None it cannot be computed."""
    part = names.get((reference.get("FileRef") or "").lstrip("/"))
    if part is None:
        return False
    value = "".join(one.text or "" for one in _local(reference, "CheckValue")).strip()
    if method is None or method not in hashlib.algorithms_available:
        return None
    try:
        expected = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return False
    return hashlib.new(method, archive.read(part)).digest() == expected
