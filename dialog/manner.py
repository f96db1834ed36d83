"""How we speak: slower, faster, louder, quieter, again. Works in every phase and changes nothing else."""

from __future__ import annotations

from typing import Literal

from msgspec.structs import replace

from dialog.acts import Adjust
from dialog.events import Key
from dialog.state import RATES, VOLUMES, State, Turn, say
from dialog.world import World

Manner = Literal[Key.SLOWER, Key.FASTER, Key.LOUDER, Key.QUIETER]


def adjust(state: State, world: World, key: Manner) -> Turn:
    """One step in the asked direction, said in the new manner; at the end of the scale that is said instead."""
    if key in (Key.SLOWER, Key.FASTER):
        position = RATES.index(state.rate) + (1 if key is Key.FASTER else -1)
        moved = 0 <= position < len(RATES)
        state = replace(state, rate=RATES[position]) if moved else state
        limit = "manner.fastest" if key is Key.FASTER else "manner.slowest"
    else:
        volume = state.volume + (1 if key is Key.LOUDER else -1)
        moved = volume in VOLUMES
        state = replace(state, volume=volume) if moved else state
        limit = "manner.loudest" if key is Key.LOUDER else "manner.quietest"
    again = say(*state.said, passing=True) if moved else ()
    prompt = f"manner.{key.value}" if moved else limit
    return state, (Adjust(state.rate, state.volume), *say(world.text(prompt), passing=True), *again, state.asked)


def repeat(state: State) -> Turn:
    """Say the last thing again."""
    return state, (*say(*state.said, passing=True), state.asked)
