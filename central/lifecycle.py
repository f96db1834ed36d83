"""A ticket's life: received, dispatched, accepted or objected, answered, confirmed, rated, reopened. Pure.

    received ──dispatch──> dispatched ──accept──> accepted ──answer──> answered ──confirm──> confirmed ──rate──> rated
                            ^      │                                     │  │                    │                 │
                            │      └─object──> objected                  │  └──────rate──────────┼────────────────>│
                            └──────dispatch────────┘                     └──────────reopen───────┴─────────────────┤
                            └──────dispatch──────────── reopened <─────────────────────────────────────────────────┘

``apply(ticket, action)`` is the whole of it: a new ticket, or ``LifecycleError`` with the sentence the clerk reads.
"""

from __future__ import annotations

import datetime as dt
from typing import assert_never

import msgspec

from offline_cache.wire import TicketState as State

LOWEST_CONTENT_RATING = 3
"""Ratings below this (2 不满意, 1 非常不满意) make a call-back task."""


class LifecycleError(Exception):
    """The action does not fit the ticket's state. The text is the sentence the clerk reads (Chinese)."""


NAMES = {
    State.RECEIVED: "已收到",
    State.DISPATCHED: "已转派",
    State.ACCEPTED: "办理中",
    State.OBJECTED: "退回待改派",
    State.ANSWERED: "已答复",
    State.CONFIRMED: "已确认",
    State.RATED: "已评价",
    State.REOPENED: "重新办理",
}
"""As clerks and citizens read them."""

WAITING = (State.RECEIVED, State.OBJECTED, State.REOPENED)
"""Somebody at the centre has to dispatch it."""

OPEN = (*WAITING, State.DISPATCHED, State.ACCEPTED)
"""Not answered yet: the clocks run."""


class Dispatch(msgspec.Struct, frozen=True, tag="dispatch"):
    """To a department; also the way out of an objection and of a reopening."""

    department: str
    note: str = ""


class Accept(msgspec.Struct, frozen=True, tag="accept"):
    """The department takes it on."""


class Object(msgspec.Struct, frozen=True, tag="object"):
    """Not ours: back to the centre with the reason, perhaps with whose it is."""

    reason: str
    suggested: str = ""


class Answer(msgspec.Struct, frozen=True, tag="answer"):
    """What the citizen is told."""

    text: str


class Confirm(msgspec.Struct, frozen=True, tag="confirm"):
    """The citizen, or the call-back, confirmed that it is settled."""

    note: str = ""


class Rate(msgspec.Struct, frozen=True, tag="rate"):
    """Five levels: 5 非常满意 .. 1 非常不满意."""

    score: int


class Reopen(msgspec.Struct, frozen=True, tag="reopen"):
    """Not settled after all."""

    reason: str


Action = Dispatch | Accept | Object | Answer | Confirm | Rate | Reopen

ACTION_NAMES: dict[type, str] = {
    Dispatch: "转派",
    Accept: "接收",
    Object: "退回",
    Answer: "答复",
    Confirm: "确认办结",
    Rate: "评价",
    Reopen: "重新办理",
}

FROM: dict[type, tuple[State, ...]] = {
    Dispatch: WAITING,
    Accept: (State.DISPATCHED,),
    Object: (State.DISPATCHED, State.ACCEPTED),
    Answer: (State.ACCEPTED,),
    Confirm: (State.ANSWERED,),
    Rate: (State.ANSWERED, State.CONFIRMED),
    Reopen: (State.ANSWERED, State.CONFIRMED, State.RATED),
}
"""The states an action may start from."""


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules look at. ``callback``: somebody has to call the citizen after a bad rating or a reopening."""

    state: State = State.RECEIVED
    department: str = ""
    answer: str = ""
    rating: int = 0
    callback: bool = False
    answered_at: dt.datetime | None = None
    redirects: int = 0
    reopenings: int = 0


def allowed(state: State) -> tuple[type, ...]:
    """The actions that fit a state, in the order of the life."""
    return tuple(action for action, states in FROM.items() if state in states)


def apply(ticket: Ticket, action: Action, now: dt.datetime) -> Ticket:
    """The ticket after the action. Raises ``LifecycleError``."""
    if ticket.state not in FROM[type(action)]:
        raise LifecycleError(f"这件诉求现在是“{NAMES[ticket.state]}”，不能{ACTION_NAMES[type(action)]}")
    change = msgspec.structs.replace
    match action:
        case Dispatch(department=department):
            if not department:
                raise LifecycleError("请选择承办部门")
            again = ticket.state is State.OBJECTED
            return change(
                ticket, state=State.DISPATCHED, department=department, redirects=ticket.redirects + (1 if again else 0)
            )
        case Accept():
            return change(ticket, state=State.ACCEPTED)
        case Object(reason=reason):
            if not reason.strip():
                raise LifecycleError("请写明退回的理由")
            return change(ticket, state=State.OBJECTED)
        case Answer(text=text):
            if not text.strip():
                raise LifecycleError("请写明答复内容")
            return change(ticket, state=State.ANSWERED, answer=text.strip(), answered_at=now)
        case Confirm():
            return change(ticket, state=State.CONFIRMED, callback=False)
        case Rate(score=score):
            if not 1 <= score <= 5:
                raise LifecycleError("评价只有一到五级")
            return change(ticket, state=State.RATED, rating=score, callback=score < LOWEST_CONTENT_RATING)
        case Reopen(reason=reason):
            if not reason.strip():
                raise LifecycleError("请写明重新办理的理由")
            return change(ticket, state=State.REOPENED, callback=False, reopenings=ticket.reopenings + 1)
        case _:
            assert_never(action)
