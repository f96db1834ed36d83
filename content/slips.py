"""Slips are content: a YAML template of the pack and an item, or a scenario's result, become a document of blocks.

    document = guide(pack, "newborn-enrolment", Stamp(terminal="hall-3", printed=now))
    devices.slip.from_builtins(document)

A template is the document's own shape (``devices.slip``: heading, text, list, checklist, table, rule, qr, barcode,
image, space, cut) in YAML, with three additions that may stand on any entry of a list:

    {type: text, text: "{{ item.fee }}"}              a text may take values, between doubled braces
    {if: item.notes, type: heading, ...}              the entry is there only when the expression holds
    {for: place in places, type: text, ...}           the entry is repeated
    {for: place in places, blocks: [...]}             several blocks, repeated (or, with if, conditional)
    {for: step in item.steps, value: "{{ step }}"}    in a list of texts

Expressions are Jinja's, in its sandbox. Values are put in after the YAML was read, so that no value can become markup.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import yaml
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from content.model import Item
from content.pack import Pack
from content.scenario import ScenarioResult

Document = dict[str, Any]
"""What ``devices.slip.from_builtins`` reads: ``title`` and ``blocks``."""

SAMPLE_MARK = "样例内容，以窗口答复为准"

LONGEST_HEARD = 500
"""Characters of a citizen's question on a counter slip."""

_CONTROL = ("if", "for", "blocks", "value")


class SlipTemplateError(ValueError):
    """A slip template cannot be read or filled in. The text says which one and why."""


class Stamp(msgspec.Struct, frozen=True):
    """Where and when a slip is printed."""

    terminal: str
    printed: dt.datetime


def guide(pack: Pack, item_id: str, stamp: Stamp) -> Document:
    """The answer in list form. Raises ``KeyError`` for an unknown item."""
    return _about(pack, "guide", pack.item(item_id), stamp)


def checklist(pack: Pack, item_id: str, stamp: Stamp) -> Document:
    """What to bring and where to go, in large type. Raises ``KeyError`` for an unknown item."""
    return _about(pack, "checklist", pack.item(item_id), stamp)


def counter(pack: Pack, heard: str, stamp: Stamp) -> Document:
    """Nothing was found: the question in the citizen's words, for the person at the desk."""
    return render(pack, "counter", {"heard": heard[:LONGEST_HEARD], "stamp": stamp})


def scenario(pack: Pack, result: ScenarioResult, stamp: Stamp) -> Document:
    """The merged checklist and the way through the departments."""
    forms = [pack.form(form).title for form in result.forms]
    code = f"bianmin:{'+'.join(item.id for item in result.items)}@{pack.meta.version}"
    return render(pack, "scenario", {"result": result, "forms": forms, "stamp": stamp, "code": code})


def render(pack: Pack, kind: str, data: Mapping[str, Any]) -> Document:
    """Fill in the pack's template ``kind``. Raises ``SlipTemplateError`` without such a template, or for a bad one."""
    try:
        template = pack.template(kind)
    except KeyError:
        raise SlipTemplateError(f"this pack has no slip template {kind}; add slips/{kind}.yaml and build it") from None
    return fill(template, kind, {"pack": pack.meta, "sample_mark": SAMPLE_MARK, **data})


def fill(template: str, kind: str, data: Mapping[str, Any]) -> Document:
    """A template's text and its values -> the document."""
    try:
        outline = _parsed(template)
        blocks = list(_expanded(outline, data))
    except (yaml.YAMLError, TemplateError, TypeError, ValueError, AttributeError) as error:
        raise SlipTemplateError(f"slip template {kind}: {' '.join(str(error).split())}") from error
    return {"title": kind, "blocks": blocks}


def _about(pack: Pack, kind: str, item: Item, stamp: Stamp) -> Document:
    return render(pack, kind, item_values(pack, item, stamp))


def item_values(pack: Pack, item: Item, stamp: Stamp) -> dict[str, Any]:
    """What a template about an item can use."""
    return {
        "item": item,
        "places": [pack.place(place) for place in item.places],
        "sample": bool(item.sample) or item.reviewed is None,
        "stamp": stamp,
        "code": f"bianmin:{item.id}@{pack.meta.version}",
    }


def _expanded(entries: Any, data: Mapping[str, Any]) -> Iterator[Any]:
    if not isinstance(entries, list):
        raise TypeError("a list of blocks is expected")
    for entry in entries:
        if not isinstance(entry, dict) or not any(key in entry for key in _CONTROL):
            yield _filled(entry, data)
            continue
        for values in _repeated(entry, data):
            if "if" in entry and not _evaluate(str(entry["if"]), values):
                continue
            if "blocks" in entry:
                yield from _expanded(entry["blocks"], values)
            elif "value" in entry:
                yield _filled(entry["value"], values)
            else:
                yield _filled({key: value for key, value in entry.items() if key not in _CONTROL}, values)


def _repeated(entry: dict[str, Any], data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The values for each turn of ``for``; once when there is none."""
    if "for" not in entry:
        yield data
        return
    name, _, expression = str(entry["for"]).partition(" in ")
    if not name.strip().isidentifier() or not expression.strip():
        raise ValueError(f"“for: {entry['for']}” should read “for: one in many”")
    for number, value in enumerate(_evaluate(expression, data), 1):
        yield {**data, name.strip(): value, "number": number}


def _filled(value: Any, data: Mapping[str, Any]) -> Any:
    match value:
        case str():
            return _template(value).render(data).strip() if "{" in value else value
        case list():
            return list(_expanded(value, data))
        case dict():
            return {key: _filled(inner, data) for key, inner in value.items()}
        case _:
            return value


def _evaluate(expression: str, data: Mapping[str, Any]) -> Any:
    return _expression(expression)(**data)


@functools.cache
def _environment() -> SandboxedEnvironment:
    return SandboxedEnvironment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False)


@functools.lru_cache(maxsize=512)
def _template(text: str) -> Any:
    return _environment().from_string(text)


@functools.lru_cache(maxsize=512)
def _expression(text: str) -> Any:
    return _environment().compile_expression(text, undefined_to_none=False)


@functools.lru_cache(maxsize=32)
def _parsed(template: str) -> Any:
    return yaml.safe_load(template)
