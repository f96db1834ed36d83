"""A checklist to tick off: of one item's materials, or of a whole scenario. By touch, by number, by name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec.structs import replace

from content.model import Item
from dialog import kit
from dialog.acts import Choice, ListSlip, Part, Print, Row, SlipKind
from dialog.commands import spoken_choice
from dialog.events import Channel, Chosen, Event, Key, Pressed, Printed, Typed
from dialog.filing import print_word
from dialog.flows import Checking
from dialog.state import State, Turn, say
from dialog.world import World

_HAVE = re.compile(
    r"^(?:我|这个|那个)*(?:有|带了|带好了|准备好了)?(.*?)(?:我)?(?:已经)?(?:都)?(?:有了|有的|带了|带好了|准备好了|齐了|好了|有)?$"
)


def start(state: State, world: World, item: Item) -> Turn:
    return ask(state, Checking(item.id), world)


def ask(state: State, checking: Checking, world: World) -> Turn:
    """The whole list, shown and said one thing a sentence."""
    item = world.knowledge.item(checking.item_id)
    names = [] if item is None else [_label(m.name, m.copies) for m in item.materials]
    return _show(state, checking, world, aloud(names, world))


def react(state: State, checking: Checking, event: Event, world: World) -> Turn | None:
    match event:
        case Chosen(choice) if choice.startswith("tick:"):
            return _tick(state, checking, int(choice.removeprefix("tick:")), world)
        case Typed(text):
            row = ticked_by_voice(text, state.choices)
            return _tick(state, checking, row, world) if row is not None else None
        case Pressed(Key.PRINT) if world.can_print and state.channel is Channel.KIOSK:
            slip = ListSlip(_title(checking, world), _parts(checking, world))
            return state, (*say(world.text("print.working")), Print(SlipKind.LIST, slip=slip))
        case Pressed(Key.MATERIALS):
            return ask(state, checking, world)
        case Printed(outcome, reason):
            return state, (*say(print_word(outcome, reason, world)), state.asked)
        case _:
            return None


def rows(names: Sequence[tuple[str, str]], ticked: tuple[int, ...]) -> tuple[Row, ...]:
    """Rows to tick: pairs of name and note."""
    return tuple(Row(name, note, f"tick:{i}", i in ticked, str(i + 1)) for i, (name, note) in enumerate(names))


def toggled(ticked: tuple[int, ...], row: int) -> tuple[int, ...]:
    return tuple(one for one in ticked if one != row) if row in ticked else (*ticked, row)


def ticked_by_voice(text: str, choices: tuple[Choice, ...]) -> int | None:
    """户口簿有了, 第二样带了: which row, or None."""
    bare = re.sub(r"\W", "", text)
    match = _HAVE.match(bare)
    core = match.group(1) if match else bare
    listed = tuple(choice for choice in choices if choice.id.startswith("tick:"))
    found = spoken_choice(core or bare, listed) or spoken_choice(bare, listed)
    return int(found.id.removeprefix("tick:")) if found is not None else None


def aloud(names: Sequence[str], world: World) -> tuple[str, ...]:
    """一共要带三样。第一，…… one thing a sentence."""
    if not names:
        return (world.text("answer.no_materials"),)
    lines = [world.text("answer.materials", count=kit.count(world, len(names)))]
    for n, name in enumerate(names, 1):
        lines.append(world.text("answer.material", number=kit.numeral(world, n), label=name))
    return tuple(lines)


def left(total: int, ticked: tuple[int, ...], world: World) -> str:
    """How many are still missing, in words."""
    missing = total - len(ticked)
    return world.text("check.left", count=kit.count(world, missing)) if missing else world.text("check.complete")


def _tick(state: State, checking: Checking, row: int, world: World) -> Turn | None:
    item = world.knowledge.item(checking.item_id)
    if item is None or not 0 <= row < len(item.materials):
        return None
    checking = replace(checking, ticked=toggled(checking.ticked, row))
    name = item.materials[row].name
    word = world.text("check.have" if row in checking.ticked else "check.have_not", name=name)
    return _show(state, checking, world, (word, left(len(item.materials), checking.ticked, world)))


def _show(state: State, checking: Checking, world: World, spoken: Sequence[str]) -> Turn:
    buttons = [kit.button(world, Key.MORE), kit.button(world, Key.FINISH)]
    if world.can_print and state.channel is Channel.KIOSK:
        buttons.insert(0, kit.button(world, Key.PRINT, main=True))
    return kit.show_list(
        state,
        checking,
        world,
        _title(checking, world),
        _parts(checking, world),
        spoken,
        note=world.text("check.note"),
        icon="folder",
        buttons=buttons,
    )


def _title(checking: Checking, world: World) -> str:
    item = world.knowledge.item(checking.item_id)
    return item.title if item is not None else ""


def _parts(checking: Checking, world: World) -> tuple[Part, ...]:
    item = world.knowledge.item(checking.item_id)
    if item is None:
        return ()
    names = [(_label(material.name, material.copies), material.note) for material in item.materials]
    parts = [Part(world.text("check.materials"), rows(names, checking.ticked), "folder")]
    forms = dict.fromkeys(material.form for material in item.materials if material.form)
    found = [form for form in map(world.knowledge.form, forms) if form is not None]
    if found and world.means.a4:
        lines = tuple(Row(form.title, tick=f"form:{form.id}") for form in found)
        parts.append(Part(world.text("check.forms"), lines, "printer"))
    names_of_places = [place.name for place in map(world.knowledge.place, item.places) if place is not None]
    if names_of_places:
        parts.append(Part(world.text("check.where"), tuple(Row(name) for name in names_of_places), "pin"))
    return tuple(parts)


def _label(name: str, copies: str) -> str:
    return f"{name}（{copies}）" if copies else name
