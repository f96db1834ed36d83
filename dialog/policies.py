"""Looking through what there is: by the six modules, the nine themes or the fifteen categories, then the item."""

from __future__ import annotations

from content.model import Category, Module, Theme
from dialog import kit
from dialog.acts import Choice
from dialog.events import Chosen, Event
from dialog.flows import Policies
from dialog.state import State, Turn
from dialog.world import World

BY: dict[str, tuple[Module | Theme | Category, ...]] = {
    "module": tuple(Module),
    "theme": tuple(Theme),
    "category": tuple(Category),
}


def start(state: State, world: World, by: str = "") -> Turn:
    """``by``: "" asks how to look, "module" goes straight to the six."""
    return ask(state, Policies(by), world)


def ask(state: State, policies: Policies, world: World) -> Turn:
    if not policies.by:
        choices = [Choice(f"by:{by}", world.text(f"policy.by_{by}")) for by in BY]
        note = world.text("policy.or_say")
        return kit.choose(state, policies, world, world.text("policy.how"), choices, note=note, icon="policy")
    if not policies.name:
        choices = [
            Choice(f"{policies.by}:{one.value}", world.text(f"{policies.by}.{one.value}"))
            for one in BY[policies.by]
            if _items(one, world)
        ]
        return kit.choose(state, policies, world, world.text(f"policy.which_{policies.by}"), choices, icon="policy")
    found = next(one for one in BY[policies.by] if one.value == policies.name)
    title = world.text(f"{policies.by}.{found.value}")
    return kit.choose(state, policies, world, title, _items(found, world), note=world.text("browse.lead"))


def back(state: State, policies: Policies, world: World) -> Turn | None:
    if policies.name:
        return ask(state, Policies(policies.by), world)
    return ask(state, Policies(), world) if policies.by else None


def react(state: State, policies: Policies, event: Event, world: World) -> Turn | None:
    """Choices only; words are a question like any other and leave the looking through."""
    if not isinstance(event, Chosen):
        return None
    kind, _, name = event.choice.partition(":")
    if kind == "by" and name in BY:
        return ask(state, Policies(name), world)
    if kind in BY and name in {one.value for one in BY[kind]}:
        return ask(state, Policies(kind, name), world)
    return None


def _items(kind: Module | Theme | Category, world: World) -> tuple[Choice, ...]:
    knowledge = world.knowledge
    return tuple(knowledge.items_of(kind) if isinstance(kind, Module) else knowledge.items_by(kind))
