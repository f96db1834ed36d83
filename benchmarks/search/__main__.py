"""Search beside its peers, and the decision of the starter pack: every row of benchmarks/results/search.md.

    BIANMIN_SHARED=../shared PYTHONPATH=. python -m benchmarks.search FOLDER [--only PART]...

Parts: ``aliases``, ``misheard``, ``replies``, ``passages``, ``large`` (172,000 questions: some 20 minutes the first
time), ``scope`` (the starter pack), ``dispatch``, and ``latency``: the queries alone, on what an earlier run built in
FOLDER. FOLDER holds the development data's bases and the indexes; it stays outside the repository. Results of parts not
run are kept: benchmarks/results/search.json is updated, and the tables of search.md and the plot are made from it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.search import development_data, dispatch, large, report, scope
from benchmarks.search.one import BASES, place
from benchmarks.search.peers import ENGINES

RESULTS = Path(__file__).parents[1] / "results"
SETS = ("aliases", "misheard", "replies", "passages", "large")
PARTS = (*SETS, "scope", "dispatch")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", action="append", choices=(*PARTS, "latency"), default=[])
    asked = parser.parse_args()
    parts = asked.only or list(PARTS)
    if not (asked.folder / "large.jsonl").exists():
        development_data.main(asked.folder)
        large.main(asked.folder)
    for name in SETS:
        if name in parts or "latency" in parts:
            for engine in ENGINES:
                record(name, {engine: compare(engine, name, asked.folder, "latency" not in parts)})
    for part, measure in (("scope", scope.measure), ("dispatch", dispatch.measure)):
        if part in parts:
            record(part, measure())
    report.write(report.read())


def record(part: str, measured: dict[str, Any]) -> None:
    """At once, so that a run that is broken off has not measured for nothing."""
    print(part, measured, flush=True)
    found = report.read()
    found[part] = found.get(part, {}) | measured
    found |= {"measured": dt.date.today().isoformat(), "cores": os.cpu_count()}
    report.DATA.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")


def compare(engine: str, name: str, folder: Path, may_build: bool) -> dict[str, Any]:
    base = BASES.get(name, name)
    if not (place(engine, base, folder) / "seconds").exists():
        if not may_build:
            raise SystemExit(f"{engine} has no index of {base} in {folder}; run without --only latency first")
        run("build", engine, base, folder)
    measured: dict[str, Any] = json.loads(run("search", engine, name, folder))
    return measured


def run(verb: str, engine: str, name: str, folder: Path) -> str:
    command = [sys.executable, "-m", "benchmarks.search.one", verb, engine, name, str(folder)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip().rpartition("\n")[2]


if __name__ == "__main__":
    main()
