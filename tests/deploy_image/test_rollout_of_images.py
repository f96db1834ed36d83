"""45 agents and a staged rollout: a release that fails on some stops, and leaves no terminal unusable."""

import random
from pathlib import Path

import msgspec
import pytest

from deploy_image.agent.simulated import roll_out, take_another
from offline_cache import rollout
from offline_cache.rollout import IMAGE_PLAN


def strict(*stages: rollout.Stage) -> rollout.Plan:
    """The plan for images with other stages."""
    return msgspec.structs.replace(IMAGE_PLAN, stages=stages)


@pytest.mark.parametrize("seed", range(3))
def test_a_release_that_fails_on_one_in_twenty_stops_and_leaves_all_45_usable(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    broken = {f"WL-{number:03}" for number in range(1, 46) if chance.random() < 0.05} | {"WL-007", "WL-031"}
    pilots = (*chance.sample(sorted(broken), 1), "WL-001", "WL-002")
    stages = (
        rollout.Stage("pilots", terminals=pilots, soak_hours=1),
        rollout.Stage("all", share=1.0, soak_hours=0),
    )
    state, terminals = roll_out(tmp_path, broken, strict(*stages))
    # One of three pilots fails, so nine in ten never succeed: the next stage does not begin.
    assert state.stage == 0
    assert all(len(one.installs) <= 1 for one in terminals)
    assert {one.name for one in terminals if one.installs} <= set(pilots)
    assert take_another(terminals, tmp_path / "next") == []


def test_a_release_whose_faults_show_late_stops_by_the_rule(tmp_path: Path) -> None:
    broken = {"WL-007", "WL-031"}
    stages = (
        rollout.Stage("pilots", terminals=("WL-001", "WL-002"), soak_hours=1),
        rollout.Stage("some", terminals=("WL-003", "WL-004", "WL-007", "WL-031", "WL-040"), soak_hours=1),
        rollout.Stage("all", share=1.0, soak_hours=0),
    )
    state, terminals = roll_out(tmp_path, broken, strict(*stages))
    assert state.status is rollout.Status.STOPPED
    assert "2 of 7" in state.reason
    assert sum(one.version == "2" for one in terminals) == 5
    assert take_another(terminals, tmp_path / "next") == []


def test_a_good_release_reaches_all_45(tmp_path: Path) -> None:
    stages = (rollout.Stage("pilots", share=0.1, soak_hours=1), rollout.Stage("all", share=1.0, soak_hours=0))
    state, terminals = roll_out(tmp_path, set(), strict(*stages))
    assert state.status is rollout.Status.DONE
    assert all(one.version == "2" and len(one.installs) == 1 for one in terminals)
