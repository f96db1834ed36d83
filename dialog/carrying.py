"""Taking a matter along: a slip that leads back to it, or six digits for the phone or another terminal, and back in.

The slip's code holds nothing of a person. The six digits need the network, and the service says so when there is none;
what was recorded or photographed stays behind.
"""

from __future__ import annotations

from msgspec.structs import replace

from dialog import digits, kit, resume
from dialog.acts import Choice, HandOver, Print, ResumeSlip, SlipKind, TakeOver
from dialog.events import (
    Channel,
    Chosen,
    Event,
    HandedOver,
    Key,
    NotHandedOver,
    NotTakenOver,
    Pressed,
    Printed,
    TakenOver,
    Typed,
)
from dialog.filing import print_word
from dialog.flows import Carrying, Filing, FillingForm, Invoices, Matter, Message, Navigating, Progress
from dialog.requests import RequestDraft
from dialog.state import State, Turn, say
from dialog.world import World


def offer(state: State, world: World) -> Turn:
    """How to take along what is under way: a slip, six digits."""
    carrying = Carrying(matter=matter(state))
    choices = []
    if world.can_print and state.channel is Channel.KIOSK and _code(carrying.matter, world) is not None:
        choices.append(Choice("carry:slip", world.text("carry.slip")))
    if world.means.handover:
        choices.append(Choice("carry:code", world.text("carry.code")))
    choices.append(Choice("carry:stay", world.text("carry.stay")))
    note = "" if world.means.handover else world.text("carry.no_network")
    return kit.choose(state, carrying, world, world.text("carry.how"), choices, note=note, icon="carry")


def take(state: State, world: World) -> Turn:
    """Ask for the six digits of a matter begun elsewhere."""
    if not world.means.handover:
        lines = (world.text("carry.no_network"), world.text("listen.more"))
        return kit.notice(state, Carrying(taking=True), world, world.text("carry.title"), lines, icon="offline")
    return ask(state, Carrying(taking=True), world)


def ask(state: State, carrying: Carrying, world: World) -> Turn:
    if not carrying.taking:
        return offer(state, world) if carrying.matter is None else offer(_restored(state, carrying.matter), world)
    title = world.text("carry.enter")
    note = world.text("carry.enter_note")
    groups = digits.HANDOVER_GROUPS
    return kit.ask_digits(state, carrying, world, title, digits.HANDOVER_DIGITS, note=note, groups=groups)


def react(state: State, carrying: Carrying, event: Event, world: World) -> Turn | State | None:
    """A ``State`` means: the matter is here again, go on with it."""
    match event:
        case Chosen("carry:stay") if carrying.matter is not None:
            return _restored(state, carrying.matter)
        case Pressed(Key.NO | Key.NEXT) if carrying.matter is not None:
            return _restored(state, carrying.matter)
        case Chosen("carry:slip") if carrying.matter is not None:
            slip = _code(carrying.matter, world)
            if slip is None:
                return None
            return state, (*say(world.text("print.working")), Print(SlipKind.RESUME, slip=slip))
        case Chosen("carry:code") if carrying.matter is not None:
            waiting = replace(carrying, waiting=True)
            message = world.text("carry.handing")
            return kit.wait(state, waiting, world.text("carry.title"), message, HandOver(carrying.matter))
        case Printed(outcome, reason):
            return state, (*say(print_word(outcome, reason, world)), state.asked)
        case HandedOver(code, minutes):
            return _handed(state, replace(carrying, waiting=False), code, minutes, world)
        case NotHandedOver():
            state, acts = offer(_restored(state, carrying.matter or Matter()), world)
            return state, (*say(world.text("carry.failed")), *acts)
        case Typed(text) if carrying.taking and not carrying.waiting:
            return _entered(state, carrying, digits.read(text), world)
        case TakenOver(taken):
            return _restored(state, taken)
        case NotTakenOver(reason):
            prompt = "carry.unknown" if reason == "not_found" else "carry.failed"
            again, acts = ask(state, Carrying(taking=True), world)
            return replace(again, misses=state.misses + 1), (*say(world.text(prompt)), *acts)
        case _:
            return None


def matter(state: State) -> Matter:
    """What is under way, without what stays here: photos, recordings, invoices, a looked-up request."""
    flow = state.flow
    match flow:
        case Filing(draft=RequestDraft()):
            flow = replace(flow, draft=replace(flow.draft, media=()))
        case Message() | Invoices() | Progress() | Carrying():
            flow = None
        case _:
            pass
    return Matter(state.heard, state.item_id, flow)


def _entered(state: State, carrying: Carrying, code: str, world: World) -> Turn | None:
    if digits.is_one_short(code, digits.HANDOVER_DIGITS):
        return kit.again(state, ask(state, carrying, world), world, "service.one_short")
    if len(code) != digits.HANDOVER_DIGITS:
        return None
    message = world.text("carry.fetching")
    return kit.wait(state, replace(carrying, waiting=True), world.text("carry.title"), message, TakeOver(code))


def _handed(state: State, carrying: Carrying, code: str, minutes: int, world: World) -> Turn:
    spoken = world.text("carry.is", code=kit.dictated(state, world, code, digits.HANDOVER_GROUPS))
    until = world.text("carry.until", minutes=minutes)
    lines = (until, world.text("carry.where"))
    large = digits.shown(code, digits.HANDOVER_GROUPS)
    buttons = (kit.button(world, Key.FINISH, main=True), kit.button(world, Key.NEXT, "go_on"))
    aloud = (spoken, spoken, until, world.text("carry.where"))
    title = world.text("carry.title")
    return kit.notice(state, carrying, world, title, lines, icon="carry", buttons=buttons, spoken=aloud, large=large)


def _restored(state: State, taken: Matter) -> State:
    return replace(state, heard=taken.heard, item_id=taken.item_id, flow=taken.flow)


def _code(taken: Matter | None, world: World) -> ResumeSlip | None:
    """The slip for what can be found again without knowing the person; None for everything else."""
    if taken is None:
        return None
    match taken.flow:
        case Navigating(scenario_id, answers) if scenario_id:
            scenario = world.knowledge.scenario(scenario_id)
            title = scenario.title if scenario is not None else ""
            return ResumeSlip(title, resume.scenario_code(scenario_id, answers))
        case FillingForm(form_id) if form_id:
            form = world.knowledge.form(form_id)
            return ResumeSlip(form.title if form is not None else "", resume.form_code(form_id))
        case _:
            item = world.knowledge.item(taken.item_id)
            if item is None:
                return None
            return ResumeSlip(item.title, resume.item_code(item.id, world.knowledge.version))
