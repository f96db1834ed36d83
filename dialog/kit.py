"""How a service asks: one of a few, words, digits, yes or no; and how it shows a list, waits, or says it cannot.

Every function returns the whole turn: the state with the service in it, and what to show, say and await. The same call
makes a screen for the kiosk and a spoken question with at most four keys for the phone.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from dialog.acts import (
    Act,
    Ask,
    Button,
    Choice,
    ChooseScreen,
    ConfirmScreen,
    ListScreen,
    NoticeScreen,
    NumberScreen,
    Part,
    Row,
    Screen,
    Show,
    Step,
    TextScreen,
    WaitScreen,
)
from dialog.digits import split
from dialog.events import Channel, Key
from dialog.flows import Flow
from dialog.state import Phase, State, Turn, say
from dialog.world import World

MOST_CHOICES = 4
"""ISO/IEC 13714: a spoken menu has at most four commands."""

MORE = Choice("more", "")


def numeral(world: World, number: int) -> str:
    """A small number as it is said in the language spoken: 一, 1; above ten in digits."""
    numerals = world.text("numerals")
    return numerals[number] if number < len(numerals) else str(number)


def count(world: World, number: int) -> str:
    """How many, as it is said before a measure word: 两 where ``numeral`` says 二."""
    counts = world.text("counts")
    return counts[number] if number < len(counts) else str(number)


def read_out(world: World, digits: str, groups: Sequence[int] = ()) -> str:
    """Digits one by one, a pause between groups: 三三一零，零零零一二，四五."""
    numerals = world.text("numerals")
    return "，".join("".join(numerals[int(digit)] for digit in part) for part in split(digits, groups))


def dictated(state: State, world: World, digits: str, groups: Sequence[int] = ()) -> str:
    """Digits the citizen has to keep. A caller writes them down while they are said, so there they stand apart:
    三，三，一，零。零，零，零，一，二。四，五."""
    if state.channel is Channel.KIOSK:
        return read_out(world, digits, groups)
    numerals = world.text("numerals")
    return "。".join("，".join(numerals[int(digit)] for digit in part) for part in split(digits, groups))


def button(world: World, key: Key, name: str = "", main: bool = False) -> Button:
    """A button whose label is the prompt ``button.name`` (else of the key)."""
    return Button(key, world.text(f"button.{name or key.value}"), main)


def entered(state: State, flow: Flow, choices: tuple[Choice, ...] = ()) -> State:
    """The state in which ``flow`` waits for something new: nothing was missed yet."""
    return replace(
        state, flow=flow, phase=Phase.SERVICE, choices=choices, offset=0, misses=0, unheard=0, silences=0, others=()
    )


def quiet(state: State, world: World) -> float:
    return world.limits.reading if state.channel is Channel.KIOSK else world.limits.phone_silence


def choose(
    state: State,
    flow: Flow,
    world: World,
    title: str,
    choices: Sequence[Choice],
    *,
    spoken: Sequence[str] = (),
    note: str = "",
    icon: str = "",
    step: Step | None = None,
    buttons: Sequence[Button] = (),
    off: Sequence[str] = (),
) -> Turn:
    """One of ``choices``: any number on the glass, read out by fours. ``spoken``: said instead of ``title``."""
    state = entered(state, flow, tuple(choices))
    screen = ChooseScreen(title, tuple(choices), note, icon, step, tuple(buttons), tuple(off))
    lead = say(*(spoken or (title,)), note if state.channel is Channel.PHONE else "")
    return state, (Show(screen), *lead, *offer(state, world, keys=_keys(buttons)))


def offer(state: State, world: World, keys: tuple[Key, ...] = ()) -> tuple[Act, ...]:
    """Read out the choices from ``state.offset`` on, and await one of all."""
    shown = state.choices[state.offset :]
    spoken: list[str] = []
    awaited = state.choices
    if state.channel is Channel.PHONE and len(shown) > MOST_CHOICES:
        shown = shown[: MOST_CHOICES - 1]
        awaited = (*shown, MORE)
    elif state.channel is Channel.PHONE:
        awaited = shown
    if len(shown) <= MOST_CHOICES:
        spoken += [
            world.text("clarify.choice", number=numeral(world, n), label=c.label) for n, c in enumerate(shown, 1)
        ]
        if MORE in awaited:
            spoken.append(world.text("service.more", number=numeral(world, len(awaited))))
    elif state.channel is Channel.KIOSK:
        spoken.append(world.text("service.many"))
    ask = Ask(keys=(*keys, Key.BACK, Key.HUMAN), choices=awaited, timeout=quiet(state, world))
    return (*say(*spoken), ask)


def more(state: State, world: World) -> Turn:
    """The next choices on the phone; after the last the first again."""
    offset = state.offset + MOST_CHOICES - 1
    state = replace(state, offset=offset if offset < len(state.choices) else 0)
    return state, offer(state, world)


def ask_words(
    state: State,
    flow: Flow,
    world: World,
    title: str,
    *,
    spoken: Sequence[str] = (),
    text: str = "",
    note: str = "",
    hint: str = "",
    step: Step | None = None,
    buttons: Sequence[Button] = (),
    private: bool = False,
) -> Turn:
    """Free words: said, typed or written."""
    screen = TextScreen(title, text, note, hint, step, tuple(buttons), private)
    ask = Ask(keys=_ask_keys(buttons), timeout=quiet(state, world))
    return entered(state, flow), (Show(screen), *say(*(spoken or (title,))), ask)


def ask_digits(
    state: State,
    flow: Flow,
    world: World,
    title: str,
    length: int,
    *,
    spoken: Sequence[str] = (),
    note: str = "",
    groups: tuple[int, ...] = (),
    scan: bool = False,
    step: Step | None = None,
    buttons: Sequence[Button] = (),
) -> Turn:
    """``length`` digits: pressed, said or, where ``scan`` says so, held before the reader."""
    screen = NumberScreen(title, length, note, groups, scan, step, tuple(buttons))
    ask = Ask(keys=_ask_keys(buttons), timeout=quiet(state, world), digits=length, scan=scan)
    return entered(state, flow), (Show(screen), *say(*(spoken or (title,))), ask)


def confirm(
    state: State,
    flow: Flow,
    world: World,
    title: str,
    rows: Sequence[Row],
    spoken: Sequence[str],
    *,
    note: str = "",
    buttons: Sequence[Button] = (),
) -> Turn:
    """Everything once more before it is done. The rows' ticks are the choices that change them."""
    choices = tuple(Choice(row.tick, row.text) for row in rows if row.tick)
    on_glass = choices if state.channel is Channel.KIOSK else ()
    ask = Ask(keys=_ask_keys(buttons), choices=on_glass, timeout=quiet(state, world))
    screen = ConfirmScreen(title, tuple(rows), note, tuple(buttons))
    return entered(state, flow, choices), (Show(screen), *say(*spoken), ask)


