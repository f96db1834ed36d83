"""Text messages: opt-in, once, not at night, nothing personal; over the real adapter to the simulated gateway."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator

import msgspec
import pytest
import requests
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from central import lifecycle, tickets
from central.config import NoticeSettings
from central.notices.gateway import HttpGateway, Outcome
from central.notices.outgoing import allowed_from
from central.notices.sending import send_due
from central.service import Central
from central.simulators.in_process import InProcess, InProcessAdapter
from central.simulators.sms import Gateway, create_simulator
from central.tables import Notice, Ticket
from offline_cache.wire import Kind
from tests.central.conftest import Terminal as Kiosk
from tests.central.conftest import VirtualClock

PHONE = "13800001234"


@pytest.fixture
def gateway() -> Gateway:
    return Gateway(random.Random(7))


@pytest.fixture
def adapter(gateway: Gateway) -> Iterator[HttpGateway]:
    inside = InProcess(create_simulator(gateway))
    session = requests.Session()
    session.mount("http://sms.test", InProcessAdapter(inside))
    yield HttpGateway("http://sms.test/", "token", session)
    inside.close()


def watched(terminal: Kiosk) -> str:
    """File a ticket and ask to be told about it; returns its number."""
    filed = terminal.parcel(plain={"code": "010303"}, fields={"text": "路灯坏了"})
    terminal.link.send(filed)
    terminal.link.send(terminal.parcel(Kind.WATCH, {"number": filed.number}, {"phone": PHONE}))
    return filed.number


def move(central: Central, *actions: lifecycle.Action) -> None:
    with central.database.writing() as session:
        for action in actions:
            tickets.perform(central, session, session.scalars(sa.select(Ticket)).one(), action, "x")


def test_each_event_is_told_once(central: Central, terminal: Kiosk, gateway: Gateway, adapter: HttpGateway) -> None:
    watched(terminal)
    assert send_due(central, adapter) == 1
    move(central, lifecycle.Dispatch("police"), lifecycle.Accept(), lifecycle.Answer("修好了，王秀兰家门口"))
    assert send_due(central, adapter) == 2
    assert send_due(central, adapter) == 0
    texts = [message.text for message in gateway.taken.values()]
    assert {message.to for message in gateway.taken.values()} == {PHONE}
    assert all("0001-00001" in text for text in texts)
    assert not any("修好" in text or "王秀兰" in text or "路灯" in text for text in texts), "phones are read by others"


def test_nobody_is_told_without_having_asked(central: Central, terminal: Kiosk, adapter: HttpGateway) -> None:
    terminal.link.send(terminal.parcel(fields={"phone": PHONE}))
    move(central, lifecycle.Dispatch("police"))
    assert send_due(central, adapter) == 0


def test_a_checklist_is_sent(central: Central, terminal: Kiosk, gateway: Gateway, adapter: HttpGateway) -> None:
    item = sorted(central.directory.checklists)[0]
    terminal.link.send(terminal.parcel(Kind.WATCH, {"item": item}, {"phone": PHONE}))
    send_due(central, adapter)
    (message,) = gateway.taken.values()
    assert central.directory.checklists[item] in message.text


def test_not_in_the_quiet_hours(central: Central, terminal: Kiosk, adapter: HttpGateway, clock: VirtualClock) -> None:
    clock.go(hours=11)
    watched(terminal)
    assert send_due(central, adapter) == 0
    clock.go(hours=11)
    assert send_due(central, adapter) == 1


def test_a_lost_answer_does_not_send_twice(
    central: Central, terminal: Kiosk, gateway: Gateway, adapter: HttpGateway, clock: VirtualClock
) -> None:
    gateway.lose = 1.0
    watched(terminal)
    assert send_due(central, adapter) == 0
    assert len(gateway.taken) == 1
    clock.go(minutes=2)
    assert send_due(central, adapter) == 1
    assert gateway.tries == 1, "it asked, instead of sending again"


def test_a_gateway_that_is_down_is_tried_again_and_given_up(
    central: Central, terminal: Kiosk, gateway: Gateway, adapter: HttpGateway, clock: VirtualClock
) -> None:
    gateway.fail = 1.0
    watched(terminal)
    for _ in range(40):
        send_due(central, adapter)
        clock.go(minutes=13)
    assert gateway.tries == central.config.notices.tries
    with central.database.reading() as session:
        assert session.scalars(sa.select(Notice.state)).all() == ["given-up"]


def test_a_bad_number_is_refused_for_good(central: Central, terminal: Kiosk, adapter: HttpGateway) -> None:
    terminal.link.send(terminal.parcel(Kind.WATCH, {"item": sorted(central.directory.checklists)[0]}, {"phone": "12"}))
    send_due(central, adapter)
    with central.database.reading() as session:
        assert session.scalars(sa.select(Notice.state)).all() == ["refused"]


def test_answering_td_ends_it(central: Central, terminal: Kiosk, adapter: HttpGateway, inside: InProcess) -> None:
    watched(terminal)
    send_due(central, adapter)
    central.config = msgspec.structs.replace(central.config, notices=NoticeSettings(token="t0ken"))
    body = msgspec.json.encode({"from": f"+86{PHONE}", "text": "td"})
    assert inside.call("POST", "/api/sms/replies", {"authorization": "Bearer wrong"}, body).status == 401
    assert inside.call("POST", "/api/sms/replies", {"authorization": "Bearer t0ken"}, body).body == b'{"ended":1}'
    move(central, lifecycle.Dispatch("police"))
    assert send_due(central, adapter) == 0


def test_a_gateway_nobody_answers_at_leaves_it_open() -> None:
    nobody = HttpGateway("http://127.0.0.1:1", "", requests.Session())
    assert nobody.send("x", PHONE, "y") in (Outcome.UNKNOWN, Outcome.LATER)
    assert nobody.ask("x") is Outcome.UNKNOWN


@given(st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2026, 12, 31)), st.times(), st.times())
def test_what_is_allowed_is_never_quiet(moment: dt.datetime, start: dt.time, end: dt.time) -> None:
    settings = NoticeSettings(quiet_from=start, quiet_to=end)
    now = moment.replace(tzinfo=dt.UTC)
    allowed = allowed_from(now, settings)
    assert allowed >= now
    assert allowed - now <= dt.timedelta(days=1)
    assert allowed_from(allowed, settings) == allowed
