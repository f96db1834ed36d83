"""Electronic invoices from a stick: read and checked, shown one by one, printed, with a running list.

The terminal says what a file holds and whether it was changed; whether an invoice is genuine only the tax authority can
say, and that is said too.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from msgspec.structs import replace

from dialog import kit
from dialog.acts import Choice, ListSlip, Part, Print, PrintInvoice, ReadInvoices, Row, SlipKind
from dialog.events import (
    Channel,
    Chosen,
    Event,
    InvoicesNotRead,
    InvoicesRead,
    Key,
    Pressed,
    Printed,
    Silence,
)
from dialog.filing import print_word
from dialog.flows import Invoices
from dialog.requests import InvoiceFacts
from dialog.state import State, Turn, say
from dialog.world import World


def start(state: State, world: World) -> Turn:
    return ask(state, Invoices(), world)


def ask(state: State, invoices: Invoices, world: World) -> Turn:
    """Ask for the stick, show the list, or one invoice."""
    if state.channel is Channel.PHONE:
        lines = (world.text("invoice.not_by_phone"),)
        return kit.notice(state, invoices, world, world.text("service.invoice"), lines)
    if not invoices.read:
        how = (world.text("invoice.plug_in"), world.text("invoice.then"))
        buttons = (kit.button(world, Key.YES, "read_stick", main=True), kit.button(world, Key.CANCEL))
        title = world.text("service.invoice")
        return kit.notice(state, invoices, world, title, how, icon="invoice", buttons=buttons)
    if 0 <= invoices.at < len(invoices.read):
        return _one(state, invoices, invoices.read[invoices.at], world)
    return _list(state, invoices, world)


def back(state: State, invoices: Invoices, world: World) -> Turn | None:
    return ask(state, replace(invoices, at=-1), world) if invoices.at >= 0 and len(invoices.read) > 1 else None


def react(state: State, invoices: Invoices, event: Event, world: World) -> Turn | None:
    match event:
        case InvoicesRead(found, refused) if invoices.waiting:
            return _read(state, replace(invoices, waiting=False), found, refused, world)
        case InvoicesNotRead(reason) if invoices.waiting:
            return _not_read(state, replace(invoices, waiting=False), reason, world)
        case Pressed(Key.YES | Key.NEXT) if not invoices.waiting:
            message = world.text("invoice.reading")
            waiting = replace(invoices, waiting=True)
            return kit.wait(state, waiting, world.text("service.invoice"), message, ReadInvoices())
        case Chosen(choice) if choice.startswith("invoice:"):
            return ask(state, replace(invoices, at=int(choice.removeprefix("invoice:"))), world)
        case Pressed(Key.PRINT) if invoices.at >= 0 and world.means.a4:
            act = PrintInvoice(invoices.read[invoices.at].handle)
            title, message = world.text("service.invoice"), world.text("forms.printing")
            return kit.wait(state, replace(invoices, printing=True), title, message, act)
        case Pressed(Key.PRINT) if invoices.read and world.can_print:
            slip = ListSlip(world.text("invoice.list"), _parts(invoices, world), world.text("invoice.not_genuine"))
            return state, (*say(world.text("print.working")), Print(SlipKind.LIST, slip=slip))
        case Printed(outcome, reason) if invoices.printing:
            word = print_word(outcome, reason, world)
            state, acts = ask(state, replace(invoices, printing=False), world)
            return state, (*say(word), *acts)
        case Printed(outcome, reason):
            return state, (*say(print_word(outcome, reason, world)), state.asked)
        case Silence() if invoices.waiting:
            return state, ()
        case _:
            return None


def total(read: tuple[InvoiceFacts, ...]) -> str:
    """The sum in yuan, as decimal text; what is no amount does not count."""
    amounts = []
    for facts in read:
        try:
            amounts.append(Decimal(facts.total))
        except InvalidOperation:
            continue
    return f"{sum(amounts, Decimal(0)):.2f}"


def _read(state: State, invoices: Invoices, found: tuple[InvoiceFacts, ...], refused: int, world: World) -> Turn:
    known = {facts.number for facts in invoices.read if facts.number}
    fresh = tuple(facts for facts in found if not facts.number or facts.number not in known)
    word = world.text("invoice.refused", count=kit.count(world, refused)) if refused else ""
    if not found:
        return _not_read(state, invoices, "nothing", world, word)
    invoices = replace(invoices, read=(*invoices.read, *fresh))
    only = len(invoices.read) == 1
    state, acts = ask(state, replace(invoices, at=0 if only else -1), world)
    twice = world.text("invoice.seen") if len(fresh) < len(found) else ""
    return state, (*say(word, twice), *acts)


def _not_read(state: State, invoices: Invoices, reason: str, world: World, word: str = "") -> Turn:
    known = reason in ("no_stick", "nothing", "unreadable")
    lines = (word, world.text(f"invoice.{reason}" if known else "invoice.unreadable"))
    buttons = (kit.button(world, Key.YES, "try_again", main=True), kit.button(world, Key.CANCEL))
    title = world.text("invoice.failed")
    shown = tuple(line for line in lines if line)
    return kit.notice(state, invoices, world, title, shown, icon="warning", buttons=buttons)


def _list(state: State, invoices: Invoices, world: World) -> Turn:
    choices = [Choice(f"invoice:{n}", _line(facts)) for n, facts in enumerate(invoices.read)]
    count = kit.count(world, len(invoices.read))
    note = world.text("invoice.sum", count=count, total=total(invoices.read))
    buttons = [kit.button(world, Key.YES, "read_more"), kit.button(world, Key.FINISH)]
    if world.can_print:
        buttons.insert(0, kit.button(world, Key.PRINT, "print_list"))
    title = world.text("invoice.list")
    return kit.choose(
        state, invoices, world, title, choices, spoken=(note,), note=note, icon="invoice", buttons=buttons
    )


def _one(state: State, invoices: Invoices, facts: InvoiceFacts, world: World) -> Turn:
    rows = (
        ("number", facts.number),
        ("date", facts.date),
        ("seller", facts.seller),
        ("total", world.text("invoice.yuan", total=facts.total) if facts.total else ""),
        ("signature", world.text(f"invoice.signature_{facts.signature}")),
        ("pages", world.text("invoice.pages_count", count=facts.pages)),
    )
    shown = tuple(
        Row(world.text("invoice.line", label=world.text(f"invoice.{name}"), text=text)) for name, text in rows if text
    )
    broken = facts.signature == "broken"
    spoken = [world.text("invoice.one", seller=facts.seller or world.text("invoice.somebody"))]
    if facts.total:
        spoken.append(world.text("invoice.yuan", total=facts.total))
    spoken += [world.text(f"invoice.signature_{facts.signature}"), world.text("invoice.next")]
    buttons = [kit.button(world, Key.YES, "read_more"), kit.button(world, Key.FINISH)]
    if world.means.a4:
        buttons.insert(0, kit.button(world, Key.PRINT, "print_invoice", main=True))
    return kit.show_list(
        state,
        invoices,
        world,
        world.text("service.invoice"),
        (Part(world.text("invoice.checked"), shown, "warning" if broken else "check"),),
        spoken,
        note=world.text("invoice.not_genuine"),
        icon="invoice",
        buttons=buttons,
    )


def _parts(invoices: Invoices, world: World) -> tuple[Part, ...]:
    rows = tuple(Row(_line(facts), note=facts.number, number=str(n)) for n, facts in enumerate(invoices.read, 1))
    count = kit.count(world, len(invoices.read))
    whole = Row(world.text("invoice.sum", count=count, total=total(invoices.read)))
    return (Part(world.text("invoice.list"), (*rows, whole), "invoice"),)


def _line(facts: InvoiceFacts) -> str:
    return "，".join(part for part in (facts.date, facts.seller, f"{facts.total}元" if facts.total else "") if part)
