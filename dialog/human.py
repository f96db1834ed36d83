"""A person at any moment: named at the kiosk, called on the phone, a message when nobody answers; danger first."""

from __future__ import annotations

from msgspec.structs import replace

from dialog import closing, filing
from dialog import message as spoken_message
from dialog.acts import Act, Ask, End, HumanScreen, Show, Transfer
from dialog.events import Channel, Key, Transferred
from dialog.flows import Filing
from dialog.state import Phase, State, Turn, say
from dialog.world import World


def to_a_person(state: State, world: World) -> Turn:
    """What a person needs: where the desk is, or the transfer, or the message line after hours."""
    open_now = world.knowledge.staffed(state.now)
    if state.channel is Channel.KIOSK:
        lines = (world.text("human.kiosk_open" if open_now else "human.kiosk_closed"), world.text("human.kiosk_line"))
        ask = Ask(keys=(Key.HOME, Key.BACK, Key.FINISH), timeout=world.limits.reading)
        return _named(state), (Show(HumanScreen(lines)), *say(*lines, _way_back(state, world)), ask)
    if not open_now:
        return message(state, world, "human.phone_closed")
    if not world.means.people:
        return message(state, world, "human.phone_failed")
    briefing = world.text("human.briefing", heard=state.heard) if state.heard else ""
    if isinstance(state.flow, Filing):
        briefing = filing.briefing(state.flow, world) or briefing
    acts: tuple[Act, ...] = (
        *say(world.text("human.phone_open"), interruptible=False),
        Transfer("desk", briefing),
    )
    return replace(state, phase=Phase.TRANSFERRING, choices=()), acts


def message(state: State, world: World, prompt: str) -> Turn:
    """Invite a message after the tone. Where none can be kept that is said, and nobody speaks to a tone in vain."""
    if world.means.filing and world.means.recorder:
        return spoken_message.start(replace(state, choices=()), world, prompt)
    line = world.text(f"{prompt}_no_message")
    if state.silences > world.limits.misses:  # nobody is there to go on with
        return closing.ended(state, say(line, world.text("goodbye.phone"), interruptible=False))
    fresh = replace(state, flow=None, phase=Phase.LISTENING, choices=(), misses=0, unheard=0)
    ask = Ask(keys=(Key.SERVICES, Key.FINISH), timeout=world.limits.phone_silence)
    return fresh, (*say(line, world.text("listen.more")), ask)


def transferred(state: State, world: World, event: Transferred) -> Turn:
    if event.reached:
        return replace(state, phase=Phase.ENDED), (End("transferred"),)
    return message(state, world, "human.phone_failed")


def emergency(state: State, world: World, prompt: str) -> Turn:
    """Danger was said: the number to call, at once and not to be talked over; then go on."""
    line = world.text(prompt)
    acts: tuple[Act, ...] = (*say(line, line, interruptible=False),)
    if state.channel is Channel.KIOSK:
        acts = (Show(HumanScreen((line,), urgent=True)), *acts)
    quiet = world.limits.reading if state.channel is Channel.KIOSK else world.limits.phone_silence
    ask = Ask(keys=(Key.HUMAN, Key.HOME, Key.BACK), timeout=quiet)
    return _named(state), (*acts, *say(_way_back(state, world)), ask)


def _named(state: State) -> State:
    """A person was named; a service under way waits with what it had asked."""
    return replace(state, phase=Phase.HUMAN, choices=state.choices if state.flow is not None else ())


def _way_back(state: State, world: World) -> str:
    return world.text("human.way_back") if state.flow is not None else ""
