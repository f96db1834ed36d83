"""Signing in and out, changing the password."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from central import signin
from central.api.terminal_requests import Served
from central.pages.frame import COOKIE, Form, Guarded, SignedIn, field, go, page
from central.people import Permission
from central.signin import Person, SignInError

router = APIRouter()


def start_of(person: Person) -> str:
    """Where one's work is."""
    return "/tickets" if person.may(Permission.SEE_TICKETS) else "/fleet"


@router.get("/")
def start(person: SignedIn) -> Response:
    return go(start_of(person))


@router.get("/sign-in")
def sign_in_page(request: Request, central: Served, back: str = "") -> Response:
    return page(request, central, "sign-in.html", back=back, name="", error="")


@router.post("/sign-in")
def sign_in(request: Request, central: Served, form: Form) -> Response:
    back = field(form, "back")
    try:
        token = signin.sign_in(central, field(form, "name"), str(form.get("password", "")))
    except SignInError as error:
        answer = page(request, central, "sign-in.html", back=back, name=field(form, "name"), error=str(error))
        answer.status_code = 403
        return answer
    # Only a path of ours: //elsewhere would be another site.
    answer = go(back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/")
    answer.set_cookie(
        COOKIE,
        token,
        httponly=True,
        samesite="strict",
        secure=central.config.security.secure_cookies,
        max_age=int(central.config.security.session_hours * 3600),
    )
    return answer


@router.post("/sign-out")
def sign_out(request: Request, central: Served, person: Guarded) -> Response:
    signin.sign_out(central, request.cookies.get(COOKIE, ""))
    answer = go("/sign-in")
    answer.delete_cookie(COOKIE)
    return answer


@router.get("/password")
def password_page(request: Request, central: Served, person: SignedIn) -> Response:
    return page(request, central, "password.html", person, error="")


@router.post("/password")
def change_password(request: Request, central: Served, person: Guarded, form: Form) -> Response:
    new = str(form.get("new", ""))
    try:
        if new != str(form.get("again", "")):
            raise SignInError("两次输入的新密码不一样")
        signin.change_password(central, person.name, str(form.get("old", "")), new)
    except SignInError as error:
        answer = page(request, central, "password.html", person, error=str(error))
        answer.status_code = 422
        return answer
    return go(start_of(person))
