"""What the starter pack answers and what it leaves alone: paraphrases, and everyday questions it has no answer to.

``calibrate.py`` fits on one half (author b1's paraphrases, the first half of the question-pairs set); everything here
is the other half. A handful of the everyday questions really are in scope (how to have a lost identity card replaced).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from benchmarks.search.development_data import data_folder
from bianmin import settings
from content.pack import Pack
from content.search import Query, Searcher

HERE = Path(__file__).parent
PAIRS = 1500
"""Everyday questions asked of each half."""


def paraphrases(author: str) -> list[tuple[str, str]]:
    """Question and the item it means."""
    return _rows(HERE / f"starter-paraphrases-{author}.tsv")


def beside_the_point() -> list[str]:
    """Everyday questions written to lie close to the items."""
    return [question for question, _ in _rows(HERE / "starter-out-of-scope.tsv")]


def everyday(half: int) -> list[str]:
    """Questions of the question-pairs set, of its first (0) or second (1) half."""
    with (data_folder() / "question-pairs" / "lcqmc_dev.csv").open(encoding="utf-8") as file:
        questions = list(dict.fromkeys(row["q1"] for row in csv.DictReader(file)))
    middle = len(questions) // 2
    return questions[half * middle :][: min(PAIRS, middle)]


def measure() -> dict[str, float]:
    searcher = Searcher(Pack.open(settings.starter_pack()))
    searcher.warm_up()
    asked = paraphrases("b2")
    results = [searcher.search(Query(question)) for question, _ in asked]
    firsts = [result.hits[0].id == wanted for result, (_, wanted) in zip(results, asked, strict=True)]
    fours = [wanted in [hit.id for hit in result.hits[:4]] for result, (_, wanted) in zip(results, asked, strict=True)]
    answered = [right for right, result in zip(firsts, results, strict=True) if result.outcome == "answer"]
    return {
        "everyday_none": _share(searcher.search(Query(question)).outcome == "none" for question in everyday(1)),
        "beside_none": _share(searcher.search(Query(question)).outcome == "none" for question in beside_the_point()),
        "paraphrases_not_none": _share(result.outcome != "none" for result in results),
        "paraphrases_first": _share(firsts),
        "paraphrases_among_four": _share(fours),
        "paraphrases_answered": len(answered) / len(asked),
        "answers_right": _share(answered),
    }


def _share(hits: Iterable[bool]) -> float:
    all_hits = list(hits)
    return round(sum(all_hits) / len(all_hits), 4)


def _rows(path: Path) -> list[tuple[str, str]]:
    rows = [line.split("\t") for line in path.read_text("utf-8").splitlines()[1:] if line.strip()]
    return [(row[0], row[1]) for row in rows]
