"""A whole phone line on loopback for a benchmark: workers, optionally Kamailio in front, callers, a wire capture.

with Lab(workers=2, front=True) as lab:
    lab.target                      # what sipp calls
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from ivr.proving import sipp

ROOT = Path(__file__).resolve().parents[2]
RTP = range(40_000, 48_000)


class Lab:
    """``settings``: further settings of ``[ivr]``; ``front``: Kamailio before the workers."""

    def __init__(self, workers: int = 1, front: bool = False, settings: Mapping[str, Any] | None = None) -> None:
        self.workers, self.front = workers, front
        self._settings = dict(settings or {})
        self.folder = Path(tempfile.mkdtemp(prefix="ivr-lab-"))
        self.port = sipp.free_port(40)
        self.edge_port = sipp.free_port(4)
        self.health_port = sipp.free_port()
        self._programs: list[subprocess.Popen[str]] = []

    @property
    def target(self) -> str:
        return f"127.0.0.1:{self.edge_port if self.front else self.port}"

    def __enter__(self) -> Lab:
        listen = {"port": self.port, "rtp_first": RTP.start, "rtp_last": RTP.stop - 1}
        edge = {"port": self.edge_port, "rate": 100_000, **self._settings.pop("edge", {})}
        ivr = {"workers": self.workers, "listen": listen, "edge": edge, "health": f"127.0.0.1:{self.health_port}"}
        ivr |= {"numbers": ["12345"], "spare": False, **self._settings}
        chosen = self.folder / "settings.json"
        chosen.write_text(json.dumps({"ivr": ivr}))
        self.environment = {**os.environ, "BIANMIN_SETTINGS": str(chosen), "OMP_NUM_THREADS": "1"}
        self.environment["PYTHONPATH"] = os.pathsep.join((str(ROOT), *sys.path[1:]))
        line = [sys.executable, "-m", "bianmin", "ivr"]
        if self.front:
            subprocess.run([*line, "--edge", str(self.folder)], check=True, env=self.environment, cwd=ROOT)
            config = str(self.folder / "kamailio.cfg")
            self._start(["kamailio", "-DD", "-E", "-f", config, "-Y", str(self.folder), "-m", "64", "-M", "8"])
        self.supervisor = self._start([*line, "--json"], stdout=subprocess.PIPE)
        assert self.supervisor.stdout is not None
        for _ in range(self.workers):
            if not self.supervisor.stdout.readline():
                raise RuntimeError("the line ended before it answered")
        if self.front:
            time.sleep(5.0)  # the front has asked every worker by now
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for program in reversed(self._programs):
            program.send_signal(signal.SIGINT if program is self.supervisor else signal.SIGTERM)
        for program in reversed(self._programs):
            try:
                program.wait(15)
            except subprocess.TimeoutExpired:
                program.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def pids(self) -> list[int]:
        """The workers' process ids."""
        import urllib.request

        with urllib.request.urlopen(f"http://127.0.0.1:{self.health_port}/health", timeout=5) as answer:
            return [worker["pid"] for worker in json.load(answer)["workers"]]

    def health(self) -> dict[str, Any]:
        import urllib.error
        import urllib.request

        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.health_port}/health", timeout=5) as answer:
                found: dict[str, Any] = json.load(answer)
        except urllib.error.HTTPError as error:
            found = json.load(error)
        return found

    def processes(self) -> list[int]:
        """Supervisor, workers and everything they started (recognisers, voices)."""
        parents = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    parents[int(entry.name)] = int(_stat(entry)[1])
        found = [self.supervisor.pid]
        for pid in found:
            found += [child for child, parent in parents.items() if parent == pid]
        return found

    def cpu_seconds(self, like: str = "") -> float:
        """Of all processes together that have ``like`` in their command line."""
        total = 0.0
        for pid in self.processes():
            with contextlib.suppress(OSError):
                if like.encode() not in (Path("/proc") / str(pid) / "cmdline").read_bytes():
                    continue
                fields = _stat(Path("/proc") / str(pid))
                total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return total

    def memory(self) -> int:
        """Bytes of resident memory, all processes together."""
        total = 0
        for pid in self.processes():
            with contextlib.suppress(OSError):
                pages = (Path("/proc") / str(pid) / "statm").read_text().split()[1]
                total += int(pages) * os.sysconf("SC_PAGE_SIZE")
        return total

    def _start(self, command: list[str], stdout: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
        program = subprocess.Popen(
            command, env=self.environment, cwd=ROOT, stdout=stdout, stderr=subprocess.DEVNULL, text=True
        )
        self._programs.append(program)
        return program


def _stat(process: Path) -> list[str]:
    """The fields of /proc/PID/stat after the name."""
    return (process / "stat").read_text().rpartition(")")[2].split()
