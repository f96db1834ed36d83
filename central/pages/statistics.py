"""Statistics and exports: the month at a glance, what rises, what nobody could answer; tables to take along."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from central import audit, exports, statistics
from central.api.terminal_requests import Served
from central.lifecycle import NAMES
from central.pages.charts import bars
from central.pages.frame import HEADERS, PageError, needs, page, shown_number
from central.pages.words import KIND_NAMES, REQUEST_NAMES
from central.people import Permission
from central.service import Central
from central.signin import Person
from central.tables import Ticket
from offline_cache.wire import TicketState as State

router = APIRouter()

SPANS = {7: "最近7天", 30: "最近30天", 90: "最近90天"}
MOST_ROWS = 100_000
KINDS = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@router.get("/statistics")
def overview(
    request: Request,
    central: Served,
    person: Annotated[Person, Depends(needs(Permission.SEE_STATISTICS))],
    days: int = 30,
) -> Response:
    days = days if days in SPANS else 30
    with central.database.reading() as session:
        found = statistics.overview(session, central.now().date(), days, central.zone)
    return page(
        request,
        central,
        "statistics.html",
        person,
        found=found,
        days=days,
        spans=SPANS,
        tickets_chart=bars([(day, tickets) for day, tickets, _ in found.per_day]),
        sessions_chart=bars([(day, sessions) for day, _, sessions in found.per_day]),
        rise_name=lambda topic: central.directory.code(topic[1:]) if topic.startswith("#") else topic,
    )


@router.get("/exports/{table}.{kind}")
def export(
    central: Served,
    person: Annotated[Person, Depends(needs(Permission.EXPORT))],
    table: str,
    kind: str,
    days: int = 30,
) -> Response:
    """``tickets`` or ``statistics`` as csv or xlsx."""
    if kind not in KINDS or table not in ("tickets", "statistics"):
        raise PageError(404, "没有这个表。")
    days = min(max(days, 1), 3650)
    header, rows = _tickets(central, days) if table == "tickets" else _days(central, days)
    with central.database.writing() as session:
        audit.note(session, central.now(), person.name, "导出", f"{table}.{kind}", f"{len(rows)}行")
    made = exports.as_csv(header, rows) if kind == "csv" else exports.as_excel(header, rows, table)
    name = f"{table}-{central.now():%Y%m%d}.{kind}"
    return Response(
        made, media_type=KINDS[kind], headers=HEADERS | {"Content-Disposition": f"attachment; filename={name}"}
    )


def _tickets(central: Central, days: int) -> tuple[list[str], list[list[exports.Cell]]]:
    since = central.now() - dt.timedelta(days=days)
    header = [
        "编号",
        "种类",
        "类别",
        "镇（街道）",
        "终端",
        "状态",
        "承办部门",
        "收到",
        "答复",
        "首答时限",
        "评价",
        "改派次数",
    ]
    known = central.directory
    with central.database.reading() as session:
        rows = session.scalars(sa.select(Ticket).where(Ticket.received >= since).order_by(Ticket.id).limit(MOST_ROWS))
        return header, [
            [
                shown_number(row.number),
                REQUEST_NAMES.get(row.request) or KIND_NAMES.get(row.kind, row.kind),
                known.code(row.code),
                known.town(row.town),
                row.terminal,
                NAMES[State(row.state)],
                known.department(row.department),
                _time(central, row.received),
                _time(central, row.answered_at),
                _time(central, row.first_answer_due),
                row.rating or None,
                row.redirects,
            ]
            for row in rows
        ]


def _days(central: Central, days: int) -> tuple[list[str], list[list[exports.Cell]]]:
    with central.database.reading() as session:
        found = statistics.overview(session, central.now().date(), days, central.zone)
    return ["日期", "诉求", "使用"], [[day.isoformat(), tickets, sessions] for day, tickets, sessions in found.per_day]


def _time(central: Central, value: dt.datetime | None) -> str:
    return f"{value.astimezone(central.zone):%Y-%m-%d %H:%M}" if value else ""
