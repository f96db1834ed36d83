"""The strict editor: every rule over a content folder, findings with file and line, in the author's language.

``check(directory, today)`` runs the readers' own findings and then the rules of ``content.checks``: one rule is one
small function from a part of the source to findings, and has its own test.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from content.checks import (
    prompting,
    references,
    scenarios,
    slip_templates,
    sounds,
    speaking,
    substance,
    synonyms,
    wording,
)
from content.findings import Finding
from content.source import Source, load


def check(directory: Path, today: dt.date) -> tuple[Finding, ...]:
    """All findings, by file and line. Raises ``ContentError`` when there is nothing to check."""
    return check_source(load(directory), today)


def check_source(source: Source, today: dt.date) -> tuple[Finding, ...]:
    findings = list(source.findings)
    for entry in source.items:
        for dated in substance.RULES:
            findings.extend(dated(entry, today))
        for rule in (*wording.RULES, *speaking.RULES):
            findings.extend(rule(entry))
    for whole in (
        *references.RULES,
        prompting.prompts,
        scenarios.scenarios,
        slip_templates.slip_templates,
        synonyms.synonyms,
    ):
        findings.extend(whole(source))
    findings.extend(sounds.collisions(source.items))
    return tuple(sorted(set(findings)))
