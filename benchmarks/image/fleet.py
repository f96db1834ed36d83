"""45 simulated agents and a system that fails on some of them: when does the rollout stop, and is anybody left behind?

    python -m benchmarks.image.fleet --out fleet.json [--seeds 20]

Virtual time; the agents, the rules of the rollout and the plan for images are the real ones.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from pathlib import Path

from deploy_image.agent.simulated import roll_out, take_another
from offline_cache.rollout import IMAGE_PLAN, Status

FLEET = 45
FAILING = 0.05
HOURS = 48


def one(seed: int, failing: float) -> dict[str, object]:
    """One rollout: on which terminals the release fails is drawn from the seed, at least two."""
    chance = random.Random(seed)
    names = [f"WL-{number:03}" for number in range(1, FLEET + 1)]
    broken = set(chance.sample(names, max(2, round(failing * FLEET)))) if failing else set()
    with tempfile.TemporaryDirectory() as folder:
        state, terminals = roll_out(Path(folder), broken, IMAGE_PLAN, HOURS)
        return {
            "seed": seed,
            "failing": sorted(broken),
            "status": state.status.value,
            "reason": state.reason,
            "stage": IMAGE_PLAN.stages[state.stage].name,
            "updated": sum(terminal.version == "2" for terminal in terminals),
            "went_back": sum(any(said.result == "failed" for said in terminal.said) for terminal in terminals),
            "most_installs": max(len(terminal.installs) for terminal in terminals),
            "unusable": len(take_another(terminals, Path(folder) / "next")),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=20)
    chosen = parser.parse_args()
    bad = []
    for seed in range(chosen.seeds):
        bad.append(one(seed, FAILING))
        print(json.dumps(bad[-1], ensure_ascii=False), flush=True)
    good = one(0, 0.0)
    told = {
        "failing_share": FAILING,
        "rollouts": len(bad),
        "stopped_by_rule": sum(run["status"] == Status.STOPPED for run in bad),
        "unusable": sum(int(str(run["unusable"])) for run in bad),
        "updated_when_it_ended": [run["updated"] for run in bad],
        "went_back": [run["went_back"] for run in bad],
        "good_release": good,
        "runs": bad,
    }
    chosen.out.write_text(json.dumps(told, ensure_ascii=False, indent=1), "utf-8")
    print(json.dumps({key: value for key, value in told.items() if key != "runs"}, ensure_ascii=False))


if __name__ == "__main__":
    main()
