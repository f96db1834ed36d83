"""How a request stands: its number typed, said or scanned, its check code, then what central knows of it.

The check digits catch a misheard number before anyone is asked. Without the network the service says so, and where to
ask instead.
"""

from __future__ import annotations

from msgspec.structs import replace

from dialog import digits, kit
from dialog.acts import ListScreen, ListSlip, LookUp, Part, Print, Row, SlipKind
from dialog.events import Channel, Event, Key, Pressed, Printed, Progressed, ProgressUnknown, Typed
from dialog.filing import print_word
from dialog.flows import Progress
from dialog.requests import ProgressStep
from dialog.state import State, Turn, say
from dialog.world import World


def start(state: State, world: World, number: str = "") -> Turn:
    """Ask for the number, or, where it was scanned, for the check code."""
    return ask(state, Progress(number if digits.is_ticket(number) else ""), world)


def ask(state: State, progress: Progress, world: World) -> Turn:
    if not progress.number:
        scan = world.means.scanner and state.channel is Channel.KIOSK
        return kit.ask_digits(
            state,
            progress,
            world,
            world.text("progress.number"),
            digits.TICKET_DIGITS,
            note=world.text("progress.scan" if scan else "progress.where"),
            groups=digits.TICKET_GROUPS,
            scan=scan,
            buttons=(kit.button(world, Key.SKIP, "no_number"),),
        )
    if progress.shown:  # nothing of the answer is kept: it is fetched anew
        progress = replace(progress, shown=False)
    return kit.ask_digits(
        state, progress, world, world.text("progress.code"), digits.CODE_DIGITS, note=world.text("progress.code_note")
    )


def back(state: State, progress: Progress, world: World) -> Turn | None:
    return ask(state, Progress(), world) if progress.number else None


def react(state: State, progress: Progress, event: Event, world: World) -> Turn | None:
    match event:
        case Typed(text) if not progress.waiting and not progress.shown:
            return _entered(state, progress, digits.read(text), world)
        case Pressed(Key.SKIP | Key.NO) if not progress.number:
            return _no_number(state, progress, world)
        case Pressed(Key.YES | Key.NEXT) if progress.code and not progress.waiting and not progress.shown:
            return _look_up(state, progress, world)
        case Progressed() if progress.waiting:
            return _show(state, progress, event, world)
        case ProgressUnknown(reason) if progress.waiting:
            return _unknown(state, progress, reason, world)
        case Pressed(Key.PRINT) if progress.shown and world.can_print and isinstance(state.screen, ListScreen):
            slip = ListSlip(state.screen.title, state.screen.parts, state.screen.note)
            return state, (*say(world.text("print.working")), Print(SlipKind.LIST, slip=slip))
        case Printed(outcome, reason):
            return state, (*say(print_word(outcome, reason, world)), state.asked)
        case _:
            return None


def _entered(state: State, progress: Progress, number: str, world: World) -> Turn | None:
    if not number:
        return None
    if progress.number:
        if len(number) != digits.CODE_DIGITS:
            return _again(state, progress, world, number, digits.CODE_DIGITS, "progress.code_wrong")
        return _look_up(state, replace(progress, code=number), world)
    if len(number) == digits.TICKET_DIGITS + digits.CODE_DIGITS and digits.is_ticket(number[: digits.TICKET_DIGITS]):
        whole = Progress(number[: digits.TICKET_DIGITS], number[digits.TICKET_DIGITS :])
        return _look_up(state, whole, world)
    if not digits.is_ticket(number):
        return _again(state, progress, world, number, digits.TICKET_DIGITS, "progress.number_wrong")
    return ask(state, Progress(number), world)


def _again(state: State, progress: Progress, world: World, number: str, wanted: int, wrong: str) -> Turn | None:
    prompt = "service.one_short" if digits.is_one_short(number, wanted) else wrong
    return kit.again(state, ask(state, progress, world), world, prompt)


def _look_up(state: State, progress: Progress, world: World) -> Turn:
    waiting = replace(progress, waiting=True)
    message = world.text("progress.looking")
    return kit.wait(state, waiting, world.text("service.progress"), message, LookUp(progress.number, progress.code))


def _show(state: State, progress: Progress, found: Progressed, world: World) -> Turn:
    steps = tuple(Row(step.text, note=_when(step, world)) for step in found.steps)
    parts = [Part(world.text("progress.status"), (Row(found.status),), "clock")]
    if found.answer:
        parts.append(Part(world.text("progress.answer"), (Row(found.answer),), "note"))
    facts = []
    if found.department:
        facts.append(Row(found.department))
    if found.due is not None:
        when = world.text("due.when", month=found.due.month, day=found.due.day, hour=found.due.hour)
        facts.append(Row(world.text("due.by", when=when)))
    if facts:
        parts.append(Part(world.text("progress.who"), tuple(facts), "person"))
    if steps:
        parts.append(Part(world.text("progress.steps"), steps, "steps"))
    spoken = [world.text("progress.is", status=found.status)]
    spoken.append(found.answer or (found.steps[-1].text if found.steps else ""))
    buttons = [kit.button(world, Key.FINISH, main=True), kit.button(world, Key.MORE)]
    if world.can_print and state.channel is Channel.KIOSK:
        buttons.insert(1, kit.button(world, Key.PRINT))
    number = digits.shown(progress.number, digits.TICKET_GROUPS)
    title = world.text("progress.of", number=number)
    shown = replace(progress, waiting=False, shown=True, code="")
    return kit.show_list(state, shown, world, title, parts, spoken, icon="search", buttons=buttons)


def _when(step: ProgressStep, world: World) -> str:
    if step.at is None:
        return ""
    return world.text("due.when", month=step.at.month, day=step.at.day, hour=step.at.hour)


def _unknown(state: State, progress: Progress, reason: str, world: World) -> Turn:
    if reason == "not_found":
        state, acts = ask(state, Progress(), world)
        return replace(state, misses=state.misses + 1), (*say(world.text("progress.not_found")), *acts)
    buttons = (kit.button(world, Key.NEXT, "try_again", main=True), kit.button(world, Key.FINISH))
    lines = (world.text("progress.unreachable"), world.text("progress.unreachable_next"))
    title = world.text("progress.unreachable_title")
    again = replace(progress, waiting=False)
    return kit.notice(state, again, world, title, lines, icon="offline", buttons=buttons)


def _no_number(state: State, progress: Progress, world: World) -> Turn:
    lines = (world.text("progress.lost"), world.text("human.kiosk_line"))
    buttons = (kit.button(world, Key.HUMAN), kit.button(world, Key.FINISH))
    return kit.notice(state, progress, world, world.text("progress.lost_title"), lines, buttons=buttons)
