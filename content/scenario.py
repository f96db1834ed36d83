"""Scenario navigation (场景式服务导航): a few questions, then one list of what to bring, where to go, in what order.

A scenario is content. Questions are asked in order; one with a condition (当) is skipped when its condition does not
hold, and a choice may jump (转到) to a later or another question, or to the end. Rules select items by the answers.

    answers: Answers = ()
    while (question := next_question(scenario, answers)) is not None:
        answers = (*answers, (question.id, chosen))
    result = resolve(scenario, answers, pack.item, pack.place)

``content.checks.scenarios`` proves that every path ends, that every path selects something, and that no choice is dead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

import msgspec

from content.model import Item, LegalBasis, Place

END = "结束"

Answers = tuple[tuple[str, str], ...]
"""Pairs of question id and choice id, in the order they were asked."""


class Choice(msgspec.Struct, frozen=True):
    """``label`` is shown and spoken; ``goto`` a question's id, ``END``, or empty for the next question."""

    id: str
    label: str
    goto: str = ""


class Question(msgspec.Struct, frozen=True):
    """``when``: question id -> the choices that make this question worth asking; empty: always."""

    id: str
    text: str
    choices: tuple[Choice, ...]
    when: dict[str, tuple[str, ...]] = {}


class Rule(msgspec.Struct, frozen=True):
    """When ``when`` holds, ``items`` are needed, ``forms`` printed and ``notes`` said."""

    items: tuple[str, ...]
    when: dict[str, tuple[str, ...]] = {}
    forms: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """``order``: item ids in the order they are done; those not in it follow, as the rules name them."""

    id: str
    title: str
    questions: tuple[Question, ...]
    rules: tuple[Rule, ...]
    description: str = ""
    asked: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    sample: bool = True


class NeededMaterial(msgspec.Struct, frozen=True):
    """One line of the merged checklist. ``copies``: every form it is needed in; ``items``: the titles it serves."""

    name: str
    copies: tuple[str, ...]
    notes: tuple[str, ...]
    items: tuple[str, ...]


class Visit(msgspec.Struct, frozen=True):
    """One stop on the way: everything done there in one go. ``department``: who is responsible there."""

    place: str
    place_name: str
    department: str
    items: tuple[Item, ...]


class ScenarioResult(msgspec.Struct, frozen=True):
    """What to bring, where to go in which order, what to print, what it rests on."""

    title: str
    items: tuple[Item, ...]
    materials: tuple[NeededMaterial, ...]
    visits: tuple[Visit, ...]
    forms: tuple[str, ...]
    notes: tuple[str, ...]
    basis: tuple[LegalBasis, ...]


class ScenarioError(ValueError):
    """An answer that was not offered."""


def next_question(scenario: Scenario, answers: Answers) -> Question | None:
    """The question after ``answers``, or None at the end. Raises ``ScenarioError`` for an answer not offered."""
    given: dict[str, str] = {}
    position = 0
    for question_id, choice_id in answers:
        question = _askable(scenario, position, given)
        if question is None or question.id != question_id:
            raise ScenarioError(f"{scenario.id}: question {question_id} is not asked here")
        choice = next((choice for choice in question.choices if choice.id == choice_id), None)
        if choice is None:
            raise ScenarioError(f"{scenario.id}: question {question_id} has no choice {choice_id}")
        given[question_id] = choice_id
        position = _follow(scenario, question, choice)
    return _askable(scenario, position, given)


def paths(scenario: Scenario, limit: int = 20_000) -> Iterator[Answers]:
    """Every complete path. Raises ``ScenarioError`` when a question comes back on its own path, or beyond ``limit``."""
    stack: list[Answers] = [()]
    seen = 0
    while stack:
        answers = stack.pop()
        question = next_question(scenario, answers)
        if question is None:
            yield answers
            continue
        if question.id in dict(answers):
            raise ScenarioError(f"问题“{question.id}”会绕回来，永远问不完")
        for choice in reversed(question.choices):
            seen += 1
            if seen > limit:
                raise ScenarioError(f"路径太多，超过{limit}条，请减少问题")
            stack.append((*answers, (question.id, choice.id)))


