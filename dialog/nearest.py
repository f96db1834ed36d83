"""Where to go: the service centre of a town, when it is open, its 办不成事 window, and the village's helper."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from content.directory import Hours, Town, Village
from dialog import kit, places
from dialog.acts import Button, Choice, ListScreen, ListSlip, Part, Print, Row, SlipKind
from dialog.events import Channel, Chosen, Event, Key, Pressed, Printed, Typed
from dialog.filing import print_word
from dialog.flows import Nearest
from dialog.state import State, Turn, say
from dialog.world import World

NO_VILLAGE = "-"


def start(state: State, world: World, text: str = "") -> Turn:
    """Ask where the citizen lives; ``text``: what was said already may name it."""
    if text:
        turn = _said(state, Nearest(), text, world)
        if turn is not None:
            return turn
    return ask(state, Nearest(), world)


def ask(state: State, nearest: Nearest, world: World) -> Turn:
    town = _town(nearest.town, world)
    if town is None:
        towns = sorted(world.knowledge.towns(), key=lambda one: one.id != world.town)
        choices = [Choice(f"town:{one.id}", one.name) for one in towns]
        title = world.text("nearest.where")
        if state.channel is Channel.PHONE:
            return kit.ask_words(state, nearest, world, title)
        return kit.choose(state, nearest, world, title, choices, note=world.text("nearest.say_village"), icon="pin")
    if nearest.village:
        return _show(state, nearest, town, world)
    return _show(state, replace(nearest, village=NO_VILLAGE), town, world)


def back(state: State, nearest: Nearest, world: World) -> Turn | None:
    return ask(state, Nearest(), world) if nearest.town else None


def react(state: State, nearest: Nearest, event: Event, world: World) -> Turn | None:
    match event:
        case Chosen(choice) if choice.startswith("town:"):
            return ask(state, Nearest(choice.removeprefix("town:")), world)
        case Chosen(choice) if choice.startswith("village:"):
            return _of_village(state, choice.removeprefix("village:"), world)
        case Typed(text):
            return _said(state, nearest, text, world)
        case Pressed(Key.NEXT | Key.YES) if nearest.town:
            return _which_village(state, nearest, world.knowledge.villages(nearest.town), world)
        case Pressed(Key.PRINT) if world.can_print and state.channel is Channel.KIOSK and nearest.town:
            town = _town(nearest.town, world)
            if town is None or not isinstance(state.screen, ListScreen):
                return None
            screen = state.screen
            slip = ListSlip(screen.title, screen.parts, screen.note, screen.sample)
            return state, (*say(world.text("print.working")), Print(SlipKind.LIST, slip=slip))
        case Printed(outcome, reason):
            return state, (*say(print_word(outcome, reason, world)), state.asked)
        case _:
            return None


def _of_village(state: State, village_id: str, world: World) -> Turn | None:
    village = next((one for one in world.knowledge.villages() if one.id == village_id), None)
    return ask(state, Nearest(village.town, village.id), world) if village is not None else None


def _said(state: State, nearest: Nearest, text: str, world: World) -> Turn | None:
    found = places.find(text, world.knowledge, nearest.town)
    if found.village is not None:
        return ask(state, Nearest(found.village.town, found.village.id), world)
    if found.several:
        return _which_village(state, nearest, found.several, world)
    return ask(state, Nearest(found.town.id), world) if found.town is not None else None


def _which_village(state: State, nearest: Nearest, villages: Sequence[Village], world: World) -> Turn:
    same_town = len({village.town for village in villages}) == 1
    labels = [village.name if same_town else places.full_name(village, world.knowledge) for village in villages]
    choices = [Choice(f"village:{village.id}", label) for village, label in zip(villages, labels, strict=True)]
    return kit.choose(state, nearest, world, world.text("nearest.village"), choices, icon="pin")


def _show(state: State, nearest: Nearest, town: Town, world: World) -> Turn:
    village = next((one for one in world.knowledge.villages(town.id) if one.id == nearest.village), None)
    hours = world.knowledge.hours()
    open_now = world.knowledge.staffed(state.now)
    when = hours_in_words(hours, world)
    now = world.text("nearest.open" if open_now else "nearest.closed")
    centre = [Row(town.centre or town.name), Row(when, note=now)]
    centre += [Row(text) for text in (town.address, town.phone) if text]
    parts = [Part(world.text("nearest.centre"), tuple(centre), "pin")]
    if town.window:
        parts.append(Part(world.text("nearest.window"), (Row(town.window),), "hand"))
    spoken = [world.text("nearest.is", name=town.centre or town.name), when, now]
    if village is not None and village.helper:
        parts.append(Part(world.text("nearest.helper"), (Row(f"{village.name}{village.helper}"),), "person"))
        spoken.append(world.text("nearest.helper_is", village=village.name, helper=village.helper))
    if state.channel is Channel.PHONE:
        spoken.append(world.text("answer.sample") if town.sample else "")
    return kit.show_list(
        state,
        nearest,
        world,
        town.name,
        parts,
        spoken,
        note=world.text("nearest.note") if not town.address else "",
        icon="pin",
        sample=town.sample,
        buttons=_buttons(state, village, world),
    )


def _buttons(state: State, village: Village | None, world: World) -> list[Button]:
    buttons = [kit.button(world, Key.MORE), kit.button(world, Key.FINISH)]
    if village is None:
        buttons.insert(0, kit.button(world, Key.NEXT, "my_village", main=True))
    if world.can_print and state.channel is Channel.KIOSK:
        buttons.insert(1, kit.button(world, Key.PRINT, main=village is not None))
    return buttons


def hours_in_words(hours: Hours, world: World) -> str:
    """工作日上午九点到下午五点."""
    return world.text("nearest.hours", opens=_clock(hours.opens.hour, world), closes=_clock(hours.closes.hour, world))


def _clock(hour: int, world: World) -> str:
    part = "morning" if hour < 12 else "afternoon" if hour < 18 else "evening"
    return world.text(f"clock.{part}", hour=kit.count(world, hour if hour <= 12 else hour - 12))


def _town(town_id: str, world: World) -> Town | None:
    return next((town for town in world.knowledge.towns() if town.id == town_id), None)
