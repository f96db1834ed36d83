"""A terminal in QEMU: for the tests, and for a technician who wants to try an image without a machine.

The serial line carries the root shell of the simulator profile; QMP makes pictures of the screen and presses keys.
"""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from deploy_image import tools
from deploy_image.errors import ImageError

FIRMWARE = Path("/usr/share/OVMF/OVMF_CODE_4M.fd")
VARIABLES = Path("/usr/share/OVMF/OVMF_VARS_4M.fd")
TAIL = 1_500
CPU = "Westmere"
"""Emulated, the vector instructions of newer processors are far slower than SSE: a spoken question took 82 s of the
processor with these, and had not ended after 210 s with AVX2. Libraries choose by what the processor says it can."""


class Vm:
    """One running machine. ``folder`` takes its log, its firmware variables and its sockets; time is in seconds.

    ``state``: what ``save`` wrote, with the same ``disk``, ``memory``, ``screen`` and ``extra``: it goes on from there.
    """

    def __init__(
        self,
        disk: Path,
        folder: Path,
        *,
        memory: int = 3072,
        extra: Sequence[str] = (),
        screen: str = "1080x1920",
        state: Path | None = None,
    ) -> None:
        tools.need("qemu-system-x86_64")
        folder.mkdir(parents=True, exist_ok=True)
        variables = folder / "efivars.fd"
        if not variables.exists():
            shutil.copyfile(VARIABLES, variables)
        self._qmp_path = folder / "qmp.sock"
        self._qmp_path.unlink(missing_ok=True)
        width, height = screen.split("x")
        command = [
            "qemu-system-x86_64",
            "-machine",
            "q35",
            "-cpu",
            CPU,
            "-smp",
            "2",
            "-m",
            str(memory),
            "-nodefaults",
        ]
        command += ["-accel", "tcg,thread=multi", "-display", "none", "-serial", "stdio", "-monitor", "none"]
        command += ["-drive", f"if=pflash,format=raw,unit=0,readonly=on,file={FIRMWARE}"]
        command += ["-drive", f"if=pflash,format=raw,unit=1,file={variables}"]
        kind = "qcow2" if disk.suffix == ".qcow2" else "raw"
        command += ["-drive", f"file={disk},format={kind},if=virtio,cache=writeback"]
        command += ["-device", f"virtio-vga,xres={width},yres={height}", "-device", "virtio-tablet-pci"]
        command += ["-device", "virtio-keyboard-pci", "-device", "virtio-rng-pci", "-device", "qemu-xhci,id=usb"]
        # The machine it runs on is 10.0.2.2; nobody reaches the guest.
        command += ["-nic", "user,model=virtio-net-pci"]
        command += ["-qmp", f"unix:{self._qmp_path},server=on,wait=off", *extra]
        if state is not None:
            command += ["-incoming", f"exec:cat {state}"]
        self._log = (folder / "serial.log").open("ab")
        self._seen = b""
        self._number = 0
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        assert self.process.stdout is not None
        os.set_blocking(self.process.stdout.fileno(), False)

    def __enter__(self) -> Vm:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    @property
    def seconds(self) -> float:
        """Since it was switched on."""
        return time.monotonic() - self.began

    def expect(self, pattern: str, seconds: float) -> re.Match[bytes]:
        """Wait for a line on the serial line. Raises ``ImageError`` with the end of what was said instead."""
        wanted = re.compile(pattern.encode())
        end = time.monotonic() + seconds
        while True:
            match = wanted.search(self._seen)
            if match:
                self._seen = self._seen[match.end() :]
                return match
            if self.process.poll() is not None:
                raise ImageError(f"the machine stopped before {pattern!r}: {self._seen[-TAIL:]!r}")
            if time.monotonic() > end:
                raise ImageError(f"no {pattern!r} within {seconds:g} s: {self._seen[-TAIL:]!r}")
            self._pump()

    def shell(self, seconds: float = 300.0) -> None:
        """Wait for the root shell of the simulator and make it quiet."""
        self.expect(r"root@\S+:|# $|\$ $", seconds)
        self.send("stty -echo cols 300; PS1=''; export TERM=dumb SYSTEMD_PAGER= PAGER=cat; echo SHELL''-READY\n")
        self.expect("SHELL-READY", seconds)

    def run(self, command: str, seconds: float = 300.0) -> tuple[int, str]:
        """Run one command in the shell: exit code and output."""
        self._number += 1
        mark = f"END-{self._number}-"
        self.send(f"{command}\necho {mark[:4]}''{mark[4:]}$?.\n")
        wanted = re.compile(rf"{mark}(\d+)\.".encode())
        end = time.monotonic() + seconds
        while not (match := wanted.search(self._seen)):
            if time.monotonic() > end or self.process.poll() is not None:
                raise ImageError(f"{command}: no end within {seconds:g} s: {self._seen[-TAIL:]!r}")
            self._pump()
        said = self._seen[: match.start()].decode("utf-8", "replace").replace("\r", "").strip()
        self._seen = self._seen[match.end() :]
        return int(match[1]), said

    def send(self, text: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def save(self, path: Path, seconds: float = 300.0) -> None:
        """Write the machine's memory, stopped between two instructions; then it is gone. Its disk belongs to it."""
        self.qmp("stop")
        self.qmp("migrate", uri=f"exec:cat > {path}")
        end = time.monotonic() + seconds
        while (said := self.qmp("query-migrate").get("status")) != "completed":
            if said == "failed" or time.monotonic() > end:
                raise ImageError(f"the machine's memory could not be written to {path}")
            self.idle(0.5)
        self.kill()

    def go_on(self, seconds: float = 300.0) -> None:
        """Run again, once the memory that ``state`` named is in place."""
        end = time.monotonic() + seconds
        while self.qmp("query-status").get("status") == "inmigrate":
            if time.monotonic() > end:
                raise ImageError("the saved memory does not load")
            self.idle(0.2)
        self.qmp("cont")

    def qmp(self, command: str, **arguments: object) -> dict[str, Any]:
        """One command to the machine itself, and its answer. Raises ``ImageError``."""
        with socket.socket(socket.AF_UNIX) as line:
            self._connect(line)
            file = line.makefile("rw")
            file.readline()
            for request in ({"execute": "qmp_capabilities"}, {"execute": command, "arguments": arguments}):
                file.write(json.dumps(request) + "\n")
                file.flush()
                while "event" in (answer := json.loads(file.readline())):
                    pass
                if "error" in answer:
                    raise ImageError(f"{command}: {answer['error']['desc']}")
        told = answer.get("return")
        return told if isinstance(told, dict) else {}

    def plug_in(self, stick: Path, name: str = "stick") -> None:
        """Put a USB stick with this content in, read-only. Raises ``ImageError``."""
        file: dict[str, object] = {"driver": "file", "filename": str(stick.resolve()), "read-only": True}
        self.qmp("blockdev-add", **{"driver": "raw", "node-name": name, "read-only": True, "file": file})
        self.qmp("device_add", driver="usb-storage", id=f"{name}-usb", drive=name, bus="usb.0")

    def _connect(self, line: socket.socket) -> None:
        """A machine that was switched on just now may need a moment, on a busy host a long one."""
        end = time.monotonic() + 60
        while True:
            try:
                line.connect(str(self._qmp_path))
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > end:
                    raise ImageError("the machine does not answer") from None
            self.idle(0.2)

    def screenshot(self, path: Path) -> None:
        """A picture of the screen (PNG)."""
        self.qmp("screendump", filename=str(path.resolve()), format="png")

    def idle(self, seconds: float) -> None:
        """Let it run."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            self._pump()

    def kill(self) -> None:
        """Pull the plug."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._log.close()

    def wait(self, seconds: float) -> int | None:
        """Wait until it switches itself off."""
        self.idle(seconds)
        return self.process.poll()

    def _pump(self) -> None:
        assert self.process.stdout is not None
        if not select.select([self.process.stdout], [], [], 0.2)[0]:
            return
        try:
            data = os.read(self.process.stdout.fileno(), 65536)
        except BlockingIOError:
            return
        if not data:
            time.sleep(0.05)
            return
        self._seen = (self._seen + data)[-2_000_000:]
        if not self._log.closed:
            self._log.write(data)
            self._log.flush()
