"""The threads that carry sound go before everything else of the machine.

The SIP stack has three threads a call that wake every few milliseconds and do next to nothing; where they have to wait
behind a recogniser or a search for their turn, callers hear holes. A thread hands its urgency on to those it starts, so
it is enough to raise the ones that are there when the stack has come up.
"""

from __future__ import annotations

import contextlib
import os
import resource
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

FIRST = -10
"""Niceness, where it is allowed (root, CAP_SYS_NICE, LimitNICE). Not a real-time class: under load these threads were
then seen runnable and not run for three seconds on a virtual machine, and calls stood still."""


def threads() -> frozenset[int]:
    """Ids of this process's threads as the kernel counts them."""
    with contextlib.suppress(OSError):
        return frozenset(int(entry.name) for entry in Path("/proc/self/task").iterdir())
    return frozenset()


def go_first(chosen: Iterable[int]) -> bool:
    """Raise these threads; whether it was allowed. Where it was not, they run as they are."""
    try:
        for thread in chosen:
            os.setpriority(os.PRIO_PROCESS, thread, FIRST)
    except OSError:
        return False
    return True


TURN = 0.0005
"""Seconds a thread keeps the interpreter when another waits for it (by itself 0.005): the rounds of all calls let go of
it several times for each, and would wait those milliseconds again and again while one caller's answer is searched."""


def take_turns() -> None:
    """Let no thread of this process keep the others waiting for long."""
    sys.setswitchinterval(TURN)


VOICE = 5
"""Niceness of live speech. Who waits for a sentence hears "one moment"; nobody waits to be understood, and no sound
waits to be sent, behind a sentence that is being made for another."""

BEHIND = 10
"""Niceness of work that nobody waits for yet."""


def step_back() -> Callable[[], None] | None:
    """Put this process behind the others, before it starts threads; returns how it, and what it started, comes forward
    again. None where that would not be allowed: then it stays where it is."""
    now = os.getpriority(os.PRIO_PROCESS, 0)
    may = resource.getrlimit(resource.RLIMIT_NICE)[0]
    if os.geteuid() != 0 and may != resource.RLIM_INFINITY and may < 20 - now:
        return None
    os.setpriority(os.PRIO_PROCESS, 0, now + BEHIND)
    behind = os.getpriority(os.PRIO_PROCESS, 0) - now

    def forward() -> None:
        for process in (os.getpid(), *_started_by(os.getpid())):
            with contextlib.suppress(OSError):
                for thread in (int(entry.name) for entry in Path(f"/proc/{process}/task").iterdir()):
                    own = os.getpriority(os.PRIO_PROCESS, thread)  # a voice stays behind its worker
                    os.setpriority(os.PRIO_PROCESS, thread, own - behind)

    return forward


def _started_by(process: int) -> list[int]:
    """Its children, theirs, and so on."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(entry.parent.name)] = int(entry.read_text().rpartition(")")[2].split()[1])
    found = [process]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found[1:]
