"""A scenario's proof: it names only what exists, every path ends and selects something, no choice is dead.

Proved by walking every path, so a choice is dead when no path reaches it, and a question idle when no answer to it ever
changes what is selected.
"""

from __future__ import annotations

from collections.abc import Iterator

from content.checks.speaking import unspeakable
from content.checks.wording import punctuation
from content.findings import Finding, Severity
from content.marked import Document, Path
from content.scenario import END, Answers, Scenario, ScenarioError, holds, paths, selected
from content.source import Source

MOST_CHOICES = 6
"""On the phone, more choices than this cannot be remembered."""


def scenarios(source: Source) -> Iterator[Finding]:
    items = {entry.item.id for entry in source.items}
    forms = {entry.id for entry in source.forms}
    for entry in source.scenarios:
        scenario = entry.record
        if not isinstance(scenario, Scenario):
            continue
        wrong = list(_names(scenario, entry.document, items, forms))
        yield from wrong
        yield from _wording(scenario, entry.document)
        if not wrong:
            yield from proof(scenario, entry.document)


def _names(scenario: Scenario, document: Document, items: set[str], forms: set[str]) -> Iterator[Finding]:
    ids = [question.id for question in scenario.questions]
    offered = {question.id: {choice.id for choice in question.choices} for question in scenario.questions}
    for index, question in enumerate(scenario.questions):
        here: Path = ("问题", index)
        if question.id in ids[:index]:
            yield _error(document, (*here, "编号"), "duplicate-id", f"问题编号“{question.id}”重复")
        if len(question.choices) < 2:
            yield _error(document, (*here, "选项"), "few-choices", f"问题“{question.id}”至少要有两个选项")
        for number, choice in enumerate(question.choices):
            if choice.id in [earlier.id for earlier in question.choices[:number]]:
                yield _error(document, (*here, "选项", number), "duplicate-id", f"选项编号“{choice.id}”重复")
            if choice.goto and choice.goto != END and choice.goto not in ids:
                yield _error(document, (*here, "选项", number, "转到"), "unknown-question", f"没有问题“{choice.goto}”")
        yield from _conditions(question.when, offered, document, (*here, "当"))
    for index, rule in enumerate(scenario.rules):
        here = ("规则", index)
        yield from _conditions(rule.when, offered, document, (*here, "当"))
        for number, item in enumerate(rule.items):
            if item not in items:
                yield _error(document, (*here, "事项", number), "unknown-item", f"没有编号为“{item}”的事项")
        for number, form in enumerate(rule.forms):
            if form not in forms:
                yield _error(document, (*here, "表单", number), "unknown-form", f"没有编号为“{form}”的表单")
    named = {item for rule in scenario.rules for item in rule.items}
    for index, item in enumerate(scenario.order):
        if item not in named:
            yield _error(document, ("顺序", index), "unknown-item", f"“顺序”里的“{item}”没有出现在规则里")


def _conditions(
    when: dict[str, tuple[str, ...]], offered: dict[str, set[str]], document: Document, here: Path
) -> Iterator[Finding]:
    for question, choices in when.items():
        if question not in offered:
            yield _error(document, (*here, question), "unknown-question", f"没有问题“{question}”")
            continue
        for choice in choices:
            if choice not in offered[question]:
                yield _error(document, (*here, question), "unknown-choice", f"问题“{question}”没有选项“{choice}”")


def proof(scenario: Scenario, document: Document) -> Iterator[Finding]:
    """Walk every path of a scenario whose names are right."""
    try:
        walked = list(paths(scenario))
    except ScenarioError as error:
        yield _error(document, ("问题",), "endless", str(error))
        return
    results = {path: selected(scenario, path) for path in walked}
    reached = {pair for path in walked for pair in path}
    for index, question in enumerate(scenario.questions):
        if not any(question.id == asked for asked, _ in reached):
            yield _error(document, ("问题", index), "dead-question", f"问题“{question.id}”永远问不到")
            continue
        for number, choice in enumerate(question.choices):
            through = [results[path] for path in walked if (question.id, choice.id) in path]
            if not any(through):
                message = f"选项“{choice.label}”走不出任何事项"
                yield _error(document, ("问题", index, "选项", number), "dead-choice", message)
        if not _matters(question.id, results):
            message = f"问题“{question.id}”怎么选结果都一样，可以不问"
            yield Finding(document.file, document.line("问题", index), "idle-question", message, Severity.WARNING)
    for path, result in results.items():
        if not result:
            labels = " → ".join(f"{question}={choice}" for question, choice in path)
            yield _error(document, ("规则",), "empty-path", f"这样选什么事项也没有：{labels}")
    for index, rule in enumerate(scenario.rules):
        if not any(holds(rule.when, dict(path)) for path in walked):
            yield _error(document, ("规则", index), "dead-rule", "这条规则永远用不上")


def _matters(question: str, results: dict[Answers, tuple[str, ...]]) -> bool:
    """Whether two paths that part at ``question`` ever select differently."""
    outcomes: dict[Answers, dict[str, set[tuple[str, ...]]]] = {}
    for path, result in results.items():
        asked = [name for name, _ in path]
        if question in asked:
            at = asked.index(question)
            outcomes.setdefault(path[:at], {}).setdefault(path[at][1], set()).add(result)
    return any(len({frozenset(found) for found in choices.values()}) > 1 for choices in outcomes.values())


def _wording(scenario: Scenario, document: Document) -> Iterator[Finding]:
    for index, question in enumerate(scenario.questions):
        texts: list[tuple[Path, str]] = [(("问题", index, "问"), question.text)]
        texts += [(("问题", index, "选项", n, "名称"), choice.label) for n, choice in enumerate(question.choices)]
        for path, text in texts:
            if problem := punctuation(text):
                yield _error(document, path, "punctuation", problem)
            if problem := unspeakable(text):
                yield _error(document, path, "unspeakable", problem)
        if len(question.choices) > MOST_CHOICES:
            message = f"选项有{len(question.choices)}个，电话里记不住，最好不超过{MOST_CHOICES}个"
            line = document.line("问题", index, "选项")
            yield Finding(document.file, line, "many-choices", message, Severity.WARNING)


def _error(document: Document, path: Path, rule: str, message: str) -> Finding:
    return Finding(document.file, document.line(*path), rule, message, blocking=True)
