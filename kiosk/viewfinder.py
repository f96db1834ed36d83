"""What the camera sees, shown before a photo is taken: a thread of its own, a few pictures a second, none kept.

::

    the photo's screen ── start ──> frames ──> the newest picture ──ViewfinderSees──> the glass
    any other screen   ── stop ───> the camera is let go (``released``), and a photo can be taken
"""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterator
from typing import Protocol

from PIL import Image

from kiosk.ports import Post, ViewfinderSees

A_SECOND = 5
"""Pictures shown: enough to aim by, and a fifth of what drawing each would cost."""
LONGEST_SIDE = 640
QUALITY = 75
RELEASE_SECONDS = 4.0
"""A camera that hangs gives its picture up after two."""


class Frame(Protocol):
    """``rgb``: width * height * 3 bytes, rows from the top."""

    @property
    def rgb(self) -> bytes: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...


class Source(Protocol):
    """A camera. ``frames`` opens it and raises ``broken`` when it cannot go on."""

    def frames(self) -> Iterator[Frame]: ...


class Viewfinder:
    """May be used from any thread. ``broken``: what a source raises; then nothing is shown any more."""

    def __init__(
        self,
        source: Source,
        post: Post,
        broken: type[Exception],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source, self._post, self._broken, self._clock = source, post, broken, clock
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._newest: bytes | None = None
        self._number = 0

    def start(self) -> None:
        """Show what the camera sees; without effect when it is shown already."""
        with self._lock:
            if self._thread is not None and not self._stop.is_set():
                return
            before, self._stop = self._thread, threading.Event()
            self._thread = threading.Thread(target=self._run, args=(self._stop, before), name="viewfinder", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Show nothing more, and forget what was shown. The camera is free a moment later: ``released``."""
        with self._lock:
            self._stop.set()
            self._newest = None

    def released(self) -> bool:
        """Stop, and wait until the camera is free; False when it hangs."""
        self.stop()
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join(RELEASE_SECONDS)
        return thread is None or not thread.is_alive()

    def picture(self) -> bytes | None:
        """The newest, as JPEG; None when nothing is shown."""
        with self._lock:
            return self._newest

    def _run(self, stop: threading.Event, before: threading.Thread | None) -> None:
        if before is not None:
            before.join(RELEASE_SECONDS)
        shown_at = -1.0
        try:
            for frame in self._source.frames():
                if stop.is_set():
                    return
                if self._clock() - shown_at >= 1 / A_SECOND:
                    shown_at = self._clock()
                    self._show(_small(frame), stop)
        except self._broken:
            self.stop()

    def _show(self, picture: bytes, stop: threading.Event) -> None:
        with self._lock:
            if stop.is_set():
                return
            self._newest = picture
            self._number += 1
            number = self._number
        self._post(ViewfinderSees(number))


def _small(frame: Frame) -> bytes:
    image = Image.frombytes("RGB", (frame.width, frame.height), frame.rgb)
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=QUALITY)
    return file.getvalue()
