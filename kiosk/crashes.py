"""What a mistake of the program may tell: its kind and its place, never its text, which may hold a citizen's words."""

from __future__ import annotations

import sys
import threading
import traceback
from types import TracebackType

from kiosk.event_ids import EventId
from kiosk.ports import Diary


def told(kind: type[BaseException], trace: TracebackType | None) -> str:
    """``ValueError at kiosk/face.py:120 in press``: the innermost place first, then who called it."""
    frames = traceback.extract_tb(trace)
    places = ", called from ".join(f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in reversed(frames))
    return f"{kind.__name__} at {places or 'an unknown place'}"


def install(diary: Diary) -> None:
    """From now on unexpected exceptions of workers and of the main thread are told this way and noted."""

    def worker(broken: threading.ExceptHookArgs) -> None:
        sys.stderr.write(told(broken.exc_type, broken.exc_traceback) + "\n")
        diary.note(EventId.PROGRAM_BROKEN, where="worker")

    def main(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        sys.stderr.write(told(kind, trace) + "\n")
        diary.note(EventId.PROGRAM_BROKEN, where="window")

    threading.excepthook = worker
    sys.excepthook = main
