"""The end of a session: the rating, the goodbye, the idle question and the wipe."""

from __future__ import annotations

from msgspec.structs import replace

from dialog.acts import Act, Ask, Choice, End, GoodbyeScreen, IdleScreen, Rate, RateScreen, Show
from dialog.events import Channel, Key, Rated
from dialog.state import Phase, State, Turn, say
from dialog.world import World

LEVELS = (
    Choice("5", "非常满意"),
    Choice("4", "满意"),
    Choice("3", "基本满意"),
    Choice("2", "不满意"),
    Choice("1", "非常不满意"),
)
"""五级好差评 (国办发〔2019〕51号)."""

SATISFIED_FROM = 3


def ask_rating(state: State, world: World) -> Turn:
    """Ask once; whoever does not want to rate is not held."""
    prompt = "rate.ask" if state.channel is Channel.KIOSK else "rate.ask_phone"
    timeout = 20.0 if state.channel is Channel.KIOSK else world.limits.phone_silence
    ask = Ask(keys=(Key.SKIP, Key.HUMAN), choices=LEVELS, timeout=timeout)
    return replace(state, phase=Phase.RATING, choices=LEVELS), (Show(RateScreen()), *say(world.text(prompt)), ask)


def rated(state: State, world: World, event: Rated) -> Turn:
    thanks = world.text("rate.thanks" if event.stars >= SATISFIED_FROM else "rate.sorry")
    state, acts = goodbye(state, world)
    return state, (Rate(event.stars, state.item_id), *say(thanks), *acts)


def ended(state: State, acts: tuple[Act, ...]) -> Turn:
    """Nothing more comes: ``acts``, and the end."""
    return replace(state, phase=Phase.ENDED), (*acts, End("finished"))


def goodbye(state: State, world: World) -> Turn:
    prompt = "goodbye.kiosk" if state.channel is Channel.KIOSK else "goodbye.phone"
    text = world.text(prompt)
    farewell: tuple[Act, ...] = (Show(GoodbyeScreen(text)), *say(text))
    return replace(state, phase=Phase.ENDED), (*farewell, End("finished"))


def still_there(state: State, world: World) -> Turn:
    """Nobody did anything for a while: ask, with a countdown that any touch or word ends."""
    seconds = world.limits.wipe
    acts: tuple[Act, ...] = (
        Show(IdleScreen(seconds)),
        *say(world.text("idle.warning"), passing=True),
        Ask(keys=(Key.STAY, Key.FINISH), timeout=float(seconds)),
    )
    return replace(state, phase=Phase.IDLE, resume=state.phase), acts


def gone(state: State, reason: str) -> Turn:
    return replace(state, phase=Phase.ENDED), (End(reason),)
