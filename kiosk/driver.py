"""Drives the real kiosk from another process: the tour's and the end-to-end tests' hands, voice and eyes.

::

    with Driver.start(size="1080x1920") as kiosk:
        kiosk.tap("start")
        kiosk.wait(screen="listen", voice="listening")
        kiosk.hear(Path("question.wav"))
        seen = kiosk.wait(screen="answer", seconds=20)
        kiosk.shot(Path("answer.png"))
        kiosk.tap("key:print")
        kiosk.wait_silent(); kiosk.sound(Path("answer.wav"))

The kiosk renders offscreen; sound goes into the microphone's path and comes out of the loudspeaker's path, both at the
pace of real time. Nothing is reached but what a citizen can reach: controls are tapped by the name the frame gives
them, and a control that is not on the glass cannot be tapped.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

import msgspec

from kiosk.remote import (
    Command,
    Hear,
    KeyDown,
    Look,
    Press,
    Quit,
    Release,
    Reply,
    Seen,
    Shot,
    Sound,
    Tap,
    Touch,
)
from kiosk.view import Voice

POLL = 0.02
"""Seconds between two looks."""


class DriverError(Exception):
    """The kiosk did not start, did not do what was asked, or did not get where it was waited for in time."""


class Driver:
    """A kiosk in a child process."""

    def __init__(self, process: subprocess.Popen[bytes], connection: socket.socket, errors: Path) -> None:
        self._process = process
        self._connection = connection
        self._lines = connection.makefile("rwb")
        self._errors = errors

    @classmethod
    def start(
        cls,
        size: str = "1080x1920",
        arguments: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        seconds: float = 120.0,
        program: Sequence[str] = (sys.executable, "-m", "bianmin"),
        awake: bool = True,
    ) -> Driver:
        """Start ``bianmin kiosk``; when ``awake``, wait until a touch leads on and one can speak.

        ``arguments``: more options. Raises DriverError.
        """
        folder = Path(tempfile.mkdtemp(prefix="kiosk-"))
        control, errors = folder / "control", folder / "errors"
        command = [*program, "kiosk", "--size", size, "--control", str(control), *arguments]
        child_environment = {**os.environ, **(environment or {})}
        child_environment.pop("DISPLAY", None)
        with errors.open("wb") as sink:
            process = subprocess.Popen(command, stdout=sink, stderr=sink, env=child_environment)
        deadline = time.monotonic() + seconds
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        while True:
            try:
                connection.connect(str(control))
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    process.kill()
                    raise DriverError(f"the kiosk did not start: {_last_line(errors)}") from None
                time.sleep(POLL)
        driver = cls(process, connection, errors)
        if awake:
            driver.wait(ready=True, awake=True, seconds=max(1.0, deadline - time.monotonic()))
        return driver

    # -- hands and voice ---------------------------------------------------------------------------------------------

    def tap(self, name: str) -> None:
        """Press and release a control that is on the glass."""
        self._send(Tap(name))

    def press(self, name: str) -> None:
        self._send(Press(name))

    def release(self, name: str) -> None:
        self._send(Release(name))

    def touch(self, x: float, y: float) -> None:
        """A finger at a place on the glass, pixels from the top left."""
        self._send(Touch(x, y))

    def key(self, name: str) -> None:
        """Press a key of the keypad, by Kivy's name: up, down, left, right, enter, 0, pageup ..."""
        self._send(KeyDown(name))

    def hear(self, wav: Path) -> None:
        """Speak the sound of ``wav`` into the microphone, from now on, at its own pace."""
        self._send(Hear(str(wav.resolve())))

    # -- eyes and ears -----------------------------------------------------------------------------------------------

    def look(self) -> Seen:
        """What is on the glass now."""
        seen = self._send(Look()).seen
        if seen is None:
            raise DriverError("the kiosk did not say what is on its glass")
        return seen

    def wait(
        self,
        screen: str | tuple[str, ...] = (),
        voice: str = "",
        ready: bool = False,
        silent: bool = False,
        awake: bool = False,
        seconds: float = 15.0,
    ) -> Seen:
        """Look until the screen's name (one of them), the voice's state and the rest are as wanted.

        Raises DriverError with what is on the glass when that takes longer than ``seconds``.
        """
        screens = (screen,) if isinstance(screen, str) else screen
        deadline = time.monotonic() + seconds
        while True:
            seen = self.look()
            fits = (not screens or seen.screen in screens) and (not voice or seen.voice == voice)
            fits = fits and (not awake or seen.voice != Voice.WAKING)
            if fits and (not ready or seen.ready) and (not silent or not (seen.saying or seen.pending_sound)):
                return seen
            if time.monotonic() > deadline:
                wanted = "/".join(screens) or voice or ("silence" if silent else "ready")
                raise DriverError(f"{wanted} did not come in {seconds:g} s; on the glass: {seen.screen}, {seen.voice}")
            time.sleep(POLL)

    def wait_silent(self, seconds: float = 60.0) -> Seen:
        """Until nothing is being spoken and all injected sound was heard."""
        return self.wait(silent=True, seconds=seconds)

    def shot(self, png: Path) -> None:
        """Save the glass."""
        self._send(Shot(str(png.resolve())))

    def sound(self, wav: Path) -> float:
        """Save what was spoken since the last call; returns its seconds (0: nothing, and no file)."""
        return self._send(Sound(str(wav.resolve()))).seconds

    def timings(self) -> tuple[dict[str, float], ...]:
        """Seconds of each spoken question of this session: endpoint, recognition, search, first_sound."""
        return self.look().timings

    # -- the end -----------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """End the kiosk; kill it when it does not."""
        try:
            self._send(Quit())
            self._process.wait(timeout=10)
        except (DriverError, subprocess.TimeoutExpired):
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
        self._connection.close()

    def __enter__(self) -> Driver:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _send(self, command: Command) -> Reply:
        try:
            self._lines.write(msgspec.json.encode(command) + b"\n")
            self._lines.flush()
            line = self._lines.readline()
        except OSError:
            line = b""
        if not line:
            raise DriverError(f"the kiosk is gone: {_last_line(self._errors)}")
        reply = msgspec.json.decode(line, type=Reply)
        if reply.error:
            raise DriverError(reply.error)
        return reply


def _last_line(path: Path) -> str:
    lines = path.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"
