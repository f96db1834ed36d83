"""A simulated terminal: the real outbox, counter, desk, sender and link on a bad disk, a bad line and a bad clock."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Mapping
from pathlib import Path

import apsw

from central.simulators.fleet.disk import FaultyFiles, FaultyVfs, Power
from central.simulators.fleet.faults import Fate
from offline_cache import enrolment
from offline_cache.central_link import Answer, CentralLink, LinkDownError, LinkError
from offline_cache.counter import Counter
from offline_cache.filing import Draft, Filed, FilingDesk, FilingError, Progress
from offline_cache.identity import Identity
from offline_cache.outbox import Outbox, OutboxError
from offline_cache.sealing import Sealer
from offline_cache.sending import Sender
from offline_cache.wire import Enrolment

Reach = Callable[[str, bytes, Mapping[str, str]], Answer]
"""The central service as it can be reached now. Raises ``LinkDownError``."""


class Line:
    """The terminal's transport: cut, lossy or slow as its fate has it."""

    def __init__(self, fate: Fate, reach: Reach, clock: Callable[[], dt.datetime], chance: random.Random) -> None:
        self._fate, self._reach, self._clock, self._chance = fate, reach, clock, chance
        self.visited = False
        self.healed = False

    def post(self, path: str, body: bytes, headers: Mapping[str, str], patience: float) -> Answer:
        if self.healed:
            return self._reach(path, body, headers)
        fate, now = self._fate, self._clock()
        if not self.visited and any(span.holds(now) for span in fate.partitions):
            raise LinkDownError("cut off")
        if self._chance.random() < fate.lost_requests:
            raise LinkDownError("the request was lost")
        answer = self._reach(path, body, headers)
        # From here on the central service has done it, and the terminal does not know.
        if self._chance.random() < fate.lost_answers:
            raise LinkDownError("the answer was lost")
        if self._chance.random() < fate.too_slow:
            raise LinkDownError("the answer came too late")
        return answer


class SimTerminal:
    """``name`` is its id. ``clock``: true time; its own is ``fate.skew`` ahead."""

    def __init__(
        self, name: str, folder: Path, fate: Fate, reach: Reach, clock: Callable[[], dt.datetime], chance: random.Random
    ) -> None:
        self.name, self.fate, self.power = name, fate, Power()
        self.reboots = 0
        self._true, self._chance, self._folder = clock, chance, folder
        self._files = FaultyFiles(self.power)
        self._vfs = FaultyVfs(f"disk-{id(self)}", self.power)
        self.line = Line(fate, reach, clock, chance)
        self._identity = Identity.load_or_make(self._files, folder / "identity.key")
        self._enrolment: Enrolment | None = None

    def clock(self) -> dt.datetime:
        try:
            return self._true() + dt.timedelta(seconds=self.fate.skew)
        except OverflowError:
            return self._true()

    def enrol(self, code: enrolment.EnrolmentCode) -> bool:
        """Whether it worked; a line that is down now is not a reason to give up."""
        try:
            answer = self._link().enrol(enrolment.request(code, self._identity.public_key, self.name))
        except LinkError:
            return False
        if not isinstance(answer, Enrolment):
            return False
        enrolment.store(self._files, self._folder / "enrolment.json", answer)
        self._enrolment = answer
        self.boot()
        return True

    def boot(self) -> None:
        """As after a power cut: everything is opened anew from the disk."""
        self.power.restore()
        assert self._enrolment is not None
        link = self._link()
        self.outbox = Outbox.open(
            self._folder / "outbox.db", Sealer(self._enrolment.central_key), self.name, vfs=self._vfs.name
        )
        counter = Counter(self._files, self._folder)
        below = self._chance.randrange
        self.desk = FilingDesk(self.outbox, counter, self._enrolment.station, link, self.clock, below)
        self._sender = Sender(self.outbox, link, self._chance)

    def file(self, draft: Draft) -> Filed | None:
        """None: the citizen was told that it was not kept, or the power went before anything was told."""
        try:
            return self.desk.file(draft)
        except FilingError:
            return None
        finally:
            self._wake()

    def flush(self, at_once: bool = False) -> None:
        """Send what is due."""
        try:
            self._sender.flush(self.clock(), at_once)
        except (OutboxError, apsw.Error, OSError):
            # The disk is full or without power; nothing is lost, it is tried again.
            pass
        finally:
            self._wake()

    def waiting(self) -> int:
        return len(self.outbox.waiting())

    def sees(self, number: str, code: str) -> bool:
        """Whether the citizen finds the ticket at the central service."""
        return isinstance(self.desk.progress(number, code), Progress)

    def cut(self, writes: int) -> None:
        """The power goes after so many more writes."""
        self.power.writes_left = writes

    def _wake(self) -> None:
        if self.power.dead:
            self.reboots += 1
            self.outbox.close()
            self.boot()

    def _link(self) -> CentralLink:
        name = self.name if self._enrolment else ""
        return CentralLink(self.line, self._identity, name, lambda: self.clock().timestamp(), self._nonce)

    def _nonce(self) -> str:
        return f"{self._chance.getrandbits(128):032x}"
