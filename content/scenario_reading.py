"""The authoring format of a scenario: scenarios/<id>.yaml -> ``content.scenario.Scenario``."""

from __future__ import annotations

from content.authoring import read_identifier
from content.fields import Fields, root
from content.findings import Finding
from content.marked import Document
from content.scenario import Choice, Question, Rule, Scenario


def read_scenario(document: Document) -> tuple[Scenario | None, tuple[Finding, ...]]:
    findings: list[Finding] = []
    fields = root(document, findings)
    scenario = Scenario(
        id=read_identifier(fields),
        title=fields.text("标题"),
        description=fields.text("说明", required=False),
        asked=fields.texts("问法", required=False),
        questions=tuple(_question(entry) for entry in fields.records("问题")),
        rules=tuple(_rule(entry) for entry in fields.records("规则")),
        order=fields.texts("顺序", required=False),
        sample=fields.flag("样例", default=True),
    )
    fields.finish()
    return (scenario if scenario.id else None), tuple(findings)


def _question(fields: Fields) -> Question:
    choices = []
    for entry in fields.records("选项"):
        choices.append(Choice(read_identifier(entry), entry.text("名称"), entry.text("转到", required=False)))
        entry.finish()
    question = Question(read_identifier(fields), fields.text("问"), tuple(choices), _when(fields))
    fields.finish()
    return question


def _rule(fields: Fields) -> Rule:
    rule = Rule(
        items=fields.texts("事项"),
        when=_when(fields),
        forms=fields.texts("表单", required=False),
        notes=fields.texts("提示", required=False),
    )
    fields.finish()
    return rule


def _when(fields: Fields) -> dict[str, tuple[str, ...]]:
    """``当: {问题编号: 选项编号, 或者: [选项, 选项]}``: all of them must hold."""
    record = fields.record("当", required=False)
    return {key: record.texts(key) for key in record.names()} if record is not None else {}
