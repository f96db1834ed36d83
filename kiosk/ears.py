"""The microphone's thread: open for a session, measuring how loud it is, feeding the recogniser while one listens."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol

from kiosk.loudness import level_of
from kiosk.microphone import Microphone, MicrophoneError
from kiosk.ports import EarsCame, EarsFailed, Level, NotUnderstood, Post, Report, Understood
from kiosk.recording import Recorder
from speech.audio import Samples


class Listener(Protocol):
    """Finds utterances in blocks of 16 kHz samples. Used on the ears' thread only."""

    def begin(self) -> None:
        """A new spell of listening: what was heard before is forgotten, what was learned about the speaker is kept."""
        ...

    def feed(self, samples: Samples) -> Iterable[Report]: ...

    def finish(self) -> Iterable[Report]:
        """What was said until now is the utterance."""
        ...

    def forget(self) -> None:
        """The session is over: nothing of the speaker stays."""
        ...


class _Mode(StrEnum):
    ASLEEP = "asleep"
    DEAF = "deaf"
    LISTENING = "listening"
    FINISHING = "finishing"


class ListeningEars:
    """The engine's ears: ``listener`` hears through ``microphone`` while the engine listens.

    Without a listener they are still coming: ``equip`` brings it, ``give_up`` says that none will come.
    """

    def __init__(
        self, microphone: Microphone, listener: Listener | None, post: Post, recorder: Recorder | None = None
    ) -> None:
        self._microphone, self._listener, self._post = microphone, listener, post
        self._recorder = recorder
        self._given_up = False
        self._lock = threading.Lock()
        self._mode = _Mode.ASLEEP
        self._spell = 0
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def available(self) -> bool:
        return self._microphone.available and self._listener is not None

    @property
    def coming(self) -> bool:
        return self._microphone.available and self._listener is None and not self._given_up

    def equip(self, listener: Listener) -> None:
        """From any thread; told to the engine."""
        self._listener = listener
        self._post(EarsCame())

    def give_up(self) -> None:
        """From any thread; told to the engine."""
        self._given_up = True
        self._post(EarsFailed())

    def wake(self) -> None:
        self._set(_Mode.DEAF)
        if self._thread is None and self._microphone.available:  # a message can be recorded without a recogniser
            self._stop = threading.Event()
            self._thread = threading.Thread(target=self._run, args=(self._stop,), name="ears", daemon=True)
            self._thread.start()

    def listen(self) -> None:
        with self._lock:
            self._mode = _Mode.LISTENING
            self._spell += 1

    def finish(self) -> None:
        with self._lock:
            if self._mode is _Mode.LISTENING:
                self._mode = _Mode.FINISHING

    def deafen(self) -> None:
        self._set(_Mode.DEAF)

    def sleep(self) -> None:
        self._set(_Mode.ASLEEP)
        self._stop.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(timeout=2.0)

    def _set(self, mode: _Mode) -> None:
        with self._lock:
            self._mode = mode

    def _now(self) -> tuple[_Mode, int]:
        with self._lock:
            return self._mode, self._spell

    def _run(self, stop: threading.Event) -> None:
        heard_spell = -1
        try:
            for count, block in enumerate(self._microphone.blocks(stop)):
                mode, spell = self._now()
                if self._recorder is not None and self._recorder.recording:
                    if count % 2 == 0:
                        self._post(Level(level_of(block)))
                    self._recorder.feed(block)
                    continue
                listener = self._listener
                if listener is None or mode not in (_Mode.LISTENING, _Mode.FINISHING):
                    continue
                if spell != heard_spell:
                    listener.begin()
                    heard_spell = spell
                if count % 2 == 0:
                    self._post(Level(level_of(block)))
                reports = list(listener.feed(block))
                if mode is _Mode.FINISHING and not any(map(_final, reports)):
                    reports += listener.finish()
                    self._set(_Mode.DEAF)
                for report in reports:
                    self._tell(report, spell)
        except MicrophoneError:
            self._post(EarsFailed())
        finally:
            if self._listener is not None:
                self._listener.forget()

    def _tell(self, report: Report, spell: int) -> None:
        """A report of a spell that was ended meanwhile is not told."""
        mode, current = self._now()
        if current == spell and mode is not _Mode.ASLEEP:
            self._post(report)


def _final(report: Report) -> bool:
    return isinstance(report, Understood | NotUnderstood)
