"""What an editor reports: one finding is a file, a line, how bad it is, which rule, and one sentence."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import msgspec


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


class Finding(msgspec.Struct, frozen=True, order=True):
    """``line`` counts from 1; ``rule`` is the rule's English name; ``message`` is Chinese, for the author.

    ``blocking``: a pack cannot be built from this source, because a part of it could not be read or points nowhere.
    """

    file: str
    line: int
    rule: str
    message: str
    severity: Severity = Severity.ERROR
    blocking: bool = False

    def __str__(self) -> str:
        kind = "错误" if self.severity is Severity.ERROR else "提醒"
        return f"{self.file}:{self.line}: {kind} [{self.rule}] {self.message}"


class ContentError(Exception):
    """The source cannot become a pack. The text is one line; ``findings`` has every reason."""

    def __init__(self, message: str, findings: Iterable[Finding] = ()) -> None:
        super().__init__(message)
        self.findings = tuple(findings)


def errors(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(finding for finding in findings if finding.severity is Severity.ERROR)
