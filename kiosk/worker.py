"""One thread for short work off the main thread, started at the first use; one piece after the other."""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Callable


class Worker:
    """``worker(work)`` returns at once. Work that breaks is told like any broken thread, and the next goes on."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._work: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def __call__(self, work: Callable[[], None]) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()
        self._work.put(work)

    def _run(self) -> None:
        while True:
            work = self._work.get()
            try:
                work()
            except Exception as error:  # noqa: BLE001 - told by the program's own hook, without its text
                threading.excepthook(threading.ExceptHookArgs((type(error), error, sys.exc_info()[2], self._thread)))
