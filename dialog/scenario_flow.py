"""One matter at once (场景导航): a few questions, then one list of what to bring, where to go, what to fill in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from msgspec.structs import replace

from content.model import Item
from content.scenario import Question as Asked
from content.scenario import Scenario, ScenarioError, ScenarioResult, next_question, resolve
from dialog import checklist, kit
from dialog.acts import Choice, Part, Print, Row, ScenarioSlip, SlipKind
from dialog.events import Channel, Chosen, Event, Key, Pressed, Printed, Typed
from dialog.filing import print_word
from dialog.flows import Navigating
from dialog.screens import Step
from dialog.state import State, Turn, say
from dialog.world import World

T = TypeVar("T")


def start(state: State, world: World, scenario_id: str = "") -> Turn:
    return ask(state, Navigating(scenario_id), world)


def ask(state: State, navigating: Navigating, world: World) -> Turn:
    """Which matter, the next question, or the result."""
    scenario = world.knowledge.scenario(navigating.scenario_id)
    if scenario is None:
        choices = [Choice(f"scenario:{one.id}", one.title) for one in world.knowledge.scenarios()]
        return kit.choose(state, Navigating(), world, world.text("scenario.which"), choices, icon="scenario")
    try:
        question = next_question(scenario, navigating.answers)
    except ScenarioError:  # a code of an older content: begin with the first question
        navigating = Navigating(scenario.id)
        question = next_question(scenario, ())
    if question is not None:
        return _question(state, navigating, scenario, question, world)
    return _result(state, replace(navigating, finished=True), scenario, world)


def react(state: State, navigating: Navigating, event: Event, world: World) -> Turn | None:
    scenario = world.knowledge.scenario(navigating.scenario_id)
    match event:
        case Chosen(choice) if choice.startswith("scenario:"):
            return ask(state, Navigating(choice.removeprefix("scenario:")), world)
        case Chosen(choice) if choice.startswith("answer:") and scenario is not None and not navigating.finished:
            question = next_question(scenario, navigating.answers)
            if question is None:
                return None
            answers = (*navigating.answers, (question.id, choice.removeprefix("answer:")))
            return ask(state, replace(navigating, answers=answers), world)
        case Pressed(Key.YES | Key.NO) if len(state.choices) == 2 and not navigating.finished:
            yes = event.key is Key.YES
            return react(state, navigating, Chosen(state.choices[0 if yes else 1].id), world)
        case _ if scenario is not None and navigating.finished:
            return _finished(state, navigating, scenario, event, world)
        case _:
            return None


def back(state: State, navigating: Navigating, world: World) -> Turn | None:
    if navigating.answers:
        return ask(state, replace(navigating, answers=navigating.answers[:-1], finished=False, ticked=()), world)
    return ask(state, Navigating(), world) if navigating.scenario_id else None


def _question(state: State, navigating: Navigating, scenario: Scenario, question: Asked, world: World) -> Turn:
    choices = [Choice(f"answer:{choice.id}", choice.label) for choice in question.choices]
    at = len(navigating.answers) + 1
    first = (scenario.title, question.text) if at == 1 else (question.text,)
    step = Step(at, max(at, len(scenario.questions)))
    return kit.choose(state, navigating, world, question.text, choices, spoken=first, icon="scenario", step=step)


def _finished(state: State, navigating: Navigating, scenario: Scenario, event: Event, world: World) -> Turn | None:
    match event:
        case Chosen(choice) if choice.startswith("tick:"):
            return _tick(state, navigating, scenario, int(choice.removeprefix("tick:")), world)
        case Typed(text):
            row = checklist.ticked_by_voice(text, state.choices)
            return _tick(state, navigating, scenario, row, world) if row is not None else None
        case Pressed(Key.MATERIALS):
            result = _resolved(scenario, navigating, world)
            names = [needed.name for needed in result.materials]
            return state, (*say(*checklist.aloud(names, world)), state.asked)
        case Pressed(Key.PRINT) if world.can_print and state.channel is Channel.KIOSK:
            slip = ScenarioSlip(scenario.id, navigating.answers)
            return state, (*say(world.text("print.working")), Print(SlipKind.SCENARIO, slip=slip))
        case Pressed(Key.PRINT):
            return state, (*say(world.text("print.none")), state.asked)
        case Printed(outcome, reason):
            return state, (*say(print_word(outcome, reason, world)), state.asked)
        case _:
            return None


def _tick(state: State, navigating: Navigating, scenario: Scenario, row: int, world: World) -> Turn | None:
    result = _resolved(scenario, navigating, world)
    if not 0 <= row < len(result.materials):
        return None
    navigating = replace(navigating, ticked=checklist.toggled(navigating.ticked, row))
    have = row in navigating.ticked
    word = world.text("check.have" if have else "check.have_not", name=result.materials[row].name)
    spoken = (word, checklist.left(len(result.materials), navigating.ticked, world))
    return _show(state, navigating, scenario, result, world, spoken)


def _result(state: State, navigating: Navigating, scenario: Scenario, world: World) -> Turn:
    result = _resolved(scenario, navigating, world)
    spoken = [
        world.text("scenario.done", name=scenario.title),
        world.text(
            "scenario.sum",
            materials=kit.count(world, len(result.materials)),
            visits=kit.count(world, len(result.visits)),
        ),
    ]
    spoken += [
        world.text("scenario.visit", number=kit.numeral(world, n), place=visit.place_name, items=_titles(visit.items))
        for n, visit in enumerate(result.visits, 1)
    ]
    spoken.append(world.text("scenario.next_phone" if state.channel is Channel.PHONE else "scenario.next"))
    return _show(state, navigating, scenario, result, world, tuple(spoken))


def _show(
    state: State,
    navigating: Navigating,
    scenario: Scenario,
    result: ScenarioResult,
    world: World,
    spoken: tuple[str, ...],
) -> Turn:
    buttons = [kit.button(world, Key.MORE), kit.button(world, Key.FINISH)]
    if world.can_print and state.channel is Channel.KIOSK:
        buttons.insert(0, kit.button(world, Key.PRINT, main=True))
    if state.channel is Channel.PHONE:
        buttons.insert(0, kit.button(world, Key.MATERIALS))
    return kit.show_list(
        state,
        navigating,
        world,
        scenario.title,
        _parts(navigating, result, world),
        spoken,
        note=world.text("check.note"),
        icon="scenario",
        sample=scenario.sample,
        buttons=buttons,
    )


def _parts(navigating: Navigating, result: ScenarioResult, world: World) -> tuple[Part, ...]:
    names = [(needed.name, "，".join((*needed.copies, *needed.notes))) for needed in result.materials]
    visits = tuple(
        Row(visit.place_name or visit.items[0].title, _titles(visit.items), number=str(n))
        for n, visit in enumerate(result.visits, 1)
    )
    forms = tuple(
        Row(form.title, tick=f"form:{form.id}" if world.means.a4 else "")
        for form in map(world.knowledge.form, result.forms)
        if form is not None
    )
    basis = tuple(Row(f"《{one.title}》{one.article}") for one in result.basis)
    parts = (
        Part(world.text("check.materials"), checklist.rows(names, navigating.ticked), "folder"),
        Part(world.text("scenario.way"), visits, "pin"),
        Part(world.text("check.forms"), forms, "printer"),
        Part(world.text("scenario.notes"), tuple(Row(note) for note in result.notes), "note"),
        Part(world.text("scenario.basis"), basis, "basis"),
    )
    return tuple(part for part in parts if part.rows)


def _titles(items: tuple[Item, ...]) -> str:
    return "、".join(item.title for item in items)


def _resolved(scenario: Scenario, navigating: Navigating, world: World) -> ScenarioResult:
    return resolve(scenario, navigating.answers, _known(world.knowledge.item), _known(world.knowledge.place))


def _known(look: Callable[[str], T | None]) -> Callable[[str], T]:
    """A look-up that must find something: a checked pack has every item and place its scenarios name."""

    def found(identifier: str) -> T:
        record = look(identifier)
        if record is None:
            raise KeyError(identifier)
        return record

    return found
