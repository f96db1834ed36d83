"""The print ledger: what was wished, what was sent, what is known to be on paper.

A journal of one JSON line per step, each on the disk (fsync) before the next step is taken::

    Created  ->  Sending(piece) -> Confirmed(piece) -> Sending(piece) -> ... -> Ended(done | failed | unknown)

A job has its id before anything is sent. The journal is locked while a job runs, so a job that is found unfinished when
the lock is taken was cut off (power, kill -9): if a piece was being sent it ends as ``unknown``, else as ``failed``. An
id is printed once; a second copy is another job, names the first, and carries the mark 补打.

The journal holds ids, counts and times, and nothing of what is printed.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path

import msgspec


class LedgerError(RuntimeError):
    """The journal cannot be used, or the wish contradicts it."""


class Outcome(StrEnum):
    """``DONE``: every piece was confirmed; ``FAILED``: known not to be complete; ``UNKNOWN``: neither."""

    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Created(msgspec.Struct, frozen=True, tag="created", kw_only=True):
    """``of``: the job this one is a copy of. ``kind``: the kind of slip. ``at``: Unix seconds."""

    job: str
    pieces: int
    at: float
    kind: str = ""
    of: str = ""


class Resumed(msgspec.Struct, frozen=True, tag="resumed", kw_only=True):
    job: str
    at: float


class Sending(msgspec.Struct, frozen=True, tag="sending", kw_only=True):
    job: str
    piece: int


class Confirmed(msgspec.Struct, frozen=True, tag="confirmed", kw_only=True):
    """``dots``: paper it took, for the forecast of the roll."""

    job: str
    piece: int
    dots: int = 0


class Ended(msgspec.Struct, frozen=True, tag="ended", kw_only=True):
    """``reason``: a printer state, ``interrupted``, or empty when done."""

    job: str
    outcome: Outcome
    at: float
    reason: str = ""


Entry = Created | Resumed | Sending | Confirmed | Ended


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What the journal says of one job. ``begun``: the piece that was being sent last may be on paper in part."""

    id: str
    pieces: int
    created: float
    kind: str = ""
    of: str = ""
    confirmed: int = 0
    begun: bool = False
    outcome: Outcome | None = None
    reason: str = ""
    ended: float = 0.0
    dots: int = 0


def apply(job: Job | None, entry: Entry) -> Job | None:
    """The job after one more step; None where the journal lacks its beginning."""
    if isinstance(entry, Created):
        return Job(id=entry.job, pieces=entry.pieces, created=entry.at, kind=entry.kind, of=entry.of)
    if job is None:
        return None
    match entry:
        case Resumed():
            return msgspec.structs.replace(job, outcome=None, reason="")
        case Sending():
            return msgspec.structs.replace(job, begun=True)
        case Confirmed(piece=piece, dots=dots):
            return msgspec.structs.replace(job, confirmed=piece + 1, begun=False, dots=job.dots + dots)
        case Ended(outcome=outcome, reason=reason, at=at):
            return msgspec.structs.replace(job, outcome=outcome, reason=reason, ended=at)


