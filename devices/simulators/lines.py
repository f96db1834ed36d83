"""Small devices that talk by themselves, on a pty: a barcode scanner and a presence radar.

``python -m devices.simulators.lines scanner --pty /tmp/scanner``: each line on standard input is scanned.
``python -m devices.simulators.lines radar --pty /tmp/radar``: ``come``, ``go``, ``mute``, ``garbage`` are typed in.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import select
import sys
import time
from collections.abc import Callable
from pathlib import Path

from devices.simulators.serve import serve_pty

REPORT_SECONDS = 0.1


class VirtualScanner:
    """Says each code that is held before it, ended by CR."""

    present = True

    def __init__(self, encoding: str = "utf-8") -> None:
        self._encoding = encoding
        self._said = b""

    def scan(self, code: str) -> None:
        self._said += code.encode(self._encoding, "replace") + b"\r"

    def receive(self, data: bytes) -> None:
        """A scanner does not listen."""

    def answers(self) -> bytes:
        said, self._said = self._said, b""
        return said


class VirtualRadar:
    """Reports ten times a second whether somebody is there."""

    present = True

    def __init__(self, now: Callable[[], float]) -> None:
        self._now, self._next = now, now()
        self.somebody = False
        self.mute = self.garbage = False
        self._random = random.Random(0)

    def receive(self, data: bytes) -> None:
        """Settings are not taken."""

    def answers(self) -> bytes:
        if self.mute or self._now() < self._next:
            return b""
        self._next = self._now() + REPORT_SECONDS
        if self.garbage:
            return self._random.randbytes(23)
        target = b"\x02\xaa" + (b"\x02" if self.somebody else b"\x00") + bytes(8) + b"\x55\x00"
        return b"\xf4\xf3\xf2\xf1" + len(target).to_bytes(2, "little") + target + b"\xf8\xf7\xf6\xf5"


def main() -> None:
    parser = argparse.ArgumentParser(prog="devices.simulators.lines", description=__doc__)
    parser.add_argument("device", choices=("scanner", "radar"))
    parser.add_argument("--pty", nargs="?", const="", metavar="LINK", required=True, help="a serial line")
    options = parser.parse_args()
    scanner, radar = VirtualScanner(), VirtualRadar(time.monotonic)
    over = False

    def stop() -> bool:
        nonlocal over
        if over or not select.select([sys.stdin], [], [], 0)[0]:
            return False
        line = sys.stdin.readline()
        over = not line
        word = line.strip()
        if options.device == "scanner":
            if word:
                scanner.scan(word)
        elif word in ("come", "go"):
            radar.somebody = word == "come"
        elif word == "mute":
            radar.mute = not radar.mute
        elif word == "garbage":
            radar.garbage = not radar.garbage
        return False

    def ready(address: str) -> None:
        sys.stdout.write(f"{address}\n")
        sys.stdout.flush()

    with contextlib.suppress(KeyboardInterrupt):
        device = scanner if options.device == "scanner" else radar
        serve_pty(Path(options.pty) if options.pty else None, device, ready, stop)


if __name__ == "__main__":
    main()
