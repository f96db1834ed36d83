"""Every conversation in scenarios/, played against the real state machine, the starter pack and its search."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from dialog.world import World
from tests.dialog.scenario import Player, load

SCENARIOS = load(Path(__file__).parent / "scenarios")


@pytest.mark.parametrize("scenario", [body for _, body in SCENARIOS], ids=[name for name, _ in SCENARIOS])
def test_scenario(scenario: dict[str, Any], world: World) -> None:
    broken = scenario.get("打印机") == "坏"
    Player(scenario, replace(world, can_print=not broken)).play()


def test_a_wrong_expectation_fails(world: World) -> None:
    """The player itself can fail: a scenario that expects what does not happen is an error."""
    wrong = {"名称": "x", "步骤": [{"说": "今天天气怎么样", "应": {"屏幕": "答案"}}]}
    with pytest.raises(AssertionError):
        Player(wrong, world).play()
