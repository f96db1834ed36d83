"""The conversation with one receipt printer: how are you, take this, is it on paper?

::

    ask   DLE EOT 1..4   at any time, answered at once, even with the cover open
    send  chunk chunk chunk ...          asked again between chunks, twice a second
    fence GS r 1, GS r 1                 answered in order: everything before has been printed
    ask   DLE EOT 1..4                   and nothing went wrong at the end

A piece is confirmed only by the two replies to the fence and a good state after it. Silence is unknown. One byte that
is no reply, and the line is not trusted for the rest of the piece.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from devices.escpos.encoder import Piece
from devices.states import ASK_ALL, REPLIES, PrinterState, from_replies, sort_replies
from devices.transports import StalledError, Transport, TransportError, UnpluggedError

FENCE = b"\x1dr\x01\x1dr\x01"
FENCE_REPLIES = 2

CLEAR = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
"""DLE DC4 8: forget what is buffered. Sent when a piece failed, so that no rest of it comes out later."""

LONGEST_COMMAND = 24 * 1024
"""Bytes after which a printer that waits for the rest of a picture has surely got it (a band is 17 KiB)."""


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds. ``reply``: for the answer to a status question; ``poll``: between questions while printing; ``piece``:
    until a piece must be confirmed; ``flush``: for old bytes to arrive before a question.
    """

    reply: float = 0.2
    poll: float = 0.5
    piece: float = 30.0


class PieceResult(msgspec.Struct, frozen=True):
    """``confirmed``: True on paper; False: the printer said why not; None: not known. ``state`` is the newest state."""

    confirmed: bool | None
    state: PrinterState


