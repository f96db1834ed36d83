"""Departments, request codes, towns and office hours as the published pack has them; defaults without a pack."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import msgspec

from central.config import LimitSettings
from content.directory import Hours, Limits
from content.model import Item
from content.pack import Pack
from content.search.vocabulary import vocabulary


class Directory(msgspec.Struct, frozen=True):
    """``departments``, ``codes``, ``towns``: names by id.

    ``words``: the pack's vocabulary, all a topic may consist of. ``checklists``: what to bring, by item, for a message.
    """

    departments: dict[str, str]
    codes: dict[str, str]
    code_departments: dict[str, str]
    code_limits: dict[str, Limits]
    towns: dict[str, str]
    hours: Hours
    default_limits: Limits
    words: frozenset[str]
    templates: dict[str, str]
    checklists: dict[str, str] = {}
    version: str = ""
    date: dt.date | None = None

    def department(self, identifier: str) -> str:
        """Its name, or the id where the pack does not know it (any more)."""
        return self.departments.get(identifier, identifier)

    def code(self, identifier: str) -> str:
        return self.codes.get(identifier, identifier)

    def town(self, identifier: str) -> str:
        return self.towns.get(identifier, identifier)

    def limits(self, code: str) -> Limits:
        return self.code_limits.get(code, self.default_limits)


def empty(limits: LimitSettings) -> Directory:
    """Without a pack: office hours Monday to Friday, limits from the configuration."""
    default = Limits(limits.dispatch, limits.first_answer, limits.completion)
    return Directory({}, {}, {}, {}, {}, Hours(), default, frozenset(), {})


def read(path: Path, limits: LimitSettings) -> Directory:
    """From a pack. Raises ``PackError``."""
    pack = Pack.open(path)
    try:
        codes = pack.request_codes()
        return msgspec.structs.replace(
            empty(limits),
            departments={one.id: one.name for one in pack.departments()},
            codes={one.id: one.name for one in codes},
            code_departments={one.id: one.department for one in codes},
            code_limits={one.id: one.limits for one in codes},
            towns={one.id: one.name for one in pack.towns()},
            hours=pack.hours(),
            words=frozenset(vocabulary(pack)),
            templates=dict(pack.templates()),
            checklists={item.id: _checklist(item) for item in pack.items()},
            version=pack.meta.version,
            date=pack.meta.date,
        )
    finally:
        pack.close()


def _checklist(item: Item) -> str:
    """What to bring, short enough for a text message."""
    return (
        f"{item.title}：{'；'.join(one.name for one in item.materials) or '不用带材料'}。{item.time_limit.promised}。"
    )
