"""A line: the calls of one process, driven every 20 ms, and who is let in.

A call is refused with 486 when there are as many as allowed, or while the line is being drained. When the media loop
runs late (a pause meant to be 20 ms that takes far longer is the surest sign of overload), or callers wait too long for
answers, it rings a little first: most overloads are a machine that stood still for a moment.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

import msgspec

from ivr.call_recording import RecordedLeg
from ivr.conversation import Conversation
from ivr.diary import Diary, Entry, LineQuality, Refused, Trouble, TurnAnswered
from ivr.leg import FRAME, Answered, HungUp, Leg, LegEvent
from ivr.parts import Parts
from ivr.settings import Admission


class IncomingLeg(Leg, Protocol):
    """A leg that has not been answered yet."""

    @property
    def quality(self) -> LineQuality | None: ...

    @property
    def dialled(self) -> str: ...

    def answer(self) -> None: ...

    def reject(self) -> None: ...


class Lateness:
    """How late the media loop ran in the last second of rounds: the worst of them, seconds."""

    def __init__(self, rounds: int = round(1 / FRAME)) -> None:
        self._last: deque[float] = deque([0.0], maxlen=rounds)

    def add(self, late: float) -> None:
        self._last.append(max(0.0, late))

    @property
    def worst(self) -> float:
        return max(self._last)


class Pace:
    """A diary that watches how long callers wait for an answer because others are being understood: recognition and
    thinking of the turns of the last ``RECENT`` seconds. When even the quickest of several waited for longer than
    ``most``, another caller would make it worse for all."""

    def __init__(self, diary: Diary, most: float, clock: Callable[[], float]) -> None:
        self._diary, self._most, self._clock = diary, most, clock
        self._turns: deque[tuple[float, float]] = deque(maxlen=SEVERAL)

    def note(self, entry: Entry, call: int = 0) -> None:
        if isinstance(entry, TurnAnswered):
            self._turns.append((self._clock(), (entry.recognition + entry.thinking) / 1000))
        self._diary.note(entry, call)

    def too_slow(self, now: float) -> bool:
        waited = [seconds for at, seconds in self._turns if now - at <= RECENT]
        return len(waited) == SEVERAL and min(waited) > self._most


class Health(msgspec.Struct, frozen=True):
    """What the health endpoint tells of one process."""

    calls: int
    most: int
    answered: int
    refused: int
    failed: int
    late_ms: float
    draining: bool
    registered: bool = False


UNCONFIRMED = 40.0
"""Seconds after which an answered call whose caller never confirmed it (no ACK) gives its place back: SIP itself gives
up after 32 (RFC 3261, 64 T1)."""

RECENT = 10.0
SEVERAL = 3
"""Turns, and the seconds they are remembered, by which the pace is judged."""

HALF_OPEN = 3.0
"""Seconds a caller's telephone may take to confirm (it takes a fraction of one, three lost answers included). From then
on the call takes no place from others: floods of calls that nobody means would shut the line. Twice the places are kept
for both kinds together."""


RINGS = 2.0
"""Seconds a telephone rings at an overloaded line before it is refused: less than Kamailio waits for a worker that rang
(fr_inv_timer), and with the next worker's two still far from the 15 s in which a line should answer."""


class _Call(msgspec.Struct):
    leg: IncomingLeg
    arrived: float
    ringing: bool = False
    conversation: Conversation | None = None
    record: RecordedLeg | None = None


