"""Names that must lead somewhere: places, departments, forms, related items, modules and the folders they live in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from content.directory import RequestCode, Village
from content.findings import Finding, Severity
from content.model import Place
from content.source import Source


def places(source: Source) -> Iterator[Finding]:
    """Every place of an item is in directory/places.yaml."""
    known = {entry.id for entry in source.places}
    for entry in source.items:
        for index, place in enumerate(entry.item.places):
            if place not in known:
                line = entry.document.line("地点", index)
                message = f"地点“{place}”不在 directory/places.yaml 里"
                yield Finding(entry.document.file, line, "unknown-place", message, blocking=bool(known))


def departments(source: Source) -> Iterator[Finding]:
    """Every department of a place is in directory/departments.yaml; ``town`` stands for the town's own government."""
    known = {entry.id for entry in source.departments} | {"", "town"}
    for entry in source.places:
        record = entry.record
        if isinstance(record, Place) and record.department not in known:
            message = f"没有编号为“{record.department}”的部门"
            yield Finding(entry.document.file, entry.line("部门"), "unknown-department", message)


def code_departments(source: Source) -> Iterator[Finding]:
    """Every department of a request code is in directory/departments.yaml."""
    known = {entry.id for entry in source.departments} | {"", "town"}
    for entry in source.codes:
        if isinstance(entry.record, RequestCode) and entry.record.department not in known:
            message = f"没有编号为“{entry.record.department}”的部门"
            yield Finding(entry.document.file, entry.line("部门"), "unknown-department", message)


def village_towns(source: Source) -> Iterator[Finding]:
    """Every village lies in a town of directory/towns.yaml, and its code says the same."""
    known = {entry.id for entry in source.towns}
    for entry in source.villages:
        if not isinstance(entry.record, Village):
            continue
        if entry.record.town not in known:
            message = f"没有编号为“{entry.record.town}”的镇街"
            yield Finding(entry.document.file, entry.line("镇街"), "unknown-town", message)
        elif not entry.id.startswith(entry.record.town):
            message = f"村的编号“{entry.id}”和镇街编号“{entry.record.town}”对不上"
            yield Finding(entry.document.file, entry.line("编号"), "unknown-town", message, Severity.WARNING)


def forms(source: Source) -> Iterator[Finding]:
    """Every form a material names is in forms/forms.yaml."""
    known = {entry.id for entry in source.forms}
    for entry in source.items:
        for index, material in enumerate(entry.item.materials):
            if material.form and material.form not in known:
                line = entry.document.line("材料", index, "表单")
                message = f"表单“{material.form}”不在 forms/forms.yaml 里"
                yield Finding(entry.document.file, line, "unknown-form", message, blocking=bool(known))


def related(source: Source) -> Iterator[Finding]:
    """Related items exist."""
    known = {entry.item.id for entry in source.items}
    for entry in source.items:
        for index, other in enumerate(entry.item.related):
            if other not in known:
                line = entry.document.line("相关", index)
                yield Finding(entry.document.file, line, "unknown-item", f"没有编号为“{other}”的事项")
            elif other == entry.item.id:
                line = entry.document.line("相关", index)
                yield Finding(entry.document.file, line, "unknown-item", "“相关”里写了自己", Severity.WARNING)


def folders(source: Source) -> Iterator[Finding]:
    """An item lies in its module's folder."""
    for entry in source.items:
        folder = PurePath(entry.document.file).parent.name
        if folder != entry.item.module.value:
            line = entry.document.line("模块")
            message = f"“模块”和所在文件夹不一致，应当放在 items/{entry.item.module.value}/ 下"
            yield Finding(entry.document.file, line, "folder", message, Severity.WARNING)


RULES = (places, departments, code_departments, village_towns, forms, related, folders)
