"""A question comes in: answer, ask back with at most four choices, or say honestly that nothing fits."""

from __future__ import annotations

from msgspec.structs import replace

from content.model import Item, Module
from content.search.query import Hit, Query, SearchResult
from dialog import menu
from dialog.acts import (
    Act,
    AnswerScreen,
    Ask,
    BrowseScreen,
    Choice,
    ClarifyScreen,
    ListenScreen,
    NoAnswerScreen,
    Say,
    Show,
)
from dialog.events import Channel, Key
from dialog.human import to_a_person
from dialog.kit import numeral
from dialog.state import Phase, State, Turn, say
from dialog.world import MODULE_NAMES, World

NONE_OF_THESE = Choice("none", "都不是")
MOST_CHOICES = 4
"""ISO/IEC 13714: a spoken menu has at most four commands."""

_MODULES = tuple(Choice(f"module:{module.value}", name) for module, name in MODULE_NAMES.items())


def listen(state: State, world: World, prompt: str, notice: str = "") -> Turn:
    """Wait for a question, after saying ``prompt`` (its id; empty: say nothing)."""
    hint = world.text("listen.hint", question=_example(state, world))
    services = menu.choices(world)
    choices = (*services, *_MODULES) if state.channel is Channel.KIOSK else ()
    next_state = replace(state, phase=Phase.LISTENING, choices=choices, item_id="", others=())
    spoken = say(world.text(prompt)) if prompt else ()
    ask = Ask(
        keys=(Key.HUMAN, Key.SERVICES),
        choices=choices,
        timeout=_quiet(state, world, world.limits.idle),
        scan=world.means.scanner,
    )
    screen = ListenScreen(hint, notice, _MODULES, services, menu.off(state, world), world.means.handover)
    return next_state, (Show(screen), *spoken, ask)


def listen_again(state: State, world: World) -> Turn:
    """What was understood was not what was said."""
    prompt = "listen.correct" if state.channel is Channel.KIOSK else "listen.correct_phone"
    return listen(state, world, prompt, notice=world.text(prompt))


def question(state: State, world: World, query: Query) -> Turn:
    """Search for what was said or typed and turn the result into acts."""
    result = world.knowledge.search(replace(query, context=state.item_id))
    state = replace(state, heard=query.text, unheard=0, silences=0)
    match result.outcome:
        case "answer":
            return _answered(state, world, result)
        case "clarify":
            choices = _choices(result.hits[:MOST_CHOICES])
            return clarify(replace(state, misses=0), world, choices, world.text("clarify.lead"))
        case _:
            return no_answer(state, world, "expired" if result.reason == "expired" else "unknown")


def answer(state: State, world: World, item: Item) -> Turn:
    """Show and say ``item``."""
    knowledge = world.knowledge
    places = tuple(place.name for place in map(knowledge.place, item.places) if place is not None)
    sample = knowledge.sample or bool(item.sample) or item.reviewed is None
    screen = AnswerScreen(
        heard=state.heard,
        item=item,
        place_names=places,
        pack_version=knowledge.version,
        valid_as_of=state.now.date().isoformat(),
        sample=sample,
    )
    lines = [world.text("answer.lead", title=item.title), item.spoken]
    if state.channel is Channel.PHONE and sample:
        lines.append(world.text("answer.sample"))
    lines.append(_afterwards(state, world))
    keys: tuple[Key, ...] = (Key.MATERIALS, Key.REPEAT, Key.MORE, Key.FINISH, Key.HUMAN)
    if state.channel is Channel.KIOSK and world.can_print:
        keys = (Key.PRINT, *keys)
    ask = Ask(keys=keys, timeout=_quiet(state, world, world.limits.reading))
    next_state = replace(state, phase=Phase.ANSWERED, item_id=item.id, choices=(), misses=0)
    return next_state, (Show(screen), *say(*lines), ask)


