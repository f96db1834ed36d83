"""A ``Synthesiser`` whose work is done in a process of its own, watched from here.

    synthesise ──request──▶ child ──sound──▶ caller, piece by piece
                              │ beats five times a second
        watcher ◀─────────────┘ none for a while (``Limits``): killed, the spare takes over, a new spare starts

The spare is a second process, loaded and waiting: loading takes seconds, taking over takes none. A sentence that was
under way when its process died is tried once more, and what was heard of it is not heard again; one that kills two
processes is given up with an error.
"""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import assert_never

import numpy as np

from speech.audio import Audio
from speech.process_time import is_stopped, processor_seconds
from speech.synthesis import (
    FASTEST,
    SLOWEST,
    OnSound,
    SynthesisCancelledError,
    SynthesisError,
    ignore_sound,
)
from speech.synthesis_wire import (
    START,
    Beat,
    Cancel,
    Down,
    Frames,
    Ready,
    Refused,
    Rendered,
    Request,
    Sound,
    WireError,
    decode_up,
    encode,
)


@dataclass(frozen=True)
class Limits:
    """How long the speaking process may take, in seconds, before it counts as hung."""

    start: float = 180.0  # from launch to loaded
    stopped: float = 1.0  # between two beats, of a process the system says is stopped
    silent: float = 3.0  # between two beats, of any other: on a busy machine one may get no turn for a second
    sentence: float = 8.0  # processor seconds for any sentence ...
    character: float = 1.5  # ... and for each character of it
    idle: float = 5.0  # at work on a sentence without using the processor at all


@dataclass(frozen=True)
class ChildLost:
    """A speaking process ended or was ended; ``reason`` for the technician's log, without any text spoken."""

    reason: str


@dataclass(frozen=True)
class ChildStarted:
    """A speaking process is loaded. ``seconds``: how long that took."""

    seconds: float


ProcessEvent = ChildLost | ChildStarted


@dataclass
class _Job:
    id: int
    child: _Child | None = None
    sounds: deque[Sound] = field(default_factory=deque)
    outcome: Rendered | Refused | ChildLost | None = None


class _Child:
    """One process and the thread that listens to it; everything it hears goes to ``heard``."""

    def __init__(self, command: Sequence[str], limits: Limits, heard: Callable[[_Child, object], None]) -> None:
        self._limits = limits
        self._heard = heard
        self._lost = threading.Event()
        self._launched = time.monotonic()
        self.voices: tuple[str, ...] = ()
        down, up = os.pipe(), os.pipe()
        self._down, self._up = down[1], up[0]
        try:
            self._process = subprocess.Popen(
                [*command[:3], "--out", str(up[1]), *command[3:]],
                stdin=down[0],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(up[1],),
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        finally:
            os.close(down[0])
            os.close(up[1])
        os.set_blocking(self._down, False)
        self._watcher = threading.Thread(target=self._watch, name="speaking watchdog", daemon=True)
        self._watcher.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, message: Down) -> None:
        # A request is far smaller than a pipe's buffer; a process that reads nothing any more misses its beats too.
        with contextlib.suppress(OSError):
            os.write(self._down, encode(message))

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    def close(self) -> None:
        self._lost.set()
        self.kill()
        if threading.current_thread() is not self._watcher:
            self._watcher.join()

    def _watch(self) -> None:
        reason = self._listen()
        self.kill()
        self._process.wait()
        os.close(self._up)
        os.close(self._down)
        if not self._lost.is_set():
            self._lost.set()
            self._heard(self, ChildLost(reason))

    def _listen(self) -> str:
        """Pass on what comes until the process is lost; returns why."""
        frames = Frames()
        reason = "the speaking process ended"
        heard_at = time.monotonic()
        while not self._lost.is_set():
            patience = self._limits.silent if self.voices else self._limits.start
            if not select.select([self._up], [], [], min(self._limits.stopped, patience))[0]:
                quiet = time.monotonic() - heard_at
                if quiet >= patience or (quiet >= self._limits.stopped and is_stopped(self.pid)):
                    return f"the speaking process showed no sign of life for {quiet:.1f} s"
                continue
            heard_at = time.monotonic()
            data = os.read(self._up, 1 << 20)
            if not data:
                return reason
            try:
                for frame in frames.feed(data):
                    message = decode_up(frame)
                    match message:
                        case Beat():
                            pass
                        case Ready():
                            self.voices = message.voices
                            self._heard(self, ChildStarted(time.monotonic() - self._launched))
                        case Refused(id=number, reason=why) if number == START:
                            reason = why
                        case Sound() | Rendered() | Refused():
                            self._heard(self, message)
                        case _:
                            assert_never(message)
            except WireError as error:
                return f"the speaking process sent nonsense: {error}"
        return reason


