"""ESC/POS bytes read back as what a printer would do with them.

Written from the command tables of the ESC/POS application programming guide, independently of ``devices.escpos``: it
is how the tests, the tour and a technician see what was really sent. It accepts any bytes; what it does not know is
reported, not guessed.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator

import msgspec

NOT_NUL = re.compile(rb"[^\0]|$", re.DOTALL)
ESC, FS, GS, DLE = 0x1B, 0x1C, 0x1D, 0x10


class Span(msgspec.Struct, frozen=True):
    """Characters printed in one style; ``wide`` and ``tall`` are factors 1..8."""

    text: str
    bold: bool = False
    wide: int = 1
    tall: int = 1
    underlined: bool = False
    inverted: bool = False


class Line(msgspec.Struct, frozen=True):
    """A printed line and the paper it takes. ``align``: 0 left, 1 centre, 2 right; ``pitch``: dots to the next line."""

    spans: tuple[Span, ...]
    align: int = 0
    pitch: int = 30

    @property
    def text(self) -> str:
        return "".join(span.text for span in self.spans)


class Raster(msgspec.Struct, frozen=True):
    """Dots, most significant bit leftmost, 1 = ink; ``width`` and ``height`` in dots (before ``wide``, ``tall``)."""

    width: int
    height: int
    data: bytes
    align: int = 0
    wide: int = 1
    tall: int = 1


class Symbol(msgspec.Struct, frozen=True):
    """A code the printer draws. ``kind``: "qr" or "code128"; ``module``: dots; ``readable``: text beneath."""

    kind: str
    data: bytes
    module: int
    align: int = 0
    height: int = 0
    readable: bool = False


class Fed(msgspec.Struct, frozen=True):
    """Empty paper, in dots."""

    dots: int


class Cut(msgspec.Struct, frozen=True):
    partial: bool = False


class Question(msgspec.Struct, frozen=True):
    """A request for status, or another real-time command, as it was sent."""

    data: bytes


class Unknown(msgspec.Struct, frozen=True):
    """Bytes that are no command this decoder knows, or that end in the middle of one."""

    data: bytes


Event = Line | Raster | Symbol | Fed | Cut | Question | Unknown


class _State:
    """What the printer remembers between commands."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.chinese = False
        self.bold = self.underlined = self.inverted = False
        self.wide = self.tall = 1
        self.align = 0
        self.pitch = 30
        self.spans: list[Span] = []
        self.bar_height, self.bar_module, self.bar_text = 162, 3, 0
        self.qr_module, self.qr_data = 3, b""

    def style(self, text: str) -> Span:
        return Span(text, self.bold, self.wide, self.tall, self.underlined, self.inverted)


def decode(data: bytes) -> list[Event]:
    """Everything the bytes make a printer do, in order."""
    return list(_Decoder(data).events())


def text_of(events: list[Event]) -> str:
    """The printed characters, a line feed after each line."""
    return "\n".join(event.text for event in events if isinstance(event, Line))


class Stream:
    """The same, for bytes that come bit by bit: a command is done when it is whole."""

    def __init__(self) -> None:
        self._decoder = _Decoder(b"")

    def feed(self, data: bytes) -> None:
        self._decoder.data = self._decoder.data[self._decoder.at :] + data
        self._decoder.at = 0

    def step(self) -> list[Event] | None:
        """What the next whole command does (maybe nothing to see), or None: more bytes are needed."""
        decoder = self._decoder
        if decoder.at >= len(decoder.data):
            return None
        before, state = decoder.at, copy.copy(decoder.state)
        state.spans = list(state.spans)
        try:
            return list(decoder.step())
        except IndexError:
            decoder.at, decoder.state = before, state
            return None

    @property
    def waiting(self) -> int:
        """Bytes that have come and are not done."""
        return len(self._decoder.data) - self._decoder.at


