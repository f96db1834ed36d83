"""What every page shares: who is signed in, what they may do, the CSRF token, rendering, headers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, urlsplit

import jinja2
from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import HTMLResponse, RedirectResponse, Response

from central import signin
from central.api.terminal_requests import Served
from central.deadlines import GRADE_NAMES, Grade
from central.fleet import CONDITION_NAMES, Condition
from central.lifecycle import NAMES
from central.pages.words import KIND_NAMES, REQUEST_NAMES, ago, amount, moment, until
from central.people import ROLE_NAMES, Permission
from central.service import Central
from central.signin import Person
from offline_cache import ticket_number
from offline_cache.wire import TicketState as State

COOKIE = "bianmin"
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Nothing from elsewhere, no inline script, nothing kept by the browser."""
LARGEST_FORM = 64 * 1024
UPLOAD = "/content"

_templates = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).resolve().parent.parent / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class PageError(Exception):
    """Shown as a page of its own. The text is the sentence the user reads (Chinese)."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class SignInNeededError(Exception):
    """Leads to the sign-in page and back."""


class PasswordNeededError(Exception):
    """A one-time password leads to the page where it is changed."""


def signed_in(request: Request, central: Served) -> Person:
    """Whoever is signed in. A one-time password must be changed before anything else."""
    person = signin.who(central, request.cookies.get(COOKIE, ""))
    if person is None:
        raise SignInNeededError
    if person.must_change and request.url.path not in ("/password", "/sign-out"):
        raise PasswordNeededError
    return person


SignedIn = Annotated[Person, Depends(signed_in)]


async def form_of(request: Request) -> FormData:
    """The form. Fields are short; only an upload (``/content``, and only by who is signed in) is not."""
    same_origin(request)
    length = request.headers.get("content-length", "")
    if request.url.path != UPLOAD and not (length.isdigit() and int(length) <= LARGEST_FORM):
        raise PageError(413, "内容太长，没有保存。")
    return await request.form(max_files=1, max_fields=50, max_part_size=LARGEST_FORM)


Form = Annotated[FormData, Depends(form_of)]


def guarded(person: SignedIn, request: Request, form: Form) -> Person:
    """For everything that changes something: the form, or htmx's header, must bring the session's token."""
    given = field(form, "csrf") or request.headers.get("x-csrf", "")
    if not signin.same_csrf(given, person.csrf):
        raise PageError(403, "这个页面太旧了，或者请求不是从本系统发出的。请刷新后再试。")
    return person


Guarded = Annotated[Person, Depends(guarded)]


def needs(permission: Permission) -> Callable[[Person], Person]:
    """A dependency: 403 for who may not."""

    def check(person: SignedIn) -> Person:
        if not person.may(permission):
            raise PageError(403, "您的角色不能打开这个页面。需要的话，请管理员调整。")
        return person

    return check


def same_origin(request: Request) -> None:
    """A form that comes from another site is turned away before it is read."""
    origin = request.headers.get("origin", "")
    strange = origin and urlsplit(origin).netloc != request.headers.get("host", "")
    if strange or request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise PageError(403, "请求不是从本系统的页面发出的，没有执行。")


def field(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return "" if isinstance(value, UploadFile) else value.strip()


def page(request: Request, central: Central, template: str, person: Person | None = None, /, **words: Any) -> Response:
    """A template rendered with what all of them may use."""
    now = central.now()
    html = _templates.get_template(template).render(
        central=central,
        person=person,
        path=request.url.path,
        now=now,
        may=lambda permission: person is not None and person.may(Permission(permission)),
        ago=lambda value: ago(value, now),
        until=lambda value: until(value, now),
        moment=lambda value: moment(value, now),
        state_name=lambda state: NAMES[State(state)],
        grade_name=lambda grade: GRADE_NAMES[Grade(grade)],
        condition_name=lambda condition: CONDITION_NAMES[Condition(condition)],
        role_name=lambda role: ROLE_NAMES[role],
        kind_name=lambda row: REQUEST_NAMES.get(row.request) or KIND_NAMES.get(row.kind, row.kind),
        number_shown=shown_number,
        amount=amount,
        timedelta=dt.timedelta,
        **words,
    )
    return HTMLResponse(html, headers=HEADERS)


def error_page(request: Request, central: Central, status: int, text: str) -> Response:
    person = signin.who(central, request.cookies.get(COOKIE, ""))
    answer = page(request, central, "message.html", person, text=text)
    answer.status_code = status
    return answer


def to_sign_in(request: Request) -> Response:
    """htmx is told to load the whole page: a fragment must not show the sign-in form inside a table."""
    back = request.url.path if request.method == "GET" else "/"
    address = f"/sign-in?back={quote(back)}"
    if request.headers.get("hx-request"):
        return Response(status_code=204, headers={"HX-Redirect": address})
    return RedirectResponse(address, 303, headers=HEADERS)


def go(address: str) -> Response:
    """After something was done: never the same form twice."""
    return RedirectResponse(address, 303, headers=HEADERS)


def shown_number(digits: str) -> str:
    try:
        return str(ticket_number.parse(digits))
    except ticket_number.TicketNumberError:
        return digits or "（没有编号）"
