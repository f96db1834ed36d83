"""After an answer: the materials aloud, the slip on paper, "that was not it", the next question."""

from __future__ import annotations

from msgspec.structs import replace

from dialog.acts import Act, Ask, Print, PrintScreen, Say, Show, SlipKind
from dialog.events import Channel, Key, Printed, PrintOutcome
from dialog.kit import count, numeral
from dialog.listening import clarify, listen, listen_again
from dialog.state import Phase, State, Turn, say
from dialog.world import World

_FAILURES = frozenset({"paper_out", "cover_open", "unplugged"})


def materials(state: State, world: World) -> Turn:
    """Say what to bring, one thing a sentence, so that it can be followed."""
    item = world.knowledge.item(state.item_id)
    if item is None:
        return listen(state, world, "listen.more")
    if not item.materials:
        return state, (*say(world.text("answer.no_materials")), state.asked)
    lines = [world.text("answer.materials", count=count(world, len(item.materials)))]
    for number, material in enumerate(item.materials, start=1):
        label = f"{material.name}，{material.copies}" if material.copies else material.name
        lines.append(world.text("answer.material", number=numeral(world, number), label=label))
    return state, (*say(*lines), state.asked)


def wrong(state: State, world: World) -> Turn:
    """That was not it: offer the next best hits, else ask again."""
    if state.others:
        return clarify(replace(state, item_id=""), world, state.others, world.text("answer.alternatives"))
    return listen_again(state, world)


def print_slip(state: State, world: World) -> Turn:
    """Print the guide, or, where nothing was found, what was asked for the counter."""
    if state.channel is Channel.PHONE or not world.can_print:
        return state, (*say(world.text("print.none")), state.asked)
    if state.item_id:
        job = Print(SlipKind.GUIDE, item_id=state.item_id, heard=state.heard)
    else:
        job = Print(SlipKind.COUNTER, heard=state.heard)
    message = world.text("print.working")
    next_state = replace(state, phase=Phase.PRINTING)
    return next_state, (Show(PrintScreen("printing", message)), Say(message), job)


def printed(state: State, world: World, event: Printed) -> Turn:
    """Tell what the printer confirmed: done, failed and why, or unknown. Never "printed" unless it was."""
    match event.outcome:
        case PrintOutcome.DONE:
            prompt = "print.done"
        case PrintOutcome.UNKNOWN:
            prompt = "print.unknown"
        case PrintOutcome.FAILED:
            prompt = f"print.{event.reason}" if event.reason in _FAILURES else "print.failed"
    message = world.text(prompt)
    keys: tuple[Key, ...] = (Key.MORE, Key.FINISH, Key.HUMAN)
    if event.outcome is PrintOutcome.FAILED:
        keys = (Key.PRINT, *keys)
    acts: tuple[Act, ...] = (
        Show(PrintScreen(event.outcome.value, message)),
        Say(message),
        Ask(keys=keys, timeout=world.limits.idle),
    )
    return replace(state, phase=Phase.ANSWERED), acts
