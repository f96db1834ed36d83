"""Staged rollout: groups that only grow, the success share, the stop rule."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from offline_cache import rollout as ro
from offline_cache.rollout import Outcome, Plan, Report, Stage, Status

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
FLEET = tuple(f"WL-{n:03}" for n in range(1, 46))
PLAN = Plan(
    stages=(
        Stage("试点", terminals=("WL-001", "WL-002"), soak_hours=2),
        Stage("一成", 0.1),
        Stage("全部", 1.0, soak_hours=0),
    )
)


def offered(rollout: ro.Rollout) -> set[str]:
    offer = ro.offer_of(rollout)
    return {terminal for terminal in FLEET if ro.is_offered(offer, terminal)}


def told(outcome: Outcome, *terminals: str, at: dt.datetime = NOW) -> dict[str, Report]:
    return {terminal: Report(outcome, at) for terminal in terminals}


def test_pilots_first_then_a_tenth_then_all() -> None:
    rollout = ro.begin(PLAN, "r1", NOW)
    assert offered(rollout) == {"WL-001", "WL-002"}
    reports = told(Outcome.INSTALLED, *FLEET)
    assert ro.advance(rollout, FLEET, reports, NOW + HOUR) == rollout, "the soak time has not passed"
    second = ro.advance(rollout, FLEET, reports, NOW + 3 * HOUR)
    assert second.stage == 1
    assert {"WL-001", "WL-002"} < offered(second) < set(FLEET)
    third = ro.advance(second, FLEET, reports, NOW + 30 * HOUR)
    assert offered(third) == set(FLEET)
    assert ro.advance(third, FLEET, reports, NOW + 31 * HOUR).status is Status.DONE


def test_a_stage_that_holds_nobody_is_passed_over_at_once() -> None:
    rollout = ro.begin(ro.DEFAULT_PLAN, "r1", NOW)
    alone = ro.advance(rollout, [max(FLEET, key=lambda terminal: ro.place(terminal, "r1"))], {}, NOW)
    assert (alone.stage, alone.status) == (2, Status.RUNNING)
    assert ro.advance(rollout, [], {}, NOW) == rollout, "no terminal yet: the stages have their time"


def test_waits_until_enough_terminals_run_it() -> None:
    rollout = ro.begin(PLAN, "r1", NOW)
    assert ro.advance(rollout, FLEET, told(Outcome.INSTALLED, "WL-001"), NOW + 50 * HOUR).stage == 0


def test_failures_stop_it_and_nobody_new_is_offered_it() -> None:
    rollout = ro.begin(PLAN, "r1", NOW)
    stopped = ro.advance(rollout, FLEET, told(Outcome.FAILED, "WL-001", "WL-002"), NOW + HOUR)
    assert stopped.status is Status.STOPPED
    assert "2 of 2" in stopped.reason
    assert offered(stopped) == set()
    assert ro.advance(stopped, FLEET, told(Outcome.INSTALLED, *FLEET), NOW + 90 * HOUR) == stopped
    resumed = ro.resume(stopped, {}, NOW + 2 * HOUR)
    assert (resumed.status, offered(resumed)) == (Status.RUNNING, {"WL-001", "WL-002"})


def test_what_had_failed_when_a_person_let_it_go_on_does_not_stop_it_again() -> None:
    reports = told(Outcome.INSTALLED, "WL-001") | told(Outcome.FAILED, "WL-002")
    strict = msgspec.structs.replace(PLAN, fewest_failures=1)
    stopped = ro.advance(ro.begin(strict, "r1", NOW), FLEET, reports, NOW + HOUR)
    assert stopped.status is Status.STOPPED
    resumed = ro.resume(stopped, reports, NOW + 2 * HOUR)
    assert ro.advance(resumed, FLEET, reports, NOW + 3 * HOUR) == resumed
    second = ro.advance(resumed, FLEET, reports, NOW + 5 * HOUR)
    assert second.stage == 1, "the one that works is all that counts"
    (other,) = sorted(offered(second) - {"WL-001", "WL-002"})[:1]
    again = ro.advance(second, FLEET, reports | told(Outcome.FAILED, other), NOW + 6 * HOUR)
    assert again.status is Status.STOPPED, "a new failure does"
    assert "1 of 2" in again.reason
    mended = reports | told(Outcome.INSTALLED, "WL-002")
    assert ro.tally(resumed, FLEET, mended, NOW).installed == 2


def test_excused_pilots_do_not_end_their_stage_at_once() -> None:
    reports = told(Outcome.FAILED, "WL-001", "WL-002")
    stopped = ro.advance(ro.begin(PLAN, "r1", NOW), FLEET, reports, NOW)
    resumed = ro.resume(stopped, reports, NOW)
    assert ro.advance(resumed, FLEET, reports, NOW + HOUR).stage == 0
    assert ro.advance(resumed, FLEET, reports, NOW + 3 * HOUR).stage == 1


def test_the_first_system_that_goes_back_stops_the_rollout_in_every_stage() -> None:
    for stage in range(3):
        rollout = msgspec.structs.replace(ro.begin(ro.IMAGE_PLAN, "r1", NOW), stage=stage)
        bad = min(offered(rollout))
        reports = told(Outcome.INSTALLED, *FLEET) | told(Outcome.FAILED, bad)
        assert ro.advance(rollout, FLEET, reports, NOW).status is Status.STOPPED


def test_a_system_that_waits_for_the_night_is_not_silent() -> None:
    rollout = ro.begin(ro.IMAGE_PLAN, "r1", NOW)
    reports = told(Outcome.STARTED, *FLEET)
    assert ro.advance(rollout, FLEET, reports, NOW + 48 * HOUR).status is Status.RUNNING
    assert ro.advance(rollout, FLEET, reports, NOW + 73 * HOUR).status is Status.STOPPED


def test_one_dead_machine_is_not_a_pattern() -> None:
    rollout = ro.begin(PLAN, "r1", NOW)
    assert ro.advance(rollout, FLEET, told(Outcome.FAILED, "WL-001"), NOW + HOUR).status is Status.RUNNING


def test_a_terminal_that_began_and_fell_silent_counts_as_failed() -> None:
    rollout = ro.begin(PLAN, "r1", NOW)
    reports = told(Outcome.STARTED, "WL-001", "WL-002")
    assert ro.advance(rollout, FLEET, reports, NOW + HOUR).status is Status.RUNNING
    assert ro.advance(rollout, FLEET, reports, NOW + 7 * HOUR).status is Status.STOPPED


def test_a_stage_without_terminals_does_not_hold_it_up() -> None:
    plan = Plan(stages=(Stage("试点", 0.0, soak_hours=0), Stage("全部", 1.0)))
    assert ro.advance(ro.begin(plan, "r", NOW), FLEET, {}, NOW).stage == 1


def test_what_is_over_cannot_be_changed() -> None:
    withdrawn = ro.withdraw(ro.begin(PLAN, "r1", NOW), "wrong fee")
    assert offered(withdrawn) == set()
    with pytest.raises(ro.RolloutError, match="withdrawn"):
        ro.resume(withdrawn, {}, NOW)


@pytest.mark.parametrize(
    "stages",
    [
        (),
        (Stage("a", 0.005), Stage("b", 1.0)),
        (Stage("a", 0.5),),
        (Stage("a", 0.5), Stage("b", 0.2), Stage("c", 1.0)),
        (Stage("a", 1.5), Stage("b", 1.0)),
    ],
)
def test_plans_that_cannot_work_are_refused(stages: tuple[Stage, ...]) -> None:
    with pytest.raises(ro.RolloutError):
        ro.begin(Plan(stages=stages), "r", NOW)


@given(
    st.text(min_size=1, max_size=12),
    st.lists(st.integers(0, 100).map(lambda percent: percent / 100), min_size=1, max_size=5),
)
def test_stages_only_ever_add_terminals(release: str, shares: list[float]) -> None:
    plan = Plan(stages=tuple(Stage(str(n), share) for n, share in enumerate([*sorted(shares), 1.0])))
    rollout = ro.begin(plan, release, NOW)
    before: set[str] = set()
    for stage in range(len(plan.stages)):
        now = offered(msgspec.structs.replace(rollout, stage=stage))
        assert before <= now
        before = now
    assert before == set(FLEET)


def test_places_are_spread_evenly() -> None:
    places = sorted(ro.place(f"T{n}", "r") for n in range(2000))
    assert max(abs(where - n / 2000) for n, where in enumerate(places)) < 0.05