def clarify(state: State, world: World, choices: tuple[Choice, ...], lead: str) -> Turn:
    """Ask which of ``choices`` was meant; "none of these" is always there."""
    spoken = [Say(lead)]
    for number, choice in enumerate(choices, start=1):
        spoken.append(Say(world.text("clarify.choice", number=numeral(world, number), label=choice.label)))
    spoken.append(Say(world.text("clarify.none")))
    offered = (*choices, NONE_OF_THESE)
    ask = Ask(keys=(Key.HUMAN, Key.BACK), choices=offered, timeout=_quiet(state, world, world.limits.reading))
    screen = ClarifyScreen(state.heard, choices)
    return replace(state, phase=Phase.CLARIFYING, choices=offered, others=()), (Show(screen), *spoken, ask)


def no_answer(state: State, world: World, reason: str) -> Turn:
    """Say that nothing fits and what else there is; the second time a person is put first."""
    misses = state.misses + 1
    again = misses >= world.limits.misses
    prompt = {"expired": "none.expired"}.get(reason, "none.unknown_again" if again else "none.unknown")
    state = replace(state, misses=misses, phase=Phase.UNANSWERED, choices=(), item_id="")
    if again and state.channel is Channel.PHONE:
        state, acts = to_a_person(state, world)
        return state, (*say(world.text("none.unknown_again_phone")), *acts)
    return state, _unanswered(state, world, prompt, reason)


def unheard(state: State, world: World) -> Turn:
    """Somebody spoke and no word was understood: tapered, then a person."""
    count = state.unheard + 1
    state = replace(state, unheard=count)
    if count < world.limits.misses:
        return state, (*say(world.text("none.unheard")), state.asked)
    if state.channel is Channel.PHONE:
        state, acts = to_a_person(state, world)
        return state, (*say(world.text("none.unheard_again_phone")), *acts)
    state = replace(state, phase=Phase.UNANSWERED, choices=_MODULES)
    return state, _unanswered(state, world, "none.unheard_again", "unheard")


def browse(state: State, world: World, module: Module) -> Turn:
    """Everything of one module, to choose from by touch."""
    choices = tuple(world.knowledge.items_of(module))
    screen = BrowseScreen(MODULE_NAMES[module], choices)
    ask = Ask(keys=(Key.HUMAN, Key.BACK), choices=choices, timeout=_quiet(state, world, world.limits.reading))
    next_state = replace(state, phase=Phase.LISTENING, choices=choices)
    return next_state, (Show(screen), *say(world.text("browse.lead")), ask)


def _answered(state: State, world: World, result: SearchResult) -> Turn:
    item = world.knowledge.item(result.hits[0].id)
    if item is None:
        return no_answer(state, world, "unknown")
    if not item.is_valid_on(state.now.date()):
        return no_answer(state, world, "expired")
    others = _choices(result.hits[1 : MOST_CHOICES + 1])
    return answer(replace(state, others=others), world, item)


def _unanswered(state: State, world: World, prompt: str, reason: str) -> tuple[Act, ...]:
    message = world.text(prompt)
    keys: tuple[Key, ...] = (Key.HUMAN, Key.CORRECT, Key.HOME)
    if world.can_print and state.channel is Channel.KIOSK and reason != "unheard":
        keys = (*keys, Key.PRINT)
    ask = Ask(keys=keys, choices=state.choices, timeout=_quiet(state, world, world.limits.idle))
    return (Show(NoAnswerScreen(state.heard, reason, message)), *say(message), ask)


def _choices(hits: tuple[Hit, ...]) -> tuple[Choice, ...]:
    return tuple(Choice(f"item:{hit.id}", hit.title) for hit in hits)


def _afterwards(state: State, world: World) -> str:
    if state.channel is Channel.PHONE:
        return world.text("answer.next_phone")
    return world.text("answer.next_kiosk" if world.can_print else "answer.next_kiosk_no_printer")


def _example(state: State, world: World) -> str:
    """One real question as a hint; another one each day, so that regulars learn what can be asked."""
    modules = tuple(Module)
    day = state.now.toordinal()
    items = world.knowledge.items_of(modules[day % len(modules)]) or world.knowledge.items_of(modules[0])
    if not items:
        return ""
    item = world.knowledge.item(items[day % len(items)].id.removeprefix("item:"))
    return item.questions[0] if item is not None and item.questions else ""


def _quiet(state: State, world: World, kiosk_seconds: float) -> float:
    return kiosk_seconds if state.channel is Channel.KIOSK else world.limits.phone_silence
