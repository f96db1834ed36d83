"""The authoring format of the directory: towns.yaml, villages.yaml, hours.yaml and codes.yaml -> records."""

from __future__ import annotations

import datetime as dt
import re

import msgspec

from content.directory import Hours, Limit, Limits, RequestCode, Town, Unit, Village
from content.fields import Fields
from content.marked import Path

UNITS = {
    "分钟": Unit.MINUTES,
    "小时": Unit.HOURS,
    "工作小时": Unit.WORKING_HOURS,
    "天": Unit.DAYS,
    "工作日": Unit.WORKING_DAYS,
}
WEEKDAYS = {"周一": 0, "周二": 1, "周三": 2, "周四": 3, "周五": 4, "周六": 5, "周日": 6}

DEFAULT_LIMITS = Limits(Limit(5, Unit.MINUTES), Limit(12, Unit.HOURS), Limit(5, Unit.WORKING_DAYS))
"""Dispatch within 5 minutes, first answer within 12 hours, done within 5 working days, unless the content says else."""

_LIMIT = re.compile(r"(\d+)\s*个?(工作小时|工作日|分钟|小时|天)")


def town(fields: Fields) -> Town:
    return Town(
        id=_code(fields, 9),
        name=fields.text("名称"),
        centre=fields.text("服务中心", required=False),
        window=fields.text("窗口", required=False),
        address=fields.text("地址", required=False),
        phone=fields.text("电话", required=False),
        sample=fields.flag("样例", default=True),
    )


def village(fields: Fields) -> Village:
    return Village(
        id=_code(fields, 12),
        name=fields.text("名称"),
        town=fields.text("镇街"),
        helper=fields.text("专员", required=False),
        sample=fields.flag("样例", default=True),
    )


def hours(fields: Fields) -> Hours:
    """``时间: {开始, 结束}``, ``工作日: [周一, ...]``, ``节假日: CN``, ``上班: [日期]``, ``休息: [日期]``, ``提示``."""
    defaults = Hours()
    opens, closes = defaults.opens, defaults.closes
    span = fields.record("时间")
    if span is not None:
        opens, closes = _time(span, "开始", opens), _time(span, "结束", closes)
        span.finish()
        if closes <= opens:
            fields.report("hours", "“结束”要晚于“开始”", "时间")
    weekdays = []
    for index, name in enumerate(fields.texts("工作日", required=False)):
        if name in WEEKDAYS:
            weekdays.append(WEEKDAYS[name])
        else:
            fields.report("unknown-name", f"“工作日”里没有“{name}”，要写周一到周日", "工作日", index)
    return Hours(
        opens=opens,
        closes=closes,
        weekdays=tuple(sorted(weekdays)) or defaults.weekdays,
        holidays=_country(fields),
        open_days=_dates(fields, "上班"),
        closed_days=_dates(fields, "休息"),
        notice=fields.text("提示", required=False),
    )


class CodeNode(msgspec.Struct, frozen=True):
    """A request code and where in the file it was written."""

    record: RequestCode
    path: Path


def codes(entries: list[Fields], inherited: Limits, level: int = 1, above: RequestCode | None = None) -> list[CodeNode]:
    """The tree flattened, parents first. A node without 部门 or 时限 has those of the node above it."""
    found: list[CodeNode] = []
    for fields in entries:
        limits = read_limits(fields, above.limits if above else inherited)
        node = RequestCode(
            id=fields.text("编号"),
            name=fields.text("名称"),
            level=level,
            parent=above.id if above else "",
            department=fields.text("部门", required=False) or (above.department if above else ""),
            limits=limits,
            words=fields.texts("关键词", required=False),
        )
        found.append(CodeNode(node, fields.path))
        if above is not None and not node.id.startswith(above.id):
            fields.report("code", f"下级编号“{node.id}”要以上级编号“{above.id}”开头", "编号")
        below = fields.records("下级", required=level < 3)
        if below and level == 3:
            fields.report("code", "编号最多三级", "下级")
        elif below:
            found += codes(below, inherited, level + 1, node)
        elif not node.department:
            fields.report("missing", "缺少“部门”（自己或上级要写）", "部门")
        fields.finish()
    return found


def read_limits(fields: Fields, inherited: Limits) -> Limits:
    """``时限: {转派: 5分钟, 首答: 12小时, 办结: 5个工作日}``; what is not written is inherited."""
    record = fields.record("时限", required=False)
    if record is None:
        return inherited
    limits = Limits(
        _limit(record, "转派", inherited.dispatch),
        _limit(record, "首答", inherited.first_answer),
        _limit(record, "办结", inherited.completion),
    )
    record.finish()
    return limits


def _limit(fields: Fields, key: str, inherited: Limit) -> Limit:
    text = fields.text(key, required=False)
    if not text:
        return inherited
    match = _LIMIT.fullmatch(text)
    if match is None or int(match[1]) == 0:
        fields.report("limit", f"“{key}”要写成“5分钟”“12小时”“5个工作日”，现在是“{text[:20]}”", key)
        return inherited
    return Limit(int(match[1]), UNITS[match[2]])


def _code(fields: Fields, digits: int) -> str:
    text = fields.text("编号")
    if text and not re.fullmatch(rf"\d{{{digits}}}", text):
        fields.report("identifier", f"“编号”应当是{digits}位数字，现在是“{text[:20]}”", "编号")
    return text


def _time(fields: Fields, key: str, default: dt.time) -> dt.time:
    text = fields.text(key)
    try:
        return dt.time.fromisoformat(text) if text else default
    except ValueError:
        fields.report("date", f"“{key}”要写成 09:00 这样的时间，现在是“{text[:20]}”", key)
        return default


def _dates(fields: Fields, key: str) -> tuple[dt.date, ...]:
    found = []
    for index, text in enumerate(fields.texts(key, required=False)):
        try:
            found.append(dt.date.fromisoformat(text))
        except ValueError:
            fields.report("date", f"“{key}”要写成 2026-01-31 这样的日期，现在是“{text[:20]}”", key, index)
    return tuple(sorted(found))


def _country(fields: Fields) -> str:
    import holidays

    text = fields.text("节假日", required=False)
    if not text:
        return ""
    try:
        holidays.country_holidays(text, years=2026)
    except NotImplementedError:
        fields.report("unknown-name", f"“节假日”没有“{text}”这个国家代码，中国写 CN", "节假日")
        return ""
    return text
