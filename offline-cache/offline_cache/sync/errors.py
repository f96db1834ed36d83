"""What can go wrong when content is fetched: a closed set of reasons, named after the attack where there is one."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Why nothing was switched. The terminal keeps answering from the pack it has."""

    UNREACHABLE = "unreachable"  # no mirror answered
    MISSING = "missing"  # a mirror lacks what it must have
    ROLLBACK = "rollback"  # older than what was seen before
    EXPIRED = "expired"  # a freeze: nothing new was signed for too long (or the clock is wrong)
    WRONG_KEY = "wrong-key"
    MIX_AND_MATCH = "mix-and-match"  # files of different releases put together
    ENDLESS = "endless-data"
    SLOW = "slow-retrieval"
    TAMPERED = "tampered"
    MALFORMED = "malformed"
    NOT_PROVISIONED = "not-provisioned"
    BUSY = "busy"  # another process is at it
    DISK_FULL = "disk-full"
    DISK_FAILED = "disk-failed"
    UNUSABLE = "unusable"  # genuine, but this program cannot use it


class SyncRefusedError(Exception):
    """Nothing was switched. The text is the sentence for the technician.

    ``release``: the version it was about, where one had been chosen.
    """

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.release = ""
