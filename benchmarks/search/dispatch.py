"""Dispatch on the citizens' messages: four fifths trained on, one fifth held out, stratified, the same split always."""

from __future__ import annotations

import random
import time
from collections import defaultdict
from typing import Any

import msgspec

from benchmarks.search.development_data import SEED, data_folder
from content.dispatch import read_examples, score, train
from content.dispatch.examples import Example

HELD_OUT = 5
"""One message in this many."""


def split() -> tuple[list[Example], list[Example]]:
    """Training part and held-out part."""
    by_label: dict[str, list[Example]] = defaultdict(list)
    for example in read_examples(data_folder() / "citizen-messages" / "train.tsv"):
        by_label[example.label].append(example)
    kept: list[Example] = []
    held: list[Example] = []
    for label in sorted(by_label):
        examples = by_label[label]
        random.Random(SEED).shuffle(examples)
        cut = len(examples) // HELD_OUT
        held += examples[:cut]
        kept += examples[cut:]
    random.Random(SEED).shuffle(kept)
    return kept, held


def measure() -> dict[str, Any]:
    kept, held = split()
    started = time.perf_counter()
    model = train(kept)
    seconds = time.perf_counter() - started
    return {**msgspec.to_builtins(score(model, held)), "train_seconds": round(seconds)}
