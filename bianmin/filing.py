"""Opens the filing desk of this machine for the front ends: kiosk and phone line file through it."""

from __future__ import annotations

import datetime as dt

from bianmin import settings
from bianmin.cli.output import CommandError
from bianmin.settings import Settings
from dialog.acts import Rate, Vote
from offline_cache.enrolment import EnrolmentError
from offline_cache.filing import FilingDesk
from offline_cache.identity import IdentityError
from offline_cache.layout import Layout, Terminal, open_terminal
from offline_cache.outbox import OutboxError


def opinion(act: Rate | Vote) -> dict[str, str]:
    """The plain part of a rating's parcel: it is anonymous."""
    if isinstance(act, Vote):
        return {"consultation": act.consultation, "choice": act.choice}
    said = {"stars": str(act.stars), "item": act.item_id, "reason": act.reason}
    return {name: value for name, value in said.items() if value}


def layout() -> Layout:
    return Layout(settings.home())


def terminal(chosen: Settings) -> Terminal | None:
    """This machine as the central service knows it; None when it is not enrolled (``bianmin sync enrol CODE``).

    Raises ``CommandError`` when its files are damaged.
    """
    try:
        return open_terminal(layout(), chosen.sync.central)
    except (EnrolmentError, IdentityError, OutboxError) as error:
        raise CommandError(str(error)) from error


def desk(chosen: Settings) -> FilingDesk | None:
    """Where citizens' requests go; None when the terminal is not enrolled: then nothing may be taken from a citizen."""
    opened = terminal(chosen)
    if opened is None:
        return None
    return FilingDesk(
        opened.outbox, opened.counter, opened.enrolment.station, opened.link, clock=lambda: dt.datetime.now(dt.UTC)
    )
