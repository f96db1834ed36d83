"""The print drill: random jobs, random faults, random kill -9 and power cuts; then paper and journal are compared.

``run`` works on virtual time with the virtual printer; a fuse counts the effects (a byte written, a question read, an
fsync) and the program dies at one of them. ``python -m benchmarks.devices.drill`` runs 10,000 jobs;
``benchmarks.devices.real_kills`` does the same with processes, TCP and SIGKILL.

What must hold: every job that was accepted has an end (nothing lost); a job called done is wholly on cut paper (no
false done); no piece is on paper twice without the mark 补打; every confirmed piece is on paper.
"""

from __future__ import annotations

import os
import random
import re
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec

from devices.escpos.profile import NARROW_58
from devices.ledger import Job, Ledger, Outcome
from devices.printing import COPY_MARK, PrintService
from devices.receipt import ReceiptPrinter
from devices.simulators.script import Event, Fault
from devices.simulators.virtual_link import VirtualClock, VirtualLink
from devices.simulators.virtual_printer import Sheet, VirtualPrinter
from devices.slip import Cut, Qr, Slip, Text

TOKEN = re.compile(r"【补打】|J(\d+)P(\d+)([SE])")


SHIFT = 1_000
"""Jobs with one printer and one journal; then the next shift begins with another seed."""


class Killed(BaseException):
    """The program dies here: no handler of the program runs any further."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Counts over all jobs; the last four must be zero."""

    jobs: int
    done: int
    failed: int
    unknown: int
    kills: int
    power_cuts: int
    wishes: int
    not_accepted: int
    lost: int
    false_done: int
    unmarked_doubles: int
    unpaid_confirmations: int


class Fuse:
    """Burns one step at each effect; dies when it is through. None: never."""

    def __init__(self) -> None:
        self.left: int | None = None

    def step(self) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.left = None
                raise Killed


class FusedLink(VirtualLink):
    """A link whose user may die before and after every use."""

    def __init__(self, printer: VirtualPrinter, clock: VirtualClock, fuse: Fuse) -> None:
        super().__init__(printer, clock)
        self._fuse = fuse

    def write(self, data: bytes) -> None:
        self._fuse.step()
        super().write(data)
        self._fuse.step()

    def read(self, seconds: float) -> bytes:
        self._fuse.step()
        return super().read(seconds)


class Drill:
    """One printer, one journal, many jobs."""

    def __init__(self, folder: Path, seed: int, printer_type: type[ReceiptPrinter] = ReceiptPrinter) -> None:
        self.printer_type = printer_type
        self.random = random.Random(seed)
        self.clock = VirtualClock(1_000.0)
        self.printer = VirtualPrinter(self.clock, seed=seed)
        self.path = folder / "jobs.jsonl"
        self.fuse = Fuse()
        self.safe_size = 0
        self.kills = self.power_cuts = self.wishes = 0
        self.restart()

    def _sync(self, descriptor: int) -> None:
        """Stands for ``os.fsync``: what is in the file now survives a power cut, what comes later may not."""
        self.fuse.step()
        self.safe_size = self.path.stat().st_size
        self.fuse.step()

    def restart(self) -> None:
        """A new process: everything it knows is in the journal."""
        ledger = Ledger(self.path, self.clock, self._sync, wait_seconds=0.0)
        receipt = self.printer_type(lambda: FusedLink(self.printer, self.clock, self.fuse), self.clock)
        self.service = PrintService(ledger, receipt, NARROW_58)

    def slip(self, number: int) -> Slip:
        blocks: list[Text | Qr | Cut] = []
        for piece in range(self.random.choice((1, 1, 1, 2, 3))):
            blocks.append(Text(f"J{number}P{piece}S"))
            blocks += [Text("便民服务" * self.random.randint(1, 12)) for _ in range(self.random.randint(0, 6))]
            if self.random.random() < 0.1:
                blocks.append(Text("王𠮷㛃䶮"))
            if self.random.random() < 0.1:
                blocks.append(Qr("https://example.cn"))
            blocks += [Text(f"J{number}P{piece}E"), Cut()]
        return Slip(tuple(blocks))

    def trouble(self) -> None:
        """Faults that will come while the job runs."""
        rng, printer = self.random, self.printer
        for _ in range(rng.choice((0, 0, 1, 1, 2))):
            fault = rng.choice(list(Fault))
            seconds = rng.choice((None, rng.uniform(0.05, 2.0), rng.uniform(2.0, 60.0)))
            match rng.randrange(4):
                case 0:
                    event = Event(fault, after_lines=printer.lines + rng.randint(0, 12), seconds=seconds)
                case 1:
                    event = Event(fault, after_cuts=printer.cuts + rng.randint(0, 2), seconds=seconds)
                case 2:
                    event = Event(fault, after_bytes=printer.bytes + rng.randint(0, 2_000), seconds=seconds)
                case _:
                    event = Event(fault, after_seconds=self.clock() - 1_000.0 + rng.uniform(0, 2), seconds=seconds)
            printer.expect(event)

    def technician(self) -> None:
        """Somebody mends what is wrong, sometimes at once, sometimes later."""
        for fault in list(self.printer.faults):
            if self.random.random() < 0.6:
                self.printer.end(fault)
        self.clock.wait(self.random.choice((0.0, 0.3, 5.0, 60.0)))

    def alive(self, act: Callable[[], object]) -> bool:
        """Do it, perhaps dying in the middle. Whether it was finished."""
        self.fuse.left = self.random.randint(0, 60) if self.random.random() < 0.2 else None
        try:
            act()
        except Killed:
            self.kills += 1
            if self.random.random() < 0.3:
                self._power_cut()
            self.restart()
            return False
        finally:
            self.fuse.left = None
        return True

    def _power_cut(self) -> None:
        """What was not synced may be gone, in whole or in part; the printer forgets what it had not printed."""
        self.power_cuts += 1
        size = self.path.stat().st_size
        if size > self.safe_size:
            os.truncate(self.path, self.random.randint(self.safe_size, size))
        self.printer.begin(Fault.UNPLUGGED, self.random.uniform(0.1, 20.0))

    def one(self, number: int) -> None:
        """One citizen: a wish, maybe trouble, maybe a second wish."""
        slip, job = self.slip(number), f"job{number}"
        self.trouble()
        self.alive(lambda: self.service.submit(job, slip))
        self.technician()
        if self.random.random() < 0.2:
            self.alive(lambda: self.service.submit(job, slip) if self._known(job) else None)
        for attempt in range(2):
            known = self._known(job)
            if known is None or known.outcome is Outcome.DONE or self.random.random() < 0.5:
                break
            self.wishes += 1
            if self.random.random() < 0.6:
                self.alive(lambda: self.service.resume(job, slip))
            else:
                copy = f"{job}c{attempt}"
                self.alive(partial(self.service.reprint, copy, job, slip))
            self.technician()

    def _known(self, job: str) -> Job | None:
        return self.service.job(job)

    def report(self, jobs: int) -> Report:
        """Mend everything, let the printer run dry, and compare paper with journal."""
        for fault in list(Fault):
            self.printer.end(fault)
        self.printer.forget_script()
        self.clock.wait(600.0)
        self.printer.run()
        self.restart()
        known = {job.id: job for job in self.service.jobs()}
        return compare(jobs, known, self.printer.sheets, self.kills, self.power_cuts, self.wishes)


