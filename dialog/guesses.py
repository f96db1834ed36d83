"""A short utterance that means nothing here as it was heard, and what it sounds like: done, or asked back.

::

    大爷 (大雁, 大宴)  ~ the words that steer here and those on the screen ─> 打印  .91 ── done
                                                                         └> 打印  .62 ── 您说的是“打印”，对吗？

Looked for only where nothing else was understood: no command, no label, no answer to a question. Only among what can be
meant here, and only where one meaning is clearly nearer than every other.
"""

from __future__ import annotations

import re

import msgspec

from dialog.acts import Act, Ask, Button, NoticeScreen, Show
from dialog.commands import SPOKEN, sound
from dialog.events import Key
from dialog.screens import Choice
from dialog.sounds import likeness
from dialog.state import State, Supposed, Turn, say
from dialog.world import World

SURE, NEAR = 0.8, 0.55
"""Likeness from which it is done, and from which it is asked back. Of 14 short words of command that the recogniser
wrote wrongly the right one lay at .56 to .94, every wrong one at or below .67."""

AHEAD = 0.06
"""How much nearer it must be than the next meaning."""

LONGEST = 5
"""Syllables of an utterance that may be such a word, and one more of the word: some are swallowed."""

SHORTEST = 2
"""Syllables of a word that is looked for: a single one (是, 不) is near everything."""

NEARER = 0.72
"""Likeness from which it is asked back where the search has something to offer for the words as they were heard."""

A_RANK = 0.03
"""What each place down the list of readings costs."""

ALWAYS = (Key.HUMAN, Key.REPEAT, Key.HOME, Key.BACK, Key.SLOWER, Key.LOUDER, Key.CANCEL, Key.FINISH)
"""Commands that mean something whatever is asked."""

NEVER = frozenset({Key.YES, Key.NO, Key.STAY})
"""Never guessed: a yes may hand something in."""

GRAVE = frozenset({Key.CANCEL, Key.HOME, Key.FINISH})
"""What is lost by these was said before: always asked back."""

_PARTS = re.compile(r"[，、；]")


class Guess(msgspec.Struct, frozen=True):
    """``words``: those that were probably said, and how ``alike``; ``sure``: they need not be asked back."""

    words: str
    alike: float
    sure: bool


def guess(state: State, readings: tuple[str, ...]) -> Guess | None:
    """What ``readings`` (likeliest first) of one utterance sound like, of all that can be meant now."""
    heard = [sound(reading).split() for reading in readings]
    if not heard or not heard[0] or len(heard[0]) > LONGEST:
        return None
    best: dict[Key | str, tuple[float, str]] = {}
    for meaning, words in _meanings(state):
        syllables = sound(words).split()
        if not SHORTEST <= len(syllables) <= LONGEST + 1:
            continue
        alike = max(likeness(one, syllables) - A_RANK * rank for rank, one in enumerate(heard))
        if alike > best.get(meaning, (0.0, ""))[0]:
            best[meaning] = (alike, words)
    ranked = sorted(best.items(), key=lambda one: -one[1][0])
    if not ranked:
        return None
    meaning, (alike, words) = ranked[0]
    second = ranked[1][1][0] if len(ranked) > 1 else 0.0
    if alike < NEAR or alike - second < AHEAD:
        return None
    return Guess(words, alike, alike >= SURE and meaning not in GRAVE)


def _meanings(state: State) -> list[tuple[Key | str, str]]:
    """(meaning, words) of all that can be said now: labels in front, and the words of the keys that are awaited."""
    screen = state.screen
    buttons: tuple[Button, ...] = getattr(screen, "buttons", ())
    off = getattr(screen, "off", ())
    found: list[tuple[Key | str, str]] = []
    for button in buttons:
        found += [(button.key, part) for part in _PARTS.split(button.label)]
    listed = [choice for name in ("choices", "services", "modules") for choice in getattr(screen, name, ())]
    known = {choice.id: choice for choice in (*listed, *state.choices)}
    found += [(choice.id, choice.label) for choice in known.values() if choice.id not in off and _is_words(choice)]
    keys = {*state.asked.keys, *(button.key for button in buttons), *ALWAYS} - NEVER
    found += [(key, words) for key in SPOKEN if key in keys for words in SPOKEN[key]]
    return found


def _is_words(choice: Choice) -> bool:
    return bool(choice.label)


# -- asking back -----------------------------------------------------------------------------------------------------


def ask_back(state: State, world: World, found: Guess, said: str, own_words: bool = False) -> Turn:
    """您说的是“打印”，对吗？ ``own_words``: unless it was, ``said`` is taken as it was heard."""
    question = world.text("guess.ask", words=found.words)
    buttons = (
        Button(Key.YES, world.text("button.so_it_is"), main=True),
        Button(Key.NO, world.text("button.not_so")),
    )
    ask = Ask(keys=(Key.YES, Key.NO, Key.BACK, Key.HUMAN), timeout=state.asked.timeout)
    acts: tuple[Act, ...] = (Show(NoticeScreen(question, (), "question", buttons=buttons)), *say(question), ask)
    return msgspec.structs.replace(state, supposed=Supposed(found.words, said, own_words)), acts
