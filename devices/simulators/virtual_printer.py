"""A receipt printer made of rules: a receive buffer, a head, a blade, paper, and faults that come by script.

It behaves as the application programming guide says a printer does: real-time commands act on arrival, the rest waits
in the buffer; out of paper it stops where it is and goes on when it has paper again, unless it was told to forget.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from devices.preview import decoder
from devices.simulators.script import Event, Fault, Script

BLOCKING = {Fault.PAPER_OUT, Fault.COVER_OPEN, Fault.CUTTER_JAM, Fault.OVERHEATED, Fault.OFFLINE}
REAL_TIME = re.compile(rb"\x10(?:\x04[\x01-\x04]|\x05[\x00-\x02]|\x14\x08\x01\x03\x14\x01\x06\x02\x08)")
LONGEST_REAL_TIME = 10


@dataclass
class Sheet:
    """One piece of paper: what is on it, and whether it was cut off."""

    events: list[decoder.Event] = field(default_factory=list)
    cut: bool = False

    @property
    def text(self) -> str:
        return decoder.text_of(self.events)


class VirtualPrinter:
    """``now`` gives seconds; ``dots_per_second`` is the speed of the paper; ``seed`` makes the garbage."""

    def __init__(
        self,
        now: Callable[[], float],
        script: Script | None = None,
        dots_per_second: float = 1200.0,
        seed: int = 0,
    ) -> None:
        self._now = now
        self._pending = list((script or Script()).faults)
        self._until: dict[Fault, float | None] = {}
        self._random = random.Random(seed)
        self._speed = dots_per_second
        self._start = self._free_at = now()
        self._stream = decoder.Stream()
        self._arriving = b""
        self._answers = bytearray()
        self._work: list[decoder.Event] = []
        self.lines = self.cuts = self.bytes = 0
        self.sheets: list[Sheet] = [Sheet()]
        self.printed = bytearray()
        """Bytes that were taken, without the real-time commands."""

    # -- faults ------------------------------------------------------------------------------------------------------

    @property
    def faults(self) -> set[Fault]:
        """What is wrong now."""
        now = self._now()
        for event in list(self._pending):
            due = now - self._start >= event.after_seconds and self.lines >= event.after_lines
            if due and self.cuts >= event.after_cuts and self.bytes >= event.after_bytes:
                self._pending.remove(event)
                self.begin(event.fault, event.seconds)
        for fault, until in list(self._until.items()):
            if until is not None and now >= until:
                self.end(fault)
        return set(self._until)

    def expect(self, event: Event) -> None:
        """Add one more event to the script; its seconds count from the start of the printer."""
        self._pending.append(event)

    def forget_script(self) -> None:
        """No more faults will come by themselves."""
        self._pending.clear()

    def begin(self, fault: Fault, seconds: float | None = None) -> None:
        """A fault comes, for ``seconds`` or until it is ended."""
        self._until[fault] = None if seconds is None else self._now() + seconds
        if fault is Fault.UNPLUGGED:
            self._forget()

    def end(self, fault: Fault) -> None:
        self._until.pop(fault, None)

    def _forget(self) -> None:
        """Everything in the buffer and the line being set is gone; what is on the paper stays."""
        self._stream = decoder.Stream()
        self._work.clear()
        self._arriving = b""
        self._answers.clear()

    # -- bytes -------------------------------------------------------------------------------------------------------

    def receive(self, data: bytes) -> None:
        """Bytes arrive: real-time commands are obeyed now, the rest is buffered."""
        if Fault.UNPLUGGED in self.faults:
            return
        self.bytes += len(data)
        data = self._arriving + data
        at = 0
        while found := REAL_TIME.search(data, at):
            self._buffer(data[at : found.start()])
            self._obey(found.group())
            at = found.end()
        rest = data[at:]
        begun = rest.rfind(b"\x10", max(0, len(rest) - LONGEST_REAL_TIME + 1))
        # A lone DLE at the end may be the beginning of a real-time command whose end is still on its way.
        hold = begun >= 0 and _may_become_real_time(rest[begun:])
        self._arriving = rest[begun:] if hold else b""
        self._buffer(rest[:begun] if hold else rest)
        self.run()

    def _buffer(self, data: bytes) -> None:
        if data:
            self._stream.feed(data)
            self.printed += data

    def _obey(self, command: bytes) -> None:
        self.run()
        if command[1] == 0x04:
            self._answer(bytes((self._status(command[2]),)))
        elif command[1] == 0x14 or command[2] == 2:
            self._forget()

    def _answer(self, data: bytes) -> None:
        faults = self.faults
        if Fault.MUTE in faults or Fault.UNPLUGGED in faults:
            return
        if Fault.GARBAGE in faults:
            data = self._random.randbytes(self._random.randint(0, 4 * len(data)))
        self._answers += data

    def _status(self, number: int) -> int:
        faults, base = self.faults, 0x12
        match number:
            case 1:
                return base | (0x08 if faults & BLOCKING else 0)
            case 2:
                base |= 0x04 if Fault.COVER_OPEN in faults else 0
                base |= 0x20 if Fault.PAPER_OUT in faults else 0
                return base | (0x40 if faults & {Fault.CUTTER_JAM, Fault.OVERHEATED} else 0)
            case 3:
                base |= 0x08 if Fault.CUTTER_JAM in faults else 0
                return base | (0x40 if Fault.OVERHEATED in faults else 0)
            case _:
                base |= 0x0C if faults & {Fault.PAPER_LOW, Fault.PAPER_OUT} else 0
                return base | (0x60 if Fault.PAPER_OUT in faults else 0)

    def answers(self) -> bytes:
        """What the printer says now; empties its mouth."""
        self.run()
        said, self._answers = bytes(self._answers), bytearray()
        return said

    # -- paper -------------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Print what can be printed until now."""
        while self._free_at <= self._now():
            faults = self.faults
            if faults & BLOCKING or Fault.UNPLUGGED in faults:
                self._free_at = self._now()
                return
            if not self._work:
                events = self._stream.step()
                if events is None:
                    self._free_at = self._now()
                    return
                self._work = events
                continue
            self._do(self._work.pop(0), 20.0 if Fault.SLOW in faults else 1.0)

    def _do(self, event: decoder.Event, slowness: float) -> None:
        sheet = self.sheets[-1]
        match event:
            case decoder.Question(data=data):
                if data[:2] == b"\x1dr":
                    self._answer(b"\x00" if not self.faults & {Fault.PAPER_LOW} else b"\x03")
                return
            case decoder.Cut():
                if Fault.CUTTER_JAM in self.faults:
                    self._work.insert(0, event)
                    return
                sheet.events.append(event)
                sheet.cut = True
                self.sheets.append(Sheet())
                self.cuts += 1
            case _:
                sheet.events.append(event)
                self.lines += isinstance(event, decoder.Line)
        self._free_at = max(self._free_at, self._start) + _dots(event) * slowness / self._speed

    @property
    def waiting(self) -> int:
        """Bytes in the buffer."""
        return self._stream.waiting

    @property
    def idle(self) -> bool:
        """Whether nothing waits to be printed."""
        self.run()
        return not self._work and not self._stream.waiting


def _may_become_real_time(tail: bytes) -> bool:
    if len(tail) == 1:
        return True
    if tail[1] in (0x04, 0x05):
        return len(tail) == 2
    return b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08".startswith(tail)


def _dots(event: decoder.Event) -> int:
    match event:
        case decoder.Line(pitch=pitch):
            return pitch
        case decoder.Raster(height=height, tall=tall):
            return height * tall
        case decoder.Symbol(module=module, height=height):
            return height or module * 33
        case decoder.Fed(dots=dots):
            return dots
        case _:
            return 0
