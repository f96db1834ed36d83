"""The threads that carry sound go before everything else of the machine.

The SIP stack has three threads a call that wake every few milliseconds and do next to nothing; where they have to wait
behind a recogniser or a search for their turn, callers hear holes. A thread hands its urgency on to those it starts, so
it is enough to raise the ones that are there when the stack has come up.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

ROUND_ROBIN = 5
"""Real-time priority (1..99), where it is allowed (root, CAP_SYS_NICE, LimitRTPRIO)."""

NICE = -10
"""Else this niceness, where it is allowed (LimitNICE)."""


def threads() -> frozenset[int]:
    """Ids of this process's threads as the kernel counts them."""
    with contextlib.suppress(OSError):
        return frozenset(int(entry.name) for entry in Path("/proc/self/task").iterdir())
    return frozenset()


def go_first(chosen: Iterable[int]) -> bool:
    """Raise these threads; whether it was allowed. Where it was not, they run as they are."""
    raised = True
    for thread in chosen:
        try:
            os.sched_setscheduler(thread, os.SCHED_RR, os.sched_param(ROUND_ROBIN))
        except OSError:
            try:
                os.setpriority(os.PRIO_PROCESS, thread, NICE)
            except OSError:
                raised = False
    return raised
