"""Where a ticket stands, by number and check code; a wrong number and a wrong code get the same answer."""

from __future__ import annotations

import datetime as dt
import hmac

from central import tickets
from central.lifecycle import OPEN
from central.service import Central
from central.tables import Step, Ticket
from central.throttle import blocked, count, forget
from offline_cache.wire import ProgressQuery, ProgressReport, ProgressStep
from offline_cache.wire import TicketState as State

WINDOW = dt.timedelta(hours=1)

PUBLIC_ACTIONS = frozenset({"收到", "转派", "接收", "退回", "答复", "确认办结", "评价", "重新办理"})
"""Reminders are between the centre and the departments."""


class TooManyError(Exception):
    """Too many wrong check codes. ``seconds``: to wait."""

    def __init__(self, seconds: int) -> None:
        super().__init__("too many wrong check codes")
        self.seconds = seconds


def look_up(central: Central, terminal: str, query: ProgressQuery) -> ProgressReport | None:
    """None for a wrong number or code. Raises ``TooManyError``: a check code has only 7,290 values."""
    security, now = central.config.security, central.now()
    number = query.number[:32]
    by_number, by_terminal = f"progress:{number}", f"progress-terminal:{terminal}"
    with central.database.reading() as session:
        if blocked(session, by_number, security.progress_failures, WINDOW, now) or blocked(
            session, by_terminal, security.progress_hourly, WINDOW, now
        ):
            raise TooManyError(int(WINDOW.total_seconds()))
        wanted = central.keys.hash_code(number, query.code)
        rows = [
            row
            for row in tickets.by_number(session, number)
            if row.check_hash and hmac.compare_digest(row.check_hash, wanted)
        ]
        found = _report(central, rows[-1], tickets.steps(session, rows[-1].id)) if rows else None
    if found is None:
        with central.database.writing() as session:
            count(session, by_number, WINDOW, now)
            count(session, by_terminal, WINDOW, now)
        return None
    with central.database.writing() as session:
        forget(session, by_number)
    return found


def _report(central: Central, row: Ticket, history: list[Step]) -> ProgressReport:
    state = State(row.state)
    due = tickets.next_due(row)
    return ProgressReport(
        number=row.number,
        state=state,
        steps=tuple(
            ProgressStep(
                state=State(step.state),
                at=step.at,
                who=central.directory.department(step.department) if step.department else "",
            )
            for step in history
            if step.action in PUBLIC_ACTIONS
        ),
        answer=row.answer if state not in OPEN else "",
        answer_by=row.first_answer_due if due is not None else None,
        late=due is not None and central.now() > row.first_answer_due,
    )
