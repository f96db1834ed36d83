"""``bianmin print``: slips, texts and test pages on a printer; a picture of a slip's bytes; the journal."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from bianmin import settings
from bianmin.cli.output import CommandError, Json, console, emit, failures

if TYPE_CHECKING:
    from devices.a4 import A4Document
    from devices.escpos.profile import Profile
    from devices.slip import Slip

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Print slips and test pages; draw a slip's bytes.")

To = Annotated[
    str,
    typer.Option(
        "--to", metavar="ADDRESS", help="file:F, tcp:H:P, serial:DEV, usb:VID:PID or cups:NAME; default: settings."
    ),
]
Width = Annotated[int, typer.Option(help="Paper in mm: 58 or 80; default: settings.")]
Drawn = Annotated[bool, typer.Option("--drawn", help="Send all text as pictures: for printers without Chinese font.")]
Large = Annotated[bool, typer.Option("--large", help="Drawn text with 4 mm characters.")]
MAX_TEXT_BYTES = 200_000


@app.command()
def slip(
    item: Annotated[str, typer.Argument(metavar="ID", help="An item of the pack.")],
    to: To = "",
    kind: Annotated[str, typer.Option(help="guide or checklist.")] = "guide",
    pack: Annotated[Path | None, typer.Option(help="A pack; default: the starter pack.")] = None,
    width: Width = 0,
    drawn: Drawn = False,
    large: Large = False,
    as_json: Json = False,
) -> None:
    """Print the slip of an item."""
    from bianmin import printing
    from content.pack import Pack, PackError
    from content.slips import SlipTemplateError
    from dialog.acts import Print, SlipKind

    if kind not in (SlipKind.GUIDE, SlipKind.CHECKLIST):
        raise CommandError(f"--kind is guide or checklist, not {kind}", code=2)
    chosen = settings.load()
    with failures(PackError):
        opened = Pack.open(pack or settings.starter_pack())
    act = Print(kind=SlipKind(kind), item_id=item)
    try:
        with failures(SlipTemplateError):
            document = printing.slip_for(act, opened, chosen, dt.datetime.now())
    except KeyError:
        raise CommandError(f"the pack has no item {item!r}; bianmin content info lists them") from None
    _print(document, to, _profile(width, drawn, large), as_json)


@app.command()
def text(
    source: Annotated[str, typer.Argument(metavar="F|-", help="A UTF-8 text file, or - for standard input.")],
    to: To = "",
    width: Width = 0,
    drawn: Drawn = False,
    large: Large = False,
    as_json: Json = False,
) -> None:
    """Print a text, or a slip document when it is JSON."""
    from devices import slip as slips

    try:
        data = sys.stdin.buffer.read(MAX_TEXT_BYTES + 1) if source == "-" else Path(source).read_bytes()
        words = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CommandError(f"{source} is not UTF-8 text; convert it, for instance with iconv -f GB18030") from None
    except OSError as error:
        raise CommandError(f"{source}: {error.strerror}") from None
    if not words.strip():
        raise CommandError(f"{'standard input' if source == '-' else source} is empty; there is nothing to print")
    with failures(slips.SlipError):
        if words.lstrip().startswith('{"blocks"') or source.endswith(".json"):
            document = slips.parse(words)
        elif len(data) > MAX_TEXT_BYTES:
            raise CommandError(f"this text has more than {MAX_TEXT_BYTES} bytes; print it on A4 instead")
        else:
            document = slips.plain(words.rstrip("\n"), "text")
    _print(document, to, _profile(width, drawn, large), as_json)


@app.command("test")
def try_out(to: To = "", width: Width = 0, drawn: Drawn = False, large: Large = False, as_json: Json = False) -> None:
    """Print a test page: width, sizes, rare characters, codes."""
    from bianmin import printing, slips
    from devices.slip import from_builtins

    profile = _profile(width, drawn, large)
    mark = printing.stamp(settings.load(), dt.datetime.now())
    _print(from_builtins(slips.trial(mark, profile.cells)), to, profile, as_json)


@app.command()
def diagnostics(to: To = "", width: Width = 0, as_json: Json = False) -> None:
    """Print how every device of this terminal is, with the numbers for the fleet as a QR code."""
    from bianmin import printing, slips
    from bianmin.cli.devices import inventory_of
    from devices.diagnostics import Records, health
    from devices.slip import from_builtins

    chosen = settings.load()
    inventory = inventory_of(chosen)
    look = inventory.look()
    inventory.close()
    now = dt.datetime.now()
    records = Records(settings.home() / "diagnostics" / "records.jsonl").read()
    numbers = msgspec.json.encode(health(look, records, [], now.date())).decode()
    rows = [(one.name, one.condition.state.value, one.condition.text) for one in look]
    rows = rows or [("-", "no device set", "")]
    document = slips.diagnostics(printing.stamp(chosen, now), rows, numbers)
    _print(from_builtins(document), to, _profile(width, False, False), as_json)


@app.command()
def form(
    name: Annotated[str, typer.Argument(metavar="ID", help="A form of the pack.")],
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="F.pdf", help="Keep the PDF.")] = None,
    to: Annotated[str, typer.Option("--to", metavar="cups:NAME", help="Print it there.")] = "",
    data: Annotated[str, typer.Option(metavar="F.json|-", help="What is filled in; default: an empty form.")] = "",
    duplex: Annotated[bool, typer.Option("--duplex", help="Both sides of the paper.")] = False,
    pack: Annotated[Path | None, typer.Option(help="A pack; default: the starter pack.")] = None,
    as_json: Json = False,
) -> None:
    """Fill in a form of the pack as A4 (PDF/A): keep it, print it, or only count its pages."""
    from content.pack import Pack, PackError
    from devices.a4 import A4Error, compose

    if to and not to.startswith("cups:"):
        raise CommandError("A4 pages are printed through CUPS: --to cups:NAME", code=2)
    with failures(PackError):
        opened = Pack.open(pack or settings.starter_pack())
    try:
        template = opened.form(name)
    except KeyError:
        names = ", ".join(one.id for one in opened.forms())
        raise CommandError(f"the pack has no form {name!r}; there are: {names}") from None
    with failures(A4Error):
        page = compose(template.source, _filled_in(data))
    if out is not None:
        try:
            out.write_bytes(page.pdf)
        except OSError as error:
            raise CommandError(f"{out}: {error.strerror}") from None
    result = {"form": name, "pages": page.pages, "sheets": page.sheets(duplex), "pdf": str(out) if out else ""}
    if not to:
        emit(result, as_json, f"{template.title}: {_pages(page.pages)}{f', {out}' if out else ''}")
        return
    _print_a4(page, to.removeprefix("cups:"), duplex, name, result, as_json)


@app.command()
def invoice(
    files: Annotated[list[Path], typer.Argument(metavar="F...", help="OFD or PDF invoices.")],
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="F.pdf", help="One OFD invoice as PDF.")] = None,
    as_json: Json = False,
) -> None:
    """Look at electronic invoices safely: date, seller, amount, signature; or turn an OFD into a PDF to read."""
    from devices.a4 import A4Error
    from devices.invoices import InvoiceError, examine, to_pages

    if out is not None and len(files) != 1:
        raise CommandError("-o takes one invoice", code=2)
    told = []
    for file in files:
        try:
            report = examine(file.read_bytes())
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from None
        except InvoiceError as error:
            raise CommandError(f"{file}: {error}") from None
        fields = msgspec.to_builtins(report.invoice)
        told.append({"file": str(file), "kind": report.kind, "pages": report.page_count, **fields})
        told[-1]["signature"] = report.signature.value
        if out is not None:
            with failures(InvoiceError, A4Error, OSError):
                out.write_bytes(to_pages(report).pdf)
    lines = [f"{one['date']}  {one['seller']}  ￥{one['total']}  {one['signature']}  {one['file']}" for one in told]
    emit({"invoices": told}, as_json, "\n".join(lines))


@app.command()
def render(
    source: Annotated[Path, typer.Argument(metavar="F.bin", help="ESC/POS bytes.")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="F.png", help="Where the picture goes.")],
    width: Width = 0,
    as_json: Json = False,
) -> None:
    """Draw what a printer would make of these bytes."""
    from devices.preview import decoder, paper

    try:
        data = source.read_bytes()
    except OSError as error:
        raise CommandError(f"{source}: {error.strerror}") from None
    if not data:
        raise CommandError(f"{source} is empty; there is nothing to draw")
    picture = paper.render_png(data, _profile(width, False, False).dots)
    try:
        out.write_bytes(picture)
    except OSError as error:
        raise CommandError(f"{out}: {error.strerror}") from None
    events = decoder.decode(data)
    result = {
        "png": str(out),
        "lines": sum(isinstance(event, decoder.Line) and bool(event.spans) for event in events),
        "pictures": sum(isinstance(event, decoder.Raster) for event in events),
        "codes": sum(isinstance(event, decoder.Symbol) for event in events),
        "cuts": sum(isinstance(event, decoder.Cut) for event in events),
        "not_understood": sum(isinstance(event, decoder.Unknown) for event in events),
        "text": decoder.text_of(events),
    }
    emit(result, as_json, f"{out}")


@app.command()
def jobs(to: To = "", as_json: Json = False) -> None:
    """The journal of a printer: every job and how it ended."""
    from bianmin import printing
    from devices.ledger import LedgerError
    from devices.transports import AddressError

    with failures(AddressError, LedgerError):
        known = printing.service(_address(to), _profile(0, False, False)).jobs()
    if as_json:
        emit({"jobs": known}, True)
        return
    for job in known:
        when = dt.datetime.fromtimestamp(job.created).strftime("%Y-%m-%d %H:%M:%S")
        kind = f"{job.kind} copy" if job.of else job.kind
        ended = f"{job.outcome or 'running':8} {job.reason:14} {job.confirmed}/{job.pieces}"
        console.print(f"{when}  {ended}  {kind}  {job.id}", soft_wrap=True)
    if not known:
        console.print("nothing has been printed here")


def _address(to: str) -> str:
    address = to or settings.load().printer.device
    if not address:
        raise CommandError("no printer is set; name one with --to, or set printer.device in settings.toml", code=2)
    return address


def _profile(width: int, drawn: bool, large: bool) -> Profile:
    from devices.escpos.profile import for_paper

    try:
        return for_paper(width or settings.load().printer.width_mm, drawn=drawn, large=large)
    except ValueError as error:
        raise CommandError(str(error), code=2) from None


def _print(document: Slip, to: str, profile: Profile, as_json: bool) -> None:
    """Print and tell how it ended; anything but done is one line on stderr and exit 1."""
    from bianmin import printing
    from devices.escpos.drawing import TypefaceError
    from devices.escpos.raster import PictureError
    from devices.ledger import LedgerError, Outcome
    from devices.printing import new_job_id
    from devices.states import ADVICE, PrinterState
    from devices.transports import AddressError

    try:
        service = printing.service(_address(to), profile)
    except AddressError as error:
        raise CommandError(str(error), code=2) from None
    with failures(LedgerError, PictureError, TypefaceError):
        result = service.submit(new_job_id(), document)
    service.close()
    if result.outcome is Outcome.DONE:
        emit(result, as_json, f"printed: {result.pieces} slip{'s' * (result.pieces != 1)}")
        return
    if as_json:
        emit(result, True)
    why = service.trouble or ADVICE.get(PrinterState(result.reason), result.reason)
    if result.outcome is Outcome.FAILED:
        raise CommandError(f"not printed: {why}")
    raise CommandError(f"it is not known whether the slip was printed: {why}; look before you print it again")


def _pages(number: int) -> str:
    return "1 page" if number == 1 else f"{number} pages"


def _filled_in(source: str) -> dict[str, object]:
    """The JSON object that fills a form in."""
    if not source:
        return {}
    try:
        data = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
        return msgspec.json.decode(data, type=dict[str, object])
    except OSError as error:
        raise CommandError(f"{source}: {error.strerror}") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise CommandError("what is filled in must be one JSON object, field by field") from None


def _print_a4(page: A4Document, queue: str, duplex: bool, name: str, result: dict[str, object], as_json: bool) -> None:
    import time

    from devices.cups_printer import A4Service, CupsPrinter, Options
    from devices.ledger import Ledger, LedgerError, Outcome
    from devices.printing import new_job_id
    from devices.states import ADVICE, PrinterState

    journal = settings.home() / "printing" / f"a4-{''.join(c for c in queue if c.isalnum())}.jsonl"
    prints = A4Service(Ledger(journal, time.time), CupsPrinter(queue), time.monotonic, time.sleep)
    with failures(LedgerError):
        job = prints.submit(new_job_id(), page, Options(duplex=duplex), name)
    done = {**result, "job": job.id, "outcome": job.outcome, "reason": job.reason}
    if job.outcome is Outcome.DONE:
        emit(done, as_json, f"printed: {_pages(page.pages)}")
        return
    if as_json:
        emit(done, True)
    states = {state.value: text for state, text in ADVICE.items() if state is not PrinterState.READY}
    why = states.get(job.reason, job.reason or "CUPS did not finish it")
    raise CommandError(f"{'not printed' if job.outcome is Outcome.FAILED else 'not known to be printed'}: {why}")
