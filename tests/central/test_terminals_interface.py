"""What terminals ask for, through the real client: intake, progress, enrolment, hand-over; and the attacks by name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import msgspec
import pytest
import sqlalchemy as sa

from central import chores, fleet, lifecycle, tickets
from central.api import terminal_requests
from central.service import Central
from central.simulators.in_process import InProcess
from central.tables import Day, Parcel, Rating, Sealed, Terminal, Ticket, Topic
from offline_cache import enrolment, wire
from offline_cache.central_link import CentralLink, TryLaterError
from offline_cache.identity import Identity
from offline_cache.wire import HandoverPut, HandoverTake, Kind, ProgressQuery, Receipt, Refusal
from offline_cache.wire import TicketState as State
from tests.central.conftest import AsgiTransport, VirtualClock
from tests.central.conftest import Terminal as Kiosk

TEXT = "楼道灯坏了，我叫王秀兰，电话13800001234"


def only(central: Central, kind: type) -> list:
    with central.database.reading() as session:
        return list(session.scalars(sa.select(kind)))


def move(central: Central, *actions: lifecycle.Action) -> None:
    with central.database.writing() as session:
        row = session.scalars(sa.select(Ticket)).one()
        for action in actions:
            tickets.perform(central, session, row, action, "li")


# -- intake -----------------------------------------------------------------------------------------------------------


def test_a_ticket_arrives_once_and_gets_the_same_receipt(central: Central, terminal: Kiosk) -> None:
    parcel = terminal.parcel(plain={"code": "010303"}, fields={"text": TEXT})
    first, again = terminal.link.send(parcel), terminal.link.send(parcel)
    assert isinstance(first, Receipt)
    assert first == again
    assert first.token
    (row,) = only(central, Ticket)
    assert (row.number, row.state, row.suggested) == (parcel.number, "received", "housing-construction")
    assert len(only(central, Sealed)) == 1


def test_nothing_personal_is_readable_in_the_database(central: Central, terminal: Kiosk) -> None:
    terminal.link.send(terminal.parcel(fields={"text": TEXT, "name": "王秀兰", "phone": "13800001234"}))
    central.database.close()
    disk = b"".join(path.read_bytes() for path in central.folder.glob("central.db*"))
    assert b"WL-007" in disk
    for word in ("王秀兰", "13800001234", "楼道灯", "4821"):
        assert word.encode() not in disk


def test_another_parcel_under_a_used_key_is_refused(central: Central, terminal: Kiosk) -> None:
    parcel = terminal.parcel()
    terminal.link.send(parcel)
    forged = msgspec.structs.replace(parcel, plain={"code": "01"})
    assert isinstance(terminal.link.send(forged), Refusal)
    assert len(only(central, Ticket)) == 1


def test_a_terminal_cannot_use_up_or_send_for_another(new_terminal: Callable[[str], Kiosk], central: Central) -> None:
    one, two = new_terminal("WL-001"), new_terminal("WL-002")
    parcel = one.parcel()
    assert isinstance(two.link.send(parcel), Refusal), "a parcel is only taken from the terminal it names"
    squatted = msgspec.structs.replace(two.parcel(), key=parcel.key)
    assert isinstance(two.link.send(squatted), Receipt)
    assert isinstance(one.link.send(parcel), Receipt), "a key is its terminal's own"
    assert len(only(central, Ticket)) == 2


def test_what_was_sealed_to_another_service_is_refused(terminal: Kiosk) -> None:
    assert terminal.enrolment is not None
    own = terminal.enrolment
    terminal.enrolment = msgspec.structs.replace(own, central_key=bytes(range(32)))
    answer = terminal.link.send(terminal.parcel())
    assert isinstance(answer, Refusal)
    assert "key" in answer.reason


def test_a_sure_suggestion_is_dispatched_at_once_and_an_unsure_one_is_not(central: Central, terminal: Kiosk) -> None:
    terminal.link.send(terminal.parcel(plain={"code": "010303", "confidence": "0.97"}))
    terminal.link.send(terminal.parcel(plain={"code": "010303", "confidence": "0.4"}))
    terminal.link.send(terminal.parcel(plain={"department": "no-such", "confidence": "1"}))
    assert [row.state for row in only(central, Ticket)] == ["dispatched", "received", "received"]


def test_ratings_count_and_a_bad_one_asks_for_a_call_back(central: Central, terminal: Kiosk) -> None:
    filed = terminal.parcel()
    terminal.link.send(filed)
    move(central, lifecycle.Dispatch("police"), lifecycle.Accept(), lifecycle.Answer("修好了"))
    terminal.link.send(terminal.parcel(Kind.RATING, {"stars": "1", "number": filed.number}))
    terminal.link.send(terminal.parcel(Kind.RATING, {"stars": "5"}))
    assert isinstance(terminal.link.send(terminal.parcel(Kind.RATING, {"stars": "9"})), Refusal)
    assert sorted(row.score for row in only(central, Rating)) == [1, 5]
    (row,) = only(central, Ticket)
    assert (row.state, row.rating, row.callback) == ("rated", 1, True)


def test_health_counts_are_added_up_once_and_topics_hold_only_words_of_the_pack(
    central: Central, terminal: Kiosk
) -> None:
    topics = '{"市公安局": 3, "我叫王秀兰住在三单元": 1, "市公安局、王秀兰": 2}'
    plain = {"content": "2026.11", "content_date": "2026-11-20", "paper": "low", "sessions": "4", "topics": topics}
    parcel = terminal.parcel(Kind.HEALTH, plain)
    terminal.link.send(parcel)
    terminal.link.send(parcel)
    terminal.link.send(terminal.parcel(Kind.HEALTH, {"sessions": "2", "faults": '["printer.cover-open"]'}))
    (day,) = only(central, Day)
    assert day.sessions == 6
    assert [(row.topic, row.count) for row in only(central, Topic)] == [("市公安局", 3)]
    with central.database.reading() as session:
        (look,) = fleet.looks(central, session)
    assert (look.condition, look.content_days, look.paper) == (fleet.Condition.FAULT, 3, "low")


def test_bytes_that_are_no_parcel_get_a_clear_refusal(terminal: Kiosk) -> None:
    for body in (b"", b"{", b"[]", b'{"key":"k1","kind":"bomb"}', b"\xff\xfe", b'{"key":"k","version":99}'):
        answered = terminal.inside.call("POST", wire.PARCELS, terminal.signed(wire.PARCELS, body), body)
        assert answered.status == 400
        assert b"reason" in answered.body


def test_a_body_too_large_is_turned_away_before_it_is_read(terminal: Kiosk) -> None:
    declared = terminal.signed(wire.PARCELS, b"") | {"content-length": str(terminal_requests.LARGEST_BODY + 1)}
    assert terminal.inside.call("POST", wire.PARCELS, declared, b"").status == 413
    body = b"x" * (terminal_requests.LARGEST_BODY + 1)
    assert terminal.inside.call("POST", wire.PARCELS, {}, body).status == 413


# -- attacks ----------------------------------------------------------------------------------------------------------


def test_attack_replayed_upload(central: Central, terminal: Kiosk, clock: VirtualClock) -> None:
    body = wire.encode(terminal.parcel())
    headers = terminal.signed(wire.PARCELS, body)
    assert terminal.inside.call("POST", wire.PARCELS, headers, body).status == 200
    again = terminal.inside.call("POST", wire.PARCELS, headers, body)
    assert (again.status, b"before" in again.body) == (401, True)
    clock.go(minutes=20)
    terminal_requests.forget_nonces(central)
    late = terminal.inside.call("POST", wire.PARCELS, headers, body)
    assert (late.status, b"now" in late.body) == (401, True), "once its nonce is forgotten, its time is too old"
    assert len(only(central, Parcel)) == 1


def test_attack_forged_terminal(central: Central, terminal: Kiosk, clock: VirtualClock) -> None:
    forger = CentralLink(AsgiTransport(terminal.inside), Identity.make(), "WL-007", lambda: clock().timestamp())
    for name in ("WL-007", "WL-999", "", "x' OR '1'='1"):
        forger._terminal = name
        answered = forger._signed(wire.PARCELS, wire.encode(terminal.parcel()), 1)
        assert answered.status == 401
    assert terminal.inside.call("POST", wire.PARCELS, {}, b"{}").status == 401
    assert only(central, Parcel) == []


def test_attack_body_changed_on_the_way(central: Central, terminal: Kiosk) -> None:
    body = wire.encode(terminal.parcel(plain={"code": "010303"}))
    headers = terminal.signed(wire.PARCELS, body)
    changed = body.replace(b"010303", b"010304")
    assert changed != body
    assert terminal.inside.call("POST", wire.PARCELS, headers, changed).status == 401
    other_path = terminal.inside.call("POST", "/api/poll", headers, body)
    assert other_path.status == 401
    assert only(central, Parcel) == []


def test_a_revoked_terminal_keeps_its_parcels_until_it_is_enrolled_again(central: Central, terminal: Kiosk) -> None:
    parcel = terminal.parcel()
    fleet.revoke(central, "WL-007", "admin", "stolen")
    with pytest.raises(TryLaterError):
        terminal.link.send(parcel)
    terminal.enrol(fleet.new_code(central, "WL-007", "", "admin"))
    assert isinstance(terminal.link.send(parcel), Receipt)


def test_a_wrong_clock_is_told_the_right_time_and_the_parcel_arrives(
    central: Central, terminal: Kiosk, clock: VirtualClock
) -> None:
    wrong = CentralLink(
        AsgiTransport(terminal.inside), terminal.identity, "WL-007", lambda: clock().timestamp() - 400 * 86400
    )
    assert isinstance(wrong.send(terminal.parcel()), Receipt)
    assert len(only(central, Ticket)) == 1


def test_attack_sql_in_every_field(central: Central, terminal: Kiosk) -> None:
    bad = "'; DROP TABLE tickets; --"
    terminal.link.send(terminal.parcel(plain={"code": bad, "department": bad, "town": bad}, fields={"text": bad}))
    terminal.link.progress(ProgressQuery(number=bad, code=bad))
    assert [row.code for row in only(central, Ticket)] == [bad]


# -- enrolment --------------------------------------------------------------------------------------------------------


def test_an_enrolment_code_works_once(central: Central, terminal: Kiosk, clock: VirtualClock) -> None:
    code = fleet.new_code(central, "WL-010", "大厅", "admin")
    identity = Identity.make()
    link = CentralLink(AsgiTransport(terminal.inside), identity, "", lambda: clock().timestamp())
    request = enrolment.request(code, identity.public_key, "x")
    assert isinstance(link.enrol(request), wire.Enrolment)
    assert isinstance(link.enrol(request), Refusal)


def test_an_old_or_wrong_code_is_refused_and_tries_are_limited(
    central: Central, terminal: Kiosk, clock: VirtualClock
) -> None:
    code = fleet.new_code(central, "WL-010", "大厅", "admin")
    identity = Identity.make()
    link = CentralLink(AsgiTransport(terminal.inside), identity, "", lambda: clock().timestamp())
    guessed = msgspec.structs.replace(code, secret="0000000000")
    assert isinstance(link.enrol(enrolment.request(guessed, identity.public_key, "x")), Refusal)
    clock.go(hours=73)
    assert isinstance(link.enrol(enrolment.request(code, identity.public_key, "x")), Refusal)
    answers = set()
    for _ in range(25):
        body = wire.encode(enrolment.request(guessed, identity.public_key, "x"))
        answers.add(terminal.inside.call("POST", wire.ENROL, {}, body).status)
    assert answers == {403, 429}


def test_a_terminal_enrolled_again_gets_a_station_never_given_before(
    central: Central, new_terminal: Callable[[str], Kiosk]
) -> None:
    stations = [made.enrolment.station for made in map(new_terminal, ("A", "B", "A", "C", "A")) if made.enrolment]
    assert stations == ["0001", "0002", "0003", "0004", "0005"]
    assert len(only(central, Terminal)) == 3


# -- progress ---------------------------------------------------------------------------------------------------------


def test_progress_by_number_and_check_code(central: Central, terminal: Kiosk, clock: VirtualClock) -> None:
    parcel = terminal.parcel(plain={"code": "010303"}, fields={"text": TEXT})
    terminal.link.send(parcel)
    query = ProgressQuery(number=parcel.number, code="4821")
    report = terminal.link.progress(query)
    assert report is not None
    assert (report.state, report.late) == (State.RECEIVED, False)
    assert report.answer_by == clock() + dt.timedelta(hours=48)
    clock.go(hours=50)
    late = terminal.link.progress(query)
    assert late is not None
    assert late.late
    move(central, lifecycle.Dispatch("police"), lifecycle.Accept(), lifecycle.Answer("灯已修好"))
    done = terminal.link.progress(query)
    assert done is not None
    assert (done.state, done.answer, done.answer_by) == (State.ANSWERED, "灯已修好", None)
    assert [step.who for step in done.steps] == ["", *["市公安局"] * 3]
    assert all(step.note == "" for step in done.steps)


def test_check_codes_cannot_be_tried_one_after_another(terminal: Kiosk, clock: VirtualClock) -> None:
    parcel = terminal.parcel()
    terminal.link.send(parcel)
    for code in ("0000", "0001", "0002", "0003", "0004"):
        assert terminal.link.progress(ProgressQuery(number=parcel.number, code=code)) is None
    right = ProgressQuery(number=parcel.number, code="4821")
    with pytest.raises(TryLaterError) as later:
        terminal.link.progress(right)
    assert later.value.wait > 0
    clock.go(hours=1, minutes=1)
    assert terminal.link.progress(right) is not None


def test_a_number_given_twice_by_a_terminal_that_lost_its_counter(terminal: Kiosk) -> None:
    first = terminal.parcel(plain={"code": "0101"}, code="1111")
    terminal.count = 0
    second = terminal.parcel(plain={"code": "0102"}, code="2222")
    assert first.number == second.number
    terminal.link.send(first)
    terminal.link.send(second)
    for code in ("1111", "2222"):
        assert terminal.link.progress(ProgressQuery(number=first.number, code=code)) is not None


# -- reminders, hand-over ---------------------------------------------------------------------------------------------


def test_reminders_rise_and_each_is_given_once(central: Central, terminal: Kiosk, clock: VirtualClock) -> None:
    terminal.link.send(terminal.parcel())
    given = []
    for minutes in (1, 3, 0, 1, 0, 3, 0):
        clock.go(minutes=minutes)
        given.append(tickets.remind(central))
    assert given == [0, 1, 0, 1, 0, 1, 0]
    (row,) = only(central, Ticket)
    assert row.grade == 3


def test_a_conversation_is_handed_over_once(new_terminal: Callable[[str], Kiosk], clock: VirtualClock) -> None:
    kiosk, phone = new_terminal("WL-001"), new_terminal("TEL-1")
    box = HandoverPut(locator="ab" * 16, box=b"\x00\x01")
    assert kiosk.link.put_handover(box)
    assert not kiosk.link.put_handover(box), "the locator is in use"
    assert phone.link.take_handover(HandoverTake(locator=box.locator)) == box
    assert phone.link.take_handover(HandoverTake(locator=box.locator)) is None
    assert kiosk.link.put_handover(box)
    clock.go(minutes=31)
    assert phone.link.take_handover(HandoverTake(locator=box.locator)) is None


def test_the_personal_part_goes_a_year_after_the_answer(central: Central, terminal: Kiosk, clock: VirtualClock) -> None:
    terminal.link.send(terminal.parcel(fields={"text": TEXT}))
    terminal.link.send(terminal.parcel(fields={"text": TEXT}))
    with central.database.writing() as session:
        row = session.get_one(Ticket, 1)
        for action in (lifecycle.Dispatch("police"), lifecycle.Accept(), lifecycle.Answer("好")):
            tickets.perform(central, session, row, action, "li")
    clock.go(days=364)
    chores.do_all(central)
    assert len(only(central, Sealed)) == 2
    clock.go(days=2)
    chores.do_all(central)
    assert len(only(central, Sealed)) == 1, "what was never answered stays"
    assert len(only(central, Ticket)) == 2


def test_static_content_comes_whole(inside: InProcess, central: Central) -> None:
    (central.repository / "metadata").mkdir(parents=True, exist_ok=True)
    (central.repository / "metadata" / "large.json").write_bytes(bytes(300_000))
    answered = inside.call("GET", "/content/metadata/large.json")
    assert (answered.status, len(answered.body)) == (200, 300_000)
