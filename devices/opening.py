"""What a terminal does with its devices when it opens: the daily self-tests, then what cannot work today.

::

    opened = at_opening(inventory, records, now, opening=dt.time(8, 30))
    opened.outages   # for the screen: which services cannot work, and why
    opened.tested    # the tests made now; none when today's are done

Called at the start and whenever the terminal wakes; only the first call after the opening time tests.
"""

from __future__ import annotations

import datetime as dt

import msgspec

from devices.diagnostics import Record, Records, is_due, self_test
from devices.inventory import Inventory, Status
from devices.services import Outage, outages


class Opening(msgspec.Struct, frozen=True):
    """``tested``: records made now; ``look``: every device; ``outages``: services that cannot work."""

    tested: tuple[Record, ...]
    look: tuple[Status, ...]
    outages: tuple[Outage, ...]


def at_opening(
    inventory: Inventory, records: Records, now: dt.datetime, opening: dt.time, *, force: bool = False
) -> Opening:
    """Test what has not been tested since today's opening (``force``: everything); look at all of it.

    Takes up to a few seconds a device, so call it in a thread. ``now`` has a time zone. A disk that takes no record
    does not stop it: the result is the same, and the test is made again next time.
    """
    due = [name for name in inventory.names() if force or is_due(records, name, now, opening)]
    tested: list[Record] = []
    for name in due:
        try:
            tested += self_test(inventory, records, now, [name])
        except OSError:
            continue
    look = tuple(inventory.look())
    return Opening(tuple(tested), look, outages(look))