class _Decoder:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.state = _State()

    def events(self) -> Iterator[Event]:
        while self.at < len(self.data):
            start = self.at
            try:
                yield from self.step()
            except IndexError:
                self.at = len(self.data)
                yield Unknown(self.data[start:])
        yield from self._flush(0)

    def _take(self, count: int = 1) -> bytes:
        if self.at + count > len(self.data):
            raise IndexError
        taken = self.data[self.at : self.at + count]
        self.at += count
        return taken

    def _byte(self) -> int:
        return self._take()[0]

    def _flush(self, pitch: int) -> Iterator[Event]:
        if self.state.spans or pitch:
            spans, self.state.spans = tuple(self.state.spans), []
            yield Line(spans, self.state.align, max(pitch, 24 * max((span.tall for span in spans), default=0)))

    def step(self) -> Iterator[Event]:
        byte = self._byte()
        if byte == 0x0A:
            yield from self._flush(self.state.pitch)
        elif byte == ESC:
            yield from self._esc(self._byte())
        elif byte == GS:
            yield from self._gs(self._byte())
        elif byte == FS:
            yield from self._fs(self._byte())
        elif byte == DLE:
            yield self._dle(self._byte())
        elif byte in (0x0D, 0x00):
            self.at = NOT_NUL.search(self.data, self.at).start()  # type: ignore[union-attr]  # the end matches
        elif byte < 0x20 or byte == 0x7F:
            yield Unknown(bytes((byte,)))
        else:
            self.at -= 1
            yield from self._characters()

    def _characters(self) -> Iterator[Event]:
        start = self.at
        while self.at < len(self.data) and self.data[self.at] >= 0x20 and self.data[self.at] != 0x7F:
            if self.data[self.at] < 0x80 or not self.state.chinese:
                self.at += 1
                continue
            four = self.at + 1 < len(self.data) and 0x30 <= self.data[self.at + 1] <= 0x39
            self.at += 4 if four else 2
        if self.at > len(self.data):
            raise IndexError
        raw = self.data[start : self.at]
        self.state.spans.append(self.state.style(raw.decode("gb18030" if self.state.chinese else "cp437", "replace")))
        yield from ()

    def _esc(self, command: int) -> Iterator[Event]:
        state = self.state
        match command:
            case 0x40:  # @
                yield from self._flush(0)
                state.reset()
            case 0x45:  # E n: bold
                state.bold = bool(self._byte() & 1)
            case 0x21:  # ! n: print mode
                mode = self._byte()
                state.bold, state.underlined = bool(mode & 0x08), bool(mode & 0x80)
                state.tall, state.wide = 1 + bool(mode & 0x10), 1 + bool(mode & 0x20)
            case 0x61:  # a n
                state.align = self._byte() % 0x30 % 3
            case 0x2D:
                state.underlined = bool(self._byte() % 0x30)
            case 0x32:
                state.pitch = 30
            case 0x33:
                state.pitch = self._byte()
            case 0x4A:  # J n
                dots = self._byte()
                yield from self._flush(dots) if state.spans else [Fed(dots)]
            case 0x64:  # d n
                count = self._byte()
                yield from self._flush(state.pitch)
                yield Fed(count * state.pitch)
            case 0x2A:  # * m nL nH: one band of columns
                yield self._columns()
            case 0x70:  # p m t1 t2: drawer
                yield Question(b"\x1bp" + self._take(3))
            case 0x42:  # B n t: buzzer
                yield Question(b"\x1bB" + self._take(2))
            case 0x74 | 0x52 | 0x4D | 0x7B | 0x20 | 0x56 | 0x47 | 0x3D | 0x63:
                self._take(2 if command == 0x63 else 1)
            case _:
                yield Unknown(bytes((ESC, command)))

    def _columns(self) -> Event:
        mode, low, high = self._take(3)
        width, deep = low + 256 * high, 3 if mode in (32, 33) else 1
        columns = self._take(width * deep)
        rows = bytearray((width + 7) // 8 * deep * 8)
        stride = (width + 7) // 8
        for x in range(width):
            for bit in range(deep * 8):
                if columns[x * deep + bit // 8] >> (7 - bit % 8) & 1:
                    rows[bit * stride + x // 8] |= 0x80 >> x % 8
        return Raster(stride * 8, deep * 8, bytes(rows), self.state.align)

    def _fs(self, command: int) -> Iterator[Event]:
        match command:
            case 0x26:
                self.state.chinese = True
            case 0x2E:
                self.state.chinese = False
            case 0x21 | 0x2D | 0x57:
                self._byte()
            case 0x53:
                self._take(2)
            case _:
                yield Unknown(bytes((FS, command)))

    def _dle(self, command: int) -> Event:
        if command == 0x04:
            kind = self._byte()
            return Question(bytes((DLE, command, kind)) + (self._take() if kind in (7, 8, 18) else b""))
        if command == 0x05:
            return Question(bytes((DLE, command)) + self._take())
        if command == 0x14:
            kind = self._byte()
            return Question(bytes((DLE, command, kind)) + self._take({1: 2, 2: 2, 8: 7}.get(kind, 0)))
        return Unknown(bytes((DLE, command)))

    def _gs(self, command: int) -> Iterator[Event]:
        state = self.state
        match command:
            case 0x21:  # ! n: character size
                size = self._byte()
                state.wide, state.tall = (size >> 4 & 7) + 1, (size & 7) + 1
            case 0x42:
                state.inverted = bool(self._byte() & 1)
            case 0x56:  # V m [n]
                mode = self._byte()
                yield from self._flush(state.pitch) if state.spans else ()
                if mode in (65, 66):
                    yield Fed(self._byte() + 80)  # the way from the head to the blade
                yield Cut(partial=mode in (1, 49, 66))
            case 0x76:  # v 0 m xL xH yL yH
                kind, mode, xl, xh, yl, yh = self._take(6)
                if kind != 0x30:
                    yield Unknown(bytes((GS, command, kind)))
                    return
                across, rows = xl + 256 * xh, yl + 256 * yh
                yield from self._flush(0)
                dots = self._take(across * rows)
                yield Raster(across * 8, rows, dots, state.align, 1 + (mode & 1), 1 + (mode >> 1 & 1))
            case 0x28:  # ( X pL pH ...
                letter, low, high = self._take(3)
                parameters = self._take(low + 256 * high)
                if letter == 0x6B:
                    yield from self._code(parameters)
                elif letter == 0x48:
                    yield Question(b"\x1d(H" + parameters)
                else:
                    yield Unknown(bytes((GS, command, letter)) + parameters)
            case 0x6B:
                yield from self._barcode()
            case 0x68:
                state.bar_height = self._byte()
            case 0x77:
                state.bar_module = self._byte()
            case 0x48:
                state.bar_text = self._byte() % 0x30
            case 0x66 | 0x62:
                self._byte()
            case 0x72 | 0x61 | 0x49:  # r n, a n, I n: status
                yield Question(bytes((GS, command)) + self._take())
            case 0x4C | 0x57 | 0x50:  # margins
                self._take(2)
            case _:
                yield Unknown(bytes((GS, command)))

    def _code(self, parameters: bytes) -> Iterator[Event]:
        kind, function, rest = parameters[0], parameters[1], parameters[2:]
        if kind != 49:
            yield Unknown(b"\x1d(k" + parameters)
        elif function == 67:
            self.state.qr_module = rest[0]
        elif function == 80:
            self.state.qr_data = rest[1:]
        elif function == 81:
            yield from self._flush(0)
            yield Symbol("qr", self.state.qr_data, self.state.qr_module, self.state.align)

    def _barcode(self) -> Iterator[Event]:
        kind = self._byte()
        if kind >= 65:
            data = self._take(self._byte())
        else:
            end = self.data.index(0, self.at) if 0 in self.data[self.at :] else len(self.data)
            data = self._take(end - self.at)
        yield from self._flush(0)
        state = self.state
        if kind != 73:
            yield Unknown(b"\x1dk" + bytes((kind,)) + data)
            return
        yield Symbol("code128", data, state.bar_module, state.align, state.bar_height, state.bar_text >= 2)
