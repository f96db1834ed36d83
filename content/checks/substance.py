"""What an item must say: enough ways of asking, a law with its article, dates that hold, local facts marked sample."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from content.authoring import FIELDS, SourceItem
from content.checks.fields import at, texts
from content.findings import Finding, Severity

MINIMUM_QUESTIONS = 5
EXPIRY_NOTICE = dt.timedelta(days=60)

_STATUTE = re.compile(r"(法|法典|条例|办法|规定|细则|规则)(（[^）]*）)?$")
_PHONE = re.compile(r"(?<!\d)(1[3-9]\d{9}|0\d{2,3}[-－ ]?\d{7,8}|[2-8]\d{6,7}(?!\d*元))(?!\d)")
_AMOUNT = re.compile(r"([0-9０-９]|[一二三四五六七八九十百千万两])[0-9０-９.,，一二三四五六七八九十百千万]*元")
_LOCAL = ("地点", "时限")
"""Fields that are always local facts."""


def questions(entry: SourceItem, today: dt.date) -> Iterator[Finding]:
    """At least five ways real people ask for it, none of them twice."""
    asked = entry.item.questions
    if len(asked) < MINIMUM_QUESTIONS:
        yield at(entry, ("问法",), "few-questions", f"“问法”只有{len(asked)}条，至少写{MINIMUM_QUESTIONS}条")
    for index, question in enumerate(asked):
        if question in asked[:index]:
            yield at(entry, ("问法", index), "duplicate-question", f"“{question}”写了两遍")


def articles(entry: SourceItem, today: dt.date) -> Iterator[Finding]:
    """A law, regulation or measure is cited with its article."""
    for index, basis in enumerate(entry.item.basis):
        if _STATUTE.search(basis.title) and not basis.article:
            yield at(entry, ("依据", index), "no-article", f"“{basis.title}”要写明“条款”，例如 第二十五条")


def validity(entry: SourceItem, today: dt.date) -> Iterator[Finding]:
    """Expired is an error; not yet valid or about to expire is a warning; the end is not before the start."""
    item = entry.item
    if item.valid_until is not None and item.valid_until < item.valid_from:
        yield at(entry, ("有效期至",), "validity", "“有效期至”早于“有效期起”")
    elif item.valid_until is not None and item.valid_until < today:
        yield at(entry, ("有效期至",), "expired", f"已于{item.valid_until}过期，请更新内容和有效期，或者撤下这个文件")
    elif item.valid_until is not None and item.valid_until - today < EXPIRY_NOTICE:
        yield at(entry, ("有效期至",), "expires-soon", f"{item.valid_until}就要过期了", Severity.WARNING)
    if item.valid_from > today:
        yield at(entry, ("有效期起",), "not-yet-valid", f"{item.valid_from}才生效，在那之前不会回答", Severity.WARNING)


def review(entry: SourceItem, today: dt.date) -> Iterator[Finding]:
    """Unreviewed is a warning; a review in the future is an error."""
    reviewed = entry.item.reviewed
    if reviewed is None:
        yield at(entry, ("编号",), "unreviewed", "还没有“审核日期”，只能作为样例使用", Severity.WARNING)
    elif reviewed > today:
        yield at(entry, ("审核日期",), "review-date", f"“审核日期”{reviewed}还没到")


def samples(entry: SourceItem, today: dt.date) -> Iterator[Finding]:
    """An unreviewed item names its local facts under 样例; so does any field with a telephone number."""
    if entry.item.reviewed is not None:
        return
    marked = set(entry.item.sample)
    for key in _LOCAL:
        if FIELDS[key] not in marked:
            yield at(entry, (key,), "sample", f"“{key}”是本地情况，没有审核前要列入“样例”")
    for path, text in texts(entry.item):
        field = FIELDS[str(path[0])]
        if field in marked:
            continue
        if _PHONE.search(text):
            yield at(entry, path, "sample", f"“{path[0]}”里有电话号码，没有审核前要列入“样例”")
        elif _AMOUNT.search(text) and path[0] not in ("问法", "别名") and field not in entry.item.national:
            message = f"“{path[0]}”里有金额：本地标准列入“样例”，全国统一的列入“全国标准”"
            yield at(entry, path, "sample-amount", message, Severity.WARNING)


RULES = (questions, articles, validity, review, samples)
