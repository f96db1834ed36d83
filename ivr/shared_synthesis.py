"""One synthesiser for many callers: a sentence that several wait for is made once, and kept.

::

    caller A ── 请带户口簿。 ──> nobody makes it: A has it made ──┬──> A hears it, stretch by stretch
    caller B ── 请带户口簿。 ──> it is being made: B follows ─────┴──> B hears it from its start
    caller C ── 请带户口簿。 ──> it was made: C hears it at once

A caller who leaves stops nothing: what he waited for may be another's. What goes wrong goes wrong for all who wait; who
asks afterwards has it tried again.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

from ivr.leg import RATE
from speech.audio import Audio
from speech.synthesis import OnSound, Synthesiser, ignore_sound

KEPT = 96_000_000
"""Bytes of narrow-band sound kept in memory: 50 minutes as float32."""

Key = tuple[str, float, str | None]
"""Sentence, rate (0.0: a clip, which has its own) and voice."""


class SoundCache:
    """The sounds used last, up to a size. Safe from any thread."""

    def __init__(self, size: int = KEPT) -> None:
        self._room = size
        self._sounds: OrderedDict[Key, Audio] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key) -> Audio | None:
        with self._lock:
            sound = self._sounds.get(key)
            if sound is not None:
                self._sounds.move_to_end(key)
            return sound

    def put(self, key: Key, sound: Audio) -> None:
        with self._lock:
            if key not in self._sounds:
                self._room -= sound.samples.nbytes
            self._sounds[key] = sound
            while self._room < 0:
                self._room += self._sounds.popitem(last=False)[1].samples.nbytes


class Making:
    """A sentence that is being made: what there is of it so far, and who waits for the rest."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._pieces: list[Audio] = []
        self._made: Audio | None = None
        self._failure: BaseException | None = None

    def add(self, piece: Audio) -> None:
        with self._changed:
            self._pieces.append(piece)
            self._changed.notify_all()

    def made(self, whole: Audio) -> None:
        with self._changed:
            self._made = whole
            self._changed.notify_all()

    def failed(self, failure: BaseException) -> None:
        with self._changed:
            self._failure = failure
            self._changed.notify_all()

    def follow(self, on_sound: OnSound) -> Audio:
        """Hear it from its start, in the own thread. Raises what its making failed with."""
        told = 0
        while True:
            pieces, made = self._after(told)
            for piece in pieces:
                on_sound(piece)
            told += len(pieces)
            if made is not None:
                return made

    def _after(self, told: int) -> tuple[list[Audio], Audio | None]:
        """Wait for more than ``told`` pieces: those, and the whole when there will be no more."""
        with self._changed:
            self._changed.wait_for(
                lambda: len(self._pieces) > told or self._made is not None or self._failure is not None
            )
            if self._failure is not None:
                raise self._failure
            return self._pieces[told:], self._made


class SharedSynthesiser:
    """A ``Synthesiser`` at the line's rate."""

    def __init__(self, synthesiser: Synthesiser, cache: SoundCache) -> None:
        self._synthesiser, self._cache = synthesiser, cache
        self._under_way: dict[Key, Making] = {}
        self._lock = threading.Lock()

    @property
    def voices(self) -> Sequence[str]:
        return self._synthesiser.voices

    def synthesise(
        self, sentence: str, *, rate: float = 1.0, voice: str | None = None, on_sound: OnSound = ignore_sound
    ) -> Audio:
        key = (sentence, rate, voice)
        with self._lock:
            sound, another = self._cache.get(key), self._under_way.get(key)
            if sound is None and another is None:
                own = self._under_way[key] = Making()
        if sound is not None:
            on_sound(sound)
            return sound
        return self._make(key, own, on_sound) if another is None else another.follow(on_sound)

    def _make(self, key: Key, making: Making, on_sound: OnSound) -> Audio:
        sentence, rate, voice = key

        def told(wide: Audio) -> None:
            piece = wide.at(RATE)
            making.add(piece)
            on_sound(piece)

        try:
            whole = self._synthesiser.synthesise(sentence, rate=rate, voice=voice, on_sound=told).at(RATE)
        except BaseException as failure:
            self._end(key, None)
            making.failed(failure)
            raise
        self._end(key, whole)
        making.made(whole)
        return whole

    def _end(self, key: Key, whole: Audio | None) -> None:
        """Kept before it is no longer under way: whoever asks in between finds one or the other."""
        with self._lock:
            if whole is not None:
                self._cache.put(key, whole)
            del self._under_way[key]

    def cancel(self) -> None:
        """Nothing: see above."""

    def close(self) -> None:
        self._synthesiser.close()
