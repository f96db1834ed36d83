"""Looks at the terminal's devices and its network all day, so that the glass says what is out before it is chosen.

A thread asks every device how it is every few seconds while nobody prints; ``around`` is the newest picture, the same
object until something changes. Changes are noted in the event log; the self-tests of the morning are made while nobody
stands before the terminal.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable

from devices.diagnostics import Records
from devices.drivers.base import Kind
from devices.inventory import Inventory, Status, Watch
from devices.opening import at_opening
from devices.services import outages
from kiosk.event_ids import EventId
from kiosk.ports import Diary
from kiosk.surroundings import Near, Out, Surroundings

EVERY = 5.0
"""Seconds between two looks."""


class DeviceWatch:
    """``reachable``: whether the central service answered last, None: there is none. ``idle``: nobody is there.

    ``checked``: the day (ISO) the content was last known to be the newest, empty when that is not known. ``near``:
    where else things work.
    """

    def __init__(
        self,
        inventory: Inventory,
        records: Records,
        busy: threading.Lock,
        diary: Diary,
        start: Surroundings,
        opening: dt.time,
        reachable: Callable[[], bool | None] = lambda: None,
        idle: Callable[[], bool] = lambda: True,
        checked: Callable[[], str] = lambda: "",
        near: Callable[[], tuple[Near, ...]] = tuple,
    ) -> None:
        self._inventory, self._records, self._busy, self._diary = inventory, records, busy, diary
        self._opening, self._reachable, self._idle, self._checked = opening, reachable, idle, checked
        self._near = near
        self._around = start
        self._printers = [name for name in inventory.names() if inventory.driver(name).kind is Kind.RECEIPT_PRINTER]
        self._changes = Watch()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def around(self) -> Surroundings:
        """The newest picture."""
        return self._around

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="devices", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=5.0)

    def _run(self) -> None:
        while True:
            self.look(dt.datetime.now().astimezone())
            if self._stop.wait(EVERY):
                return

    def look(self, now: dt.datetime) -> None:
        """One look; while something is being printed the printer is left in peace and the last picture stays."""
        if not self._busy.acquire(blocking=False):
            return
        try:
            if self._idle():
                seen = at_opening(self._inventory, self._records, now, self._opening).look
            else:
                seen = tuple(self._inventory.look())
        finally:
            for name in self._printers:
                self._inventory.driver(name).close()  # whoever prints next opens it anew
            self._busy.release()
        self._tell(seen)

    def _tell(self, seen: tuple[Status, ...]) -> None:
        for change in self._changes.see(seen):
            if change.before is not None:
                kind, state = change.status.kind.value, change.status.condition.state.value
                self._diary.note(EventId.DEVICE_CHANGED, kind=kind, state=state)
        out = tuple(Out(outage.service, outage.reason) for outage in outages(seen))
        offline = self._reachable() is False
        seen_now = Surroundings(
            out, offline, self._checked() or self._around.checked, self._around.elsewhere, self._near()
        )
        if seen_now != self._around:
            self._around = seen_now
