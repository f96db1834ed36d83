"""One engine on one base, in a process of its own so that its memory is its own.

    PYTHONPATH=. python -m benchmarks.search.one build ENGINE SET FOLDER
    PYTHONPATH=. python -m benchmarks.search.one search ENGINE SET FOLDER     # prints a JSON line

FOLDER/SET.jsonl and FOLDER/SET.tsv are what ``benchmarks.search.development_data`` and ``benchmarks.search.large``
write; the index goes to FOLDER/ENGINE-SET.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from benchmarks.search.peers import ENGINES
from bianmin.cli.evaluate_retrieval import read_queries

BASES = {"misheard": "aliases"}
"""Sets of queries that are asked of another set's base."""

LOOKED_AT = 20


def build(engine: str, name: str, folder: Path) -> None:
    target = place(engine, name, folder)
    target.mkdir(parents=True, exist_ok=True)
    entries = [json.loads(line) for line in (folder / f"{name}.jsonl").read_text("utf-8").splitlines()]
    started = time.perf_counter()
    ENGINES[engine].build(entries, target, folder / "embeddings.db")
    (target / "seconds").write_text(f"{time.perf_counter() - started:.1f}")


def search(engine: str, name: str, folder: Path) -> dict[str, float]:
    base = BASES.get(name, name)
    asked = read_queries(folder / f"{name}.tsv")
    opened = ENGINES[engine](place(engine, base, folder))
    opened.search(next(iter(asked)), LOOKED_AT)
    answers, times, busy = [], [], []
    for query in asked:
        found, ms, cpu_ms = opened.search(query, LOOKED_AT)
        answers.append(found)
        times.append(ms)
        busy.append(cpu_ms)
    memory = opened.memory()  # before the titles are read, which are the benchmark's own
    titles = {e["id"]: e["title"] for e in map(json.loads, (folder / f"{base}.jsonl").read_text("utf-8").splitlines())}
    ranks = []
    for found, wanted in zip(answers, asked.values(), strict=True):
        names = [{identifier, titles[identifier]} for identifier in found]
        ranks.append(next((rank for rank, of in enumerate(names, 1) if of & wanted), 0))
    times.sort()
    busy.sort()
    return {
        "n": len(ranks),
        "top1": round(sum(rank == 1 for rank in ranks) / len(ranks), 4),
        "top5": round(sum(0 < rank <= 5 for rank in ranks) / len(ranks), 4),
        "ms_p50": round(times[len(times) // 2], 2),
        "ms_p95": round(times[int(len(times) * 0.95)], 2),
        "cpu_ms_p50": round(busy[len(busy) // 2], 2),
        "cpu_ms_p95": round(busy[int(len(busy) * 0.95)], 2),
        "memory_mb": round(memory),
        "build_seconds": float((place(engine, base, folder) / "seconds").read_text()),
    }


def place(engine: str, name: str, folder: Path) -> Path:
    return folder / f"{engine}-{name}"


def main(verb: str, engine: str, name: str, folder: str) -> None:
    if verb == "build":
        build(engine, name, Path(folder))
    else:
        print(json.dumps(search(engine, name, Path(folder))))


if __name__ == "__main__":
    main(*sys.argv[1:])