def compare(
    jobs: int, known: dict[str, Job], sheets: list[Sheet], kills: int = 0, power_cuts: int = 0, wishes: int = 0
) -> Report:
    """What the journal says against what is on paper."""
    begun, whole = Counter[tuple[int, int, bool]](), Counter[tuple[int, int, bool]]()
    for sheet in sheets:
        marked = False
        open_piece: tuple[int, int, bool] | None = None
        for token in TOKEN.finditer(sheet.text):
            if token.group() == COPY_MARK:
                marked = True
                continue
            piece = (int(token[1]), int(token[2]), marked)
            if token[3] == "S":
                begun[piece] += 1
                open_piece, marked = piece, False
            elif open_piece is not None and open_piece[:2] == piece[:2] and sheet.cut:
                whole[open_piece] += 1
    lost = false_done = unpaid = not_accepted = 0
    for number in range(jobs):
        job = known.get(f"job{number}")
        if job is None:
            not_accepted += 1
            lost += any(key[0] == number for key in begun)
            continue
        lost += job.outcome is None
        pieces = range(job.pieces)
        on_paper = [whole[number, piece, False] + whole[number, piece, True] for piece in pieces]
        false_done += job.outcome is Outcome.DONE and min(on_paper) == 0
        unpaid += sum(count == 0 for count in on_paper[: job.confirmed])
    for job in known.values():
        if job.of and job.outcome is Outcome.DONE:
            number = int(job.of.removeprefix("job"))
            false_done += any(whole[number, piece, True] == 0 for piece in range(job.pieces))
    outcomes = Counter(job.outcome for job in known.values())
    return Report(
        jobs=jobs,
        done=outcomes[Outcome.DONE],
        failed=outcomes[Outcome.FAILED],
        unknown=outcomes[Outcome.UNKNOWN],
        kills=kills,
        power_cuts=power_cuts,
        wishes=wishes,
        not_accepted=not_accepted,
        lost=lost,
        false_done=false_done,
        unmarked_doubles=sum(count > 1 for (_, _, marked), count in begun.items() if not marked),
        unpaid_confirmations=unpaid,
    )


def run(
    folder: Path,
    jobs: int,
    seed: int,
    tick: Callable[[int], None] = lambda done: None,
    printer_type: type[ReceiptPrinter] = ReceiptPrinter,
) -> Report:
    """``jobs`` random jobs on virtual time."""
    drill = Drill(folder, seed, printer_type)
    for number in range(jobs):
        drill.one(number)
        tick(number + 1)
    return drill.report(jobs)


def main() -> None:
    """10,000 jobs; the report as one JSON line; exit 1 when one of the four counts is not zero."""
    import argparse
    import sys
    import tempfile

    parser = argparse.ArgumentParser(description="The print drill.")
    parser.add_argument("--jobs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=20261122)
    options = parser.parse_args()

    reports = []
    for number, start in enumerate(range(0, options.jobs, SHIFT)):
        with tempfile.TemporaryDirectory() as folder:
            reports.append(run(Path(folder), min(SHIFT, options.jobs - start), options.seed + number))
        sys.stderr.write(f"{min(start + SHIFT, options.jobs)} of {options.jobs} jobs\n")
    totals = {name: sum(getattr(one, name) for one in reports) for name in Report.__struct_fields__}
    report = msgspec.convert(totals, Report)
    sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
    if report.lost or report.false_done or report.unmarked_doubles or report.unpaid_confirmations:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
