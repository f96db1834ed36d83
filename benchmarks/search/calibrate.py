"""Fit the two logistic models of ``content.search.confidence`` and print their coefficients.

    PYTHONPATH=. python benchmarks/search/calibrate.py [PACK]

In scope: the paraphrases beside this file, none of which is a question of an item. Out of scope: everyday questions
beside this file and the first 1,500 of the question-pairs set of the development data (each weighing less, as there are
more of them; a handful of these are in scope after all). Every figure is from ten-fold cross-validation.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np

from benchmarks.search.development_data import data_folder
from bianmin.settings import starter_pack
from content.pack import Pack
from content.search.candidates import gather
from content.search.confidence import Evidence, rank
from content.search.config import SearchConfig
from content.search.embedding import E5Embedder
from content.search.index import Index
from content.search.text import normalise

HERE = Path(__file__).parent
SCOPE = ("lexical", "meaning", "familiar", "everyday", "everyday_few")
ANSWER = ("lexical", "meaning", "margin")
WEIGHT = {"in": 6, "out": 4, "pairs": 1}


def questions() -> list[tuple[str, str, str]]:
    """Kind, question, expected id or -."""
    found = []
    for kind, pattern in (("in", "starter-paraphrases*.tsv"), ("out", "starter-out-of-scope*.tsv")):
        for path in sorted(HERE.glob(pattern)):
            rows = [line.split("\t") for line in path.read_text("utf-8").splitlines()[1:] if line.strip()]
            found += [(kind, row[0], row[1]) for row in rows]
    with (data_folder() / "question-pairs" / "lcqmc_dev.csv").open(encoding="utf-8") as file:
        pairs = list(dict.fromkeys(row["q1"] for row in csv.DictReader(file)))[:1500]
    return found + [("pairs", question, "-") for question in pairs]


def main(path: Path) -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_predict

    pack, embedder, weights = Pack.open(path), E5Embedder(), SearchConfig().weights
    index = Index({name: pack.blob(name) for name in pack.blob_names()})
    asked = questions()
    evidence: list[Evidence] = []
    right, near = [], []
    for _, question, wanted in asked:
        ranked = rank(gather(index, embedder, [normalise(question)], []), weights)
        evidence.append(ranked[0][1])
        ids = [index.ids[number] for number, _ in ranked[:4]]
        right.append(wanted == ids[0])
        near.append(wanted in ids)
    kinds = np.asarray([kind for kind, _, _ in asked])
    inside = kinds == "in"
    print(f"in scope {inside.sum()}: first {np.mean(np.asarray(right)[inside]):.3f}", end=", ")
    print(f"among four {np.mean(np.asarray(near)[inside]):.3f}")
    for name, fields, chosen, wanted in (
        ("SCOPE", SCOPE, np.full(len(kinds), True), inside),
        ("ANSWER", ANSWER, inside, np.asarray(right)),
    ):
        features = np.asarray([[getattr(one, field) for field in fields] for one in evidence])[chosen]
        labels = np.asarray(wanted)[chosen]
        weight = np.asarray([WEIGHT[kind] for kind in kinds])[chosen]
        model = LogisticRegression(C=10, max_iter=3000)
        chances = cross_val_predict(
            model, features, labels, cv=10, method="predict_proba", params={"sample_weight": weight}
        )[:, 1]
        model.fit(features, labels, sample_weight=weight)
        coefficients = dict(zip(fields, model.coef_[0].round(2).tolist(), strict=True))
        print(f"{name} = Logistic({model.intercept_[0]:.2f}, {coefficients})")
        for threshold in (0.35, 0.4, 0.45, 0.5, 0.6, 0.7):
            shares = ", ".join(f"{kind} {np.mean(chances[kinds[chosen] == kind] > threshold):.3f}" for kind in WEIGHT)
            print(f"  above {threshold}: {shares}; right among these {labels[chances > threshold].mean():.3f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else starter_pack())
