"""Open consultations (意见征集): asked in rounds, answered at the terminals, the result told to everybody."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import msgspec
import sqlalchemy as sa
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from central import audit
from central.api.terminal_requests import Sender, Served, json
from central.pages.frame import Form, Guarded, PageError, field, go, needs, page
from central.people import Permission
from central.service import Central
from central.signin import Person
from central.tables import Consultation, Opinion, Ticket
from offline_cache import wire

router = APIRouter()

Reader = Annotated[Person, Depends(needs(Permission.CONSULT))]
ROUNDS = {1: "第一轮：征集建议", 2: "第二轮：方案选择", 3: "第三轮：定稿公示"}
MOST_OPTIONS = 6


@router.get(wire.CONSULTATIONS)
def open_now(central: Served) -> Response:
    """For anybody: what is open today, and the results of the last year."""
    return json(known(central))


@router.post(wire.CONSULTATIONS)
def for_terminals(central: Served, terminal: Sender) -> Response:
    """The same for a terminal, which keeps it for when it has no network."""
    return json(known(central))


def known(central: Central) -> wire.Consultations:
    today = central.now().date()
    with central.database.reading() as session:
        rows = session.scalars(
            sa.select(Consultation)
            .where(Consultation.opens <= today, Consultation.closes >= today - dt.timedelta(days=365))
            .order_by(Consultation.closes.desc())
        ).all()
    return wire.Consultations(
        tuple(
            wire.Consultation(
                id=str(row.id),
                title=row.title,
                text=row.text,
                round=row.round,
                options=tuple(_options(row)),
                closes=row.closes,
                open=row.closes >= today,
                result=row.result,
            )
            for row in rows
        )
    )


@router.get("/consultations")
def all_of_them(request: Request, central: Served, person: Reader) -> Response:
    return _page(request, central, person, {}, "")


@router.post("/consultations")
def new(request: Request, central: Served, person: Guarded, form: Form) -> Response:
    _may(person)
    given = {name: field(form, name) for name in ("title", "text", "options", "round", "opens", "closes")}
    try:
        row = _read(given, central.now())
    except ValueError as error:
        return _page(request, central, person, given, str(error))
    with central.database.writing() as session:
        session.add(row)
        audit.note(session, central.now(), person.name, "发起意见征集", row.title[:64])
    return go("/consultations")


@router.post("/consultations/{identifier}/result")
def result(central: Served, person: Guarded, form: Form, identifier: int) -> Response:
    """What became of it: closes it and is shown at the terminals."""
    _may(person)
    text = field(form, "result")
    if not text:
        raise PageError(422, "请写明征集结果。")
    today = central.now().date()
    with central.database.writing() as session:
        row = session.get(Consultation, identifier)
        if row is None:
            raise PageError(404, "没有这次征集。")
        row.result, row.closes = text, min(row.closes, today)
        audit.note(session, central.now(), person.name, "公布征集结果", row.title[:64])
    return go("/consultations")


def _page(request: Request, central: Central, person: Person, given: dict[str, str], error: str) -> Response:
    with central.database.reading() as session:
        rows = session.scalars(sa.select(Consultation).order_by(Consultation.id.desc())).all()
        counts = session.execute(
            sa.select(Opinion.consultation, Opinion.choice, sa.func.count()).group_by(
                Opinion.consultation, Opinion.choice
            )
        ).all()
        written = dict(
            session.execute(
                sa.select(Ticket.consultation, sa.func.count())
                .where(Ticket.consultation > 0)
                .group_by(Ticket.consultation)
            )
            .tuples()
            .all()
        )
    votes: dict[int, dict[str, int]] = {}
    for identifier, choice, count in counts:
        votes.setdefault(identifier, {})[choice] = count
    tallies = {row.id: [(option, votes.get(row.id, {}).get(option, 0)) for option in _options(row)] for row in rows}
    answer = page(
        request,
        central,
        "consultations.html",
        person,
        rows=rows,
        tallies=tallies,
        written=written,
        rounds=ROUNDS,
        given=given,
        error=error,
        today=central.now().date(),
    )
    answer.status_code = 422 if error else 200
    return answer


def _read(given: dict[str, str], now: dt.datetime) -> Consultation:
    """Raises ``ValueError`` with the sentence to show."""
    if not given["title"] or not given["text"]:
        raise ValueError("请写明题目和内容")
    options = tuple(dict.fromkeys(line.strip()[:64] for line in given["options"].splitlines() if line.strip()))
    if len(options) == 1 or len(options) > MOST_OPTIONS:
        raise ValueError(f"选项要么不写，要么写2到{MOST_OPTIONS}个，一行一个")
    try:
        opens, closes = dt.date.fromisoformat(given["opens"]), dt.date.fromisoformat(given["closes"])
    except ValueError:
        raise ValueError("请选择开始和结束的日期") from None
    if closes < opens:
        raise ValueError("结束的日期不能早于开始的日期")
    return Consultation(
        title=given["title"][:100],
        text=given["text"][:4000],
        options=msgspec.json.encode(options).decode(),
        round=int(given["round"]) if given["round"] in ("1", "2", "3") else 1,
        opens=opens,
        closes=closes,
        created=now,
    )


def _options(row: Consultation) -> list[str]:
    return msgspec.json.decode(row.options, type=list[str])


def _may(person: Person) -> None:
    if not person.may(Permission.CONSULT):
        raise PageError(403, "您的角色不能管理意见征集。")
