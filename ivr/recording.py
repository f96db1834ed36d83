"""Leaving a message: a tone, the caller's words, the end by silence, a key, the limit, or hanging up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from dialog.acts import Record
from dialog.events import Event, Recorded
from ivr.leg import BYTES_PER_SECOND, LegEvent
from ivr.mouth import Mouth, Sound
from ivr.settings import Message
from ivr.voice import tone

BEEP = tone(1000.0, 0.5)


class Watch(Protocol):
    """See ``ivr.ears.VoiceWatch``."""

    def voice_in(self, sound: bytes) -> bool: ...


class Keeping(Protocol):
    """Where the sound goes while it is recorded (``ivr.journal``)."""

    def write(self, sound: bytes) -> None: ...

    def close(self) -> None: ...

    def remove(self) -> None: ...


class Recording:
    """An ``Errand``. ``kept`` takes the finished sound and its journal and gives the handle the dialog knows it by."""

    name = "message"
    waiting = False

    def __init__(
        self,
        act: Record,
        mouth: Mouth,
        watch: Watch,
        journal: Keeping | None,
        kept: Callable[[bytes, Keeping | None], str],
        settings: Message | None = None,
    ) -> None:
        self._act, self._mouth, self._watch = act, mouth, watch
        self._journal, self._kept = journal, kept
        self._settings = settings or Message()
        self._sound = bytearray()
        self._began: float | None = None
        self._last_voice = 0.0
        self._spoke = False
        self._stopped = False
        self._handle = ""
        mouth.play(Sound(BEEP))

    def tick(self, now: float, heard: bytes) -> Event | None:
        if self._began is None:
            if not self._mouth.playing:
                self._began = self._last_voice = now
            return None
        if heard:
            self._sound += heard
            if self._journal is not None:
                self._journal.write(heard)
            if self._watch.voice_in(heard):
                self._last_voice, self._spoke = now, True
        quiet = self._settings.quiet if self._spoke else self._settings.nothing
        if self._stopped or now - self._last_voice >= quiet or self._seconds >= self._act.maximum:
            return self._done()
        return None

    def key(self, key: str) -> None:
        """Any key ends the message."""
        if self._began is not None:
            self._stopped = True

    def leg_event(self, event: LegEvent) -> None:
        return

    def hung_up(self) -> Event | None:
        """Hanging up is a way of ending a message: what was said counts."""
        if self._spoke:
            return self._done()
        self._discard()
        return None

    @property
    def _seconds(self) -> float:
        return len(self._sound) / BYTES_PER_SECOND

    def _done(self) -> Recorded:
        end = len(self._sound)
        sound = bytes(self._sound[: end // 2 * 2])
        if self._journal is not None:
            self._journal.close()
        if not self._spoke or self._seconds < self._act.minimum:
            self._discard()
            return Recorded(0.0 if not self._spoke else self._seconds)
        return Recorded(self._seconds, self._kept(sound, self._journal))

    def _discard(self) -> None:
        if self._journal is not None:
            self._journal.remove()
