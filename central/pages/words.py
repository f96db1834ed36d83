"""How times and amounts are said on the pages."""

from __future__ import annotations

import datetime as dt

KIND_NAMES = {"ticket": "诉求", "message": "语音留言"}

REQUEST_NAMES = {
    "consult": "咨询",
    "complaint": "投诉",
    "suggestion": "建议",
    "report": "举报",
    "snapshot": "随手拍",
    "stuck": "办不成事",
    "help": "帮办代办",
    "opinion": "意见征集",
    "callback": "回访",
    "message": "留言",
}
"""The kinds of request as the terminals name them in a parcel's plain part."""

FIELD_NAMES = {
    "window": "没办成的窗口",
    "callback": "方便回电的时间",
    "text": "内容",
    "name": "姓名",
    "phone": "电话",
    "place": "地点",
    "identity": "身份证号",
    "village": "村（社区）",
    "address": "地址",
}


def amount(length: dt.timedelta) -> str:
    """A length of time in its largest unit: 3分钟, 5小时, 2天."""
    minutes = int(abs(length).total_seconds() // 60)
    if minutes < 60:
        return f"{minutes}分钟"
    return f"{minutes // 60}小时" if minutes < 48 * 60 else f"{minutes // 1440}天"


def ago(value: dt.datetime | None, now: dt.datetime) -> str:
    """刚刚, 3分钟前, or a date."""
    if value is None:
        return "从未"
    gone = now - value
    if gone < dt.timedelta(minutes=1):
        return "刚刚"
    return f"{amount(gone)}前" if gone < dt.timedelta(days=7) else moment(value, now)


def until(value: dt.datetime, now: dt.datetime) -> str:
    """还有3小时, 超期2天."""
    return f"还有{amount(value - now)}" if value >= now else f"超期{amount(now - value)}"


def moment(value: dt.datetime | None, now: dt.datetime) -> str:
    """今天 09:30, 11月3日 09:30, with the year where it is another one."""
    if value is None:
        return "—"
    local = value.astimezone(now.tzinfo)
    if local.date() == now.date():
        return f"今天 {local:%H:%M}"
    year = "" if local.year == now.year else f"{local.year}年"
    return f"{year}{local.month}月{local.day}日 {local:%H:%M}"
