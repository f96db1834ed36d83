"""What a text message says. Templates are content: the pack may bring its own as ``sms-NAME``; here are the others.

A message never says what the request was about, nor who filed it: phones are read by others, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from offline_cache.ticket_number import TicketNumberError, parse

if TYPE_CHECKING:
    from central.service import Central

DISPATCHED = "dispatched"
ANSWERED = "answered"
REOPENED = "reopened"
CONFIRMED = "confirmed"
CHECKLIST = "checklist"

FALLBACK = {
    DISPATCHED: "【{signature}】您的诉求{number}已转到{department}办理，有结果再告诉您。查进度请拨12345报编号。",
    ANSWERED: "【{signature}】您的诉求{number}已有答复。请到任一便民终端或拨12345，报编号和查询码收听。",
    REOPENED: "【{signature}】您的诉求{number}已重新办理，有结果再告诉您。",
    CONFIRMED: "【{signature}】已为您登记，诉求{number}有进展会发短信给您。不想再收，回复TD。",
    CHECKLIST: "【{signature}】您要的办事材料清单：{text}",
}


def render(central: Central, template: str, *, number: str = "", department: str = "", text: str = "") -> str:
    """The finished message."""
    pattern = central.directory.templates.get(f"sms-{template}") or FALLBACK[template]
    try:
        shown = str(parse(number)) if number else ""
    except TicketNumberError:
        shown = number
    words = {
        "signature": central.config.notices.signature,
        "number": shown,
        "department": central.directory.department(department),
        "text": text,
    }
    try:
        return pattern.format_map(words)
    except (KeyError, ValueError, IndexError):
        return FALLBACK[template].format_map(words)
