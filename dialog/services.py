"""The services at work: each event goes to the one under way, and what is the same for all of them happens here.

Common to all: danger and a person come first (``dialog.session``); what does not fit is asked again, twice, each time
with more help, and the third time a person is named; 返回 goes one question back and then leaves; 取消 leaves, and says
that nothing was handed in; a matter can be taken along.
"""

from __future__ import annotations

from typing import assert_never

from msgspec.structs import replace

from content.search.query import Query
from dialog import (
    carrying,
    closing,
    filing,
    forms,
    human,
    invoices,
    kit,
    listening,
    menu,
    message,
    nearest,
    opinions,
    policies,
    progress,
    resume,
    scenario_flow,
    under_way,
)
from dialog.acts import Choice
from dialog.commands import command, ordinal, spoken_choice
from dialog.events import Channel, Chosen, Event, Key, Pressed, Typed
from dialog.flows import (
    Carrying,
    Filing,
    Flow,
    Message,
    Navigating,
    Nearest,
    Policies,
    Reasons,
    Stage,
)
from dialog.intents import Intent, recognise
from dialog.menu import Service
from dialog.requests import RequestKind
from dialog.state import State, Turn, say
from dialog.world import World

GLOBAL = frozenset(
    {Key.HUMAN, Key.REPEAT, Key.SLOWER, Key.FASTER, Key.LOUDER, Key.QUIETER, Key.HOME, Key.STAY, Key.CANCEL, Key.RESUME}
)
"""Said in the middle of anything, these are commands; every other word is first offered to the service."""


# -- beginning -------------------------------------------------------------------------------------------------------


def begin(state: State, world: World, intent: Intent) -> Turn:
    """Start a service, or say that it cannot be done here and where it can."""
    if not menu.works(intent.service, state, world):
        return _off(state, world, intent.service)
    state = replace(state, item_id="" if intent.service is not Service.OPINION else state.item_id)
    match intent.service:
        case Service.POLICY:
            return policies.start(state, world)
        case Service.ASK:
            return listening.listen(replace(state, flow=None), world, "listen.go_on")
        case Service.GUIDE:
            return policies.start(state, world, "module")
        case Service.SCENARIO:
            return scenario_flow.start(state, world, intent.scenario)
        case Service.FORMS:
            return forms.start(state, world)
        case Service.REQUEST if intent.kind is None:
            return filing.start_open(state, world)
        case Service.REQUEST | Service.STUCK:
            return filing.start(state, world, intent.kind or RequestKind.STUCK, intent.text)
        case Service.SNAPSHOT:
            return filing.start(state, world, RequestKind.SNAPSHOT)
        case Service.PROGRESS:
            return progress.start(state, world)
        case Service.INVOICE:
            return invoices.start(state, world)
        case Service.NEAREST:
            return nearest.start(state, world, intent.text)
        case Service.OPINION:
            return opinions.start(state, world)
        case _:
            assert_never(intent.service)


def scanned(state: State, world: World, text: str) -> Turn:
    """A code before the reader: a slip of ours leads to where it came from."""
    match resume.read(text):
        case resume.ItemCode(item_id):
            item = world.knowledge.item(item_id)
            if item is None or not item.is_valid_on(state.now.date()):
                return listening.no_answer(replace(state, flow=None), world, "expired")
            return listening.answer(replace(state, flow=None, heard=item.title, others=()), world, item)
        case resume.ScenarioCode(scenario_id, answers):
            return scenario_flow.ask(state, Navigating(scenario_id, answers), world)
        case resume.FormCode(form_id) if menu.works(Service.FORMS, state, world):
            return forms.start(state, world, form_id)
        case resume.TicketCode(number) if menu.works(Service.PROGRESS, state, world):
            return progress.start(state, world, number)
        case resume.TicketCode():
            return _off(state, world, Service.PROGRESS)
        case _:
            return state, (*say(world.text("scan.unknown")), state.asked)


def _off(state: State, world: World, service: Service) -> Turn:
    """It does not work here now: said before anything is asked, with the nearest terminal where it does."""
    name = world.text(f"service.{service.value}")
    lines = [world.text("service.off", name=name)]
    if place := world.nearby.get(service.value, world.elsewhere):
        lines.append(world.text("service.elsewhere", name=place))
    if state.channel is Channel.PHONE:
        state, acts = listening.listen(replace(state, flow=None), world, "listen.more")
        return state, (*say(*lines), *acts)
    buttons = (kit.button(world, Key.MORE, main=True), kit.button(world, Key.HUMAN))
    return kit.notice(state, None, world, name, lines, icon="warning", buttons=buttons)


# -- what happens to the service under way ---------------------------------------------------------------------------


def wants_words(flow: Flow) -> bool:
    """Whether the citizen is being asked what is the matter, so that 太慢了 is an answer and no order."""
    reasons = isinstance(flow, Reasons) and flow.sure and not flow.kept
    return reasons or (isinstance(flow, Filing) and flow.stage is Stage.TEXT)


def said(state: State, text: str, world: World) -> Turn | None:
    """Words for the service under way: a choice, one of its commands, its answer, another service; None: no match."""
    key = command(text)
    choice = _named(state, text)
    if choice is not None:
        return chosen(state, choice.id, world)
    if key is not None:
        turn = under_way.react(state, Pressed(key), world)
        if turn is not None:
            return turn
    turn = under_way.react(state, Typed(text), world)
    if turn is not None:
        return turn
    if key is not None:
        return pressed(state, key, world)
    return _elsewhere(state, text, world)


