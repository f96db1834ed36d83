"""What citizens think: a rating, its reasons and a call-back (好差评), and open consultations (意见征集)."""

from __future__ import annotations

from dialog import closing, filing, kit
from dialog.acts import Choice, Rate
from dialog.events import Chosen, Event, Key, Pressed
from dialog.flows import Opinions, Reasons
from dialog.requests import RequestKind
from dialog.state import State, Turn, say
from dialog.world import World

REASONS = ("misheard", "wrong", "slow", "broken")
"""Why somebody was not satisfied; anonymous, counted by central."""


def start(state: State, world: World) -> Turn:
    return ask(state, Opinions(), world)


def ask(state: State, opinions: Opinions, world: World) -> Turn:
    choices = [Choice("opinion:rate", world.text("opinion.rate"))]
    off = []
    choices.append(
        Choice("opinion:open", world.text("opinion.open", count=kit.numeral(world, len(world.consultations))))
    )
    choices.append(Choice("opinion:suggest", world.text("opinion.suggest")))
    if not world.consultations or not world.means.filing:
        off.append("opinion:open")
    if not world.means.filing:
        off.append("opinion:suggest")
    return kit.choose(state, opinions, world, world.text("opinion.which"), choices, icon="opinion", off=off)


def react(state: State, opinions: Opinions, event: Event, world: World) -> Turn | None:
    match event:
        case Chosen("opinion:rate"):
            return closing.ask_rating(state, world)
        case Chosen("opinion:open") if world.consultations and world.means.filing:
            return filing.start(state, world, RequestKind.OPINION)
        case Chosen("opinion:open"):
            again, acts = ask(state, opinions, world)
            return again, (*say(world.text("opinion.none")), *acts)
        case Chosen("opinion:suggest") if world.means.filing:
            return filing.start(state, world, RequestKind.SUGGESTION)
        case _:
            return None


# -- a bad rating ----------------------------------------------------------------------------------------------------


def why(state: State, world: World, stars: int) -> Turn:
    """Ask why it was a bad one; whoever does not want to say is not held."""
    reasons = Reasons(stars)
    choices = [Choice(f"reason:{reason}", world.text(f"reason.{reason}")) for reason in REASONS]
    buttons = (kit.button(world, Key.SKIP),)
    title = world.text("reason.which")
    turn = kit.choose(state, reasons, world, title, choices, icon="stars-2", buttons=buttons)
    return turn[0], (*say(world.text("rate.sorry")), *turn[1])


def reasoned(state: State, reasons: Reasons, event: Event, world: World) -> Turn | None:
    match event:
        case Chosen(choice) if choice.startswith("reason:") and not reasons.kept:
            return _call_back(state, Reasons(reasons.stars, choice.removeprefix("reason:"), kept=True), world)
        case Pressed(Key.SKIP | Key.NO | Key.FINISH) if not reasons.kept:
            return _call_back(state, Reasons(reasons.stars, kept=True), world)
        case Pressed(Key.YES | Key.NEXT) if reasons.kept:
            return filing.start(state, world, RequestKind.CALLBACK, subject=state.item_id)
        case Pressed(Key.SKIP | Key.NO | Key.FINISH) if reasons.kept:
            return closing.goodbye(state, world)
        case _:
            return None


def _call_back(state: State, reasons: Reasons, world: World) -> Turn:
    """The rating is kept now, once; and whoever likes is rung back."""
    keep = Rate(reasons.stars, state.item_id, reasons.reason)
    if not world.means.filing:
        state, acts = closing.goodbye(state, world)
        return state, (keep, *acts)
    line = world.text("reason.call_back")
    buttons = (kit.button(world, Key.YES, main=True), kit.button(world, Key.NO))
    state, acts = kit.notice(state, reasons, world, world.text("reason.thanks"), (line,), icon="heart", buttons=buttons)
    return state, (keep, *acts)
