"""Recognition that cannot hang: it runs in a child process, and a watchdog replaces a child that stops answering.

A second child waits with its model loaded, so a replacement takes milliseconds, not a model's loading time. What was
being spoken is not lost: the sound of open utterances is kept in memory and given to the new child. An utterance that
stops two children in a row ends with ``SpeechError``, which ``Hearing`` turns into an event.

    supervisor = Supervisor(load)              # starts the children; returns at once
    supervisor.wait_ready(30)                  # or let the first answer take as long as loading takes
    Hearing(supervisor)                        # a Supervisor is a Recogniser
    supervisor.close()
"""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from multiprocessing.connection import Connection
from typing import Any

import msgspec
import numpy as np

from speech.audio import RECOGNISER_RATE, Samples
from speech.process_time import Patience
from speech.recogniser_process import (
    Answer,
    Done,
    Failed,
    Feed,
    Finish,
    Forget,
    Load,
    Ping,
    Preview,
    Previewed,
    Ready,
    Request,
    Understood,
    serve,
)
from speech.recognition import Hypothesis, SpeechError

_CATCHING_UP = 5.0  # s that a new spare waits at most for utterances that are heard again
_TRIES = 2
_SWITCHED_OFF = "hearing was switched off"
_PING = 5.0  # s of quiet after which the child is asked for a sign of life
_LOADING = 120.0  # s a child may take to load before it counts as hung: a model is loaded in a few
_AT_ONCE = RECOGNISER_RATE // 10  # samples sent together: the network looks at a third of a second at a time anyway
_PIECE = RECOGNISER_RATE // 2 * 4  # bytes of half a second
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Answer).decode


class _Child:
    """One process with its pipe, a thread that writes to it and one that reads its answers.

    Writing has a thread of its own because a child that loads or hangs does not read, and a full pipe blocks.
    """

    def __init__(self, load: Load, on_answer: Callable[[_Child, Answer], None], on_end: Callable[[], None]) -> None:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        self._pipe: Connection = ours
        self._process: Any = context.Process(target=serve, args=(theirs, load), daemon=True, name="bianmin-recogniser")
        self._process.start()
        theirs.close()
        self.ready = threading.Event()
        self.failure = ""
        self.engine = ""
        self.born = time.monotonic()
        self.asked: float | None = None  # since when the oldest unanswered request waits
        self._unanswered = 0
        self._lock = threading.Lock()
        self._on_answer = on_answer
        self._on_end = on_end
        self._outbox: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True, name="recogniser-answers").start()
        threading.Thread(target=self._write, daemon=True, name="recogniser-requests").start()

    @property
    def alive(self) -> bool:
        return bool(self._process.is_alive()) and not self.failure

    @property
    def pid(self) -> int:
        return int(self._process.pid)

    def send(self, request: Request) -> None:
        with self._lock:
            if self.asked is None:
                self.asked = time.monotonic()
            self._unanswered += 1
        self._outbox.put(request)

    def _write(self) -> None:
        while (request := self._outbox.get()) is not None:
            # A dead child is met by the watchdog; a pipe that is closed while it is written to is a TypeError.
            with contextlib.suppress(OSError, TypeError):
                self._pipe.send_bytes(_encode(request))

    def kill(self) -> None:
        self._outbox.put(None)
        self._process.kill()
        self._process.join(1.0)
        with contextlib.suppress(OSError):
            self._pipe.close()

    def _read(self) -> None:
        while True:
            try:
                answer = _decode(self._pipe.recv_bytes())
            except (EOFError, OSError, msgspec.DecodeError):
                self.failure = self.failure or "the recogniser's process ended"
                self.ready.set()
                self._on_end()
                return
            if isinstance(answer, Ready):
                self.engine = answer.engine
                with self._lock:  # what was asked while it loaded waits from now on
                    self.asked = time.monotonic() if self._unanswered else None
                self.ready.set()
                continue
            if isinstance(answer, Failed) and answer.stream == -1 and not self.ready.is_set():
                self.failure = answer.message
                self.ready.set()
                return
            with self._lock:
                self._unanswered -= 1
                self.asked = time.monotonic() if self._unanswered else None
            self._on_answer(self, answer)


