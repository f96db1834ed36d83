"""A finger on the writing paper: its way becomes ink, and each time it is lifted the character so far is read.

Reading takes some 20 ms and happens off the main thread; what comes too late, after another stroke, is not shown.
"""

from __future__ import annotations

from msgspec.structs import replace

from kiosk.glass import Glass
from kiosk.handwriting.reading import Handwriting
from kiosk.ports import Background, InkRead, Post

PAPER = "paper"
"""The control one writes on."""

MOST_POINTS = 4_000
"""Of one character; a palm resting on the glass must not fill the memory."""


class Pen:
    """``begin``, ``to``, ``lift`` follow one finger."""

    def __init__(self, handwriting: Handwriting, glass: Glass, background: Background, post: Post) -> None:
        self._handwriting, self._glass = handwriting, glass
        self._background, self._post = background, post
        self._down = False
        self._spell = 0

    def begin(self, x: float, y: float) -> None:
        """The finger came down on the paper."""
        self._down = True
        self._spell += 1  # what is still being read lacks this stroke
        typing = self._glass.view.typing
        self._glass.change(typing=replace(typing, ink=(*typing.ink, ((round(x), round(y)),))))

    def to(self, x: float, y: float) -> None:
        """The finger went on. Points that do not move are left out."""
        typing = self._glass.view.typing
        if not self._down or not typing.ink or sum(map(len, typing.ink)) >= MOST_POINTS:
            return
        point = (round(x), round(y))
        if typing.ink[-1][-1] != point:
            self._glass.change(typing=replace(typing, ink=(*typing.ink[:-1], (*typing.ink[-1], point))))

    def lift(self) -> None:
        if self._down:
            self._down = False
            self.read()

    def read(self) -> None:
        """Read what is on the paper now."""
        self._spell += 1
        spell, ink = self._spell, self._glass.view.typing.ink
        if not ink:
            return

        def work() -> None:
            if spell == self._spell:
                self._post(InkRead(spell, tuple(self._handwriting.candidates(ink))))

        self._background(work)

    def came(self, read: InkRead) -> None:
        """Show what was read, unless the paper has changed."""
        if read.spell == self._spell and self._glass.view.typing.ink:
            self._glass.change(typing=replace(self._glass.view.typing, candidates=read.candidates))

    def forget(self) -> None:
        self._down = False
        self._spell += 1
