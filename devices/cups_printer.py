"""An A4 printer behind CUPS (or an IPP printer that CUPS drives): its state, and jobs with one id and one end.

Pages go to CUPS over its socket and never through a file of ours. On the terminal the spool of CUPS is memory, and
``PreserveJobFiles No`` is set (deploy-image).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

import msgspec

from devices.a4 import A4Document
from devices.ledger import Confirmed, Created, Ended, Job, Ledger, Outcome, Sending
from devices.states import PrinterState
from devices.transports import TransportError, UnpluggedError


class JobState(StrEnum):
    """Where a job is, in the words of RFC 8011 made few."""

    WAITING = "waiting"
    PRINTING = "printing"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"
    UNKNOWN = "unknown"


_JOB_STATES = {
    3: JobState.WAITING,
    4: JobState.WAITING,
    5: JobState.PRINTING,
    6: JobState.WAITING,
    7: JobState.CANCELLED,
    8: JobState.FAILED,
    9: JobState.DONE,
}

_REASONS = (
    ("media-empty", PrinterState.PAPER_OUT),
    ("media-needed", PrinterState.PAPER_OUT),
    ("media-jam", PrinterState.CUTTER_ERROR),
    ("cover-open", PrinterState.COVER_OPEN),
    ("door-open", PrinterState.COVER_OPEN),
    ("offline", PrinterState.OFFLINE),
    ("shutdown", PrinterState.OFFLINE),
    ("timed-out", PrinterState.OFFLINE),
    ("paused", PrinterState.OFFLINE),
    ("media-low", PrinterState.PAPER_LOW),
)


def state_of(reasons: list[str], ipp_state: int) -> PrinterState:
    """The worst thing CUPS reports. A jam counts as ``CUTTER_ERROR``: paper is stuck and somebody must pull it out."""
    for word, state in _REASONS:
        if any(reason.startswith(word) for reason in reasons):
            return state
    return PrinterState.OFFLINE if ipp_state == 5 else PrinterState.READY


class Options(msgspec.Struct, frozen=True):
    """``duplex``: both sides, turned over the long edge."""

    copies: int = 1
    duplex: bool = False
    media: str = "iso_a4_210x297mm"

    def ipp(self) -> dict[str, str]:
        sides = "two-sided-long-edge" if self.duplex else "one-sided"
        return {"copies": str(self.copies), "sides": sides, "media": self.media}


class CupsPrinter:
    """One queue. ``connection``: a ``cups.Connection``; None: made when first needed."""

    def __init__(self, queue: str, connection: Any = None) -> None:
        self.queue = queue
        self._connection = connection

    def _cups(self) -> Any:
        """Raises ``UnpluggedError``."""
        if self._connection is None:
            try:
                import cups
            except ImportError as error:
                raise UnpluggedError("A4 printing needs pycups; install the extra: bianmin-terminal[cups]") from error
            try:
                self._connection = cups.Connection()
            except RuntimeError as error:
                raise UnpluggedError("the print service CUPS does not run; start it: systemctl start cups") from error
        return self._connection

    def _call(self, act: Callable[[Any], Any]) -> Any:
        """Raises ``TransportError``: ``UnpluggedError`` where CUPS or the queue is not there."""
        import cups

        connection = self._cups()
        try:
            return act(connection)
        except cups.IPPError as error:
            if error.args and error.args[0] == cups.IPP_NOT_FOUND:
                raise UnpluggedError(f"CUPS has no printer {self.queue!r}; lpstat -p lists them") from error
            raise TransportError(f"CUPS refused this for {self.queue!r}: {error.args[-1]}") from error
        except RuntimeError as error:
            self._connection = None
            raise UnpluggedError(
                "the print service CUPS does not answer; restart it: systemctl restart cups"
            ) from error

    def state(self) -> PrinterState:
        """How the printer is, as CUPS knows it. Never raises."""
        wanted = ["printer-state", "printer-state-reasons", "printer-is-accepting-jobs"]
        try:
            told = self._call(lambda cups: cups.getPrinterAttributes(self.queue, requested_attributes=wanted))
        except (UnpluggedError, ImportError):
            return PrinterState.UNPLUGGED
        except TransportError:
            return PrinterState.UNKNOWN
        reasons = told.get("printer-state-reasons", [])
        return state_of([reasons] if isinstance(reasons, str) else list(reasons), int(told.get("printer-state", 0)))

    def send(self, document: A4Document, options: Options, title: str) -> int:
        """Hand a document over; CUPS' number of the job. ``title`` says the kind of page, never whose. Raises
        ``TransportError``.
        """

        def act(cups: Any) -> int:
            job = int(cups.createJob(self.queue, title, options.ipp()))
            cups.startDocument(self.queue, job, title, "application/pdf", 1)
            for start in range(0, len(document.pdf), 65_536):
                part = document.pdf[start : start + 65_536]
                cups.writeRequestData(part, len(part))
            cups.finishDocument(self.queue)
            return job

        return int(self._call(act))

    def job(self, number: int) -> JobState:
        """Where a job is. Never raises."""
        try:
            told = self._call(lambda cups: cups.getJobAttributes(number, requested_attributes=["job-state"]))
        except TransportError:
            return JobState.UNKNOWN
        return _JOB_STATES.get(int(told.get("job-state", 0)), JobState.UNKNOWN)

    def cancel(self, number: int) -> None:
        """Stop a job that is not done. Raises ``TransportError``."""
        self._call(lambda cups: cups.cancelJob(number))


class A4Service:
    """Prints documents once each, with the same journal as slips. ``wait`` passes seconds (``time.sleep``)."""

    def __init__(
        self, ledger: Ledger, printer: CupsPrinter, clock: Callable[[], float], wait: Callable[[float], None]
    ) -> None:
        self._ledger, self._printer, self._clock, self._wait = ledger, printer, clock, wait
        self._cancelled = False

    def cancel(self) -> None:
        """Stop the job that is running (from another thread): nobody waits for it any more."""
        self._cancelled = True

    def submit(
        self,
        job_id: str,
        document: A4Document,
        options: Options | None = None,
        title: str = "form",
        seconds: float = 120.0,
    ) -> Job:
        """Print, and wait for the end. The same id prints nothing again. Raises ``LedgerError``."""
        with self._ledger.locked():
            known = self._ledger.job(job_id)
            if known is not None:
                return known
            self._cancelled = False
            self._ledger.write(Created(job=job_id, pieces=1, at=self._ledger.now(), kind=title))
            outcome, reason = self._run(job_id, document, options or Options(), title, seconds)
            if outcome is Outcome.DONE:
                self._ledger.write(Confirmed(job=job_id, piece=0))
            self._ledger.write(Ended(job=job_id, outcome=outcome, at=self._ledger.now(), reason=reason))
            job = self._ledger.job(job_id)
            assert job is not None
            return job

    def _run(
        self, job_id: str, document: A4Document, options: Options, title: str, seconds: float
    ) -> tuple[Outcome, str]:
        state = self._printer.state()
        if not state.can_print:
            return Outcome.FAILED, state.value
        self._ledger.write(Sending(job=job_id, piece=0))
        try:
            number = self._printer.send(document, options, title)
        except TransportError:
            return Outcome.UNKNOWN, self._printer.state().value
        until = self._clock() + seconds
        while self._clock() < until and not self._cancelled:
            match self._printer.job(number):
                case JobState.DONE:
                    return Outcome.DONE, ""
                case JobState.FAILED:
                    return Outcome.FAILED, self._printer.state().value
                case JobState.CANCELLED:
                    return Outcome.FAILED, "cancelled"
                case JobState.WAITING if not self._printer.state().can_print:
                    break  # it would come out some day, when nobody stands there any more
                case _:
                    self._wait(0.1)
        return self._give_up(number)

    def _give_up(self, number: int) -> tuple[Outcome, str]:
        """Time is up or nobody waits: a job that had not begun is known not to be printed."""
        before = self._printer.job(number)
        try:
            self._printer.cancel(number)
        except TransportError:
            return Outcome.UNKNOWN, self._printer.state().value
        reason = "cancelled" if self._cancelled else self._printer.state().value
        return (Outcome.FAILED if before is JobState.WAITING else Outcome.UNKNOWN), reason