def show_list(
    state: State,
    flow: Flow,
    world: World,
    title: str,
    parts: Sequence[Part],
    spoken: Sequence[str],
    *,
    note: str = "",
    icon: str = "",
    sample: bool = False,
    buttons: Sequence[Button] = (),
) -> Turn:
    """A result in list form, and what can be done with it."""
    choices = tuple(Choice(row.tick, row.text) for part in parts for row in part.rows if row.tick)
    screen = ListScreen(title, tuple(parts), note, sample, icon, tuple(buttons))
    on_glass = choices if state.channel is Channel.KIOSK else ()
    ask = Ask(keys=_ask_keys(buttons), choices=on_glass, timeout=quiet(state, world))
    return entered(state, flow, choices), (Show(screen), *say(*spoken), ask)


def notice(
    state: State,
    flow: Flow | None,
    world: World,
    title: str,
    lines: Sequence[str],
    *,
    icon: str = "note",
    buttons: Sequence[Button] = (),
    choices: Sequence[Choice] = (),
    spoken: Sequence[str] = (),
    large: str = "",
) -> Turn:
    """A plain word, and the ways on."""
    screen = NoticeScreen(title, tuple(lines), icon, large, tuple(buttons), tuple(choices))
    ask = Ask(keys=_ask_keys(buttons), choices=tuple(choices), timeout=quiet(state, world))
    if flow is None:
        state = replace(state, flow=None, phase=Phase.UNANSWERED, choices=tuple(choices), others=())
    else:
        state = entered(state, flow, tuple(choices))
    return state, (Show(screen), *say(*(spoken or lines)), ask)


def again(state: State, asked: Turn, world: World, prompt: str) -> Turn | None:
    """``asked`` once more, after what was wrong with the answer; None: too often, left to the common way out."""
    misses = state.misses + 1
    if misses > world.limits.misses:
        return None
    fresh, acts = asked
    return replace(fresh, misses=misses), (*say(world.text(prompt)), *acts)


def wait(state: State, flow: Flow, title: str, message: str, act: Act) -> Turn:
    """``act`` takes a while; its event comes back to the service."""
    return entered(state, flow), (Show(WaitScreen(title, message)), *say(message), act)


def shown(screen: Screen, spoken: Sequence[str], buttons: Sequence[Button], state: State, world: World) -> list[Act]:
    """Any other screen with its words and the presses it awaits."""
    ask = Ask(keys=_ask_keys(buttons), timeout=quiet(state, world))
    return [Show(screen), *say(*spoken), ask]


def _keys(buttons: Sequence[Button]) -> tuple[Key, ...]:
    return tuple(one.key for one in buttons)


def _ask_keys(buttons: Sequence[Button]) -> tuple[Key, ...]:
    return (*_keys(buttons), *(key for key in (Key.BACK, Key.HUMAN) if key not in _keys(buttons)))
