"""A telephone line in memory, on virtual time: for tests, and for trying a call flow without SIP.

    leg = VirtualLeg()
    leg.speak(pcm)            # the caller speaks from now on
    leg.press("1")
    leg.advance()             # 20 ms pass: one packet each way
    leg.heard                 # everything the caller has heard so far, silence included

Packets of the caller can be lost or come late on purpose.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from ivr.leg import (
    BYTES_PER_SECOND,
    FRAME,
    Answered,
    HandedOver,
    HungUp,
    KeyPressed,
    KeyReleased,
    KeyWay,
    Leg,
    LegEvent,
    Listener,
)

PACKET = round(FRAME * BYTES_PER_SECOND)
CAPACITY = 3 * BYTES_PER_SECOND
"""Bytes that can be queued, as with the real stack."""


class VirtualLeg:
    """Implements ``Leg``. ``accepts``: whether a transfer to an address succeeds; ``lost``: whether a packet is."""

    def __init__(
        self,
        caller: str = "",
        accepts: Callable[[str], bool] = lambda target: True,
        lost: Callable[[int], bool] = lambda number: False,
    ) -> None:
        self._caller, self._accepts, self._lost = caller, accepts, lost
        self._listener: Listener = lambda event: None
        self._out = bytearray()
        self._in = bytearray()
        self._speech = bytearray()
        self._later: deque[LegEvent] = deque()
        self._packets = 0
        self.heard = bytearray()
        self.referred: list[str] = []
        self.up = True
        self.silent_line = False

    # -- the leg -----------------------------------------------------------------------------------------------------

    @property
    def caller(self) -> str:
        return self._caller

    @property
    def queued(self) -> int:
        return len(self._out)

    def listen(self, listener: Listener) -> None:
        self._listener = listener

    def read(self) -> bytes:
        sound = bytes(self._in)
        self._in.clear()
        return sound

    def write(self, pcm: bytes) -> int:
        taken = min(len(pcm), CAPACITY - len(self._out)) if self.up else 0
        self._out += pcm[:taken]
        return taken

    def flush(self) -> None:
        self._out.clear()

    def hang_up(self) -> None:
        self._end("we hung up")

    def refer(self, target: str) -> None:
        self.referred.append(target)
        self._later.append(HandedOver(self._accepts(target)))

    def refer_to_leg(self, other: Leg) -> None:
        self.refer(other.caller)

    # -- the far end -------------------------------------------------------------------------------------------------

    def speak(self, pcm: bytes) -> None:
        """The caller says this from now on."""
        self._speech += pcm

    @property
    def speaking(self) -> bool:
        return bool(self._speech)

    def press(self, key: str, way: KeyWay = KeyWay.SIGNALLED) -> None:
        self._listener(KeyPressed(key, way))
        self._listener(KeyReleased())

    def pick_up(self) -> None:
        """The far end of a dialled leg answers."""
        self._later.append(Answered())

    def put_down(self) -> None:
        """The far end hangs up."""
        self._end("the far end hung up")

    def advance(self) -> None:
        """20 ms pass. A line that is ``silent_line`` sends no packets while nobody speaks (silence suppression)."""
        while self._later:
            event = self._later.popleft()
            self._listener(event)
            if isinstance(event, HandedOver) and event.reached:
                self._end("transferred")
        if not self.up:
            return
        packet, self._out = self._out[:PACKET], self._out[PACKET:]
        self.heard += packet + bytes(PACKET - len(packet))
        spoken, self._speech = self._speech[:PACKET], self._speech[PACKET:]
        self._packets += 1
        if self._lost(self._packets) or (self.silent_line and not spoken):
            return
        self._in += spoken + bytes(PACKET - len(spoken))

    def _end(self, reason: str) -> None:
        if self.up:
            self.up = False
            self._listener(HungUp(reason))
