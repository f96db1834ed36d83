"""A short word of command, found among what else an utterance may have been.

打印 said alone is often written 大雁: nothing stands around it that would help the recogniser. So where the best
reading of a few syllables is nothing that can be said here, the next ones are looked through for a command or for the
words of a button or choice in front. A long utterance is a question and is taken as it was heard, and so is an answer
in the citizen's own words.
"""

from __future__ import annotations

from dialog.commands import command, sound
from dialog.screens import Screen
from dialog.seen import seen

LONGEST = 4
"""Syllables of an utterance that may be such a word."""

SHORTEST = 2
"""Syllables of another reading that is believed: a single one (是, 不) is in every cough."""

READINGS = 3
"""How many of the other readings are looked at, the likeliest first."""


def reading(screen: Screen | None, text: str, others: tuple[str, ...]) -> str:
    """``text``, or the likeliest of the ``others`` that means something here where ``text`` does not."""
    if len(sound(text).split()) > LONGEST or _steers(screen, text):
        return text
    fitting = (other for other in others[:READINGS] if len(sound(other).split()) >= SHORTEST and _steers(screen, other))
    return next(fitting, text)


def _steers(screen: Screen | None, text: str) -> bool:
    return command(text) is not None or seen(screen, text) is not None
