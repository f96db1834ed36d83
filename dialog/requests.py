"""What a citizen hands in: one record for every kind of request, split into what may be read and what must be sealed.

The dialog fills in a ``RequestDraft`` and gives it away in a ``File`` act; the front end maps it to the terminal's
filing desk, which seals ``personal()`` before anything touches the disk.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import msgspec


class RequestKind(StrEnum):
    """What is handed in. The value is the wire's word for it."""

    CONSULT = "consult"  # 咨询
    COMPLAINT = "complaint"  # 投诉
    SUGGESTION = "suggestion"  # 建议
    REPORT = "report"  # 举报
    SNAPSHOT = "snapshot"  # 随手拍
    STUCK = "stuck"  # 办不成事
    HELP = "help"  # 帮办代办
    OPINION = "opinion"  # 意见征集
    CALLBACK = "callback"  # 回访
    MESSAGE = "message"  # 留言


class RequestDraft(msgspec.Struct, frozen=True, kw_only=True):
    """``code``: id of the request classification, empty for triage by a person; ``department``: its id, or empty.

    ``subject``: what it is about where that is public: a consultation's or an item's id. ``place_id``: the village's
    code when the place is one, ``place`` the words. ``window``: who sent the citizen away (办不成事). ``callback``:
    when the citizen would like to be rung. ``media``: handles of photos and recordings the front end keeps for this
    session; it hands over the bytes and forgets them. ``first``: left after hours, answered first on ``opens``.
    """

    kind: RequestKind
    code: str = ""
    department: str = ""
    subject: str = ""
    text: str = ""
    place: str = ""
    place_id: str = ""
    window: str = ""
    callback: str = ""
    name: str = ""
    phone: str = ""
    media: tuple[str, ...] = ()
    first: bool = False

    def plain(self) -> dict[str, str]:
        """What central may read unsealed: kind, code, department, subject, the village's code, whether it is first."""
        values = {
            "kind": self.kind.value,
            "code": self.code,
            "department": self.department,
            "subject": self.subject,
            "village": self.place_id,
            "first": "yes" if self.first else "",
        }
        return {name: value for name, value in values.items() if value}

    def personal(self) -> dict[str, str]:
        """What only the one who works on it may read."""
        names = ("text", "place", "window", "callback", "name", "phone")
        return {name: value for name in names if (value := getattr(self, name))}

    def __repr__(self) -> str:
        return f"RequestDraft({self.kind.value})"


class Routing(msgspec.Struct, frozen=True):
    """Where a request would go: a code of the classification and its department, with names to read out.

    ``confidence`` in 0..1.
    """

    code: str
    name: str
    department: str
    department_name: str
    confidence: float


TRIAGE_BELOW = 0.6
"""A less certain suggestion is not shown: a person sorts the request, which takes minutes; a wrong department costs
days. Of requests in spoken words every fourth gets a suggestion then, all of them right; of another city's letters
every seventh, two thirds of those right by subject. Lower, that falls to a half: benchmarks/results/kiosk-dispatch.md.
"""


class ProgressStep(msgspec.Struct, frozen=True):
    """One thing that happened to a request, as it is told. ``at``: local time, or None when unknown."""

    text: str
    at: dt.datetime | None = None


class InvoiceFacts(msgspec.Struct, frozen=True):
    """What a terminal tells of an electronic invoice. ``handle``: the front end's own, to print it.

    ``signature``: intact, present, broken or absent (``devices.invoices.report.Signature``); ``total`` in yuan as
    decimal text; ``pages``: A4 pages it prints on; ``seen``: it was read before in this session.
    """

    handle: str
    number: str = ""
    date: str = ""
    seller: str = ""
    total: str = ""
    kind: str = ""
    signature: str = "absent"
    pages: int = 1

    def __repr__(self) -> str:
        return "InvoiceFacts(...)"


class Consultation(msgspec.Struct, frozen=True):
    """A draft the city asks opinions on (意见征集). ``closes``: last day; ``options``: what may be chosen, or none."""

    id: str
    title: str
    summary: str = ""
    closes: dt.date | None = None
    options: tuple[str, ...] = ()
