"""Leaving a spoken message (留言): record, hear it again, record anew, send; it becomes a request with a number.

Whoever hangs up after recording has left the message all the same: it is filed before the session ends.
"""

from __future__ import annotations

from msgspec.structs import replace

from dialog import closing, digits, kit
from dialog.acts import Act, Choice, File, Play, Record
from dialog.events import Chosen, Event, Filed, Key, NotFiled, Pressed, Recorded
from dialog.flows import Message
from dialog.requests import RequestDraft, RequestKind
from dialog.state import Phase, State, Turn, say
from dialog.world import World

LEAST = Record().minimum
CHOICES = ("send", "hear", "redo", "drop")
"""What can be done with a recording, in the order it is read out."""

MOST_SHORT = 2
"""Recordings too short before we let it be."""


def start(state: State, world: World, prompt: str) -> Turn:
    """Invite a message after the tone."""
    return _record(state, Message(), world, prompt)


def react(state: State, message: Message, event: Event, world: World) -> Turn | None:
    match event:
        case Recorded(seconds, media) if seconds >= LEAST and media:
            return _review(state, Message(media), world)
        case Recorded():
            short = message.short + 1
            if short > MOST_SHORT:
                return _ended(state, world, "goodbye.phone")
            return _record(state, Message(short=short), world, "message.short")
        case Pressed(Key.YES | Key.NEXT | Key.FINISH) if message.media and not message.sending:
            sending = replace(message, sending=True)
            return kit.wait(state, sending, "", world.text("message.sending"), send(state, message))
        case Pressed(Key.CORRECT | Key.NO | Key.RECORD) if not message.sending:
            return _record(state, Message(), world, "message.again")
        case Pressed(Key.MORE | Key.REPEAT) if message.media and not message.sending:
            state, acts = _review(state, message, world)
            return state, (Play(message.media), *acts)
        case Chosen(choice) if choice in CHOICES:
            return _chosen(state, message, choice, world)
        case Filed(number, code):
            return _filed(state, number, code, world)
        case NotFiled():
            state, acts = _review(state, replace(message, sending=False), world)
            return state, (*say(world.text("filing.failed")), *acts)
        case _:
            return None


def _chosen(state: State, message: Message, choice: str, world: World) -> Turn | None:
    match choice:
        case "send":
            return react(state, message, Pressed(Key.YES), world)
        case "hear":
            return react(state, message, Pressed(Key.MORE), world)
        case "redo":
            return react(state, message, Pressed(Key.CORRECT), world)
        case _:  # "drop" leaves the service
            return None


def ask(state: State, message: Message, world: World) -> Turn:
    """Where the message stands, once more."""
    return _review(state, message, world) if message.media else _record(state, message, world, "message.again")


def silent(state: State, message: Message, world: World) -> Turn | None:
    """Quiet after a recording means that it is to be sent."""
    return react(state, message, Pressed(Key.YES), world) if message.media else None


def left_behind(state: State, message: Message) -> tuple[Act, ...]:
    """What a recording of someone who hung up becomes."""
    return (send(state, message),) if message.media and not message.sending else ()


def send(state: State, message: Message) -> File:
    return File(RequestDraft(kind=RequestKind.MESSAGE, media=(message.media,), subject=state.item_id, first=True))


def _record(state: State, message: Message, world: World, prompt: str) -> Turn:
    state = replace(kit.entered(state, message), phase=Phase.RECORDING)
    return state, (*say(world.text(prompt), interruptible=False), Record())


def _review(state: State, message: Message, world: World) -> Turn:
    choices = tuple(Choice(name, world.text(f"message.{name}")) for name in CHOICES)
    return kit.choose(state, message, world, world.text("message.review"), choices)


def _filed(state: State, number: str, code: str, world: World) -> Turn:
    spoken = world.text("filing.number", number=kit.dictated(state, world, number, digits.TICKET_GROUPS))
    check = world.text("filing.code", code=kit.dictated(state, world, code))
    lines = (world.text("filing.write_down"), spoken, check, world.text("filing.once_more"), spoken, check)
    state, acts = _ended(state, world, "message.kept")
    return state, (*say(*lines, interruptible=False), *acts)


def _ended(state: State, world: World, prompt: str) -> Turn:
    return closing.ended(state, say(world.text(prompt), interruptible=False))
