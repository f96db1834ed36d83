"""Users and the audit log, for administrators."""

from __future__ import annotations

from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from central import signin
from central.api.terminal_requests import Served
from central.pages.frame import Form, Guarded, PageError, field, go, needs, page
from central.people import Permission, Role
from central.service import Central
from central.signin import Person, SignInError
from central.tables import Audit, User

router = APIRouter()

Administrator = Annotated[Person, Depends(needs(Permission.ADMINISTER))]
LINES = 200


@router.get("/users")
def users(request: Request, central: Served, person: Administrator) -> Response:
    return _page(request, central, person)


@router.post("/users")
def new(request: Request, central: Served, person: Guarded, form: Form) -> Response:
    """A new user; the one-time password is shown once."""
    _may(person)
    name, role = field(form, "name"), field(form, "role")
    if role not in set(Role):
        return _page(request, central, person, error="请选择角色")
    department = field(form, "department") if role == Role.DEPARTMENT else ""
    try:
        password = signin.add_user(
            central, name, Role(role), person.name, display=field(form, "display")[:32], department=department
        )
    except SignInError as error:
        return _page(request, central, person, error=str(error))
    return _page(request, central, person, name=name, password=password)


@router.post("/users/{name}/{verb}")
def change(request: Request, central: Served, person: Guarded, name: str, verb: str) -> Response:
    _may(person)
    try:
        match verb:
            case "reset":
                return _page(
                    request, central, person, name=name, password=signin.reset_password(central, name, person.name)
                )
            case "disable":
                signin.disable(central, name, person.name)
            case _:
                raise PageError(404, "没有这个操作。")
    except SignInError as error:
        return _page(request, central, person, error=str(error))
    return go("/users")


@router.get("/audit")
def log(request: Request, central: Served, person: Administrator, before: int = 0, q: str = "") -> Response:
    query = sa.select(Audit).order_by(Audit.id.desc()).limit(LINES)
    if 0 < before < 2**63:
        query = query.where(Audit.id < before)
    if q:
        query = query.where(sa.or_(Audit.actor == q, Audit.subject == q, Audit.action == q))
    with central.database.reading() as session:
        lines = session.scalars(query).all()
    more = lines[-1].id if len(lines) == LINES else 0
    return page(request, central, "audit.html", person, lines=lines, more=more, q=q)


def _page(
    request: Request, central: Central, person: Person, *, error: str = "", name: str = "", password: str = ""
) -> Response:
    with central.database.reading() as session:
        rows = session.scalars(sa.select(User).order_by(User.name)).all()
    answer = page(
        request, central, "users.html", person, rows=rows, roles=list(Role), error=error, name=name, password=password
    )
    answer.status_code = 422 if error else 200
    return answer


def _may(person: Person) -> None:
    if not person.may(Permission.ADMINISTER):
        raise PageError(403, "您的角色不能管理用户。")
