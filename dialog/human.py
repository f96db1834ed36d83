"""A person at any moment: named at the kiosk, called on the phone, a message when nobody answers; danger first."""

from __future__ import annotations

from msgspec.structs import replace

from dialog.acts import Act, Ask, End, HumanScreen, Record, Show, Transfer
from dialog.events import Channel, Key, Recorded, Transferred
from dialog.state import Phase, State, Turn, say
from dialog.world import World

_BRIEFING = "来电人问：{heard}。"


def to_a_person(state: State, world: World) -> Turn:
    """What a person needs: where the desk is, or the transfer, or the message line after hours."""
    open_now = world.knowledge.staffed(state.now)
    if state.channel is Channel.KIOSK:
        lines = (world.text("human.kiosk_open" if open_now else "human.kiosk_closed"), world.text("human.kiosk_line"))
        ask = Ask(keys=(Key.HOME, Key.BACK, Key.FINISH), timeout=world.limits.reading)
        return replace(state, phase=Phase.HUMAN, choices=()), (Show(HumanScreen(lines)), *say(*lines), ask)
    if not open_now:
        return message(state, world, "human.phone_closed")
    briefing = _BRIEFING.format(heard=state.heard) if state.heard else ""
    acts: tuple[Act, ...] = (
        *say(world.text("human.phone_open"), interruptible=False),
        Transfer("desk", briefing),
    )
    return replace(state, phase=Phase.TRANSFERRING, choices=()), acts


def message(state: State, world: World, prompt: str) -> Turn:
    """Invite a message after the tone."""
    return replace(state, phase=Phase.RECORDING, choices=()), (*say(world.text(prompt), interruptible=False), Record())


def transferred(state: State, world: World, event: Transferred) -> Turn:
    if event.reached:
        return replace(state, phase=Phase.ENDED), (End("transferred"),)
    return message(state, world, "human.phone_failed")


def recorded(state: State, world: World, event: Recorded) -> Turn:
    """Keep a message of at least the minimum; a shorter one is asked for again, once."""
    if event.seconds >= Record().minimum or state.misses > world.limits.misses:
        kept = event.seconds >= Record().minimum
        farewell = say(world.text("message.kept" if kept else "goodbye.phone"), interruptible=False)
        return replace(state, phase=Phase.ENDED), (*farewell, End("finished"))
    return message(replace(state, misses=world.limits.misses + 1), world, "message.short")


def emergency(state: State, world: World, prompt: str) -> Turn:
    """Danger was said: the number to call, at once and not to be talked over; then go on."""
    line = world.text(prompt)
    acts: tuple[Act, ...] = (*say(line, line, interruptible=False),)
    if state.channel is Channel.KIOSK:
        acts = (Show(HumanScreen((line,), urgent=True)), *acts)
    ask = Ask(keys=(Key.HUMAN, Key.HOME), timeout=world.limits.reading)
    return replace(state, phase=Phase.HUMAN, choices=()), (*acts, ask)
