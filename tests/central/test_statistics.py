"""Statistics: sudden rises against their own history, counts per day and department, nothing of a single person."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from central import fleet, lifecycle, statistics, tickets
from central.health import Health
from central.service import Central
from central.statistics import Rise, overview, rises
from central.tables import Ticket
from offline_cache.wire import Kind
from tests.central.conftest import Terminal as Kiosk
from tests.central.conftest import VirtualClock

TODAY = dt.date(2026, 11, 23)


def steady(count: int, days: int = 35) -> dict[dt.date, int]:
    return {TODAY - dt.timedelta(days=day): count for day in range(days)}


def test_a_sudden_rise_is_seen_and_a_steady_topic_is_not() -> None:
    flood = steady(1) | {TODAY: 30}
    found = rises({"积水": flood, "医保": steady(40)}, TODAY)
    assert [rise.topic for rise in found] == ["积水"]
    assert (found[0].recent, found[0].expected) == (36, 7.0)


def test_a_new_topic_needs_more_than_a_few_mentions() -> None:
    history = steady(3)
    assert rises({"医保": history, "新": {TODAY: 4}}, TODAY) == ()
    assert [rise.topic for rise in rises({"医保": history, "新": {TODAY: 9}}, TODAY)] == ["新"]


def test_without_a_history_nothing_rises() -> None:
    assert rises({"新": {TODAY: 900}}, TODAY) == ()


@given(
    st.dictionaries(st.text(max_size=3), st.dictionaries(st.dates(TODAY - dt.timedelta(99), TODAY), st.integers(1, 99)))
)
def test_rises_never_fail_and_come_in_order(counts: dict[str, dict[dt.date, int]]) -> None:
    found = rises(counts, TODAY)
    assert all(isinstance(rise, Rise) and rise.recent > rise.expected for rise in found)
    assert [rise.surprise for rise in found] == sorted((rise.surprise for rise in found), reverse=True)


def test_the_overview_of_a_month(central: Central, terminal: Kiosk, clock: VirtualClock) -> None:
    for stars in "5542":
        terminal.link.send(terminal.parcel(plain={"code": "010303"}))
        terminal.link.send(terminal.parcel(Kind.RATING, {"stars": stars}))
    with central.database.writing() as session:
        row = session.get_one(Ticket, 1)
        for action in (lifecycle.Dispatch("police"), lifecycle.Accept()):
            tickets.perform(central, session, row, action, "x")
        clock.go(days=1)
        tickets.perform(central, session, row, lifecycle.Answer("好"), "x")
        said = Health(
            counts={"asked": 20, "answered": 17, "sessions": 9}, unanswered_topics={"市公安局": 3, "泽国镇": 2}
        )
        fleet.hear(central, session, "WL-007", said, central.now(), counted=True)
    with central.database.reading() as session:
        found = overview(session, central.now().date(), 30, central.zone)
    assert (found.tickets, found.sessions, found.answer_share, found.answer_days) == (4, 9, 0.85, 1.0)
    assert (found.ratings, found.satisfied_share) == ((0, 1, 0, 1, 2), 0.75)
    assert (found.punctual_share, found.by_department) == (1.0, (("police", 1, 1, 1),))
    assert found.by_code == (("010303", 4),)
    assert found.unanswered == (("市公安局", 3),), "twice could be one person's"
    assert sum(tickets_ for _, tickets_, _ in found.per_day) == 4


def test_an_empty_service_has_statistics_too(central: Central) -> None:
    with central.database.reading() as session:
        found = overview(session, central.now().date(), 7, central.zone)
    assert (found.tickets, found.answer_share, found.satisfied_share, found.rises) == (0, None, None, ())
    assert len(found.per_day) == 7
    assert statistics.LEAST_SHOWN > 1
