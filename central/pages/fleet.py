"""The fleet: every terminal with how it is, one terminal, new ones and revoked ones."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from central import fleet, sites
from central.api.terminal_requests import Served
from central.fleet import Condition, FleetError
from central.pages.frame import Form, Guarded, PageError, field, go, needs, page
from central.people import Permission
from central.signin import Person
from central.tables import Day, ReleaseReport, Terminal

router = APIRouter()

Reader = Annotated[Person, Depends(needs(Permission.SEE_FLEET))]
HISTORY_DAYS = 30


@router.get("/fleet")
def everything(request: Request, central: Served, person: Reader) -> Response:
    """The list; htmx asks for it again every half minute."""
    with central.database.reading() as session:
        looks = fleet.looks(central, session)
    counts = {condition: sum(look.condition is condition for look in looks) for condition in Condition}
    name = "fleet-rows.html" if request.headers.get("hx-target") == "fleet" else "fleet.html"
    return page(request, central, name, person, looks=looks, counts=counts, code=None, error="")


@router.post("/fleet")
def new(request: Request, central: Served, person: Guarded, form: Form) -> Response:
    """A one-time code for a new terminal, shown once."""
    _manage(person)
    error, code = "", None
    try:
        code = fleet.new_code(central, field(form, "terminal"), field(form, "label")[:64], person.name)
    except FleetError:
        error = "终端名只能用字母、数字、- 和 _，最多32个字"
    with central.database.reading() as session:
        looks = fleet.looks(central, session)
    counts = {condition: sum(look.condition is condition for look in looks) for condition in Condition}
    answer = page(request, central, "fleet.html", person, looks=looks, counts=counts, code=code, error=error)
    answer.status_code = 422 if error else 200
    return answer


@router.get("/fleet/{terminal}")
def one(request: Request, central: Served, person: Reader, terminal: str) -> Response:
    since = central.now().date() - dt.timedelta(days=HISTORY_DAYS)
    with central.database.reading() as session:
        look = next((look for look in fleet.looks(central, session) if look.id == terminal), None)
        if look is None:
            raise PageError(404, "没有这台终端。")
        row = session.get_one(Terminal, terminal)
        days = session.scalars(
            sa.select(Day).where(Day.terminal == terminal, Day.day > since).order_by(Day.day.desc())
        ).all()
        reports = session.scalars(
            sa.select(ReleaseReport).where(ReleaseReport.terminal == terminal).order_by(ReleaseReport.at.desc())
        ).all()
    return page(request, central, "terminal.html", person, look=look, row=row, days=days, reports=reports)


@router.post("/fleet/{terminal}/revoke")
def revoke(central: Served, person: Guarded, form: Form, terminal: str) -> Response:
    _manage(person)
    reason = field(form, "reason")
    if not reason:
        raise PageError(422, "请写明停用的理由。")
    try:
        fleet.revoke(central, terminal, person.name, reason[:200])
    except FleetError as error:
        raise PageError(404, "没有这台终端。") from error
    return go(f"/fleet/{terminal}")


@router.post("/fleet/{terminal}/place")
def place(central: Served, person: Guarded, form: Form, terminal: str) -> Response:
    """Where it stands, as citizens are told it."""
    _manage(person)
    typed = [field(form, name) for name in ("place", "address", "latitude", "longitude")]
    try:
        where = sites.location(*typed)
    except FleetError as error:
        raise PageError(422, str(error) + "。") from error
    try:
        sites.locate(central, terminal, where, person.name)
    except FleetError as error:
        raise PageError(404, "没有这台终端。") from error
    return go(f"/fleet/{terminal}")


def _manage(person: Person) -> None:
    if not person.may(Permission.MANAGE_FLEET):
        raise PageError(403, "您的角色不能管理终端。")
