"""A radar that sees whether somebody stands there (HLK-LD2410 family, 256000 baud).

Report frame: ``F4 F3 F2 F1 | length (2, little endian) | 02 AA state ... 55 00 | F8 F7 F6 F5``; state 0 nobody, 1
moving, 2 standing still, 3 both. Source: the maker's serial protocol manual.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from devices.drivers.base import Condition, DeviceState, Driver, Kind, SelfTest
from devices.transports import SerialAddress, Transport, TransportError, UnpluggedError, open_address

HEAD, TAIL = b"\xf4\xf3\xf2\xf1", b"\xf8\xf7\xf6\xf5"
MAX_LENGTH = 64
ARRIVED_SECONDS, GONE_SECONDS = 0.4, 4.0
"""How long it must see somebody, or nobody, before it says so: people stand still, and walk past."""


class Reports:
    """Cuts the radar's bytes into True (somebody) and False (nobody); damaged frames are skipped."""

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes) -> list[bool]:
        self._buffer += data
        seen: list[bool] = []
        while (start := self._buffer.find(HEAD)) >= 0:
            self._buffer = self._buffer[start:]
            if len(self._buffer) < 6:
                return seen
            length = int.from_bytes(self._buffer[4:6], "little")
            if length > MAX_LENGTH:
                self._buffer = self._buffer[1:]
                continue
            if len(self._buffer) < 10 + length:
                return seen
            body, tail = self._buffer[6 : 6 + length], self._buffer[6 + length : 10 + length]
            whole = tail == TAIL and length >= 5 and body[0] in (1, 2) and body[1] == 0xAA and body[2] <= 3
            if whole:
                seen.append(body[2] != 0)
            self._buffer = self._buffer[10 + length if whole else 1 :]
        self._buffer = self._buffer[-3:]
        return seen


class Somebody:
    """Steady presence from jittery reports."""

    def __init__(self) -> None:
        self.present = False
        self._differs_since: float | None = None

    def saw(self, somebody: bool, now: float) -> bool:
        """One report at ``now`` (seconds); whether somebody is there."""
        if somebody == self.present:
            self._differs_since = None
            return self.present
        if self._differs_since is None:
            self._differs_since = now
        if now - self._differs_since >= (ARRIVED_SECONDS if somebody else GONE_SECONDS):
            self.present, self._differs_since = somebody, None
        return self.present


class Radar(Driver, name="radar-ld2410", kind=Kind.PRESENCE):
    """``read`` returns whether somebody is there, or None before the first report."""

    def __init__(
        self,
        address: str,
        connect: Callable[[], Transport] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(address)
        device = address.removeprefix("serial:")
        self._connect = connect or (lambda: open_address(SerialAddress(device, 256_000)))
        self._clock = clock
        self._line: Transport | None = None
        self._reports, self._somebody = Reports(), Somebody()
        self._heard: float | None = None

    def read(self, seconds: float) -> bool | None:
        """Wait at most ``seconds`` for reports. Raises ``TransportError``."""
        if self._line is None:
            self._line = self._connect()
        for somebody in self._reports.feed(self._line.read(seconds)):
            self._heard = self._clock()
            self._somebody.saw(somebody, self._heard)
        return self._somebody.present if self._heard is not None else None

    def condition(self) -> Condition:
        try:
            self.read(0.5)
        except UnpluggedError as error:
            self.close()
            return Condition(DeviceState.UNPLUGGED, str(error), "unplugged")
        except TransportError as error:
            self.close()
            return Condition(DeviceState.UNKNOWN, str(error), "silent")
        if self._heard is None or self._clock() - self._heard > 3.0:
            return Condition(DeviceState.UNKNOWN, "the presence radar sends nothing; check its cable", "silent")
        return Condition(DeviceState.READY)

    def self_test(self) -> SelfTest:
        now = self.condition()
        if now.state is not DeviceState.READY:
            return SelfTest(False, now.text)
        return SelfTest(None, "it sees somebody" if self._somebody.present else "it sees nobody; step in front of it")

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None