_LOOK_SECONDS = 0.5


class ProcessSynthesiser:
    """See the module. ``renderer`` is MODULE:FACTORY, called in the process with ``arguments``.

    ``niceness`` is added to its own, so that what is more urgent than speaking goes first. ``on_event`` hears of
    processes lost and started, from a thread of ours.
    """

    def __init__(
        self,
        renderer: str,
        arguments: Sequence[str] = (),
        *,
        voices: Sequence[str],
        limits: Limits = Limits(),
        spare: bool = True,
        niceness: int = 0,
        on_event: Callable[[ProcessEvent], None] = lambda event: None,
    ) -> None:
        self.voices = tuple(voices)
        child = (sys.executable, "-m", "speech.synthesis_child", "--nice", str(niceness), "--renderer", renderer)
        self._command = (*child, "--", *arguments)
        self._limits = limits
        self._wanted = 2 if spare else 1
        self._on_event = on_event
        self._turn = threading.Lock()
        self._changed = threading.Condition()
        self._children: list[_Child] = []
        self._job: _Job | None = None
        self._next_id = 0
        self._start_failure = ""
        self._closed = False
        with self._changed:
            self._launch()

    # -- what callers use ------------------------------------------------------------------------------------------

    def synthesise(
        self, sentence: str, *, rate: float = 1.0, voice: str | None = None, on_sound: OnSound = ignore_sound
    ) -> Audio:
        if not SLOWEST <= rate <= FASTEST:
            raise SynthesisError(f"speaking rate {rate:g} is outside {SLOWEST:g} to {FASTEST:g}")
        if voice is not None and voice not in self.voices:
            raise SynthesisError(f"there is no voice named {voice}; there are {', '.join(self.voices)}")
        heard: list[Audio] = []

        def listen(number: int, sound: Sound) -> None:
            if number == len(heard):  # else a second attempt says again what was heard of the first
                heard.append(_audio(sound))
                on_sound(heard[-1])

        with self._turn:
            for _ in range(2):
                outcome = self._attempt(sentence, rate, voice or self.voices[0], listen)
                match outcome:
                    case Rendered() if heard:
                        return Audio(np.concatenate([piece.samples for piece in heard]), heard[0].rate)
                    case Rendered():
                        raise SynthesisError("the speaking process gave no sound")
                    case Refused(cancelled=True):
                        raise SynthesisCancelledError
                    case Refused():
                        raise SynthesisError(outcome.reason)
                    case ChildLost():
                        continue
                    case _:
                        assert_never(outcome)
        raise SynthesisError("a sentence ended the speaking process twice and was given up")

    def cancel(self) -> None:
        with self._changed:
            job = self._job
            if job is None or job.outcome is not None:
                return
            job.outcome = Refused(job.id, "", cancelled=True)
            if job.child is not None:
                job.child.send(Cancel(job.id))
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            children, self._children = self._children, []
            if self._job is not None and self._job.outcome is None:
                self._job.outcome = Refused(self._job.id, "", cancelled=True)
            self._changed.notify_all()
        for child in children:
            child.close()

    def wait_ready(self, seconds: float) -> bool:
        """Wait until a process is loaded; False if that did not happen in time or failed."""
        with self._changed:
            self._changed.wait_for(lambda: self._ready() is not None or bool(self._start_failure), seconds)
            return self._ready() is not None

    @property
    def process_ids(self) -> tuple[int, ...]:
        """The process at work first, then the spare."""
        with self._changed:
            return tuple(child.pid for child in self._children)

    @property
    def ready_processes(self) -> int:
        with self._changed:
            return sum(bool(child.voices) for child in self._children)

    # -- one attempt at one sentence -------------------------------------------------------------------------------

    def _attempt(
        self, sentence: str, rate: float, voice: str, listen: Callable[[int, Sound], None]
    ) -> Rendered | Refused | ChildLost:
        with self._changed:
            if self._closed:
                raise SynthesisError("speaking is switched off")
            self._next_id += 1
            job = self._job = _Job(self._next_id)
            self._start_failure = ""
            if self._ready() is None:
                self._launch()
            loaded = self._changed.wait_for(
                lambda: job.outcome is not None or self._ready() is not None or bool(self._start_failure),
                self._limits.start,
            )
            if job.outcome is None and self._start_failure:
                job.outcome = Refused(job.id, f"speech synthesis does not start: {self._start_failure}")
            if not loaded:
                job.outcome = Refused(job.id, f"speech synthesis did not start within {self._limits.start:g} s")
            if job.outcome is not None:
                return self._done(job)
            child = job.child = self._ready()
            assert child is not None
            child.send(Request(job.id, sentence, rate, voice))
        if not self._finished(job, child, self._limits.sentence + self._limits.character * len(sentence), listen):
            child.kill()
        with self._changed:
            self._changed.wait_for(lambda: job.outcome is not None, self._limits.silent)
            return self._done(job)

    def _finished(self, job: _Job, child: _Child, allowed: float, listen: Callable[[int, Sound], None]) -> bool:
        """Listen until the outcome; False when the process used more than ``allowed`` processor seconds, or none.

        Processor seconds, not those of the clock: on a busy machine a sentence takes long without anything hanging.
        """
        began = used = processor_seconds(child.pid)
        moved = time.monotonic()
        number = 0
        while True:
            with self._changed:
                self._changed.wait_for(lambda: job.outcome is not None or bool(job.sounds), _LOOK_SECONDS)
                cancelled = isinstance(job.outcome, Refused)
                over, sounds = job.outcome is not None, [] if cancelled else list(job.sounds)
                job.sounds.clear()
            for sound in sounds:
                listen(number, sound)
                number += 1
            if over:
                return True
            now = processor_seconds(child.pid)
            if now > used:
                used, moved = now, time.monotonic()
            if used - began > allowed or time.monotonic() - moved > self._limits.idle:
                return False

    def _done(self, job: _Job) -> Rendered | Refused | ChildLost:
        self._job = None
        self._launch()
        return job.outcome if job.outcome is not None else ChildLost("the speaking process could not be ended")

    def _ready(self) -> _Child | None:
        return next((child for child in self._children if child.voices), None)

    def _launch(self) -> None:
        """Start what is missing, one at a time: two that load at once would both be late."""
        if not self._closed and len(self._children) < self._wanted and all(child.voices for child in self._children):
            self._children.append(_Child(self._command, self._limits, self._heard))

    # -- what the watchers report ----------------------------------------------------------------------------------

    def _heard(self, child: _Child, message: object) -> None:
        with self._changed:
            job = self._job
            match message:
                case Sound(id=number):
                    if job is not None and job.id == number and job.child is child:
                        job.sounds.append(message)
                case Rendered(id=number) | Refused(id=number):
                    if job is not None and job.id == number and job.outcome is None:
                        job.outcome = message
                case ChildLost():
                    if child in self._children:
                        self._children.remove(child)
                    if job is not None and job.child is child and job.outcome is None:
                        job.outcome = message
                    if child.voices:
                        # A spare that loads takes the processor from the sentence somebody waits for.
                        if self._job is None or self._ready() is None:
                            self._launch()
                    else:
                        # One that cannot even load is not started again until somebody wants to speak.
                        self._start_failure = message.reason
                case ChildStarted():
                    self._launch()
                case _:
                    pass
            self._changed.notify_all()
        if isinstance(message, ChildLost | ChildStarted):
            self._on_event(message)


def _audio(sound: Sound) -> Audio:
    return Audio(np.frombuffer(sound.pcm, dtype="<i2").astype(np.float32) / np.float32(32768), sound.rate)