class Ledger:
    """The journal in one file. ``now`` gives Unix seconds; ``sync`` is ``os.fsync`` (a drill puts its own)."""

    def __init__(
        self, path: Path, now: Callable[[], float], sync: Callable[[int], None] = os.fsync, wait_seconds: float = 10.0
    ) -> None:
        self.path = path
        self._now = now
        self._sync = sync
        self._wait = wait_seconds
        self._jobs: dict[str, Job] = {}
        self._open: set[str] = set()
        self._read = 0
        self._inode = -1
        self._descriptor = -1

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the journal for one job: read what others wrote, end what was cut off. Raises ``LedgerError``."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = self._open_and_lock()
        except OSError as error:
            raise LedgerError(f"{self.path}: the print journal cannot be opened: {error.strerror}") from error
        try:
            self._catch_up()
            self._end_what_was_cut_off()
            yield
        finally:
            os.close(self._descriptor)  # releases the lock
            self._descriptor = -1

    def _open_and_lock(self) -> int:
        """The locked journal; opened again if it was replaced while we waited for the lock."""
        until = time.monotonic() + self._wait
        while True:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.fstat(descriptor).st_ino == self.path.stat().st_ino:
                    return descriptor
            except BlockingIOError:
                if time.monotonic() > until:
                    os.close(descriptor)
                    raise LedgerError("another slip is being printed; try again in a moment") from None
                time.sleep(0.02)
            except FileNotFoundError:
                pass
            os.close(descriptor)

    def _catch_up(self) -> None:
        """Read new entries; a last line without its end was torn by a power cut and is removed."""
        status = os.fstat(self._descriptor)
        size = status.st_size
        if status.st_ino != self._inode or size < self._read:  # new to us, or pruned by another process
            self._jobs, self._open, self._read, self._inode = {}, set(), 0, status.st_ino
            self._sync_folder()
        data = os.pread(self._descriptor, size - self._read, self._read)
        whole = data.rfind(b"\n") + 1
        if whole < len(data):
            os.ftruncate(self._descriptor, self._read + whole)
            self._sync(self._descriptor)
        for line in data[:whole].splitlines():
            try:
                self._apply(msgspec.json.decode(line, type=Entry))
            except msgspec.DecodeError:
                continue  # a damaged sector costs its line, not the journal
        self._read += whole

    def _apply(self, entry: Entry) -> None:
        job = apply(self._jobs.pop(entry.job, None), entry)  # the last one touched is the last one in the order
        if job is not None:
            self._jobs[entry.job] = job
            self._open.discard(job.id) if job.outcome is not None else self._open.add(job.id)

    def _end_what_was_cut_off(self) -> None:
        for job in [self._jobs[name] for name in sorted(self._open)]:
            outcome = Outcome.UNKNOWN if job.begun else Outcome.FAILED
            self.write(Ended(job=job.id, outcome=outcome, at=self._now(), reason="interrupted"))

    def write(self, entry: Entry) -> None:
        """Add one step; it is on the disk when this returns. Only while locked. Raises ``LedgerError``."""
        line = msgspec.json.encode(entry) + b"\n"
        try:
            if os.write(self._descriptor, line) != len(line):
                os.ftruncate(self._descriptor, self._read)
                raise LedgerError(f"{self.path}: the disk is full; free some space before printing")
            self._sync(self._descriptor)
        except OSError as error:
            raise LedgerError(f"{self.path}: the print journal cannot be written: {error.strerror}") from error
        self._read += len(line)
        self._apply(entry)

    def _sync_folder(self) -> None:
        """A new file's name is on the disk only when its folder is."""
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            self._sync(folder)
        finally:
            os.close(folder)

    def job(self, job_id: str) -> Job | None:
        """What was known of a job when the journal was last locked."""
        return self._jobs.get(job_id)

    def jobs(self) -> list[Job]:
        """All jobs in the order of their last steps, as known when the journal was last locked."""
        return list(self._jobs.values())

    def read(self) -> list[Job]:
        """All jobs, read now; waits for a job that is running. Raises ``LedgerError``."""
        with self.locked():
            return self.jobs()

    def now(self) -> float:
        return self._now()

    def prune(self, before: float) -> int:
        """Forget jobs that ended before ``before``; the number forgotten. Only while locked."""
        keep = {job.id: job for job in self._jobs.values() if job.outcome is None or job.ended >= before}
        forgotten = len(self._jobs) - len(keep)
        if not forgotten:
            return 0
        beside = self.path.with_suffix(".new")
        beside.unlink(missing_ok=True)
        descriptor = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        content = b"".join(msgspec.json.encode(entry) + b"\n" for job in keep.values() for entry in _retold(job))
        os.write(descriptor, content)
        self._sync(descriptor)
        beside.replace(self.path)
        self._sync_folder()
        os.close(self._descriptor)
        self._descriptor, self._inode = descriptor, os.fstat(descriptor).st_ino
        self._jobs, self._read = keep, len(content)
        return forgotten


def _retold(job: Job) -> Iterator[Entry]:
    """The shortest journal that says the same of a job."""
    yield Created(job=job.id, pieces=job.pieces, at=job.created, kind=job.kind, of=job.of)
    if job.confirmed:
        yield Confirmed(job=job.id, piece=job.confirmed - 1, dots=job.dots)
    if job.begun:
        yield Sending(job=job.id, piece=job.confirmed)
    if job.outcome is not None:
        yield Ended(job=job.id, outcome=job.outcome, at=job.ended, reason=job.reason)
