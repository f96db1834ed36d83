"""The service under way: which module takes the event, asks the question, goes back; one place knows them all."""

from __future__ import annotations

from typing import assert_never

from msgspec.structs import replace

from dialog import (
    carrying,
    checklist,
    filing,
    forms,
    invoices,
    listening,
    message,
    nearest,
    opinions,
    policies,
    progress,
    scenario_flow,
)
from dialog.acts import Act, Rate
from dialog.events import Event
from dialog.flows import (
    Carrying,
    Checking,
    Filing,
    FillingForm,
    Flow,
    Invoices,
    Message,
    Navigating,
    Nearest,
    Opinions,
    Policies,
    Progress,
    Reasons,
)
from dialog.state import State, Turn
from dialog.world import World


def react(state: State, event: Event, world: World) -> Turn | None:
    """The event for the service that it belongs to; None: it does not take it, or no service is under way."""
    flow = state.flow
    match flow:
        case None:
            return None
        case Filing():
            return filing.react(state, flow, event, world)
        case Message():
            return message.react(state, flow, event, world)
        case Progress():
            return progress.react(state, flow, event, world)
        case Navigating():
            return scenario_flow.react(state, flow, event, world)
        case Checking():
            return checklist.react(state, flow, event, world)
        case FillingForm():
            return forms.react(state, flow, event, world)
        case Invoices():
            return invoices.react(state, flow, event, world)
        case Nearest():
            return nearest.react(state, flow, event, world)
        case Policies():
            return policies.react(state, flow, event, world)
        case Opinions():
            return opinions.react(state, flow, event, world)
        case Reasons():
            return opinions.reasoned(state, flow, event, world)
        case Carrying():
            turn = carrying.react(state, flow, event, world)
            return go_on(turn, world) if isinstance(turn, State) else turn
        case _:
            assert_never(flow)


def ask(state: State, flow: Flow, world: World) -> Turn:
    """What the service asks where it stands."""
    match flow:
        case Filing():
            return filing.ask(state, flow, world)
        case Message():
            return message.ask(state, flow, world)
        case Progress():
            return progress.ask(state, flow, world)
        case Navigating():
            return scenario_flow.ask(state, flow, world)
        case Checking():
            return checklist.ask(state, flow, world)
        case FillingForm():
            return forms.ask(state, flow, world)
        case Invoices():
            return invoices.ask(state, flow, world)
        case Nearest():
            return nearest.ask(state, flow, world)
        case Policies():
            return policies.ask(state, flow, world)
        case Opinions():
            return opinions.ask(state, flow, world)
        case Reasons():
            return opinions.ask_reasons(state, flow, world)
        case Carrying():
            return carrying.ask(state, flow, world)
        case _:
            assert_never(flow)


def back(state: State, world: World) -> Turn | None:
    """One question back within the service; None: this was its first."""
    match state.flow:
        case Filing():
            return filing.back(state, state.flow, world)
        case Progress():
            return progress.back(state, state.flow, world)
        case Navigating():
            return scenario_flow.back(state, state.flow, world)
        case Checking(item_id):
            item = world.knowledge.item(item_id)
            return listening.answer(replace(state, flow=None), world, item) if item is not None else None
        case FillingForm():
            return forms.back(state, state.flow, world)
        case Invoices():
            return invoices.back(state, state.flow, world)
        case Nearest():
            return nearest.back(state, state.flow, world)
        case Policies():
            return policies.back(state, state.flow, world)
        case Carrying(matter=matter) if matter is not None:
            return go_on(replace(state, flow=matter.flow, item_id=matter.item_id, heard=matter.heard), world)
        case _:
            return None


def go_on(state: State, world: World) -> Turn:
    """Show and ask again where the service stands: after a person was named, or on another terminal."""
    match state.flow:
        case None if world.knowledge.item(state.item_id) is not None:
            item = world.knowledge.item(state.item_id)
            return listening.answer(state, world, item) if item is not None else leave(state, world, "listen.more")
        case None:
            return leave(state, world, "listen.more")
        case _:
            return ask(state, state.flow, world)


def leave(state: State, world: World, prompt: str) -> Turn:
    """Back to the open question; nothing of the service stays."""
    kept = parting(state)
    state, acts = listening.listen(replace(state, flow=None, offset=0), world, prompt)
    return state, (*kept, *acts)


def parting(state: State) -> tuple[Act, ...]:
    """What must not be lost when somebody goes: a message already spoken, a rating already given."""
    match state.flow:
        case Message():
            return message.left_behind(state, state.flow)
        case Reasons(stars, reason, kept=False, sure=True):
            return (Rate(stars, state.item_id, reason),)
        case _:
            return ()
