"""A content folder read whole: items, directory, prompts, templates, with every finding of reading them.

Layout: ``pack.yaml``, ``items/<module>/<id>.yaml``, ``directory/*.yaml``, ``prompts.yaml``, ``slips/*.yaml``,
``scenarios/*.yaml``, ``forms/forms.yaml`` with ``forms/<id>.typ``. Only ``items`` is required.
"""

from __future__ import annotations

import datetime as dt
import pathlib
import re
from collections.abc import Callable, Iterable

import msgspec

from content.authoring import SourceItem, read_identifier, read_item
from content.directory import Hours
from content.directory_reading import DEFAULT_LIMITS, codes, hours, read_limits, town, village
from content.fields import Fields, root
from content.findings import ContentError, Finding
from content.marked import Document, MarkedError, Path, parse
from content.model import Department, Form, FormField, PackInfo, Place, Prompt
from content.scenario_reading import read_scenario

LANGUAGES = ("zh", "en")


class Entry(msgspec.Struct, frozen=True):
    """A record that is not an item, with the place it was written: ``path`` in ``document``."""

    id: str
    record: msgspec.Struct
    document: Document
    path: Path = ()

    def line(self, *inside: str | int) -> int:
        return self.document.line(*self.path, *inside)


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Everything under one content folder. ``files``: which of the optional files were there."""

    directory: str
    info: PackInfo
    items: tuple[SourceItem, ...]
    places: tuple[Entry, ...]
    departments: tuple[Entry, ...]
    towns: tuple[Entry, ...]
    villages: tuple[Entry, ...]
    codes: tuple[Entry, ...]
    hours: Hours | None
    scenarios: tuple[Entry, ...]
    prompts: tuple[Entry, ...]
    forms: tuple[Entry, ...]
    templates: dict[str, str]
    findings: tuple[Finding, ...]


def load(directory: pathlib.Path) -> Source:
    """Read a content folder. Raises ``ContentError`` when there is no such folder or no item in it at all."""
    if not directory.is_dir():
        raise ContentError(f"{directory} is not a folder; name a content folder such as content/wenling")
    reader = _Reader(directory)
    items = reader.items()
    if not items and not reader.findings:
        raise ContentError(f"{directory} has no items; one item is one file items/<module>/<id>.yaml")
    return Source(
        directory=str(directory),
        info=reader.info(items),
        items=items,
        places=reader.entries("directory/places.yaml", _place),
        departments=reader.entries("directory/departments.yaml", _department),
        towns=reader.entries("directory/towns.yaml", town),
        villages=reader.entries("directory/villages.yaml", village),
        codes=reader.codes(),
        hours=reader.hours(),
        scenarios=reader.scenarios(),
        prompts=reader.prompts(),
        forms=reader.forms(),
        templates=reader.templates(),
        findings=tuple(sorted(reader.findings)),
    )


class _Reader:
    def __init__(self, directory: pathlib.Path) -> None:
        self.directory = directory
        self.findings: list[Finding] = []

    def document(self, path: pathlib.Path) -> Document | None:
        try:
            return parse(path.read_bytes(), str(path))
        except MarkedError as error:
            self.findings.append(error.finding)
        except OSError as error:
            self.findings.append(Finding(str(path), 1, "file", f"读不了文件：{error.strerror}", blocking=True))
        return None

    def items(self) -> tuple[SourceItem, ...]:
        found: dict[str, SourceItem] = {}
        for path in sorted((self.directory / "items").rglob("*.yaml")):
            document = self.document(path)
            if document is None:
                continue
            item, findings = read_item(document)
            self.findings.extend(findings)
            if item is None:
                continue
            first = found.setdefault(item.item.id, item)
            if first is not item:
                self._block(document, "编号", "duplicate-id", f"编号“{item.item.id}”在 {first.document.file} 已经用过")
            elif path.stem != item.item.id:
                self._block(document, "编号", "file-name", f"文件名应当和编号一样：{item.item.id}.yaml")
        return tuple(found[identifier] for identifier in sorted(found))

    def info(self, items: Iterable[SourceItem]) -> PackInfo:
        newest = max((item.item.valid_from for item in items), default=dt.date(2026, 1, 1))
        default = PackInfo(id=slug(self.directory.resolve().name), name="", version="0", date=newest)
        document = self.optional("pack.yaml")
        if document is None:
            return default
        fields = root(document, self.findings)
        info = PackInfo(
            id=read_identifier(fields),
            name=fields.text("名称"),
            version=fields.text("版本"),
            date=fields.date("日期") or newest,
            sample=fields.flag("样例", default=True),
        )
        fields.finish()
        return info

    def entries(self, name: str, read: Callable[[Fields], msgspec.Struct], key: str = "编号") -> tuple[Entry, ...]:
        """The records of a file that is a list of mappings; empty when the file is not there."""
        document = self.optional(name)
        if document is None:
            return ()
        if not isinstance(document.value, list):
            self.findings.append(Finding(document.file, 1, "type", "这个文件应当是一列，每条前面加“- ”", blocking=True))
            return ()
        found: dict[str, Entry] = {}
        for index, value in enumerate(document.value):
            fields = Fields(document, (index,), value, self.findings)
            record = read(fields)
            fields.finish()
            identifier = getattr(record, "id", "") or getattr(record, "code", "")
            if not identifier:
                continue
            if identifier in found:
                fields.report("duplicate-id", f"“{identifier}”重复，第一次在第{found[identifier].line()}行", key)
                continue
            found[identifier] = Entry(identifier, record, document, (index,))
        return tuple(found.values())

    def prompts(self) -> tuple[Entry, ...]:
        document = self.optional("prompts.yaml")
        if document is None:
            return ()
        fields = root(document, self.findings)
        found = []
        for key in fields.names():
            texts = fields.record(key)
            if texts is None:
                continue
            record = Prompt(key, {language: texts.text(language) for language in LANGUAGES})
            texts.finish()
            found.append(Entry(key, record, document, (key,)))
        return tuple(found)

    def codes(self) -> tuple[Entry, ...]:
        """``时限`` for all, then ``编码``: the three-level tree."""
        document = self.optional("directory/codes.yaml")
        if document is None:
            return ()
        fields = root(document, self.findings)
        tree = codes(fields.records("编码"), read_limits(fields, DEFAULT_LIMITS))
        fields.finish()
        found: dict[str, Entry] = {}
        for node in tree:
            if node.record.id in found:
                line = document.line(*node.path)
                message = f"编码“{node.record.id}”重复"
                self.findings.append(Finding(document.file, line, "duplicate-id", message, blocking=True))
            found.setdefault(node.record.id, Entry(node.record.id, node.record, document, node.path))
        return tuple(found.values())

    def hours(self) -> Hours | None:
        document = self.optional("directory/hours.yaml")
        if document is None:
            return None
        fields = root(document, self.findings)
        record = hours(fields)
        fields.finish()
        return record

    def scenarios(self) -> tuple[Entry, ...]:
        found: dict[str, Entry] = {}
        for path in sorted((self.directory / "scenarios").glob("*.yaml")):
            document = self.document(path)
            if document is None:
                continue
            scenario, findings = read_scenario(document)
            self.findings.extend(findings)
            if scenario is None:
                continue
            if scenario.id in found:
                self._block(document, "编号", "duplicate-id", f"情景编号“{scenario.id}”重复")
            elif scenario.id != path.stem:
                self._block(document, "编号", "file-name", f"文件名应当和编号一样：{scenario.id}.yaml")
            found.setdefault(scenario.id, Entry(scenario.id, scenario, document))
        return tuple(found.values())

    def optional(self, name: str) -> Document | None:
        path = self.directory / name
        return self.document(path) if path.exists() else None

    def forms(self) -> tuple[Entry, ...]:
        def form(fields: Fields) -> Form:
            identifier = read_identifier(fields)
            path = self.directory / "forms" / f"{identifier}.typ"
            source = ""
            if identifier and not path.exists():
                fields.report("missing", f"缺少表单文件 forms/{identifier}.typ", "编号")
            elif identifier:
                source = path.read_text("utf-8")
            sample = fields.flag("样例", default=True)
            return Form(identifier, fields.text("名称"), source, sample, _form_fields(fields))

        return self.entries("forms/forms.yaml", form)

    def templates(self) -> dict[str, str]:
        paths = sorted((self.directory / "slips").glob("*.yaml"))
        return {path.stem: path.read_text("utf-8") for path in paths}

    def _block(self, document: Document, key: str, rule: str, message: str) -> None:
        self.findings.append(Finding(document.file, document.line(key), rule, message, blocking=True))


def _place(fields: Fields) -> Place:
    return Place(
        id=read_identifier(fields),
        name=fields.text("名称"),
        department=fields.text("部门", required=False),
        hours=fields.text("时间", required=False),
        address=fields.text("地址", required=False),
        phone=fields.text("电话", required=False),
        sample=fields.flag("样例", default=True),
    )


def _department(fields: Fields) -> Department:
    return Department(
        id=read_identifier(fields),
        name=fields.text("名称"),
        duties=fields.text("职责"),
        sample=fields.flag("样例", default=True),
    )


def _form_fields(fields: Fields) -> tuple[FormField, ...]:
    found = []
    for entry in fields.records("字段", required=False):
        lines = int(entry.number("行数", default=1) or 1)
        found.append(FormField(read_identifier(entry), entry.text("名称"), entry.text("说明", required=False), lines))
        entry.finish()
    return tuple(found)


def slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "content"
