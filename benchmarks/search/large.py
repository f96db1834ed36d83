"""A question base of the size of a province's: 172,000 questions with answers, and paraphrases of some of them.

    PYTHONPATH=. python -m benchmarks.search.large FOLDER     # large.jsonl, large.tsv

Everyday questions of the question-pairs set, and the names of the Guangdong items asked for in ninety ways. The queries
are the other halves of the pairs that mean the same. Made from the development data; it stays outside the repository.
"""

from __future__ import annotations

import csv
import json
import random
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from benchmarks.search.development_data import SEED, Row, data_folder, write

SIZE = 172_000
QUERIES = 500
ANSWER = 150
"""Characters of an answer."""

OPENERS = ("", "请问", "我想问一下", "老人家想问", "帮我看看", "麻烦问下", "听说可以", "我要", "邻居说")
MATTERS = (
    "{}怎么办理", "{}要带什么材料", "{}在哪里办", "{}要多长时间", "{}收费吗", "{}需要什么条件", "{}能不能代办",
    "办{}的流程是什么", "{}网上可以办吗", "{}找哪个部门",
)  # fmt: skip


def pairs(data: Path) -> Iterator[tuple[str, str]]:
    """Two everyday questions that mean the same."""
    with (data / "question-pairs" / "lcqmc_dev.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["label"] == "1":
                yield row["q1"].strip(), row["q2"].strip()


def base(data: Path, size: int = SIZE) -> tuple[list[dict[str, object]], list[Row]]:
    """Entries and queries; the query of a pair is never in the base."""
    rng = random.Random(SEED)
    same = list(pairs(data))
    asked = dict(same)
    queries = [(query, question) for question, query in asked.items() if query not in asked][:QUERIES]
    hidden = {query for query, _ in queries}
    lines = (data / "guangdong-items" / "items.jsonl").read_text("utf-8").splitlines()
    items = {item["name"]: item.get("condition") or "" for item in map(json.loads, lines)}
    asking = [
        (opener + matter.format(name), f"{name}。{items[name]}"[:ANSWER])
        for name, opener, matter in product(sorted(items), OPENERS, MATTERS)
    ]
    rng.shuffle(asking)
    everyday = [(text, "") for text in dict.fromkeys(asked) if text not in hidden]
    chosen = list(dict(everyday + asking).items())[:size]
    rng.shuffle(chosen)
    entries: list[dict[str, object]] = [
        {"id": f"q{number}", "title": title, "questions": [], "answer": answer}
        for number, (title, answer) in enumerate(chosen)
    ]
    return entries, queries


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write(folder, "large", *base(data_folder()))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
