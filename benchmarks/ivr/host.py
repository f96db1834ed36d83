"""Whether the host gave us the processor: a loop that only sleeps 20 ms and notes when it was woken late.

It runs in a process of its own, before everything else of this machine (where that is allowed). A hole in
the sound at a moment when even this loop was not woken is the host's, who runs other machines on the same processor.

    with Host() as host: ...
    host.stalls         # [(from, until)], seconds of the clock of the packets' arrival times
    host.stolen         # share of the processor time that the host took away
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from ivr import urgency

ROUND = 0.02
LATE = 0.02
"""Seconds late from which a round is noted."""


class Host:
    def __enter__(self) -> Host:
        self._jiffies = _jiffies()
        self._program = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.ivr.host"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.stalls: list[tuple[float, float]] = []
        self.stolen = 0.0
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        said, _ = self._program.communicate("", timeout=30)
        self.stalls = [(begin, end) for begin, end in json.loads(said or "[]")]
        now = _jiffies()
        spent = [after - before for before, after in zip(self._jiffies, now, strict=True)]
        self.stolen = spent[7] / max(1, sum(spent[:8]))

    def explains(self, begin: float, end: float) -> bool:
        """Whether the machine stood still for most of what was too long (over 20 ms) between two packets."""
        still = sum(max(0.0, min(end, until) - max(begin, since)) for since, until in self.stalls)
        return still >= (end - begin - ROUND) / 2

    def split(self, holes: Sequence[tuple[float, float]]) -> int:
        """How many of the holes are the host's."""
        return sum(self.explains(begin, end) for begin, end in holes)


def _jiffies() -> list[int]:
    """user, nice, system, idle, iowait, irq, softirq, steal ..."""
    return [int(field) for field in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]


def main() -> None:
    os.set_blocking(sys.stdin.fileno(), False)
    urgency.go_first(urgency.threads())
    stalls: list[tuple[float, float]] = []
    while True:
        begin = time.time()
        time.sleep(ROUND)
        end = time.time()
        if end - begin - ROUND > LATE:
            stalls.append((begin + ROUND, end))
        with contextlib.suppress(BlockingIOError):
            if os.read(sys.stdin.fileno(), 1) == b"":
                break
    print(json.dumps(stalls))


if __name__ == "__main__":
    main()
