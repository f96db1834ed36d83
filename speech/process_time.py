"""Whether a process that owes an answer is stuck or only waits for the processor, as others do too.

Stuck is a process that is stopped, one that used no processor for as long as the answer may take, and one that used
more of it than any answer needs. One that moves, however slowly, is not: the machine is busy, and a new process would
be no faster.
"""

from __future__ import annotations

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_STOPPED_SECONDS = 1.0


def _status(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the state on; empty when the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def is_stopped(pid: int) -> bool:
    return _status(pid)[:1] in (["T"], ["t"])


def processor_seconds(pid: int) -> float:
    fields = _status(pid)
    return (int(fields[11]) + int(fields[12])) / _TICKS if len(fields) > 12 else 0.0


class Patience:
    """Looks at one process now and then. ``seconds``: the most an answer may take on a quiet machine."""

    def __init__(self, pid: int, seconds: float) -> None:
        self._pid = pid
        self._seconds = seconds
        self._asked: float | None = None
        self._began = self._used = 0.0
        self._moved = 0.0

    def is_over(self, asked: float | None, now: float) -> bool:
        """``asked``: since when an answer is owed, None when none is; both on one monotonic clock."""
        if asked is None:
            self._asked = None
            return False
        used = processor_seconds(self._pid)
        if asked != self._asked:
            self._asked, self._began, self._used, self._moved = asked, used, used, now
        if used > self._used:
            self._used, self._moved = used, now
        waited = now - asked
        if waited > _STOPPED_SECONDS and is_stopped(self._pid):
            return True
        return waited > self._seconds and (now - self._moved > self._seconds or used - self._began > self._seconds)
