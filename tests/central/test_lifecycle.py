"""The ticket's state machine: every pair of state and action, and what each action leaves behind."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central import lifecycle as life
from central.lifecycle import LifecycleError, Ticket
from offline_cache.wire import TicketState as State

NOW = dt.datetime(2026, 11, 23, 10, 0, tzinfo=dt.UTC)
ACTIONS: dict[str, life.Action] = {
    "dispatch": life.Dispatch("police"),
    "accept": life.Accept(),
    "object": life.Object("不归我们管"),
    "answer": life.Answer("已修好"),
    "confirm": life.Confirm(),
    "rate": life.Rate(5),
    "reopen": life.Reopen("灯又坏了"),
}
TABLE = {
    State.RECEIVED: {"dispatch": State.DISPATCHED},
    State.DISPATCHED: {"accept": State.ACCEPTED, "object": State.OBJECTED},
    State.ACCEPTED: {"object": State.OBJECTED, "answer": State.ANSWERED},
    State.OBJECTED: {"dispatch": State.DISPATCHED},
    State.ANSWERED: {"confirm": State.CONFIRMED, "rate": State.RATED, "reopen": State.REOPENED},
    State.CONFIRMED: {"rate": State.RATED, "reopen": State.REOPENED},
    State.RATED: {"reopen": State.REOPENED},
    State.REOPENED: {"dispatch": State.DISPATCHED},
}


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("name", list(ACTIONS))
def test_every_pair_of_state_and_action(state: State, name: str) -> None:
    ticket, action = Ticket(state=state, department="x"), ACTIONS[name]
    wanted = TABLE[state].get(name)
    if wanted is None:
        with pytest.raises(LifecycleError, match=life.NAMES[state]):
            life.apply(ticket, action, NOW)
        assert type(action) not in life.allowed(state)
    else:
        assert life.apply(ticket, action, NOW).state is wanted
        assert type(action) in life.allowed(state)


def test_redirecting_after_an_objection_is_counted() -> None:
    ticket = life.apply(Ticket(), life.Dispatch("police"), NOW)
    ticket = life.apply(ticket, life.Object("是交警的事"), NOW)
    ticket = life.apply(ticket, life.Dispatch("traffic-police"), NOW)
    assert (ticket.department, ticket.redirects) == ("traffic-police", 1)


@pytest.mark.parametrize(("score", "callback"), [(1, True), (2, True), (3, False), (5, False)])
def test_a_low_rating_makes_a_call_back_task(score: int, callback: bool) -> None:
    assert life.apply(Ticket(state=State.ANSWERED), life.Rate(score), NOW).callback is callback


@pytest.mark.parametrize("action", [life.Rate(0), life.Rate(6)])
def test_there_are_five_levels(action: life.Action) -> None:
    with pytest.raises(LifecycleError, match="五级"):
        life.apply(Ticket(state=State.ANSWERED), action, NOW)


@pytest.mark.parametrize(
    ("state", "action"),
    [
        (State.DISPATCHED, life.Object(" ")),
        (State.ACCEPTED, life.Answer("\n")),
        (State.ANSWERED, life.Reopen("")),
        (State.RECEIVED, life.Dispatch("")),
    ],
)
def test_nothing_is_done_without_its_reason(state: State, action: life.Action) -> None:
    with pytest.raises(LifecycleError):
        life.apply(Ticket(state=state), action, NOW)


@given(st.lists(st.sampled_from(list(ACTIONS))))
def test_any_order_of_actions_stays_within_the_table(names: list[str]) -> None:
    ticket = Ticket()
    for name in names:
        wanted = TABLE[ticket.state].get(name)
        try:
            ticket = life.apply(ticket, ACTIONS[name], NOW)
        except LifecycleError:
            assert wanted is None
        else:
            assert ticket.state is wanted
