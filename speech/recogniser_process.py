"""The child process that recognises: one loaded model, many streams, messages over a pipe.

Messages in: ``Feed``, ``Finish``, ``Preview``, ``Forget`` of a stream by its number; ``Ping``. Messages out: ``Ready``
once, then for each message one answer (``Understood``, ``Done``, ``Previewed``, ``Failed``, ``Pong``), which is also
the sign of life that the watchdog waits for. Sound exists only in memory; when the pipe closes the process ends.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from multiprocessing.connection import Connection

import msgspec
import numpy as np

from speech.audio import Samples
from speech.recognition import Hypothesis, Recogniser, RecogniserStream, SpeechError


class Feed(msgspec.Struct, frozen=True, tag="feed"):
    """``sound``: float32 samples at 16 kHz as bytes."""

    stream: int
    sound: bytes


class Finish(msgspec.Struct, frozen=True, tag="finish"):
    stream: int


class Preview(msgspec.Struct, frozen=True, tag="preview"):
    stream: int


class Forget(msgspec.Struct, frozen=True, tag="forget"):
    stream: int


class Ping(msgspec.Struct, frozen=True, tag="ping"):
    pass


Request = Feed | Finish | Preview | Forget | Ping


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    engine: str


class Understood(msgspec.Struct, frozen=True, tag="understood"):
    stream: int
    text: str


class Done(msgspec.Struct, frozen=True, tag="done"):
    stream: int
    hypothesis: Hypothesis


class Previewed(msgspec.Struct, frozen=True, tag="previewed"):
    """``hypothesis`` None: this engine cannot tell before the end."""

    stream: int
    hypothesis: Hypothesis | None


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """``stream`` -1: the model could not be loaded."""

    stream: int
    message: str


class Pong(msgspec.Struct, frozen=True, tag="pong"):
    pass


Answer = Ready | Understood | Done | Previewed | Failed | Pong

Load = Callable[[], Recogniser]
"""How the child gets its recogniser: a picklable callable, for it crosses into a spawned process."""


def serve(pipe: Connection, load: Load) -> None:
    """The child's whole life. Never raises for what a recogniser does; ends when the pipe closes, loaded or not."""
    with contextlib.suppress(EOFError, OSError):
        _serve(pipe, load)


def _serve(pipe: Connection, load: Load) -> None:
    encode = msgspec.msgpack.Encoder().encode
    decode = msgspec.msgpack.Decoder(Request).decode

    def answer(message: Answer) -> None:
        pipe.send_bytes(encode(message))

    try:
        recogniser = load()
    except Exception as error:  # noqa: BLE001  whatever a library raises must reach the parent as a sentence
        answer(Failed(-1, str(error) or type(error).__name__))
        return
    answer(Ready(recogniser.name))
    streams: dict[int, RecogniserStream] = {}
    while True:
        request = decode(pipe.recv_bytes())
        try:
            reply = _handle(recogniser, streams, request)
        except Exception as error:  # noqa: BLE001  one bad utterance must not end the others
            number = -1 if isinstance(request, Ping) else request.stream
            streams.pop(number, None)
            text = str(error) if isinstance(error, SpeechError) else f"recognition failed ({type(error).__name__})"
            reply = Failed(number, text)
        answer(reply)


def _handle(recogniser: Recogniser, streams: dict[int, RecogniserStream], request: Request) -> Answer:
    match request:
        case Feed(number, sound):
            stream = streams.get(number)
            if stream is None:
                stream = streams[number] = recogniser.stream()
            samples: Samples = np.frombuffer(sound, np.float32)
            return Understood(number, stream.feed(samples))
        case Finish(number):
            stream = streams.pop(number, None) or recogniser.stream()
            return Done(number, stream.finish())
        case Preview(number):
            stream = streams.get(number)
            preview = stream.preview_soon() if stream is not None else None
            return Previewed(number, preview.result() if preview is not None else None)
        case Forget(number):
            streams.pop(number, None)
            return Pong()
        case Ping():
            return Pong()
