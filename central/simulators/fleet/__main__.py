"""``python -m central.simulators.fleet``: run a city, print what arrived; exit 1 when something was lost or doubled."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from central.simulators.fleet.city import City, Plan
from central.simulators.fleet.faults import NONE, Faults


def main() -> int:
    known = argparse.ArgumentParser(prog="python -m central.simulators.fleet", description=__doc__)
    known.add_argument("--terminals", type=int, default=45)
    known.add_argument("--days", type=int, default=30)
    known.add_argument("--seed", type=int, default=7)
    known.add_argument("--tickets", type=float, default=1.0, help="a day and terminal")
    known.add_argument("--report-hours", type=float, default=24.0)
    known.add_argument("--no-faults", action="store_true")
    known.add_argument("--database", default="", help="an SQLAlchemy URL; default: SQLite")
    known.add_argument("--folder", type=Path, help="kept afterwards; default: a temporary one")
    known.add_argument("--pack", default="")
    given = known.parse_args()
    plan = Plan(
        terminals=given.terminals,
        days=given.days,
        seed=given.seed,
        tickets_a_day=given.tickets,
        report_hours=given.report_hours,
        faults=NONE if given.no_faults else Faults(),
    )
    with tempfile.TemporaryDirectory() as temporary:
        begun = time.perf_counter()
        city = City(plan, given.folder or Path(temporary), database=given.database, pack=given.pack)
        count = city.run()
        city.close()
    found = msgspec.to_builtins(count) | {"right": count.right, "seconds": round(time.perf_counter() - begun, 1)}
    sys.stdout.write(msgspec.json.encode(found).decode() + "\n")
    return 0 if count.right else 1


if __name__ == "__main__":
    sys.exit(main())
