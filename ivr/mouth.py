"""What is being said on a leg: kept 400 ms ahead of the line, silenced at once, and how much of it was really heard.

written  ████████████████████████████
queued                       ░░░░░░░░      in the stack, not on the wire yet
heard    ████████████████████
pieces   [ sentence ][ sentence ][ sentence ...
                          ^ an interruption here goes on, if it was only noise, at the start of this sentence
"""

from __future__ import annotations

from collections import deque
from typing import Protocol

from ivr.leg import BYTES_PER_SECOND, Leg

AHEAD = 0.4
"""Seconds queued in the stack, so that a busy interpreter does not starve the line."""

MOMENT = 2.0
"""Seconds of an answer that are its end."""


class Source(Protocol):
    """Sound that is being made while it is already played."""

    def take(self) -> bytes | None:
        """The next piece (a sentence or a clause), or None: not ready yet, or none left (``over``)."""
        ...

    @property
    def over(self) -> bool:
        """No piece will come any more."""
        ...

    def stop(self) -> None:
        """Nobody wants the rest."""
        ...


class Sound:
    """A source of pieces that are there already."""

    def __init__(self, *pieces: bytes) -> None:
        self._pieces = deque(piece for piece in pieces if piece)

    def take(self) -> bytes | None:
        return self._pieces.popleft() if self._pieces else None

    @property
    def over(self) -> bool:
        return not self._pieces

    def stop(self) -> None:
        self._pieces.clear()


class Rest:
    """What an interruption left unheard; itself a source, to go on with."""

    def __init__(self, pieces: list[bytes], sources: list[Source]) -> None:
        self._pieces, self._sources = deque(pieces), deque(sources)

    def take(self) -> bytes | None:
        if self._pieces:
            return self._pieces.popleft()
        while self._sources:
            piece = self._sources[0].take()
            if piece is not None:
                return piece
            if not self._sources[0].over:
                return None
            self._sources.popleft()
        return None

    @property
    def over(self) -> bool:
        return not self._pieces and all(source.over for source in self._sources)

    @property
    def nearly_over(self) -> bool:
        """Nothing is left but the piece that was cut, or a moment: what is made live comes in small pieces."""
        short = len(self._pieces) <= 1 or sum(map(len, self._pieces)) <= MOMENT * BYTES_PER_SECOND
        return short and all(source.over for source in self._sources)

    def stop(self) -> None:
        self._pieces.clear()
        for source in self._sources:
            source.stop()
        self._sources.clear()


class Mouth:
    """Plays sources on ``leg``, one after the other. ``pump`` it every round of the media loop."""

    def __init__(self, leg: Leg, ahead: float = AHEAD) -> None:
        self._leg = leg
        self._ahead = round(ahead * BYTES_PER_SECOND)
        self._sources: deque[Source] = deque()
        self._pieces: list[bytes] = []
        self._position = 0  # bytes written of all pieces
        self._held = False
        self.last_sound = 0.0  # when something was last on the wire

    @property
    def playing(self) -> bool:
        """Something is left to be written or to be sent."""
        return self._unwritten or bool(self._sources) or self._leg.queued > 0

    @property
    def starved(self) -> bool:
        """There is something to say, but the next piece of it is not ready and the line is silent."""
        return bool(self._sources) and not self._unwritten and self._leg.queued == 0

    def play(self, source: Source) -> None:
        """Say it after what is being said already."""
        self._sources.append(source)

    def interject(self, sound: bytes) -> None:
        """Say it now, before what is still being made."""
        self._sources.appendleft(Sound(sound))

    def hold(self) -> None:
        """Silence, at once, but only for a moment: ``release`` goes on with the very next sample."""
        if not self._held:
            self._take_back()
            self._held = True

    def release(self) -> None:
        self._held = False

    def interrupt(self) -> Rest | None:
        """Silence, at once. Returns what was not heard, from the start of the piece that was cut, or None."""
        heard = self._take_back()
        self._held = False
        pieces, sources = self._pieces, list(self._sources)
        self._pieces, self._position = [], 0
        self._sources.clear()
        end = 0
        for number, piece in enumerate(pieces):
            end += len(piece)
            if heard < end:
                return Rest(pieces[number:], sources)
        return Rest([], sources) if sources else None

    def stop(self) -> None:
        """Silence, for good."""
        rest = self.interrupt()
        if rest is not None:
            rest.stop()

    def pump(self, now: float) -> None:
        """Fill the queue up."""
        queued = self._leg.queued
        if queued:
            self.last_sound = now
        if self._held:
            return
        room = self._ahead - queued
        while room > 0:
            piece, offset = self._at_position()
            if piece is None:
                if not self._next():
                    break
                continue
            taken = self._leg.write(piece[offset : offset + room])
            if not taken:
                break
            self._position += taken
            queued += taken
            room -= taken
            self.last_sound = now
        heard = self._position - queued
        while self._pieces and heard >= len(self._pieces[0]):  # what was heard need not be kept
            heard -= len(self._pieces[0])
            self._position -= len(self._pieces.pop(0))

    def _take_back(self) -> int:
        """Nothing more goes out; bytes of the pieces that were heard."""
        heard = max(0, self._position - self._leg.queued)
        self._leg.flush()
        self._position = heard
        return heard

    @property
    def _unwritten(self) -> bool:
        return self._position < sum(map(len, self._pieces))

    def _at_position(self) -> tuple[bytes | None, int]:
        left = self._position
        for piece in self._pieces:
            if left < len(piece):
                return piece, left
            left -= len(piece)
        return None, 0

    def _next(self) -> bool:
        """Take the next piece from the sources, if one is ready."""
        while self._sources:
            piece = self._sources[0].take()
            if piece is not None:
                self._pieces.append(piece)
                return True
            if not self._sources[0].over:
                return False
            self._sources.popleft()
        return False
