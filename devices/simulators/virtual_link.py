"""A way to a virtual printer without sockets, on virtual time: ten thousand jobs take seconds."""

from __future__ import annotations

from devices.simulators.script import Fault
from devices.simulators.virtual_printer import VirtualPrinter
from devices.transports import StalledError, UnpluggedError


class VirtualClock:
    """Seconds that pass only when somebody waits."""

    def __init__(self, start: float = 0.0) -> None:
        self.seconds = start

    def __call__(self) -> float:
        return self.seconds

    def wait(self, seconds: float) -> None:
        self.seconds += seconds


class VirtualLink:
    """A transport to a ``VirtualPrinter``. ``buffer``: bytes it takes while it stands still, before it stalls."""

    confirms = False
    answers = True

    def __init__(self, printer: VirtualPrinter, clock: VirtualClock, buffer: int = 65_536) -> None:
        self._printer, self._clock, self._buffer = printer, clock, buffer
        self._check()

    def _check(self) -> None:
        if Fault.UNPLUGGED in self._printer.faults:
            raise UnpluggedError("the virtual printer is unplugged; plug it in")

    def write(self, data: bytes) -> None:
        self._check()
        self._clock.wait(len(data) / 100_000)
        if self._printer.waiting > self._buffer:
            self._clock.wait(3.0)
            self._printer.run()
            if self._printer.waiting > self._buffer:
                raise StalledError("the virtual printer takes no more data; look at it")
        self._printer.receive(data)
        self._check()

    def read(self, seconds: float) -> bytes:
        self._check()
        until = self._clock.seconds + seconds
        while not (said := self._printer.answers()) and self._clock.seconds < until:
            self._clock.wait(min(0.2, until - self._clock.seconds) or 0.001)
            self._check()
        return said

    def sync(self) -> None:
        """Nothing to do: the printer's answers tell what has arrived."""

    def close(self) -> None:
        """Nothing is held."""
