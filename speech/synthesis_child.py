"""The speaking process: ``python -m speech.synthesis_child``; reads requests on stdin, answers on a pipe of its own.

It is a process so that whatever a synthesis library does (hang, crash, leak) costs one sentence:
``speech.synthesis_process`` watches it from outside and replaces it. Sound goes through memory only: it comes as
notifications of pyttsx3, piece by piece, and no file is written.
"""

from __future__ import annotations

import argparse
import importlib
import os
import queue
import sys
import threading
import time
from typing import Any, assert_never

import numpy as np

from speech.audio import Audio
from speech.synthesis import SynthesisCancelledError, SynthesisError
from speech.synthesis_driver import NORMAL_WORDS_PER_MINUTE, SOUND, Renderer, register
from speech.synthesis_wire import (
    BEAT_SECONDS,
    START,
    Beat,
    Cancel,
    Frames,
    Ready,
    Refused,
    Rendered,
    Request,
    Sound,
    Up,
    decode_down,
    encode,
)

DRIVER = "bianmin"


class Child:
    """Serves requests one at a time; a second thread takes cancels, a third beats."""

    def __init__(self, engine: Any, renderer: Renderer, out: int) -> None:
        self._engine = engine
        self._renderer = renderer
        self._out = out
        self._write_lock = threading.Lock()
        self._queue: queue.Queue[Request | None] = queue.Queue()
        self._cancelled: set[int] = set()
        self._current = -1
        self._state_lock = threading.Lock()
        self._errors: list[Exception] = []
        engine.connect("error", lambda name, exception: self._errors.append(exception))
        engine.connect(SOUND, lambda name, piece: self.send(_sound(self._current, piece)))
        engine.startLoop(False)
        engine.iterate()

    def send(self, message: Up) -> None:
        data = memoryview(encode(message))
        with self._write_lock:
            while data:
                data = data[os.write(self._out, data) :]

    def serve(self) -> None:
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._beat, daemon=True).start()
        while (request := self._queue.get()) is not None:
            with self._state_lock:
                given_up = request.id in self._cancelled
                self._current = -1 if given_up else request.id
            self.send(
                Refused(request.id, str(SynthesisCancelledError()), cancelled=True)
                if given_up
                else self._answer(request)
            )
            with self._state_lock:
                self._current = -1
                self._cancelled = {number for number in self._cancelled if number > request.id}

    def _read(self) -> None:
        frames = Frames()
        while data := os.read(sys.stdin.fileno(), 65536):
            for frame in frames.feed(data):
                message = decode_down(frame)
                match message:
                    case Request():
                        self._queue.put(message)
                    case Cancel():
                        with self._state_lock:
                            self._cancelled.add(message.id)
                            if self._current == message.id:
                                self._renderer.cancel()
                    case _:
                        assert_never(message)
        # The program is gone: there is nobody to speak for, and a renderer in native code would hold us up.
        os._exit(0)

    def _beat(self) -> None:
        while True:
            time.sleep(BEAT_SECONDS)
            self.send(Beat())

    def _answer(self, request: Request) -> Rendered | Refused:
        began = time.perf_counter()
        self._errors.clear()
        try:
            if request.voice:
                self._engine.setProperty("voice", request.voice)
            self._engine.setProperty("rate", round(request.rate * NORMAL_WORDS_PER_MINUTE))
            self._engine.save_to_file(request.sentence, os.devnull)
            if self._errors:
                return _refusal(request.id, self._errors[0])
        except Exception as error:  # noqa: BLE001 - whatever a synthesis library raises, the next request must work
            return _refusal(request.id, error)
        return Rendered(request.id, time.perf_counter() - began)


def _sound(number: int, piece: Audio) -> Sound:
    samples = np.clip(piece.samples * 32768.0, -32768, 32767).astype("<i2")
    return Sound(number, samples.tobytes(), piece.rate)


def _refusal(number: int, error: Exception) -> Refused:
    match error:
        case SynthesisCancelledError():
            return Refused(number, str(error), cancelled=True)
        case SynthesisError():
            return Refused(number, str(error))
        case _:
            # The text of a foreign error may quote the sentence, which is nobody's business: only its kind is told.
            return Refused(number, f"speech synthesis failed ({type(error).__name__})")


def main() -> None:
    began = time.perf_counter()
    parser = argparse.ArgumentParser(prog="python -m speech.synthesis_child")
    parser.add_argument("--out", type=int, required=True, help="descriptor the answers are written to")
    parser.add_argument("--nice", type=int, default=0, help="added to the niceness of the process")
    parser.add_argument("--renderer", required=True, help="MODULE:FACTORY, called with the arguments that follow")
    parser.add_argument("arguments", nargs="*")
    options = parser.parse_args()
    os.nice(options.nice)  # before the renderer starts threads, which take it over
    os.dup2(2, 1)  # libraries print; nothing of ours goes to stdout

    import pyttsx3

    module, _, factory = options.renderer.partition(":")
    try:
        renderer: Renderer = getattr(importlib.import_module(module), factory)(*options.arguments)
    except Exception as error:  # noqa: BLE001 - told to the program, which tells the technician
        reason = str(error) if isinstance(error, SynthesisError) else f"{type(error).__name__}: {error}"
        os.write(options.out, encode(Refused(START, reason)))
        raise SystemExit(1) from None
    child = Child(pyttsx3.init(register(DRIVER, lambda: renderer)), renderer, options.out)
    child.send(Ready(tuple(renderer.voices), time.perf_counter() - began))
    child.serve()


if __name__ == "__main__":
    main()
