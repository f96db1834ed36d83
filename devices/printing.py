"""Printing that tells the truth: a slip is printed once, and what is not confirmed is not called printed.

::

    service = PrintService(Ledger(path, time.time), ReceiptPrinter(connect, time.monotonic), profile)
    result = service.submit(new_job_id(), slip)     # done | failed | unknown, and why

Nothing is printed twice by itself. ``resume`` goes on at the last confirmed cut, ``reprint`` makes a copy; both are a
person's wish, and whatever may already be on paper carries the mark 补打.
"""

from __future__ import annotations

import uuid

import msgspec

from devices.escpos.encoder import Piece, encode
from devices.escpos.profile import WIDE_80, Profile
from devices.ledger import Confirmed, Created, Ended, Job, Ledger, LedgerError, Outcome, Resumed, Sending
from devices.receipt import ReceiptPrinter
from devices.slip import Align, Block, Cut, Size, Slip, Text
from devices.states import PrinterState
from devices.transports import TransportError

COPY_MARK = "【补打】"

MUTE_SECONDS = 4.0
"""How long a printer that did not answer the first question is given to confirm a piece all the same."""


class PrintResult(msgspec.Struct, frozen=True):
    """``reason``: a printer state, "interrupted", or "" when done. ``confirmed`` of ``pieces`` are surely on paper."""

    job: str
    outcome: Outcome
    reason: str = ""
    confirmed: int = 0
    pieces: int = 0


def new_job_id() -> str:
    """An id nobody else makes; made before anything is sent."""
    return uuid.uuid4().hex


class PrintService:
    """One printer and its journal. Calls block until the paper is out or the reason is known."""

    def __init__(self, ledger: Ledger, printer: ReceiptPrinter, profile: Profile = WIDE_80) -> None:
        self._ledger = ledger
        self._printer = printer
        self._profile = profile

    @property
    def profile(self) -> Profile:
        return self._profile

    def state(self) -> PrinterState:
        """How the printer is now."""
        return self._printer.state()

    @property
    def trouble(self) -> str:
        """What the way to the printer said when it failed last, for the technician; empty: nothing."""
        return self._printer.trouble

    def close(self) -> None:
        """Let go of the printer; the next call takes it again."""
        self._printer.close()

    def submit(self, job_id: str, slip: Slip) -> PrintResult:
        """Print a slip once. The same id again prints nothing and tells how it ended.

        Raises ``LedgerError``, and what ``encode`` raises; then nothing was sent.
        """
        pieces = encode(slip, self._profile)
        with self._ledger.locked():
            known = self._ledger.job(job_id)
            if known is not None:
                return _result(known)
            trouble = self._left_over()
            self._ledger.write(Created(job=job_id, pieces=len(pieces), at=self._ledger.now(), kind=slip.title))
            return self._run(job_id, pieces, 0, trouble)

    def reprint(self, job_id: str, of: str, slip: Slip) -> PrintResult:
        """Print a copy of job ``of`` because a person wants one; every piece of it says 补打."""
        pieces = encode(marked(slip), self._profile)
        with self._ledger.locked():
            known = self._ledger.job(job_id)
            if known is not None:
                return _result(known)
            trouble = self._left_over()
            self._ledger.write(Created(job=job_id, pieces=len(pieces), at=self._ledger.now(), kind=slip.title, of=of))
            return self._run(job_id, pieces, 0, trouble)

    def resume(self, job_id: str, slip: Slip) -> PrintResult:
        """Go on with a job that ended as failed or unknown, after its last confirmed cut, because a person wants it.

        The piece that may be on paper in part is marked 补打, the ones after it are not. Raises ``LedgerError`` when
        the job is not known or the slip is another one.
        """
        plain, copies = encode(slip, self._profile), encode(marked(slip), self._profile)
        with self._ledger.locked():
            job = self._ledger.job(job_id)
            if job is None or job.pieces != len(plain):
                raise LedgerError("this print job is not in the journal; print it anew")
            if job.outcome is Outcome.DONE:
                return _result(job)
            trouble = self._left_over()
            self._ledger.write(Resumed(job=job_id, at=self._ledger.now()))
            first = job.confirmed
            pieces = [copies[i] if job.of or (i == first and job.begun) else plain[i] for i in range(len(plain))]
            return self._run(job_id, tuple(pieces), first, trouble)

    def job(self, job_id: str) -> Job | None:
        """One job as the journal has it now; what was cut off is ended."""
        with self._ledger.locked():
            return self._ledger.job(job_id)

    def jobs(self) -> list[Job]:
        """The journal, the newest last; what was cut off is ended."""
        with self._ledger.locked():
            return self._ledger.jobs()

    def _left_over(self) -> bool:
        """Whether the job before may have left bytes in the printer."""
        for job in reversed(self._ledger.jobs()):
            if job.outcome is Outcome.DONE or job.begun:
                return job.outcome is not Outcome.DONE
        return False

    def _run(self, job_id: str, pieces: tuple[Piece, ...], first: int, trouble: bool) -> PrintResult:
        try:
            return self._print(job_id, pieces, first, trouble)
        finally:
            self._printer.release()

    def _print(self, job_id: str, pieces: tuple[Piece, ...], first: int, trouble: bool) -> PrintResult:
        state = self._printer.state()
        if not state.can_print and state is not PrinterState.UNKNOWN:
            return self._end(job_id, Outcome.FAILED, state)
        try:
            if trouble:
                self._printer.separate()
        except TransportError:
            return self._end(job_id, Outcome.FAILED, PrinterState.UNPLUGGED)
        patience = MUTE_SECONDS if state is PrinterState.UNKNOWN else None
        for number in range(first, len(pieces)):
            self._ledger.write(Sending(job=job_id, piece=number))
            result = self._printer.print_piece(pieces[number], patience)
            if not result.confirmed:
                outcome = Outcome.UNKNOWN if result.confirmed is None else Outcome.FAILED
                return self._end(job_id, outcome, result.state)
            self._ledger.write(Confirmed(job=job_id, piece=number, dots=pieces[number].dots))
        return self._end(job_id, Outcome.DONE, None)

    def _end(self, job_id: str, outcome: Outcome, state: PrinterState | None) -> PrintResult:
        reason = "" if state is None else state.value
        self._ledger.write(Ended(job=job_id, outcome=outcome, at=self._ledger.now(), reason=reason))
        job = self._ledger.job(job_id)
        assert job is not None
        return _result(job)


def marked(slip: Slip) -> Slip:
    """The slip with 补打 at the head of each of its pieces."""
    mark = Text(COPY_MARK, bold=True, size=Size.LARGE, align=Align.CENTER)
    blocks: list[Block] = []
    start = True
    for block in slip.blocks:
        if start and not isinstance(block, Cut):
            blocks.append(mark)
            start = False
        blocks.append(block)
        start = start or isinstance(block, Cut)
    return msgspec.structs.replace(slip, blocks=tuple(blocks))


def _result(job: Job) -> PrintResult:
    return PrintResult(job.id, job.outcome or Outcome.UNKNOWN, job.reason, job.confirmed, job.pieces)