class SupervisedStream:
    """One utterance in the child; keeps its sound until the final hypothesis is there."""

    def __init__(self, supervisor: Supervisor, number: int) -> None:
        self._supervisor = supervisor
        self.number = number
        self.sound: list[bytes] = []
        self.partial = ""
        self.finishing = False
        self.tries = 0
        self._unsent: list[Samples] = []
        self._samples = 0
        self.final: Future[Hypothesis] = Future()
        self.previews: deque[Future[Hypothesis]] = deque()

    def feed(self, samples: Samples) -> str:
        self._unsent.append(samples)
        self._samples += len(samples)
        if self._samples >= _AT_ONCE:
            self._send()
        return self.partial

    def finish_soon(self) -> Future[Hypothesis]:
        self._send()
        self._supervisor.finish(self)
        return self.final

    def _send(self) -> None:
        if self._unsent:
            sound = np.concatenate(self._unsent).astype("float32", copy=False)
            self._unsent, self._samples = [], 0
            self._supervisor.feed(self, sound.tobytes())

    def finish(self) -> Hypothesis:
        return self.finish_soon().result()

    def preview_soon(self) -> Future[Hypothesis] | None:
        self._send()
        return self._supervisor.preview(self)

    def forget_previews(self) -> None:
        while self.previews:
            self.previews.popleft().cancel()

    def drop(self) -> None:
        self._supervisor.forget(self)


