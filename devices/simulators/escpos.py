"""A receipt printer that is not there: ``python -m devices.simulators.escpos --tcp 127.0.0.1:9100``.

It prints into a file (``--save``, the bytes it took) and shows each slip it cut; ``--script`` brings faults.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
from pathlib import Path

from devices.preview.paper import render_png
from devices.simulators.script import Fault, Script, ScriptError, load
from devices.simulators.serve import serve_pty, serve_tcp
from devices.simulators.virtual_printer import VirtualPrinter


class ServedPrinter:
    """The virtual printer with its paper kept in files."""

    def __init__(self, printer: VirtualPrinter, save: Path | None, pictures: Path | None, dots: int) -> None:
        self._printer, self._save, self._pictures, self._dots = printer, save, pictures, dots
        self._cuts = 0
        self._saved = 0

    def receive(self, data: bytes) -> None:
        self._printer.receive(data)

    def answers(self) -> bytes:
        said = self._printer.answers()
        if self._printer.cuts != self._cuts:
            self._cuts = self._printer.cuts
            self._keep()
        return said

    @property
    def present(self) -> bool:
        return Fault.UNPLUGGED not in self._printer.faults

    def _keep(self) -> None:
        sys.stderr.write(f"slip {self._cuts} cut, {len(self._printer.printed)} bytes\n")
        if self._save is not None:
            self._save.write_bytes(self._printer.printed)
        if self._pictures is not None:
            self._pictures.mkdir(parents=True, exist_ok=True)
            data = bytes(self._printer.printed[self._saved :])
            (self._pictures / f"slip-{self._cuts:04}.png").write_bytes(render_png(data, self._dots))
        self._saved = len(self._printer.printed)


def main() -> None:
    parser = argparse.ArgumentParser(prog="devices.simulators.escpos", description=__doc__)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--tcp", metavar="HOST:PORT", help="listen here; port 0 takes a free one")
    where.add_argument("--pty", nargs="?", const="", metavar="LINK", help="a serial line, optionally under this name")
    parser.add_argument("--script", type=Path, help="faults, as YAML")
    parser.add_argument("--save", type=Path, help="keep the bytes that were printed")
    parser.add_argument("--pictures", type=Path, help="keep each slip as a PNG in this folder")
    parser.add_argument("--width", type=int, choices=(58, 80), default=80, help="paper, mm")
    options = parser.parse_args()
    try:
        script = load(options.script) if options.script else Script()
    except ScriptError as error:
        parser.exit(2, f"{error}\n")
    printer = VirtualPrinter(time.monotonic, script)
    served = ServedPrinter(printer, options.save, options.pictures, 384 if options.width == 58 else 576)

    def ready(address: str) -> None:
        sys.stdout.write(f"{address}\n")
        sys.stdout.flush()

    with contextlib.suppress(KeyboardInterrupt):
        if options.tcp:
            host, _, port = options.tcp.rpartition(":")
            serve_tcp(host or "127.0.0.1", int(port), served, ready, lambda: False)
        else:
            serve_pty(Path(options.pty) if options.pty else None, served, ready, lambda: False)


if __name__ == "__main__":
    main()
