"""The print drill with real processes: a simulator on TCP, a process per job, real fsync, SIGKILL at a random moment.

``python -m benchmarks.devices.real_kills --jobs 200``; the counts are those of ``drill.Report``.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from benchmarks.devices.drill import Report, compare
from devices.escpos.encoder import encode
from devices.escpos.profile import NARROW_58
from devices.ledger import Ledger, LedgerError
from devices.preview import decoder
from devices.printing import PrintService
from devices.receipt import ReceiptPrinter
from devices.simulators.virtual_printer import Sheet
from devices.slip import Cut, Slip, Text
from devices.transports.tcp import TcpTransport


def slip(number: int, rng: random.Random) -> Slip:
    blocks: list[Text | Cut] = []
    for piece in range(rng.choice((1, 2, 3))):
        lines = [Text("便民服务" * 6) for _ in range(rng.randint(0, 8))]
        blocks += [Text(f"J{number}P{piece}S"), *lines, Text(f"J{number}P{piece}E"), Cut()]
    return Slip(tuple(blocks))


def service(journal: Path, port: int) -> PrintService:
    printer = ReceiptPrinter(lambda: TcpTransport("127.0.0.1", port), time.monotonic)
    return PrintService(Ledger(journal, time.time), printer, NARROW_58)


def one(journal: Path, port: int, number: int, document: Slip, wish: str, kill_after: float | None) -> bool:
    """One job in a process of its own; whether it was killed."""
    child = os.fork()
    if child == 0:
        try:
            prints = service(journal, port)
            if wish == "resume":
                prints.resume(f"job{number}", document)
            else:
                prints.submit(f"job{number}", document)
        except LedgerError:
            pass  # killed before it was in the journal: there is nothing to resume
        finally:
            os._exit(0)  # nothing of the parent may be cleaned up here
    if kill_after is None:
        os.waitpid(child, 0)
        return False
    time.sleep(kill_after)
    os.kill(child, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def sheets(data: bytes) -> list[Sheet]:
    """The paper, from the bytes the simulator took."""
    found = [Sheet()]
    for event in decoder.decode(data):
        found[-1].events.append(event)
        if isinstance(event, decoder.Cut):
            found[-1].cut = True
            found.append(Sheet())
    return found


def run(jobs: int, seed: int) -> Report:
    rng = random.Random(seed)
    encode(slip(0, rng), NARROW_58)  # load the libraries before the first fork
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        journal, paper = folder / "jobs.jsonl", folder / "paper.bin"
        simulator = subprocess.Popen(
            [sys.executable, "-m", "devices.simulators.escpos", "--tcp", "127.0.0.1:0", "--save", str(paper)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert simulator.stdout is not None
        port = int(simulator.stdout.readline().rsplit(":", 1)[-1])
        kills = wishes = 0
        for number in range(jobs):
            document = slip(number, rng)
            kills += one(journal, port, number, document, "print", rng.uniform(0, 0.6) if rng.random() < 0.6 else None)
            if rng.random() < 0.4:
                wishes += 1
                one(journal, port, number, document, "resume", None)
        last = service(journal, port)
        known = {job.id: job for job in last.jobs()}
        last.submit("end", Slip((Text("end"), Cut())))
        time.sleep(2)
        simulator.terminate()
        simulator.wait(10)
        return compare(jobs, known, sheets(paper.read_bytes()), kills, 0, wishes)


def main() -> None:
    parser = argparse.ArgumentParser(description="The print drill with real kills.")
    parser.add_argument("--jobs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=20261122)
    options = parser.parse_args()
    report = run(options.jobs, options.seed)
    sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
    if report.lost or report.false_done or report.unmarked_doubles or report.unpaid_confirmations:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