class Supervisor:
    """A ``Recogniser`` in child processes. ``patience``: seconds until a child that does not answer is replaced, and
    longer where it only waits for the processor (``speech.process_time``).

    ``spare``: keep a second loaded child, for a replacement within milliseconds at the cost of its memory.
    ``on_restart`` is told of every replacement, on the watchdog's thread.
    """

    def __init__(
        self,
        load: Load,
        patience: float = 3.0,
        spare: bool = True,
        on_restart: Callable[[], None] = lambda: None,
    ) -> None:
        self._load = load
        self._patience = patience
        self._on_restart = on_restart
        self._keep_spare = spare
        self._numbers = itertools.count(1)
        self._streams: dict[int, SupervisedStream] = {}
        self._lock = threading.RLock()
        self._closed = threading.Event()
        self._stir = threading.Event()  # there is something for the watchdog to look at
        self._replaying: set[int] = set()  # utterances a replacement is hearing again
        self._replaced = -_CATCHING_UP
        self.restarts = 0
        self._child = self._started()
        self._spare: _Child | None = None
        self._watch = threading.Thread(target=self._watchdog, daemon=True, name="recogniser-watchdog")
        self._watch.start()

    @property
    def name(self) -> str:
        return self._child.engine or "starting"

    @property
    def process_id(self) -> int:
        """Of the child at work."""
        return self._child.pid

    @property
    def spare_ready(self) -> bool:
        """Whether another loaded child waits to take over."""
        spare = self._spare
        return spare is not None and spare.ready.is_set() and spare.alive

    def wait_ready(self, seconds: float) -> None:
        """Wait until the model is loaded. Raises ``SpeechError`` with the reason when it cannot be."""
        if not self._child.ready.wait(seconds):
            raise SpeechError(f"the recogniser did not load within {seconds:.0f} seconds")
        if self._child.failure:
            raise SpeechError(self._child.failure)

    def stream(self) -> SupervisedStream:
        with self._lock:
            stream = SupervisedStream(self, next(self._numbers))
            self._streams[stream.number] = stream
            return stream

    def feed(self, stream: SupervisedStream, sound: bytes) -> None:
        with self._lock:
            if stream.number in self._streams:  # a lost one is not begun anew with its second half
                stream.sound.append(sound)
                self._child.send(Feed(stream.number, sound))

    def finish(self, stream: SupervisedStream) -> None:
        with self._lock:
            if self._closed.is_set():
                self._fail([stream], _SWITCHED_OFF)
            elif not stream.finishing and stream.number in self._streams:
                stream.finishing = True
                self._child.send(Finish(stream.number))

    def preview(self, stream: SupervisedStream) -> Future[Hypothesis]:
        """Cancelled when the child cannot tell, or is replaced before it has, or the utterance is lost already."""
        future: Future[Hypothesis] = Future()
        with self._lock:
            if stream.number in self._streams:
                stream.previews.append(future)
                self._child.send(Preview(stream.number))
            else:
                future.cancel()
        return future

    def forget(self, stream: SupervisedStream) -> None:
        """The utterance is not wanted any more."""
        with self._lock:
            self._replaying.discard(stream.number)
            if self._streams.pop(stream.number, None) is not None:
                self._child.send(Forget(stream.number))

    def close(self) -> None:
        """End the children. Open utterances end with ``SpeechError``."""
        self._closed.set()
        self._stir.set()
        with self._lock:
            for child in (self._child, self._spare):
                if child is not None:
                    child.kill()
            self._fail(list(self._streams.values()), _SWITCHED_OFF)

    def _answered(self, child: _Child, answer: Answer) -> None:
        with self._lock:
            if child is not self._child or not isinstance(answer, Understood | Done | Previewed | Failed):
                return
            stream = self._streams.get(answer.stream)
            if stream is None:
                return
            if isinstance(answer, Understood):
                stream.partial = answer.text
                return
            if isinstance(answer, Previewed):
                preview = stream.previews.popleft()
                if answer.hypothesis is None:
                    preview.cancel()
                else:
                    preview.set_result(answer.hypothesis)
                return
            del self._streams[answer.stream]
            self._replaying.discard(answer.stream)
            stream.sound.clear()
            stream.forget_previews()
        if isinstance(answer, Done):
            stream.final.set_result(answer.hypothesis)
        else:
            stream.final.set_exception(SpeechError(answer.message))

    def _started(self) -> _Child:
        return _Child(self._load, self._answered, self._stir.set)

    def _spare_wanted(self) -> bool:
        """None is loaded, and nobody waits for what a replacement hears again: loading would take it the processor."""
        if not self._keep_spare or (self._spare is not None and self._spare.alive):
            return False
        return not self._replaying or time.monotonic() - self._replaced > _CATCHING_UP

    def _watchdog(self) -> None:
        idle_since = time.monotonic()
        watched, patience = self._child, Patience(self._child.pid, self._patience)
        while True:
            self._stir.wait(min(0.1, self._patience / 8))
            self._stir.clear()
            if self._closed.is_set():
                return
            child = self._child
            if not child.ready.is_set():
                if time.monotonic() - child.born > _LOADING:
                    self._replace(child)
                continue
            asked = child.asked
            if asked is not None:
                idle_since = time.monotonic()
            elif time.monotonic() - idle_since > _PING:
                child.send(Ping())
            if watched is not child:
                watched, patience = child, Patience(child.pid, self._patience)
            if patience.is_over(asked, time.monotonic()) or not child.alive:
                self._replace(child)
            elif not child.failure and self._spare_wanted():
                self._spare = self._started()

    def _replace(self, child: _Child) -> None:
        with self._lock:
            if self._closed.is_set():
                return
            if child.failure and not child.engine:  # it never loaded: trying again at once would spin
                self._fail(list(self._streams.values()), child.failure)
                self._closed.wait(1.0)
            self.restarts += 1
            spare, self._spare = self._spare, None
            usable = spare is not None and spare.alive
            self._child = spare if usable and spare is not None else self._started()
            self._replaying, self._replaced = set(self._streams), time.monotonic()
            lost = []
            for stream in self._streams.values():
                stream.tries += 1
                stream.forget_previews()
                if stream.tries >= _TRIES:
                    lost.append(stream)
                    continue
                stream.partial = ""
                sound = b"".join(stream.sound)
                for start in range(0, len(sound), _PIECE):  # each is answered: a long utterance is no silence
                    self._child.send(Feed(stream.number, sound[start : start + _PIECE]))
                if stream.finishing:
                    self._child.send(Finish(stream.number))
            self._fail(lost, "recognition stopped twice on this utterance")
        child.kill()
        self._on_restart()

    def _fail(self, streams: list[SupervisedStream], reason: str) -> None:
        for stream in streams:
            self._streams.pop(stream.number, None)
            self._replaying.discard(stream.number)
            stream.sound.clear()
            stream.forget_previews()
            if not stream.final.done():
                stream.final.set_exception(SpeechError(reason))
