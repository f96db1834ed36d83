"""Where a call stands: whose turn it is."""

from __future__ import annotations

from enum import Enum, auto


class Doing(Enum):
    THINKING = auto()  # the dialog works on an event
    SPEAKING = auto()  # an answer is being said
    LISTENING = auto()  # the caller's turn
    BUSY = auto()  # an errand has the line
    OVER = auto()
