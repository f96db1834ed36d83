"""Who is let in, what a broken call does to the others, and the health page."""

from __future__ import annotations

import msgspec
import pytest

from dialog.acts import Ask, Say
from ivr.diary import LineQuality, ListDiary, Refused, Trouble, TurnAnswered
from ivr.health_page import page_of, reply
from ivr.leg import Answered
from ivr.line import Health, Line
from ivr.parts import Parts
from ivr.settings import Admission, IvrSettings
from ivr.supervisor import Phase, WorkerHealth
from ivr.virtual_leg import VirtualLeg
from ivr.worker import port_of, settings_of
from tests.ivr.virtual_call import Call


class Incoming(VirtualLeg):
    """A leg that has not been answered yet."""

    quality = LineQuality(1, 1, 0, 0.0, 0)
    rejected = False
    dialled = "12345"

    def answer(self) -> None:
        self._later.append(Answered())

    def reject(self) -> None:
        self.rejected = True


def parts() -> Parts:
    return Call((Say("您好"), Ask())).conversation._parts


def line(calls: int = 2) -> tuple[Line, ListDiary]:
    own = parts()
    assert isinstance(own.diary, ListDiary)
    return Line(own, Admission(calls=calls), clock=lambda: 0.0), own.diary


def arrive(to: Line) -> Incoming:
    leg = Incoming()
    to.arrived(leg)
    leg.advance()
    return leg


def test_the_call_after_the_last_free_place_is_refused_at_once() -> None:
    own, diary = line(calls=2)
    legs = [arrive(own) for _ in range(3)]
    assert [leg.rejected for leg in legs] == [False, False, True]
    assert Refused("full") in diary.entries
    assert own.health == Health(2, 2, 2, 1, 0, 0.0, draining=False)


def test_a_place_is_free_again_when_a_caller_hangs_up() -> None:
    own, _ = line(calls=1)
    arrive(own).put_down()
    own.tick()
    assert not arrive(own).rejected


def test_a_line_that_runs_late_lets_nobody_in() -> None:
    own, diary = line()
    own.lateness.add(0.5)
    assert arrive(own).rejected
    assert Refused("overloaded") in diary.entries
    for _ in range(50):
        own.lateness.add(0.0)
    assert not arrive(own).rejected


def test_draining_keeps_the_calls_there_are_and_ends_after_the_last() -> None:
    own, _ = line()
    leg = arrive(own)
    own.drain()
    assert arrive(own).rejected
    own.tick()
    assert not own.drained.is_set()
    leg.put_down()
    own.tick()
    assert own.drained.is_set()


def test_a_call_that_breaks_ends_alone() -> None:
    own, diary = line()
    broken, other = arrive(own), arrive(own)

    def boom() -> bytes:
        raise RuntimeError

    broken.read = boom  # type: ignore[method-assign]
    own.tick()
    assert not broken.up
    assert other.up
    assert Trouble("conversation", "RuntimeError") in diary.entries
    assert own.calls == 1


def test_a_call_that_is_never_confirmed_gives_its_place_back() -> None:
    now = [0.0]
    own = Line(parts(), Admission(calls=1), clock=lambda: now[0])
    own.arrived(Incoming())
    now[0] = 39.0
    own.tick()
    assert own.calls == 1
    now[0] = 41.0
    own.tick()
    assert own.calls == 0
    assert not arrive(own).rejected


def test_a_caller_who_gives_up_before_the_answer_leaves_nothing() -> None:
    own, _ = line()
    leg = Incoming()
    own.arrived(leg)
    leg.put_down()
    assert own.calls == 0


@pytest.mark.parametrize(
    ("request_line", "phase", "status"),
    [
        ("GET /health HTTP/1.1", Phase.SERVING, b"200"),
        ("GET /health HTTP/1.1", Phase.STARTING, b"503"),
        ("GET /other HTTP/1.1", Phase.SERVING, b"404"),
        ("POST /health HTTP/1.1", Phase.SERVING, b"404"),
        ("\0\0", Phase.SERVING, b"404"),
    ],
)
def test_the_health_page_says_whether_anybody_answers(request_line: str, phase: Phase, status: bytes) -> None:
    worker = WorkerHealth(0, phase, 5060, 1, 0, Health(3, 50, 9, 1, 0, 0.5, draining=False))
    answer = reply(f"{request_line}\r\n\r\n".encode(), page_of([worker]))
    assert answer.split()[1] == status
    if status != b"404":
        assert msgspec.json.decode(answer.partition(b"\r\n\r\n")[2])["calls"] == 3


def test_workers_share_no_port() -> None:
    chosen = msgspec.structs.replace(IvrSettings(), workers=3)
    own = [settings_of(chosen, number).listen for number in range(3)]
    assert [one.port for one in own] == [port_of(chosen, number) for number in range(3)] == [5060, 5070, 5080]
    spans = [set(range(one.rtp_first, one.rtp_last + 1)) for one in own]
    assert not spans[0] & spans[1]
    assert not spans[1] & spans[2]
    assert all(one.rtp_first % 2 == 0 for one in own)


def test_lines_end_their_calls_when_closed() -> None:
    own, _ = line()
    leg = arrive(own)
    own.close()
    assert not leg.up


def test_calls_nobody_confirms_take_no_place_from_callers() -> None:
    now = [0.0]
    own = Line(parts(), Admission(calls=2), clock=lambda: now[0])
    for _ in range(3):
        own.arrived(Incoming())
    assert own.calls == 2
    now[0] = 4.0
    assert not arrive(own).rejected
    assert not arrive(own).rejected
    assert arrive(own).rejected


def test_a_line_that_understands_too_slowly_lets_nobody_in_until_it_has_caught_up() -> None:
    now = [0.0]
    own = Line(parts(), clock=lambda: now[0])
    slow, quick = TurnAnswered(500, 2500, 300, 3400, filler=True), TurnAnswered(500, 100, 50, 700, filler=False)
    for turn in (slow, slow):
        own._pace.note(turn)
    assert not arrive(own).rejected
    own._pace.note(slow)
    assert arrive(own).rejected
    own._pace.note(quick)
    assert not arrive(own).rejected
    for turn in (slow, slow, slow):
        own._pace.note(turn)
    assert arrive(own).rejected
    now[0] = 11.0
    assert not arrive(own).rejected
