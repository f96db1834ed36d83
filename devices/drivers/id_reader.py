"""The reader of resident identity cards on a serial line. What it reads stays in memory and belongs to the caller."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from devices import sdt
from devices.drivers.base import Condition, DeviceState, Driver, DriverError, Found, Kind, SelfTest, Udev
from devices.transports import SerialAddress, Transport, TransportError, UnpluggedError, open_address

REPLY_SECONDS = 1.6
"""A card takes about 1 s to be read. No question takes longer, whatever comes."""

ATTEMPTS = 3
"""How often a damaged answer is asked for again within that time."""

KNOWN_USB = {("0400", "c35a"): "ID card reader"}
"""USB readers that appear as a serial line: vendor and product."""


class IdReader(Driver, name="sdt", kind=Kind.ID_READER):
    """``connect`` and ``clock`` are for simulators; by default the serial line at ``address`` and the real time."""

    def __init__(
        self,
        address: str,
        connect: Callable[[], Transport] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(address)
        device = address.removeprefix("serial:")
        self._connect = connect or (lambda: open_address(SerialAddress(device)))
        self._clock = clock
        self._line: Transport | None = None

    @classmethod
    def find(cls, devices: Iterable[Udev]) -> list[Found]:
        return [
            Found(cls.name, f"serial:{device.node}", KNOWN_USB[key])
            for device in devices
            if device.subsystem == "tty"
            and (key := (device.properties.get("ID_VENDOR_ID", ""), device.properties.get("ID_MODEL_ID", "")))
            in KNOWN_USB
        ]

    def read(self) -> sdt.IdCard | None:
        """The card on the reader, or None when there is none or it was taken away. Raises ``DriverError``."""
        try:
            if self._ask(sdt.Command.FIND).answer is not sdt.Answer.FOUND:
                return None
            if self._ask(sdt.Command.SELECT).answer is not sdt.Answer.DONE:
                return None
            reply = self._ask(sdt.Command.READ)
        except TransportError as error:
            self.close()
            raise DriverError(str(error)) from None
        return sdt.card(reply.data) if reply.answer is sdt.Answer.DONE else None

    def _ask(self, command: sdt.Command) -> sdt.Reply:
        """One question; a damaged answer is asked for again. Raises ``TransportError`` and ``DriverError``."""
        if self._line is None:
            self._line = self._connect()
        until = self._clock() + REPLY_SECONDS
        self._line.read(0.0)  # what is left of an answer nobody waited for
        for _ in range(ATTEMPTS):
            self._line.write(sdt.frame(command.value))
            frames, damaged = sdt.Frames(), False
            while not damaged and (left := until - self._clock()) > 0:
                for payload in frames.feed(self._line.read(left)):
                    if payload is not None:
                        return sdt.reply(payload)
                    damaged = True
        raise DriverError("the ID card reader does not answer; unplug it and plug it in again")

    def condition(self) -> Condition:
        try:
            self._ask(sdt.Command.STATUS)
        except UnpluggedError as error:
            self.close()
            return Condition(DeviceState.UNPLUGGED, str(error), "unplugged")
        except (TransportError, DriverError) as error:
            self.close()
            return Condition(DeviceState.UNKNOWN, str(error), "silent")
        return Condition(DeviceState.READY)

    def self_test(self) -> SelfTest:
        """Whether the reader answers and a card lying on it is read; nothing of the card is told."""
        now = self.condition()
        if now.state is not DeviceState.READY:
            return SelfTest(False, now.text)
        try:
            card = self.read()
        except DriverError as error:
            return SelfTest(False, str(error))
        if card is None:
            return SelfTest(None, "the reader answers; no card is on it, or it was taken away")
        return SelfTest(True, "a card was read; nothing of it was kept")

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None
