"""A receipt printer behind a CUPS queue: each piece is one raw job, and CUPS says how it ended."""

from __future__ import annotations

import time
from typing import Any

from devices.transports import StalledError, TransportError, UnpluggedError

JOB_SECONDS = 60.0
COMPLETED, CANCELED, ABORTED = 9, 7, 8


class CupsTransport:
    """``connection``: a ``cups.Connection``; None: the local scheduler."""

    confirms = True
    answers = False

    def __init__(self, queue: str, connection: Any = None, job_seconds: float = JOB_SECONDS) -> None:
        try:
            import cups
        except ImportError as error:
            raise TransportError(
                "CUPS queues need pycups; install the extra: pip install bianmin-terminal[cups]"
            ) from error
        self._queue, self._errors, self._seconds = queue, (cups.IPPError, RuntimeError), job_seconds
        self._buffer = bytearray()
        try:
            self._connection = connection or cups.Connection()
            known = self._connection.getPrinters()
        except self._errors as error:
            raise UnpluggedError(
                "the print service CUPS does not answer; start it with: systemctl start cups"
            ) from error
        if queue not in known:
            raise UnpluggedError(f"CUPS has no printer named {queue!r}; lpstat -p lists them")

    def write(self, data: bytes) -> None:
        self._buffer += data

    def read(self, seconds: float) -> bytes:
        return b""

    def sync(self) -> None:
        """Hand what was written over as one job and wait until CUPS has finished it."""
        data, self._buffer = bytes(self._buffer), bytearray()
        try:
            job = self._connection.createJob(self._queue, "slip", {"raw": "true"})
            self._connection.startDocument(self._queue, job, "slip", "application/vnd.cups-raw", 1)
            for start in range(0, len(data), 65_536):
                part = data[start : start + 65_536]
                self._connection.writeRequestData(part, len(part))
            self._connection.finishDocument(self._queue)
            self._wait(job)
        except self._errors as error:
            raise TransportError(f"CUPS refused the slip for {self._queue!r}: {error}") from error

    def _wait(self, job: int) -> None:
        until = time.monotonic() + self._seconds
        while time.monotonic() < until:
            state = self._connection.getJobAttributes(job)["job-state"]
            if state == COMPLETED:
                return
            if state in (CANCELED, ABORTED):
                raise TransportError(f"CUPS stopped the slip for {self._queue!r}; look at the printer")
            time.sleep(0.1)
        self._connection.cancelJob(job)
        raise StalledError(f"the printer behind {self._queue!r} did not finish the slip in time; look at it")

    def close(self) -> None:
        self._buffer.clear()