def typed(state: State, text: str, world: World) -> Turn:
    """Typed words are the answer itself, never a command; where a choice is asked for they may name one."""
    choice = _named(state, text)
    if choice is not None:
        return chosen(state, choice.id, world)
    turn = under_way.react(state, Typed(text), world)
    return turn or _elsewhere(state, text, world) or unmatched(state, world, "service.nomatch")


def pressed(state: State, key: Key, world: World) -> Turn:
    """A key for the service; what it does not take means the same everywhere."""
    turn = None if key in GLOBAL else under_way.react(state, Pressed(key), world)
    if turn is not None:
        return turn
    match key:
        case Key.BACK:
            return back(state, world)
        case Key.CANCEL:
            return cancel(state, world)
        case Key.HOME | Key.SERVICES | Key.MORE:
            return cancel(state, world)
        case Key.RESUME:
            return carrying.offer(state, world) if not isinstance(state.flow, Carrying) else (state, (state.asked,))
        case Key.FINISH:
            return _finish(state, world)
        case _:
            return state, (*say(world.text("service.not_now"), passing=True), state.asked)


def chosen(state: State, choice: str, world: World) -> Turn:
    if choice == kit.MORE.id:
        return kit.more(state, world)
    kind, _, rest = choice.partition(":")
    turn = under_way.react(state, Chosen(choice), world)
    if turn is not None:
        return turn
    match kind:
        case "service" if rest in set(Service):
            return begin(state, world, Intent(Service(rest)))
        case "form" if menu.works(Service.FORMS, state, world):
            return forms.start(state, world, rest)
        case "item":
            return _item(state, rest, world)
        case "none":
            return back(state, world)
        case "drop":
            return cancel(state, world)
        case _:
            return state, (state.asked,)


def reported(state: State, event: Event, world: World) -> Turn:
    """The front end's word on what it was asked to do; one that nobody waits for changes nothing."""
    return under_way.react(state, event, world) or (state, ())


def back(state: State, world: World) -> Turn:
    """One question back; from the first, out of the service."""
    turn = under_way.back(state, world)
    return turn if turn is not None else under_way.leave(state, world, "listen.more")


def cancel(state: State, world: World) -> Turn:
    """Out of the service, saying that nothing was handed in where something might have been."""
    unfinished = isinstance(state.flow, Filing) and state.flow.stage is not Stage.DONE
    if isinstance(state.flow, Message) or unfinished:
        state, acts = under_way.leave(replace(state, flow=None), world, "")
        return state, (*say(world.text("filing.dropped")), *acts)
    return under_way.leave(state, world, "listen.more")


def unmatched(state: State, world: World, prompt: str) -> Turn:
    """What was said does not fit: once more, once more with help, then a person."""
    misses = state.misses + 1
    state = replace(state, misses=misses)
    if misses > world.limits.misses:
        state, acts = human.to_a_person(replace(state, misses=0), world)
        return state, (*say(world.text("service.nomatch_person")), *acts)
    if misses == 1:
        return state, (*say(world.text(prompt)), *say(*state.said[-1:], passing=True), state.asked)
    help_with = "service.help_phone" if state.channel is Channel.PHONE else "service.help_kiosk"
    return state, (*say(world.text(help_with)), *say(*state.said, passing=True), state.asked)


def silent(state: State, world: World) -> Turn:
    """Quiet on the phone: what was said so far goes on; else asked again, then a person."""
    if isinstance(state.flow, Message):
        turn = message.silent(state, state.flow, world)
        if turn is not None:
            return turn
    if isinstance(state.flow, Filing) and state.flow.stage is Stage.TEXT and state.flow.draft.text:
        return pressed(state, Key.NEXT, world)
    if isinstance(state.flow, Reasons):
        return pressed(state, Key.SKIP, world)  # whoever does not want to rate is not held
    silences = state.silences + 1
    state = replace(state, silences=silences)
    if silences > world.limits.misses:
        return human.to_a_person(state, world)
    prompt = "silence.service" if silences == 1 else "silence.phone_again"
    return state, (*say(world.text(prompt)), *say(*state.said, passing=True), state.asked)


# -- inside ----------------------------------------------------------------------------------------------------------


def _elsewhere(state: State, text: str, world: World) -> Turn | None:
    """Words that fit nothing here may be another service; a request with words in it is not dropped for that."""
    if isinstance(state.flow, Filing) and (state.flow.draft.text or state.flow.draft.media):
        return None
    intent = recognise(text, world)
    if intent is not None:
        return begin(replace(state, flow=None), world, intent)
    if isinstance(state.flow, Policies):
        return listening.question(replace(state, flow=None), world, Query(text))
    return None


def _item(state: State, item_id: str, world: World) -> Turn:
    """What was looked for is found: the service has led to it and is over."""
    item = world.knowledge.item(item_id)
    if item is None:
        return state, (state.asked,)
    state = replace(state, flow=None, offset=0)
    if not item.is_valid_on(state.now.date()):
        return listening.no_answer(state, world, "expired")
    return listening.answer(replace(state, heard=item.title, others=()), world, item)


def _named(state: State, text: str) -> Choice | None:
    """The choice ``text`` names. A place may be said more exactly than any choice, so there only numbers count."""
    match state.flow:
        case Filing(stage=Stage.CONFIRM):
            return None
        case Filing(stage=Stage.TOWN | Stage.PLACE) | Nearest() if ordinal(text) is None:
            return None
        case _:
            return spoken_choice(text, state.choices) if state.choices else None


def _finish(state: State, world: World) -> Turn:
    """The end, where the service is done; in the middle of a request nothing is lost without being said."""
    if isinstance(state.flow, Filing) and state.flow.stage is not Stage.DONE:
        return cancel(state, world)
    return closing.ask_rating(replace(state, flow=None), world)
