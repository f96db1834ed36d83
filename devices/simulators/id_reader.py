"""An ID card reader that is not there: ``python -m devices.simulators.id_reader --pty /tmp/reader``.

It speaks SDT (see ``devices.sdt``) from its own tables and holds a sample card; ``--fault`` makes it misbehave.
Commands on standard input: ``card``, ``away`` (the card is taken), ``quit``.
"""

from __future__ import annotations

import argparse
import contextlib
import select
import sys
from enum import StrEnum
from functools import reduce
from pathlib import Path

from devices.simulators.serve import serve_pty

SAMPLE = (
    "样例",
    "2",
    "01",
    "19500101",
    "样例省样例市样例路1号",
    "000000195001010000",
    "样例公安局",
    "20200101",
    "长期",
)
SIZES = (30, 2, 4, 16, 70, 36, 30, 16, 16)


class ReaderFault(StrEnum):
    MUTE = "mute"
    CORRUPT = "corrupt"
    FRAGMENTED = "fragmented"
    GARBAGE = "garbage"
    AWAY_IN_MID_READ = "away"
    SHORT = "short"


class VirtualReader:
    """Answers frame by frame; one byte at a time when ``FRAGMENTED``."""

    def __init__(self, fault: ReaderFault | None = None, card: tuple[str, ...] | None = SAMPLE) -> None:
        self.fault = fault
        self.card = card
        self.present = True
        self._buffer = b""
        self._said = bytearray()
        self._found = self._selected = False

    def receive(self, data: bytes) -> None:
        self._buffer += data
        while (start := self._buffer.find(b"\xaa\xaa\xaa\x96\x69")) >= 0 and len(self._buffer) >= start + 7:
            length = int.from_bytes(self._buffer[start + 5 : start + 7], "big")
            whole = self._buffer[start + 5 : start + 7 + length]
            if len(whole) < 2 + length:
                return
            self._buffer = self._buffer[start + 7 + length :]
            good = bool(whole) and reduce(lambda a, b: a ^ b, whole[:-1], 0) == whole[-1]
            self._say(self._handle(whole[2:4]) if good else b"\0\0\x10")

    def _handle(self, command: bytes) -> bytes:
        match command:
            case b"\x20\x01":
                self._found, self._selected = self.card is not None, False
                return b"\0\0\x9f\0\0\0\0" if self._found else b"\0\0\x80"
            case b"\x20\x02":
                self._selected = self._found and self.card is not None
                return b"\0\0\x90" + bytes(8) if self._selected else b"\0\0\x81"
            case b"\x30\x01":
                if self.fault is ReaderFault.AWAY_IN_MID_READ:
                    self.card = None
                if self.card is None or not self._selected:
                    return b"\0\0\x41"
                return b"\0\0\x90" + (256).to_bytes(2, "big") + (1024).to_bytes(2, "big") + self._text() + bytes(1024)
            case b"\x11\x01":
                return b"\0\0\x90"
            case _:
                return b"\0\0\x21"

    def _text(self) -> bytes:
        assert self.card is not None
        fields = [value.ljust(size // 2)[: size // 2] for value, size in zip(self.card, SIZES, strict=True)]
        return "".join(fields).ljust(128).encode("utf-16-le")

    def _say(self, payload: bytes) -> None:
        if self.fault is ReaderFault.MUTE:
            return
        if self.fault is ReaderFault.GARBAGE:
            self._said += b"\xaa\xaa\x96" * 20 + payload[::-1]
            return
        body = (len(payload) + 1).to_bytes(2, "big") + payload
        check = reduce(lambda a, b: a ^ b, body, 0) ^ (1 if self.fault is ReaderFault.CORRUPT else 0)
        whole = b"\xaa\xaa\xaa\x96\x69" + body + bytes((check,))
        self._said += whole[: len(whole) // 2] if self.fault is ReaderFault.SHORT else whole

    def answers(self) -> bytes:
        size = 1 if self.fault is ReaderFault.FRAGMENTED else len(self._said)
        said, self._said = bytes(self._said[:size]), self._said[size:]
        return said


def main() -> None:
    parser = argparse.ArgumentParser(prog="devices.simulators.id_reader", description=__doc__)
    parser.add_argument("--pty", nargs="?", const="", metavar="LINK", required=True, help="a serial line")
    parser.add_argument("--fault", choices=[fault.value for fault in ReaderFault])
    parser.add_argument("--empty", action="store_true", help="no card lies on it at first")
    options = parser.parse_args()
    fault = ReaderFault(options.fault) if options.fault else None
    reader = VirtualReader(fault, None if options.empty else SAMPLE)
    over = False

    def stop() -> bool:
        nonlocal over
        if not over and select.select([sys.stdin], [], [], 0)[0]:
            match sys.stdin.readline().strip():
                case "card":
                    reader.card = SAMPLE
                case "away":
                    reader.card = None
                case "quit":
                    return True
                case "":
                    over = True  # standard input is closed: serve on
        return False

    def ready(address: str) -> None:
        sys.stdout.write(f"{address}\n")
        sys.stdout.flush()

    with contextlib.suppress(KeyboardInterrupt):
        serve_pty(Path(options.pty) if options.pty else None, reader, ready, stop)


if __name__ == "__main__":
    main()
