"""What our pyttsx3 drivers share: the driver protocol of pyttsx3 around one function that renders a sentence.

pyttsx3 imports ``pyttsx3.drivers.NAME``; ``register`` puts a driver of ours there. A driver runs under pyttsx3's
external loop (``startLoop(False)``, ``iterate()``) and works synchronously, so nothing of it can wait for a loop that
never ends.

Rates: pyttsx3 counts words a minute and calls 200 normal; so do we.
"""

from __future__ import annotations

import os
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import soundfile

from speech.audio import Audio
from speech.synthesis import SynthesisError

SOUND = "sound"
"""Topic of the notification for every piece of a sentence: ``piece``, an ``Audio``."""

NORMAL_WORDS_PER_MINUTE = 200


class Renderer(Protocol):
    """One sentence to sound, piece by piece. ``cancel`` may come from another thread meanwhile."""

    @property
    def voices(self) -> Sequence[str]: ...

    def pieces(self, text: str, voice: str, rate: float) -> Iterator[Audio]: ...

    def cancel(self) -> None: ...


class RenderingDriver:
    """The pyttsx3 driver interface (method names are pyttsx3's) over a ``Renderer``."""

    def __init__(self, proxy: Any, renderer: Renderer) -> None:
        self._proxy = proxy
        self._renderer = renderer
        self._rate = NORMAL_WORDS_PER_MINUTE
        self._volume = 1.0
        self._voice = renderer.voices[0]
        self._looping = False

    def destroy(self) -> None:
        self._renderer.cancel()

    def startLoop(self) -> None:  # noqa: N802
        # Everything runs synchronously: once the queue is pumped there is nothing left to wait for.
        self._proxy.setBusy(False)

    def endLoop(self) -> None:  # noqa: N802
        self._looping = False

    def iterate(self) -> Iterator[None]:
        self._looping = True
        while self._looping:
            self._proxy.setBusy(False)
            yield

    def stop(self) -> None:
        self._renderer.cancel()

    def say(self, text: str) -> None:
        """Play on the default loudspeaker."""
        import sounddevice

        audio = self._rendered(text)
        sounddevice.play(audio.samples, audio.rate, blocking=True)
        self._finished()

    def save_to_file(self, text: str, filename: str) -> None:
        """A 16-bit mono WAV file; none is written to ``os.devnull``, for who listens to ``SOUND``."""
        audio = self._rendered(text)
        if filename == os.devnull:
            self._finished()
            return
        with Path(filename).open("wb") as file:
            soundfile.write(file, audio.samples, audio.rate, format="WAV", subtype="PCM_16")
        self._finished()

    def _rendered(self, text: str) -> Audio:
        self._proxy.setBusy(True)
        self._proxy.notify("started-utterance")
        try:
            audio = None
            for rendered in self._renderer.pieces(text, self._voice, self._rate / NORMAL_WORDS_PER_MINUTE):
                piece = Audio(rendered.samples * np.float32(self._volume), rendered.rate)
                self._proxy.notify(SOUND, piece=piece)
                audio = piece if audio is None else audio + piece
            if audio is None:
                raise SynthesisError("there is nothing to say in this text")
        except BaseException:
            self._proxy.notify("finished-utterance", completed=False)
            self._proxy.setBusy(False)
            raise
        return audio

    def _finished(self) -> None:
        self._proxy.notify("finished-utterance", completed=True)
        self._proxy.setBusy(False)

    def getProperty(self, name: str) -> Any:  # noqa: N802
        from pyttsx3.voice import Voice

        match name:
            case "voices":
                return [Voice(id=voice, name=voice, languages=["zh-CN"]) for voice in self._renderer.voices]
            case "voice":
                return self._voice
            case "rate":
                return self._rate
            case "volume":
                return self._volume
            case _:
                raise KeyError(f"unknown property {name}")

    def setProperty(self, name: str, value: Any) -> None:  # noqa: N802
        match name:
            case "voice":
                if value not in self._renderer.voices:
                    raise ValueError(f"there is no voice named {value}")
                self._voice = str(value)
            case "rate":
                self._rate = int(min(max(int(value), NORMAL_WORDS_PER_MINUTE // 2), NORMAL_WORDS_PER_MINUTE * 2))
            case "volume":
                self._volume = min(max(float(value), 0.0), 1.0)
            case _:
                raise KeyError(f"unknown property {name}")


def register(name: str, renderer: Callable[[], Renderer]) -> str:
    """Make ``pyttsx3.init(name)`` use ``renderer()``; returns ``name``."""
    module = types.ModuleType(f"pyttsx3.drivers.{name}", "A driver registered by the terminal.")
    vars(module)["buildDriver"] = lambda proxy: RenderingDriver(proxy, renderer())
    sys.modules[module.__name__] = module
    return name
