"""A whole place to try the kiosk in: a home of its own, central, printers, camera, radar, a memory stick."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bianmin import settings
from devices.simulators.cups import Cups
from devices.simulators.invoice_files import ofd

PATHS = os.pathsep.join(str(settings.CHECKOUT / folder) for folder in (".", "offline-cache", "deploy-image"))
START_SECONDS = 240.0
TERMINAL = "WL-001"

SETTINGS = """pack = "{home}/packs/starter.pack"
[kiosk]
terminal = "{terminal}"
town = "331081101"
stick = "{home}/stick"
[printer]
device = "file:{home}/slip.bin"
[sync]
central = "{central}"
[[devices]]
name = "camera"
driver = "camera-file"
address = "test:"
[[devices]]
name = "radar"
driver = "radar-ld2410"
address = "serial:{home}/radar"
"""
A4 = """[[devices]]
name = "a4"
driver = "cups"
address = "cups:a4"
"""


@dataclass
class Place:
    """``slip`` and ``paper``: what the printers printed; ``environment``: for the kiosk's process."""

    home: Path
    environment: dict[str, str]
    radar: subprocess.Popen[str]

    @property
    def slip(self) -> Path:
        return self.home / "slip.bin"

    @property
    def paper(self) -> Path:
        return self.home / "cups" / "paper.pdf"

    def send(self) -> None:
        """What was filed goes to central, as the terminal's sync service would see to."""
        command(self.environment, "outbox", "flush")

    def somebody(self, there: bool) -> None:
        """Somebody comes before the terminal, or goes."""
        assert self.radar.stdin is not None
        self.radar.stdin.write("come\n" if there else "go\n")
        self.radar.stdin.flush()


def command(environment: dict[str, str], *arguments: str) -> dict[str, object]:
    """A command of the program, as JSON."""
    done = subprocess.run(
        [sys.executable, "-m", "bianmin", *arguments, "--json"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"bianmin {' '.join(arguments)}: {done.stderr.strip()}")
    found: dict[str, object] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


@contextmanager
def place(home: Path, pack: Path) -> Iterator[Place]:
    """Everything runs and the terminal is enrolled; models and caches are those of the present home."""
    with ExitStack() as stack:
        (home / "packs").mkdir(parents=True)
        shutil.copy(pack, home / "packs" / "starter.pack")
        for name in ("models", "cache"):
            if (settings.home() / name).exists():
                (home / name).symlink_to(settings.home() / name)
        (home / "stick").mkdir()
        (home / "stick" / "fapiao.ofd").write_bytes(ofd())
        environment = {**os.environ, "BIANMIN_HOME": str(home), "PYTHONPATH": PATHS}
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        text = SETTINGS.format(home=home, terminal=TERMINAL, central=f"http://127.0.0.1:{port}")
        if os.geteuid() == 0 and shutil.which("cupsd"):
            cups = Cups(home / "cups")
            stack.callback(cups.close)
            cups.add("a4")
            environment["CUPS_SERVER"] = str(cups.socket)
            text += A4
        (home / "settings.toml").write_text(text, encoding="utf-8")
        stack.enter_context(_central(environment, home, port))
        code = command(environment, "central", "enrol", TERMINAL, "--label", "市民中心")["code"]
        command(environment, "sync", "enrol", str(code))
        radar = subprocess.Popen(
            [sys.executable, "-m", "devices.simulators.lines", "radar", "--pty", str(home / "radar")],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        stack.callback(radar.wait)
        stack.callback(radar.terminate)
        yield Place(home, environment, radar)


@contextmanager
def _central(environment: dict[str, str], home: Path, port: int) -> Iterator[None]:
    with (home / "central.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "bianmin", "central", "serve", "--listen", f"127.0.0.1:{port}"],
            env=environment,
            stdout=log,
            stderr=log,
        )
        try:
            deadline = time.monotonic() + START_SECONDS
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    if process.poll() is not None or time.monotonic() > deadline:
                        raise SystemExit((home / "central.log").read_text()[-500:]) from None
                    time.sleep(0.2)
            yield
        finally:
            process.terminate()
            process.wait()
