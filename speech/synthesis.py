"""Speaking, as the rest of the program sees it: a sentence goes in, sound comes out, or one typed error.

Any rate of 0.5..2 may be asked for. The seven steps a citizen chooses from are the conversation's
(``dialog.state.RATES``, times the terminal's own pace), and so are the steps of loudness.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from speech.audio import Audio

DEFAULT_RATE = 0.9
"""A little slower than usual, for the hall is loud and the listener is often eighty."""

SLOWEST, FASTEST = 0.5, 2.0

OnSound = Callable[[Audio], None]
"""Hears the sound of a sentence piece by piece, in the caller's thread, as soon as each piece is there."""


def ignore_sound(piece: Audio) -> None:
    """For who waits for the whole sentence."""


class SynthesisError(Exception):
    """Why nothing is heard and what to do, in one sentence. Never contains what was to be said."""


class SynthesisCancelledError(SynthesisError):
    """The listener spoke or left; nobody waits for this sentence any more."""

    def __init__(self) -> None:
        super().__init__("speaking was stopped")


class Synthesiser(Protocol):
    """Turns sentences into sound, one at a time; calls from several threads wait for each other."""

    @property
    def voices(self) -> Sequence[str]:
        """Names that may be given as ``voice``, the default first."""
        ...

    def synthesise(
        self, sentence: str, *, rate: float = 1.0, voice: str | None = None, on_sound: OnSound = ignore_sound
    ) -> Audio:
        """Speak ``sentence`` at ``rate`` times normal speed, 0.5..2; leading and trailing silence is cut to 50 ms.

        ``on_sound`` hears the pieces, whose sum is what is returned. Raises ``SynthesisError``; after it, the next
        call works.
        """
        ...

    def cancel(self) -> None:
        """Give up the sentence under way, at once, from any thread; the caller gets ``SynthesisCancelledError``."""
        ...

    def close(self) -> None: ...