class Line:
    """Give it incoming legs with ``arrived``; ``run`` drives them until cancelled."""

    def __init__(
        self,
        parts: Parts,
        admission: Admission | None = None,
        numbers: tuple[str, ...] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._parts, self._clock = parts, clock
        self._admission = admission or Admission()
        self._numbers_served = numbers
        self._calls: dict[int, _Call] = {}
        self._numbers = itertools.count(1)
        self.lateness = Lateness()
        self._pace = Pace(parts.diary, self._admission.slow, clock)
        self._parts = msgspec.structs.replace(parts, diary=self._pace)
        self.draining = False
        self._answered = self._refused = self._failed = 0
        self.drained = asyncio.Event()

    @property
    def calls(self) -> int:
        return len(self._calls)

    @property
    def health(self) -> Health:
        return Health(
            calls=self.calls,
            most=self._admission.calls,
            answered=self._answered,
            refused=self._refused,
            failed=self._failed,
            late_ms=round(self.lateness.worst * 1000, 1),
            draining=self.draining,
        )

    def arrived(self, leg: IncomingLeg) -> None:
        """An INVITE came: answer it or refuse it, at once."""
        why = self._reason_to_refuse()
        if self._numbers_served and leg.dialled not in self._numbers_served:
            why = "number"
        if why:
            self._refuse(leg, why)
            return
        number, now = next(self._numbers), self._clock()
        call = self._calls[number] = _Call(leg, now, ringing=self._overloaded(now))
        leg.listen(lambda event: self._before(number, event))
        if not call.ringing:
            leg.answer()

    def drain(self) -> None:
        """No new calls; ``drained`` is set when the last one has ended."""
        self.draining = True
        if not self._calls:
            self.drained.set()

    def tick(self) -> None:
        """One round of every call. A call that breaks ends alone."""
        now = self._clock()
        for number, call in list(self._calls.items()):
            conversation = call.conversation
            if call.ringing:
                self._ring(number, call, now)
                continue
            if conversation is None:
                if now - call.arrived > UNCONFIRMED:
                    call.leg.hang_up()
                    self._forget(number)
                continue
            try:
                conversation.tick(now)
            except Exception as error:  # noqa: BLE001  one broken call must not take the others with it
                self._failed += 1
                self._parts.diary.note(Trouble("conversation", type(error).__name__), number)
                conversation.close()
            if conversation.over:
                self._forget(number)

    async def run(self) -> None:
        """Tick every 20 ms. Rounds that were lost are not made up, for sound is read in what there is: a busy machine
        has fewer of them, with more sound in each, and so less to do."""
        due = self._clock()
        while True:
            due += FRAME
            now = self._clock()
            self.lateness.add(now - due)
            if now - due > FRAME:
                due = now
            await asyncio.sleep(max(0.0, due - now))
            self.tick()

    def close(self) -> None:
        """Hang up what is left."""
        for call in self._calls.values():
            if call.conversation is not None:
                call.conversation.close()
            else:
                call.leg.hang_up()
        self._calls.clear()

    def _reason_to_refuse(self) -> str:
        if self.draining:
            return "draining"
        now, most = self._clock(), self._admission.calls
        real = sum(call.conversation is not None or now - call.arrived < HALF_OPEN for call in self._calls.values())
        if real >= most or self.calls >= 2 * most:
            return "full"
        return ""

    def _overloaded(self, now: float) -> bool:
        return self.lateness.worst > self._admission.late or self._pace.too_slow(now)

    def _ring(self, number: int, call: _Call, now: float) -> None:
        """Answer as soon as there is time for one more caller; refuse when there was none for too long."""
        overloaded = self._overloaded(now)
        if not overloaded and not self.draining:
            call.ringing, call.arrived = False, now
            call.leg.answer()
        elif self.draining or now - call.arrived >= RINGS:
            self._refuse(call.leg, "draining" if self.draining else "overloaded")
            self._forget(number)

    def _refuse(self, leg: IncomingLeg, why: str) -> None:
        self._refused += 1
        self._parts.diary.note(Refused(why))
        leg.reject()

    def _before(self, number: int, event: LegEvent) -> None:
        """Events of a leg that has no conversation yet: it begins when the caller's end is up."""
        call = self._calls.get(number)
        if call is None:
            return
        if isinstance(event, Answered):
            self._answered += 1
            leg: Leg = call.leg
            if self._parts.record is not None:
                leg = call.record = self._parts.record(leg)
            call.conversation = Conversation(leg, self._parts, number)
            call.conversation.begin(self._clock(), self.calls)
        elif isinstance(event, HungUp):
            self._forget(number)

    def _forget(self, number: int) -> None:
        call = self._calls.pop(number, None)
        if call is not None and call.leg.quality is not None:
            self._parts.diary.note(call.leg.quality, number)
        if call is not None and call.record is not None:
            call.record.close()
        if self.draining and not self._calls:
            self.drained.set()
