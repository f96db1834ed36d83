"""The headset's socket: whether something is plugged in, told by the kernel's switch on the sound card's jack.

Linux input protocol (Documentation/input/event-codes.rst, EV_SW, SW_HEADPHONE_INSERT): a switch has a state from the
start, and an event at each change.
"""

from __future__ import annotations

import fcntl
import os
import select
import struct
from collections.abc import Callable
from pathlib import Path

GUIDE = "用上下左右四个键找，按中间的确认键选。旁边的键可以大声、小声、快一点、慢一点。"
"""Said once after the greeting to whoever plugs in a headset: the keys cannot be seen."""

EV_SW = 0x05
SW_HEADPHONE_INSERT = 0x02
_EVIOCGSW = 0x8001451B
"""ioctl: the switches' states, one byte."""
_EVENT = struct.Struct("llHHi")


class HeadsetJack:
    """The switch at ``node``, such as /dev/input/event5."""

    def __init__(self, node: Path) -> None:
        self._node = node

    def watch(self, tell: Callable[[bool], None], stopped: Callable[[], bool], wait: float = 0.5) -> None:
        """Tell the state now and at each change, until ``stopped``. Returns early when the node goes away."""
        try:
            handle = os.open(self._node, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            return
        try:
            tell(_plugged(handle))
            while not stopped():
                if select.select([handle], [], [], wait)[0]:
                    for state in changes(os.read(handle, 64 * _EVENT.size)):
                        tell(state)
        except OSError:
            tell(False)
        finally:
            os.close(handle)


def _plugged(handle: int) -> bool:
    states = bytearray(1)
    try:
        fcntl.ioctl(handle, _EVIOCGSW, states)
    except OSError:
        return False
    return bool(states[0] & 1 << SW_HEADPHONE_INSERT)


def changes(data: bytes) -> list[bool]:
    """The headset's states in a stretch of input events; other events and a torn end are left out."""
    whole = len(data) - len(data) % _EVENT.size
    return [
        value != 0
        for _, _, kind, code, value in _EVENT.iter_unpack(data[:whole])
        if kind == EV_SW and code == SW_HEADPHONE_INSERT
    ]
