"""Parts that come after the first touch: whoever asks for them before waits, and those that never come do nothing.

::

    touch ──> Ready ──> the first person is served
               └─ meanwhile: search, voice, typing ──> their ``Future`` is set
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future

from kiosk.ime import Chosen, Ime
from kiosk.mouth import Voice
from speech.audio import Audio


class LateIme:
    """Pinyin; ``coming`` ends with None where there is none after all: then letters have no candidates."""

    def __init__(self, coming: Future[Ime | None]) -> None:
        self._coming = coming

    def candidates(self, letters: str, count: int) -> list[str]:
        ime = self._coming.result()
        return ime.candidates(letters, count) if ime is not None else []

    def choose(self, letters: str, index: int) -> Chosen:
        ime = self._coming.result()
        return ime.choose(letters, index) if ime is not None else Chosen("", letters)


class LateVoice:
    """The mouth's voice; ``coming`` ends with None where this machine cannot speak after all: then it is silent.

    What is stopped before it came is not said: the mouth looks at its own job after the first piece.
    """

    def __init__(self, coming: Future[Voice | None]) -> None:
        self._coming = coming

    def utter(self, text: str, rate: float) -> Iterator[Audio]:
        voice = self._coming.result()
        if voice is not None:
            yield from voice.utter(text, rate)

    def stop(self) -> None:
        if self._coming.done() and (voice := self._coming.result()) is not None:
            voice.stop()
