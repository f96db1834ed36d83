"""The tour's printer: the receipt printer simulator in a process of its own, reached over TCP like a real one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import TracebackType

from devices.preview.paper import render_png


class TourPrinter:
    """``address`` is what the kiosk's settings name. Leaving the context unplugs it for good."""

    def __init__(self, folder: Path) -> None:
        self._bytes = folder / "printer.bin"
        self._bytes.unlink(missing_ok=True)
        self._taken = 0
        command = [
            sys.executable,
            "-m",
            "devices.simulators.escpos",
            "--tcp",
            "127.0.0.1:0",
            "--save",
            str(self._bytes),
        ]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self._process.stdout is not None
        self.address = self._process.stdout.readline().strip()

    def take_slip(self, binary: Path, picture: Path) -> int:
        """Keep what was printed since the last time, as bytes and as the picture they decode to; returns the bytes."""
        printed = self._bytes.read_bytes() if self._bytes.exists() else b""
        fresh = printed[self._taken :]
        self._taken = len(printed)
        if fresh:
            binary.write_bytes(fresh)
            picture.write_bytes(render_png(fresh))
        return len(fresh)

    def unplug(self) -> None:
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> TourPrinter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.unplug()
        self._bytes.unlink(missing_ok=True)
