"""Fit the two logistic models of ``content.search.confidence`` and print their coefficients.

    PYTHONPATH=. python -m benchmarks.search.calibrate [PACK]

In scope: the paraphrases of author b1, none of which is a question of an item. Out of scope: everyday questions of the
first half of the question-pairs set of the development data (each weighing less, as there are more of them; a handful
are in scope after all). The other author's paraphrases, the other half and the questions written to lie close to the
items are not looked at here: ``benchmarks.search.scope`` measures the shipped search on them.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from benchmarks.search.scope import everyday, paraphrases
from bianmin.settings import starter_pack
from content.pack import Pack
from content.search.candidates import gather
from content.search.confidence import Evidence, rank
from content.search.config import SearchConfig
from content.search.embedding import E5Embedder
from content.search.index import Index
from content.search.text import normalise

SCOPE = ("lexical", "meaning", "familiar", "everyday", "everyday_few")
ANSWER = ("margin",)
IN_WEIGHS = 6
"""A paraphrase beside an everyday question, of which there are nine times as many."""


def main(path: Path) -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_predict

    pack, embedder, weights = Pack.open(path), E5Embedder(), SearchConfig().weights
    index = Index({name: pack.blob(name) for name in pack.blob_names()})
    asked = [*paraphrases("b1"), *((question, "-") for question in everyday(0))]
    inside = np.asarray([wanted != "-" for _, wanted in asked])
    evidence: list[Evidence] = []
    right = []
    for question, wanted in asked:
        ranked = rank(gather(index, embedder, [normalise(question)], []), weights)
        evidence.append(ranked[0][1])
        right.append(wanted == index.ids[ranked[0][0]])
    print(f"in scope {inside.sum()}: first {np.mean(np.asarray(right)[inside]):.3f}")
    for name, fields, chosen, wanted in (
        ("SCOPE", SCOPE, np.full(len(inside), True), inside),
        ("ANSWER", ANSWER, inside, np.asarray(right)),
    ):
        features = np.asarray([[getattr(one, field) for field in fields] for one in evidence])[chosen]
        labels, within = np.asarray(wanted)[chosen], inside[chosen]
        weight = np.where(within, IN_WEIGHS, 1)
        scale = features.std(0)
        model = LogisticRegression(C=10, max_iter=5000)
        chances = cross_val_predict(
            model, features / scale, labels, cv=10, method="predict_proba", params={"sample_weight": weight}
        )[:, 1]
        model.fit(features / scale, labels, sample_weight=weight)
        coefficients = dict(zip(fields, (model.coef_[0] / scale).round(1).tolist(), strict=True))
        print(f"{name} = Logistic({model.intercept_[0]:.2f}, {coefficients})")
        for threshold in (0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7):
            above = chances > threshold
            print(f"  above {threshold}: in scope {above[within].mean():.3f}", end=", ")
            print(f"right among these {labels[above].mean():.3f}", end=", ")
            print(f"everyday {above[~within].mean():.3f}" if (~within).any() else "")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else starter_pack())
