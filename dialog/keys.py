"""What a key and a choice mean, in every phase: pressed, touched or said."""

from __future__ import annotations

from typing import assert_never

from msgspec.structs import replace

from content.model import Module
from dialog import answered, carrying, checklist, closing, human, listening, manner, menu, opinions, services, under_way
from dialog.acts import Act, Show
from dialog.events import Channel, Key, Rated
from dialog.intents import Intent
from dialog.menu import Service
from dialog.state import Phase, State, Turn, say
from dialog.world import World


def pressed(state: State, key: Key, world: World) -> Turn:
    """A key means the same in every phase, save where a service takes it for its answer."""
    if state.phase is Phase.IDLE:
        return _after_idle(state, key, world)
    match key:
        case Key.HUMAN:
            return human.to_a_person(state, world)
        case Key.SLOWER | Key.FASTER | Key.LOUDER | Key.QUIETER:
            return manner.adjust(state, world, key)
        case Key.REPEAT:
            return manner.repeat(state)
        case Key.STAY:
            return state, (state.asked,)
    if state.flow is not None:
        if state.phase is Phase.HUMAN and key in (Key.BACK, Key.NEXT, Key.YES, Key.CONTINUE):
            return under_way.go_on(state, world)
        return services.pressed(in_service(state), key, world)
    match key:
        case Key.HOME | Key.BACK | Key.CANCEL | Key.MORE:
            return listening.listen(state, world, "listen.more")
        case Key.SERVICES:
            return _name_services(state, world)
        case Key.CONTINUE:
            return carrying.take(state, world)
        case Key.RESUME:
            return carrying.offer(state, world)
        case Key.NEXT | Key.TYPE | Key.RECORD:
            return state, (state.asked,)
        case Key.CORRECT:
            return _correct(state, world)
        case Key.PRINT:
            return answered.print_slip(state, world)
        case Key.MATERIALS:
            return _materials(state, world)
        case Key.SKIP:
            return closing.goodbye(state, world) if state.phase is Phase.RATING else (state, (state.asked,))
        case Key.FINISH:
            return closing.goodbye(state, world) if state.phase is Phase.RATING else closing.ask_rating(state, world)
        case Key.YES:
            return _yes(state, world)
        case Key.NO:
            return _no(state, world)
        case _:
            assert_never(key)


def _after_idle(state: State, key: Key, world: World) -> Turn:
    """Any key but the end brings back what was there before the idle question."""
    state = back_from_idle(state)
    if key is Key.FINISH:
        return closing.goodbye(state, world)
    if key in (Key.STAY, Key.YES, Key.BACK):
        shown: tuple[Act, ...] = (Show(state.screen),) if state.screen is not None else ()
        return state, (*shown, state.asked)
    return pressed(state, key, world)


def _materials(state: State, world: World) -> Turn:
    """What to bring: on the glass a list to tick off, on the phone one thing a sentence."""
    item = world.knowledge.item(state.item_id)
    if state.channel is Channel.KIOSK and item is not None and item.materials:
        return checklist.start(state, world, item)
    return answered.materials(state, world)


def _name_services(state: State, world: World) -> Turn:
    """What can be done here, said in one go."""
    names = "、".join(choice.label for choice in menu.choices(world) if choice.id not in menu.off(state, world))
    state, acts = listening.listen(state, world, "")
    return state, (*say(world.text("service.names", names=names)), *acts)


def _yes(state: State, world: World) -> Turn:
    if state.phase is Phase.CLARIFYING and len(state.choices) == 2:
        return chosen(state, state.choices[0].id, world)
    if state.phase is Phase.ANSWERED and world.can_print and state.channel is Channel.KIOSK:
        return answered.print_slip(state, world)
    return state, (state.asked,)


def _no(state: State, world: World) -> Turn:
    if state.phase is Phase.RATING:
        return closing.goodbye(state, world)
    if state.phase is Phase.ANSWERED:
        return answered.wrong(state, world)
    return _correct(state, world)


def _correct(state: State, world: World) -> Turn:
    if state.phase is Phase.ANSWERED:
        return answered.wrong(state, world)
    return listening.listen_again(state, world)


def chosen(state: State, choice: str, world: World) -> Turn:
    """A touched or named choice. Its id says what it is: ``item:ID``, ``module:ID``, ``none``, or stars."""
    kind, _, rest = choice.partition(":")
    if state.flow is not None:
        return services.chosen(in_service(state), choice, world)
    if state.phase is Phase.RATING and choice in {level.id for level in closing.LEVELS}:
        return rated(state, int(choice), world)
    if kind == "service" and rest in set(Service):
        return services.begin(state, world, Intent(Service(rest)))
    if kind == "none":
        return listening.no_answer(state, world, "unknown")
    if kind == "module" and rest in set(Module):
        return listening.browse(state, world, Module(rest))
    item = world.knowledge.item(rest) if kind == "item" else None
    if item is None:
        return state, (state.asked,)
    if not item.is_valid_on(state.now.date()):
        return listening.no_answer(state, world, "expired")
    heard = state.heard if state.phase is Phase.CLARIFYING else item.title
    return listening.answer(replace(state, heard=heard, others=()), world, item)


def rated(state: State, stars: int, world: World) -> Turn:
    """A bad rating is asked about and may be rung back; a good one is thanked for."""
    if state.phase is not Phase.RATING:
        return state, ()
    if stars < closing.SATISFIED_FROM:
        return opinions.why(state, world, stars)
    return closing.rated(state, world, Rated(stars))


def in_service(state: State) -> State:
    """A person was named in the middle of it, and the citizen goes on."""
    return replace(state, phase=Phase.SERVICE) if state.phase is Phase.HUMAN else state


def back_from_idle(state: State) -> State:
    """The phase that the idle question lay over."""
    return replace(state, phase=state.resume) if state.phase is Phase.IDLE else state
