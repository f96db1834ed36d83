"""Carries out remote commands on the running application, on its own thread between two frames."""

from __future__ import annotations

import queue
from pathlib import Path
from typing import assert_never

import msgspec
import numpy as np
import soundfile

from kiosk import window
from kiosk.app import KioskApp
from kiosk.loudspeaker import Captured, CapturingLoudspeaker
from kiosk.microphone import InjectedMicrophone
from kiosk.remote import (
    Command,
    Hear,
    KeyDown,
    Look,
    Press,
    Quit,
    Release,
    RemoteControl,
    Reply,
    Seen,
    Shot,
    Sound,
    Tap,
    Touch,
    Waiting,
)
from kiosk.view import Voice
from speech.audio import Audio


class Driven:
    """``every_frame`` of a driven application."""

    def __init__(
        self, remote: RemoteControl, microphone: InjectedMicrophone, loudspeaker: CapturingLoudspeaker
    ) -> None:
        self._remote, self._microphone, self._loudspeaker = remote, microphone, loudspeaker

    def __call__(self, app: KioskApp) -> None:
        while True:
            try:
                waiting: Waiting = self._remote.pending.get_nowait()
            except queue.Empty:
                return
            try:
                waiting.answer(self._do(app, waiting.command))
            except (OSError, RuntimeError, soundfile.LibsndfileError) as error:
                waiting.answer(Reply(error=str(error)))

    def _do(self, app: KioskApp, command: Command) -> Reply:
        match command:
            case Tap(name) | Press(name):
                if app.frame.target(name) is None:
                    return Reply(error=f"there is no control {name} on the screen {app.frame.name}")
                app.engine.press(name)
                if isinstance(command, Tap):
                    app.engine.release(name)  # before anything is drawn: a slow frame must not make a tap a hold
            case Release(name):
                app.engine.release(name)
            case Touch(x, y):
                app.touch(x, y)
            case KeyDown(name):
                if not app.key(name):
                    return Reply(error=f"the keypad has no key {name}")
            case Hear(wav):
                samples, rate = soundfile.read(wav, dtype="float32", always_2d=True)
                self._microphone.put(Audio(samples.mean(axis=1), int(rate)))
            case Look():
                return Reply(seen=self._seen(app))
            case Shot(png):
                window.pixels(*app.size).save(png)
            case Sound(wav):
                return Reply(seconds=_save(self._loudspeaker.take(), Path(wav)))
            case Quit():
                app.stop()
            case _:
                assert_never(command)
        app.refresh()
        return Reply()

    def _seen(self, app: KioskApp) -> Seen:
        view, frame = app.engine.view, app.frame
        return Seen(
            screen=str(msgspec.to_builtins(view.screen)["type"]),
            overlay=view.overlay.value,
            voice=view.voice.value,
            partial=view.partial,
            page=frame.page,
            pages=frame.pages,
            targets=tuple(target.name for target in frame.targets),
            sessions=app.engine.sessions,
            ready=view.ready,
            saying=view.voice is Voice.SPEAKING or view.pausing,
            pending_sound=not self._microphone.empty,
            focus=view.focus,
            timings=tuple(msgspec.to_builtins(timing) for timing in app.engine.timings),
            heard=app.engine.heard,
            document=msgspec.to_builtins(view.screen),
        )


def _save(heard: list[Captured], wav: Path) -> float:
    """All that was heard as one file, without the pauses between; returns its seconds."""
    if not heard:
        return 0.0
    rate = heard[0].audio.rate
    samples = np.concatenate([piece.audio.samples for piece in heard if piece.audio.rate == rate])
    soundfile.write(wav, samples, rate)
    return len(samples) / rate
