"""The starter content keeps its promises: size, wording, honest samples, questions held out for measuring."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections import Counter
from pathlib import Path

import pytest

from content.check import check_source
from content.directory import Village
from content.findings import Severity
from content.model import Item, Module, Place
from content.scenario import Scenario, paths, resolve, selected
from content.source import Source, load

ROOT = Path(__file__).resolve().parents[2]
TODAY = dt.date(2026, 11, 22)
HELD_OUT = sorted((ROOT / "benchmarks" / "search").glob("starter-*.tsv"))
LEAST = dict.fromkeys(Module, 14) | {Module.INSURANCE: 22, Module.HOUSEHOLD: 15}
PHONE = re.compile(r"\d{7,}|\d{3,4}-\d+")
HOTLINES = frozenset({"110", "119", "120", "12123", "12315", "12333", "12345", "12348", "12366", "12393"})


@pytest.fixture(scope="module")
def source() -> Source:
    return load(ROOT / "content" / "wenling")


@pytest.fixture(scope="module")
def items(source: Source) -> dict[str, Item]:
    return {entry.item.id: entry.item for entry in source.items}


def test_the_strict_editor_finds_no_error(source: Source) -> None:
    assert [finding for finding in check_source(source, TODAY) if finding.severity is Severity.ERROR] == []


def test_every_module_is_as_full_as_promised(items: dict[str, Item]) -> None:
    count = Counter(item.module for item in items.values())
    assert all(count[module] >= least for module, least in LEAST.items()), count
    questions = [len(item.questions) for item in items.values()]
    assert min(questions) >= 5
    assert sum(questions) / len(questions) >= 8


def test_no_telephone_number_is_invented(source: Source, items: dict[str, Item]) -> None:
    for item in items.values():
        texts = (item.spoken, item.fee, *item.steps, *item.notes, *(material.note for material in item.materials))
        for text in texts:
            assert not PHONE.search(text), f"{item.id}: {text}"
            assert set(re.findall(r"(?<!\d)1\d{2,4}(?!\d)(?!元|块|分|年|天)", text)) <= HOTLINES, f"{item.id}: {text}"
    for entry in source.places:
        assert isinstance(entry.record, Place)
        assert entry.record.sample
        assert entry.record.phone == ""
        assert entry.record.address == ""


def test_local_facts_are_marked_until_the_city_reviews_them(items: dict[str, Item]) -> None:
    unmarked = [
        item.id for item in items.values() if item.reviewed is None and not {"places", "time_limit"} <= set(item.sample)
    ]
    assert unmarked == []


@pytest.mark.parametrize("path", HELD_OUT, ids=lambda path: path.stem)
def test_held_out_questions_are_in_no_item(path: Path, items: dict[str, Item]) -> None:
    authored = {text for item in items.values() for text in (*item.questions, *item.aliases, item.title)}
    rows = list(csv.DictReader(path.read_text("utf-8").splitlines(), delimiter="\t"))
    assert rows
    assert [row["query"] for row in rows if row["query"] in authored] == []
    assert [row["expected"] for row in rows if row["expected"] not in items and row["expected"] != "-"] == []


def test_the_village_list_is_whole_and_names_roles_only(source: Source) -> None:
    villages = [entry.record for entry in source.villages if isinstance(entry.record, Village)]
    assert len(villages) == 661
    assert len(source.towns) == 17
    assert {village.helper for village in villages} == {"村级帮办专员", "社区帮办专员"}


def test_setting_up_a_restaurant_company_crosses_eight_departments(source: Source, items: dict[str, Item]) -> None:
    scenario = next(entry.record for entry in source.scenarios if entry.id == "open-business")
    assert isinstance(scenario, Scenario)
    places = {entry.id: entry.record for entry in source.places if isinstance(entry.record, Place)}
    longest = max(paths(scenario), key=lambda path: len(selected(scenario, path)))
    result = resolve(scenario, longest, items.__getitem__, places.__getitem__)
    assert len({visit.department for visit in result.visits}) >= 8
    names = [material.name for material in result.materials]
    assert len(names) == len(set(names))
