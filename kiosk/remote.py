"""A kiosk that can be driven from outside: commands come over a Unix socket, one JSON line each, and are answered.

Only a kiosk started with ``--control`` has it. It serves the tour and the tests of the real program: the same window,
the same engine, the same microphone path, with injected sound instead of a sound card.
"""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
from pathlib import Path
from typing import Any

import msgspec


class Tap(msgspec.Struct, frozen=True, tag="tap"):
    """Press and release control ``name``."""

    name: str


class Press(msgspec.Struct, frozen=True, tag="press"):
    """Put a finger on control ``name`` and leave it there."""

    name: str


class Release(msgspec.Struct, frozen=True, tag="release"):
    """Lift the finger over control ``name``."""

    name: str


class Touch(msgspec.Struct, frozen=True, tag="touch"):
    """A real touch at a place on the glass, pixels from the top left."""

    x: float
    y: float


class KeyDown(msgspec.Struct, frozen=True, tag="key"):
    """A key of the keypad, by Kivy's name (``down``, ``enter``, ``0``)."""

    name: str


class Hear(msgspec.Struct, frozen=True, tag="hear"):
    """Put the sound of a WAV file into the microphone."""

    wav: str


class Look(msgspec.Struct, frozen=True, tag="look"):
    """Tell what is on the glass."""


class Shot(msgspec.Struct, frozen=True, tag="shot"):
    """Save the glass as PNG."""

    png: str


class Sound(msgspec.Struct, frozen=True, tag="sound"):
    """Save what was spoken since the last time as WAV (nothing is saved when it was silent)."""

    wav: str


class Quit(msgspec.Struct, frozen=True, tag="quit"):
    """End the program."""


Command = Tap | Press | Release | Touch | KeyDown | Hear | Look | Shot | Sound | Quit


class Seen(msgspec.Struct, frozen=True):
    """What is on the glass. ``timings``: seconds of every spoken question of this session, as ``engine.Timing``;
    ``heard``: what was understood of each.

    ``saying``: whether the loudspeaker is busy; ``pending_sound``: whether injected sound is still being heard.
    """

    screen: str
    overlay: str
    voice: str
    partial: str
    page: int
    pages: int
    targets: tuple[str, ...]
    sessions: int
    ready: bool
    saying: bool
    pending_sound: bool
    focus: str
    timings: tuple[dict[str, float], ...]
    heard: tuple[str, ...]
    document: dict[str, Any]


class Reply(msgspec.Struct, frozen=True):
    """``error`` is empty when it was done. ``seen`` answers Look, ``seconds`` answers Sound."""

    error: str = ""
    seen: Seen | None = None
    seconds: float = 0.0


class Waiting:
    """A command and the place for its answer."""

    def __init__(self, command: Command) -> None:
        self.command = command
        self._reply: queue.SimpleQueue[Reply] = queue.SimpleQueue()

    def answer(self, reply: Reply) -> None:
        self._reply.put(reply)

    def wait(self) -> Reply:
        return self._reply.get()


class RemoteControl:
    """Listens on ``path`` for one client; ``pending`` are the commands for the main thread to carry out."""

    def __init__(self, path: Path) -> None:
        self.pending: queue.SimpleQueue[Waiting] = queue.SimpleQueue()
        self._path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
        self._socket.bind(str(path))
        path.chmod(0o600)
        self._socket.listen(1)
        threading.Thread(target=self._serve, name="remote control", daemon=True).start()

    def close(self) -> None:
        self._socket.close()
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb") as lines:
                for line in lines:
                    lines.write(msgspec.json.encode(self._carry_out(line)) + b"\n")
                    lines.flush()

    def _carry_out(self, line: bytes) -> Reply:
        try:
            waiting = Waiting(msgspec.json.decode(line, type=Command))
        except msgspec.DecodeError as error:
            return Reply(error=f"not a command: {error}")
        self.pending.put(waiting)
        return waiting.wait()
