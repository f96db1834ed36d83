"""Every conversation in scenarios/, played against the real state machine, the starter pack and its search."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from dialog.menu import Service
from dialog.world import World
from tests.dialog.glass import Glass
from tests.dialog.scenario import Player, load

SCENARIOS = load(Path(__file__).parent / "scenarios")


@pytest.mark.parametrize("scenario", [body for _, body in SCENARIOS], ids=[name for name, _ in SCENARIOS])
def test_scenario(scenario: dict[str, Any], world: World, whole_world: World, glass: Glass | None) -> None:
    here = whole_world if scenario.get("设备") == "齐全" else world
    broken = scenario.get("打印机") == "坏" or scenario.get("渠道") == "电话"
    lacking = replace(here.means, **dict.fromkeys(scenario.get("缺", ()), False))
    here = replace(here, can_print=not broken, means=lacking)
    Player(scenario, here, glass.has if glass is not None else None).play()


def test_every_service_can_be_done_in_three_ways() -> None:
    """The twelve services and the person, each by touch, by voice and by keypad with sound."""
    ways: dict[str, set[str]] = {}
    for _, scenario in SCENARIOS:
        if "服务" in scenario:
            ways.setdefault(str(scenario["服务"]), set()).add(str(scenario["方式"]))
    assert set(ways) == {service.value for service in Service}
    for service, found in ways.items():
        assert found == {"触摸", "语音", "键盘"}, service


def test_a_wrong_expectation_fails(world: World) -> None:
    """The player itself can fail: a scenario that expects what does not happen is an error."""
    wrong = {"名称": "x", "步骤": [{"说": "今天天气怎么样", "应": {"屏幕": "答案"}}]}
    with pytest.raises(AssertionError):
        Player(wrong, world).play()