class ReceiptPrinter:
    """One printer. ``connect`` opens the way to it; ``clock`` gives monotonic seconds."""

    def __init__(
        self, connect: Callable[[], Transport], clock: Callable[[], float], timing: Timing | None = None
    ) -> None:
        self._connect = connect
        self._clock = clock
        self._timing = timing or Timing()
        self._transport: Transport | None = None
        self.trouble = ""
        """What the way to the printer said last when it failed, for the technician."""

    def open(self) -> Transport:
        """Connect if not connected. Raises ``TransportError``."""
        if self._transport is None:
            self._transport = self._connect()
        return self._transport

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def state(self) -> PrinterState:
        """Ask now. Never raises: a printer that cannot be reached is ``UNPLUGGED``.

        A one-way printer (file) is ``READY`` when it can be opened; a device node that cannot answer is ``UNKNOWN``.
        A connection from before may have died unseen, so it is made anew once.
        """
        for reused in (True, False) if self._transport is not None else (False,):
            try:
                transport = self.open()
                if transport.answers:
                    return self._ask(transport)
                return PrinterState.READY if transport.confirms else PrinterState.UNKNOWN
            except UnpluggedError as error:
                self.close()
                self.trouble = str(error)
                if not reused:
                    return PrinterState.UNPLUGGED
            except TransportError as error:
                self.close()
                self.trouble = str(error)
                return PrinterState.UNKNOWN
        return PrinterState.UNPLUGGED

    def _ask(self, transport: Transport) -> PrinterState:
        """One status question. Old replies are thrown away first; a printer that babbles is ``UNKNOWN``."""
        for _ in range(8):
            if not transport.read(0.0):
                break
        transport.write(ASK_ALL)
        watch = _Watch()
        until = self._clock() + self._timing.reply
        while len(watch.status) < REPLIES and not watch.garbled and (left := until - self._clock()) > 0:
            data = transport.read(left)
            if not data:
                break
            watch.hear(data)
        return PrinterState.UNKNOWN if watch.garbled else from_replies(watch.status)

    def separate(self) -> None:
        """End whatever an interrupted job left in the printer, so that the next slip begins on its own paper.

        Raises ``TransportError``.
        """
        transport = self.open()
        if not transport.answers:
            return
        note = "（以上内容未打印完整，作废）".encode("gb18030")
        transport.write(CLEAR)
        transport.write(bytes(LONGEST_COMMAND))
        transport.write(b"\x1b@\x1c&\n" + note + b"\n\x1dVB\x00")

    def print_piece(self, piece: Piece, seconds: float | None = None) -> PieceResult:
        """Send one piece and find out what became of it. Never raises; a broken connection is closed.

        ``seconds``: how long to wait for the confirmation, if not ``Timing.piece``.
        """
        try:
            transport = self.open()
        except TransportError as error:
            self.trouble = str(error)
            return PieceResult(False, PrinterState.UNPLUGGED)
        try:
            result = self._print(transport, piece, self._timing.piece if seconds is None else seconds)
        except StalledError as error:
            self.trouble = str(error)
            result = PieceResult(None, self._why_stalled(transport))
        except UnpluggedError as error:
            self.trouble = str(error)
            result = PieceResult(None, PrinterState.UNPLUGGED)
        except TransportError as error:
            self.trouble = str(error)
            result = PieceResult(None, PrinterState.UNKNOWN)
        if not result.confirmed:
            self._abandon(transport)
        return result

    def _print(self, transport: Transport, piece: Piece, seconds: float) -> PieceResult:
        if not transport.answers:
            transport.write(piece.data)
            transport.sync()
            return PieceResult(True if transport.confirms else None, PrinterState.READY)
        watch = _Watch()
        asked = self._clock()
        for chunk in piece.chunks:
            transport.write(chunk)
            watch.hear(transport.read(0.0))
            if self._clock() - asked >= self._timing.poll:
                asked = self._clock()
                state = self._ask_between(transport, watch)
                if state is not None:
                    return PieceResult(False, state)
        transport.write(FENCE)
        return self._await_fence(transport, watch, seconds)

    def _ask_between(self, transport: Transport, watch: _Watch) -> PrinterState | None:
        """A fault told while printing, or None."""
        transport.write(ASK_ALL)
        watch.hear(transport.read(self._timing.reply))
        return watch.fault()

    def _await_fence(self, transport: Transport, watch: _Watch, seconds: float) -> PieceResult:
        until = self._clock() + seconds
        while watch.fences < FENCE_REPLIES:
            if watch.garbled or self._clock() >= until:
                return PieceResult(None, PrinterState.UNKNOWN)
            data = transport.read(self._timing.poll)
            watch.hear(data)
            if not data and watch.fences < FENCE_REPLIES:
                state = self._ask_between(transport, watch)
                if state is not None:
                    return PieceResult(False, state)
        if watch.garbled or watch.fences > FENCE_REPLIES:
            return PieceResult(None, PrinterState.UNKNOWN)
        state = self._ask(transport)
        if state.can_print:
            return PieceResult(True, state)
        # The fence says that the cut was made; a fault that came with it leaves that open.
        return PieceResult(None, state)

    def _why_stalled(self, transport: Transport) -> PrinterState:
        try:
            return self._ask(transport)
        except TransportError:
            return PrinterState.UNKNOWN

    def _abandon(self, transport: Transport) -> None:
        """Ask the printer to forget the rest, then close: the next job starts with a fresh connection."""
        try:
            if transport.answers:
                transport.write(CLEAR)
        except TransportError:
            pass
        self.close()

    def release(self) -> None:
        """The job is over. A one-way transport (a file) is closed: the next job begins a new one."""
        if self._transport is not None and not self._transport.answers:
            self.close()


class _Watch:
    """What the printer said while one piece was printed."""

    def __init__(self) -> None:
        self.fences = 0
        self.garbled = 0
        self.status = b""
        self._rest = b""
        self._automatic: PrinterState | None = None

    def hear(self, data: bytes) -> None:
        replies = sort_replies(self._rest + data)
        self._rest = replies.rest
        self.fences += replies.fences
        self.garbled += replies.garbled
        self.status += replies.status
        self._automatic = replies.automatic or self._automatic

    def fault(self) -> PrinterState | None:
        """A state that stops the job. Silence and half an answer are no fault: the fence will tell."""
        whole = len(self.status) >= REPLIES and len(self.status) % REPLIES == 0
        states = [from_replies(self.status[-REPLIES:])] if whole else []
        states += [self._automatic] if self._automatic is not None else []
        return next((state for state in states if not state.can_print and state is not PrinterState.UNKNOWN), None)
