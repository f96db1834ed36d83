"""What crosses the line: a day's change of a 100 MB pack, and a first sync that is interrupted a hundred times.

    python -m benchmarks.offline_cache.transfer [--megabytes 100] [--cuts 100] [--kills 10]

A real repository, signed; a web server on the loopback that counts what it sends; a terminal in a process of its own.
Prints a JSON line a measurement. ``--megabytes 10 --cuts 20 --kills 3`` is the quick form.
"""

from __future__ import annotations

import argparse
import datetime as dt
import http.server
import json
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from benchmarks.offline_cache import made_packs
from offline_cache.files import Disk
from offline_cache.sync.client import Provisioned, Syncer
from offline_cache.sync.errors import SyncRefusedError
from offline_cache.sync.mirrors import HttpMirror
from offline_cache.sync.outcome import Updated
from offline_cache.sync.publishing import Publisher
from offline_cache.sync.releases import Release
from offline_cache.sync.repository import Repository
from offline_cache.sync.signing import KeyFolder

NAME = "bench/pack"
CHILD = """
import sys
from pathlib import Path
from benchmarks.offline_cache.transfer import terminal
terminal(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]).read_bytes())
"""


class Line(http.server.ThreadingHTTPServer):
    """Serves ``folder`` and counts what it sends; may cut connections at random, or send at ``rate`` bytes a second."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        self.folder, self.sent, self.rate = folder, 0, 0.0
        self.cuts_left, self.chance, self.longest = 0, random.Random(1), 0
        super().__init__(("127.0.0.1", 0), _Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Line

    def setup(self) -> None:
        # A small buffer, as a modem has: what is on its way when the line is cut is what is lost.
        self.request.setsockopt(1, 7, 32 * 1024)
        super().setup()

    def do_GET(self) -> None:
        path = self.server.folder / self.path.lstrip("/")
        if not path.is_file():
            self.send_error(404)
            return
        size, start = path.stat().st_size, 0
        if wanted := self.headers.get("Range"):
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(size - start))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
        self.end_headers()
        left = size - start
        if self.server.cuts_left and path.suffix == ".zst":
            self.server.cuts_left -= 1
            left = min(left, self.server.chance.randrange(self.server.longest))
        try:
            self._send(path, start, left)
        except OSError:
            return

    def _send(self, path: Path, start: int, left: int) -> None:
        with path.open("rb") as file:
            file.seek(start)
            while left and (block := file.read(min(16 * 1024, left))):
                self.wfile.write(block)
                self.server.sent += len(block)
                left -= len(block)
                if self.server.rate:
                    time.sleep(len(block) / self.server.rate)

    def log_message(self, *_: object) -> None:
        return


def syncer(folder: Path, address: str, root: bytes) -> Syncer:
    return Syncer(Disk(), folder, Provisioned(root=root, name=NAME, terminal="WL-0001"), [HttpMirror(address)])


def terminal(folder: Path, address: str, root: bytes) -> None:
    """A terminal's process: sync once, print how it went."""
    began = time.process_time()
    result = syncer(folder, address, root).run(dt.datetime.now(dt.UTC))
    assert isinstance(result, Updated)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cpu = time.process_time() - began
    print(
        json.dumps({"form": result.form, "received": result.received, "cpu_s": round(cpu, 2), "peak_mb": round(peak)})
    )


class Bench:
    def __init__(self, folder: Path, megabytes: int) -> None:
        self.folder, self.rows = folder, made_packs.rows_for(megabytes)
        self.online = KeyFolder(Disk(), folder / "online")
        self.repository = Repository(Disk(), folder / "repository", self.online)
        offline = KeyFolder(Disk(), folder / "offline")
        self.root = self.repository.create(offline, dt.datetime.now(dt.UTC))
        (folder / "root.json").write_bytes(self.root)
        key = self.online.make("bench")
        self.repository.add_group("bench", key.public_key, offline, dt.datetime.now(dt.UTC), key)
        self.publisher = Publisher(Disk(), self.repository, key)
        self.line = Line(folder / "repository")

    def publish(self, day: int) -> Release:
        pack = self.folder / "day.pack"
        made_packs.make(pack, self.rows, day)
        now = dt.datetime.now(dt.UTC)
        return self.publisher.publish(pack, NAME, f"{day}", now.date(), now)

    def child(self, home: str) -> subprocess.Popen[str]:
        words = [str(self.folder / home), self.line.address, str(self.folder / "root.json")]
        return subprocess.Popen([sys.executable, "-c", CHILD, *words], stdout=subprocess.PIPE, text=True)

    def whole(self, home: str) -> dict[str, object]:
        before = self.line.sent
        out, _ = self.child(home).communicate()
        return {**json.loads(out), "over_the_line": self.line.sent - before}

    def interrupted(self, cuts: int, length: int) -> dict[str, object]:
        """The line is cut ``cuts`` times at random places."""
        self.line.cuts_left, self.line.longest, before = cuts, 3 * length // (2 * cuts), self.line.sent
        runs = 0
        while True:
            runs += 1
            try:
                syncer(self.folder / "cut", self.line.address, self.root).run(dt.datetime.now(dt.UTC))
                break
            except SyncRefusedError:
                continue
        cut = cuts - self.line.cuts_left
        self.line.cuts_left = 0
        return {"cuts": cut, "runs": runs, "sent": self.line.sent - before, "again": self._again(before, length)}

    def killed(self, kills: int, length: int) -> dict[str, object]:
        """The terminal's process is killed ``kills`` times (SIGKILL) over a line of 4 MB/s."""
        before, done = self.line.sent, 0
        self.line.rate = 4e6
        for number in range(kills):
            process = self.child("killed")
            goal = before + (number + 1) * length // (kills + 1)
            while process.poll() is None and self.line.sent < goal:
                time.sleep(0.02)
            done += process.poll() is None
            process.kill()
            process.communicate()
        self.line.rate = 0
        self.child("killed").communicate()
        return {"kills": done, "sent": self.line.sent - before, "again": self._again(before, length)}

    def _again(self, before: int, length: int) -> float:
        return round((self.line.sent - before) / length - 1, 4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--cuts", type=int, default=100)
    parser.add_argument("--kills", type=int, default=10)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name), chosen.megabytes)
        first = bench.publish(0)
        show("pack", bytes=first.length, zstd=next(one.length for one in first.transfers if one.form == "zstd"))
        show("first sync", **bench.whole("home"))
        began = time.process_time()
        second = bench.publish(1)
        forms = {one.form: one.length for one in second.transfers}
        show(
            "a day later",
            bytes=second.length,
            patch=forms.get("patch"),
            publish_cpu_s=round(time.process_time() - began, 1),
        )
        show("daily sync", **bench.whole("home"))
        newest = next(one.length for one in second.transfers if one.form == "zstd")
        show("interrupted", **bench.interrupted(chosen.cuts, newest))
        show("killed", **bench.killed(chosen.kills, newest))


def show(what: str, **found: object) -> None:
    print(json.dumps({"what": what, **found}), flush=True)


if __name__ == "__main__":
    main()
