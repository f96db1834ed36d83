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
    rejected = answered = False
    dialled = "12345"

    def answer(self) -> None:
        self.answered = True
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


class Machine:
    """A line of its own on virtual time, and how late its rounds are."""

    def __init__(self) -> None:
        self.now = 0.0
        own = parts()
        assert isinstance(own.diary, ListDiary)
        self.diary = own.diary
        self.line = Line(own, clock=lambda: self.now)

    def late(self, seconds: float) -> None:
        for _ in range(50):
            self.line.lateness.add(seconds)

    def after(self, seconds: float) -> None:
        self.now += seconds
        self.line.tick()


def ringing(leg: Incoming) -> bool:
    leg.advance()
    return leg.up and not leg.rejected and not leg.answered


def test_a_line_that_runs_late_rings_for_two_seconds_and_is_busy_then() -> None:
    machine = Machine()
    machine.late(0.5)
    leg = arrive(machine.line)
    machine.after(1.9)
    assert ringing(leg)
    machine.after(0.2)
    assert leg.rejected
    assert Refused("overloaded") in machine.diary.entries
    assert machine.line.calls == 0


def test_a_line_that_stood_still_for_a_moment_answers_when_it_goes_on() -> None:
    machine = Machine()
    machine.late(0.5)
    legs = [arrive(machine.line) for _ in range(3)]
    machine.after(0.5)
    machine.late(0.0)
    machine.after(0.02)
    assert not any(ringing(leg) for leg in legs)
    assert machine.line.health.answered == 3
    assert not any(isinstance(entry, Refused) for entry in machine.diary.entries)


def test_a_line_that_is_drained_lets_nobody_ring_on() -> None:
    machine = Machine()
    machine.late(0.5)
    leg = arrive(machine.line)
    machine.line.drain()
    machine.after(0.02)
    assert leg.rejected
    assert machine.line.drained.is_set()


def test_a_caller_who_puts_down_while_it_rings_is_no_refusal() -> None:
    machine = Machine()
    machine.late(0.5)
    leg = arrive(machine.line)
    leg.put_down()
    machine.after(3.0)
    assert machine.line.health.refused == machine.line.calls == 0


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

    broken.read = boom
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


def test_a_line_that_understands_too_slowly_rings_until_it_has_caught_up() -> None:
    machine = Machine()
    slow, quick = TurnAnswered(500, 2500, 300, 3400, filler=True), TurnAnswered(500, 100, 50, 700, filler=False)
    for turn in (slow, slow):
        machine.line._pace.note(turn)
    assert not ringing(arrive(machine.line))
    machine.line._pace.note(slow)
    assert ringing(first := arrive(machine.line))
    machine.line._pace.note(quick)
    machine.after(0.02)
    assert not ringing(first)
    for turn in (slow, slow, slow):
        machine.line._pace.note(turn)
    assert ringing(second := arrive(machine.line))
    machine.after(2.1)
    assert second.rejected
    machine.now += 11.0
    assert not ringing(arrive(machine.line))