def selected(scenario: Scenario, answers: Answers) -> tuple[str, ...]:
    """Ids of the items the rules select, in order, each once."""
    given = dict(answers)
    found = dict.fromkeys(item for rule in scenario.rules if holds(rule.when, given) for item in rule.items)
    rank = {item: index for index, item in enumerate(scenario.order)}
    return tuple(sorted(found, key=lambda item: rank.get(item, len(rank))))


def resolve(
    scenario: Scenario,
    answers: Answers,
    item: Callable[[str], Item],
    place: Callable[[str], Place],
) -> ScenarioResult:
    """The merged result of a finished path. ``item`` and ``place`` look up by id (``Pack.item``, ``Pack.place``)."""
    given = dict(answers)
    items = tuple(item(identifier) for identifier in selected(scenario, answers))
    rules = [rule for rule in scenario.rules if holds(rule.when, given)]
    forms = [form for rule in rules for form in rule.forms]
    forms += [material.form for one in items for material in one.materials if material.form]
    return ScenarioResult(
        title=scenario.title,
        items=items,
        materials=merge_materials(items),
        visits=_visits(items, place),
        forms=tuple(dict.fromkeys(forms)),
        notes=tuple(dict.fromkeys(note for rule in rules for note in rule.notes)),
        basis=tuple(dict.fromkeys(basis for one in items for basis in one.basis)),
    )


def merge_materials(items: tuple[Item, ...]) -> tuple[NeededMaterial, ...]:
    """One line for each thing to bring, however many items ask for it, most needed first, then as first named."""
    merged: dict[str, NeededMaterial] = {}
    for item in items:
        for material in item.materials:
            key = _same_thing(material.name)
            old = merged.get(key, NeededMaterial(material.name, (), (), ()))
            merged[key] = NeededMaterial(
                old.name,
                _joined(old.copies, material.copies),
                _joined(old.notes, material.note),
                _joined(old.items, item.title),
            )
    return tuple(sorted(merged.values(), key=lambda needed: -len(needed.items)))


def holds(when: Mapping[str, tuple[str, ...]], given: Mapping[str, str]) -> bool:
    """Whether every question of a condition was answered with one of its choices."""
    return all(given.get(question) in choices for question, choices in when.items())


def _askable(scenario: Scenario, position: int, given: Mapping[str, str]) -> Question | None:
    """The first question from ``position`` on whose condition holds."""
    for question in scenario.questions[position:]:
        if holds(question.when, given):
            return question
    return None


def _follow(scenario: Scenario, question: Question, choice: Choice) -> int:
    ids = [one.id for one in scenario.questions]
    if choice.goto == END:
        return len(ids)
    if choice.goto:
        return ids.index(choice.goto)
    return ids.index(question.id) + 1


def _visits(items: tuple[Item, ...], place: Callable[[str], Place]) -> tuple[Visit, ...]:
    """Neighbours in the order that can be done at one place become one visit, so that nobody walks twice."""
    visits: list[Visit] = []
    for item in items:
        here = item.places[0] if item.places else ""
        if visits and visits[-1].place in item.places:
            last = visits[-1]
            visits[-1] = Visit(last.place, last.place_name, last.department, (*last.items, item))
            continue
        found = place(here) if here else None
        visits.append(Visit(here, found.name if found else "", found.department if found else "", (item,)))
    return tuple(visits)


def _same_thing(name: str) -> str:
    """A material's name without remarks in brackets and without 本人 and the like, so that one card is one line."""
    bare = re.sub(r"（[^）]*）|\([^)]*\)|[《》“”\s]", "", name)
    return re.sub(r"^(本人|申请人|办理人)(的)?|(原件|复印件|原件和复印件)$", "", bare) or bare


def _joined(old: tuple[str, ...], new: str) -> tuple[str, ...]:
    return old if not new or new in old else (*old, new)
