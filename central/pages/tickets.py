"""The tickets: the work list, one ticket with its history, what may be done with it, opening its personal part."""

from __future__ import annotations

import datetime as dt
import io
import wave
from typing import Annotated
from urllib.parse import quote

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from central import audit, lifecycle, masking, tickets
from central.api.terminal_requests import Served
from central.lifecycle import LifecycleError
from central.pages.frame import HEADERS, Form, Guarded, PageError, field, go, needs, page
from central.pages.words import FIELD_NAMES
from central.people import Permission
from central.service import Central
from central.signin import Person
from central.tables import Sealed, Ticket, Unsealing
from offline_cache import sealed_stream, ticket_number
from offline_cache.personal import Media, Personal
from offline_cache.sealing import SealingError
from offline_cache.wire import TicketState as State

router = APIRouter()

Reader = Annotated[Person, Depends(needs(Permission.SEE_TICKETS))]

VIEWS: dict[str, tuple[str, tuple[State, ...]]] = {
    "waiting": ("待转派", lifecycle.WAITING),
    "working": ("办理中", (State.DISPATCHED, State.ACCEPTED)),
    "callback": ("待回访", ()),
    "answered": ("已答复", (State.ANSWERED, State.CONFIRMED, State.RATED)),
    "all": ("全部", ()),
}
"""The tabs, each with its states."""

SHOWN_MEDIA = frozenset(f"image/{name}" for name in ("jpeg", "png", "webp")) | frozenset(
    f"audio/{name}" for name in ("wav", "x-wav", "mpeg", "ogg", "flac")
)
"""Shown in the page; everything else is only saved."""

LINE_RATE = 8000
"""Samples a second of a message on the telephone, 16 bits each."""

NEEDED: dict[str, Permission] = {
    "dispatch": Permission.DISPATCH,
    "accept": Permission.HANDLE,
    "object": Permission.HANDLE,
    "answer": Permission.HANDLE,
    "confirm": Permission.CALL_BACK,
    "reopen": Permission.CALL_BACK,
}
"""What the pages' forms do, and who may. Citizens rate; nobody here does it for them."""


@router.get("/tickets")
def work_list(
    request: Request, central: Served, person: Reader, view: str = "", department: str = "", q: str = ""
) -> Response:
    """The work list; htmx asks for the rows alone."""
    own = person.department
    view = view if view in VIEWS else ("working" if own else "waiting")
    with central.database.reading() as session:
        rows = _find(session, own, q) if q.strip() else _listed(session, view, own or department)
        counts = {name: _count(session, name, own) for name in VIEWS}
    grades = {row.id: int(tickets.urgency(row, central.now(), central.config.reminders)) for row in rows}
    dues = {row.id: tickets.next_due(row) for row in rows}
    name = "tickets-rows.html" if request.headers.get("hx-target") == "rows" else "tickets.html"
    return page(
        request,
        central,
        name,
        person,
        rows=rows,
        grades=grades,
        dues=dues,
        view=view,
        views=VIEWS,
        counts=counts,
        department=department,
        q=q,
    )


@router.get("/tickets/{identifier}")
def one(request: Request, central: Served, person: Reader, identifier: int, error: str = "") -> Response:
    return _show(request, central, person, identifier, "")


@router.post("/tickets/{identifier}/{verb}")
def act(request: Request, central: Served, person: Guarded, form: Form, identifier: int, verb: str) -> Response:
    """Do something with the ticket, or open its personal part."""
    if verb == "unseal":
        return _unseal(request, central, person, identifier, field(form, "reason"))
    if verb not in NEEDED or not person.may(NEEDED[verb]):
        raise PageError(403, "您的角色不能这样处理。")
    try:
        with central.database.writing() as session:
            row = _mine(session, person, identifier, lock=True)
            tickets.perform(central, session, row, _action(verb, form), person.name)
    except LifecycleError as error:
        return _show(request, central, person, identifier, str(error))
    return go(f"/tickets/{identifier}" if verb != "object" else "/tickets")


@router.get("/tickets/{identifier}/media/{index}")
def media(central: Served, person: Reader, identifier: int, index: int) -> Response:
    """A recording or a photo, while the ticket is open for this person."""
    with central.database.reading() as session:
        row = _mine(session, person, identifier)
        if not _is_open(central, session, person, row):
            raise PageError(403, "请先写明理由，打开个人信息。")
        secret = _personal(central, session, row)
    if secret is None or not 0 <= index < len(secret.media):
        raise PageError(404, "没有这个附件。")
    found = secret.media[index]
    if found.mime == sealed_stream.MIME:
        found = _recording(central, found)
    shown = found.mime in SHOWN_MEDIA
    headers = HEADERS | {
        "Content-Disposition": f"{'inline' if shown else 'attachment'}; filename*=UTF-8''{quote(found.name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return Response(found.data, media_type=found.mime if shown else "application/octet-stream", headers=headers)


def _show(request: Request, central: Central, person: Person, identifier: int, error: str) -> Response:
    with central.database.reading() as session:
        row = _mine(session, person, identifier)
        opened = _is_open(central, session, person, row)
        secret = _personal(central, session, row)
        history = tickets.steps(session, row.id)
        openings = session.scalars(sa.select(Unsealing).where(Unsealing.ticket == row.id).order_by(Unsealing.id)).all()
    fields = [
        (FIELD_NAMES.get(key, key), text if opened else masking.field(key, text))
        for key, text in (secret.fields.items() if secret else ())
    ]
    actions = lifecycle.allowed(State(row.state))
    verbs = [
        verb for verb, action in _VERBS.items() if action in actions and verb in NEEDED and person.may(NEEDED[verb])
    ]
    answer = page(
        request,
        central,
        "ticket.html",
        person,
        row=row,
        fields=fields,
        media=secret.media if secret else (),
        shown_media=SHOWN_MEDIA,
        unreadable=secret is None,
        opened=opened,
        history=history,
        openings=openings,
        verbs=verbs,
        due=tickets.next_due(row),
        grade=int(tickets.urgency(row, central.now(), central.config.reminders)),
        error=error,
    )
    answer.status_code = 422 if error else 200
    return answer


def _unseal(request: Request, central: Central, person: Person, identifier: int, reason: str) -> Response:
    if not person.may(Permission.UNSEAL):
        raise PageError(403, "您的角色不能打开个人信息。")
    if len(reason) < 4:
        return _show(request, central, person, identifier, "请写明打开个人信息的理由")
    now = central.now()
    with central.database.writing() as session:
        row = _mine(session, person, identifier)
        session.add(Unsealing(ticket=row.id, user=person.name, at=now, reason=reason[:200]))
        audit.note(session, now, person.name, "打开个人信息", row.number or row.key, reason[:200])
    return go(f"/tickets/{identifier}")


_VERBS: dict[str, type] = {
    "dispatch": lifecycle.Dispatch,
    "accept": lifecycle.Accept,
    "answer": lifecycle.Answer,
    "object": lifecycle.Object,
    "confirm": lifecycle.Confirm,
    "reopen": lifecycle.Reopen,
}


def _action(verb: str, form: Form) -> lifecycle.Action:
    match verb:
        case "dispatch":
            return lifecycle.Dispatch(field(form, "department"), field(form, "note"))
        case "accept":
            return lifecycle.Accept()
        case "object":
            return lifecycle.Object(field(form, "reason"))
        case "answer":
            return lifecycle.Answer(field(form, "text"))
        case "confirm":
            return lifecycle.Confirm(field(form, "note"))
        case _:
            return lifecycle.Reopen(field(form, "reason"))


def _mine(session: Session, person: Person, identifier: int, *, lock: bool = False) -> Ticket:
    """The ticket, if there is one and this person may see it: a department sees its own only."""
    row = tickets.by_id(session, identifier, lock=lock) if 0 < identifier < 2**63 else None
    if row is None or (person.department and row.department != person.department):
        raise PageError(404, "没有这件诉求，或者不归您办理。")
    return row


def _is_open(central: Central, session: Session, person: Person, row: Ticket) -> bool:
    since = central.now() - dt.timedelta(minutes=central.config.security.unseal_minutes)
    query = sa.select(Unsealing.id).where(
        Unsealing.ticket == row.id, Unsealing.user == person.name, Unsealing.at > since
    )
    return person.may(Permission.UNSEAL) and session.scalar(query.limit(1)) is not None


def _personal(central: Central, session: Session, row: Ticket) -> Personal | None:
    """Opened in memory; None when it cannot be. No personal part at all is an empty one."""
    sealed = session.get(Sealed, row.key)
    if sealed is None:
        return Personal()
    try:
        return central.keys.open_personal(sealed.data)
    except SealingError:
        return None


def _recording(central: Central, found: Media) -> Media:
    """A message that a crash cut off was sealed piece by piece; what there is of it can be heard."""
    try:
        data = central.keys.open_recording(found.data)
    except SealingError as error:
        raise PageError(422, "这段录音打不开：它在路上损坏了。") from error
    sound = io.BytesIO()
    with wave.open(sound, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(LINE_RATE)
        out.writeframes(data[: len(data) // 2 * 2])
    return Media(name="recording.wav", mime="audio/wav", data=sound.getvalue())


def _listed(session: Session, view: str, department: str) -> list[Ticket]:
    if view == "all":
        query = sa.select(Ticket).order_by(Ticket.id.desc()).limit(200)
        return list(session.scalars(query.where(Ticket.department == department) if department else query))
    return tickets.work_list(session, states=VIEWS[view][1], department=department, callback=view == "callback")


def _find(session: Session, department: str, text: str) -> list[Ticket]:
    digits = (ticket_number.digits_of(text) or "")[:11]
    found = session.scalars(sa.select(Ticket).where(Ticket.number.startswith(digits)).limit(50)) if digits else ()
    return [row for row in found if not department or row.department == department]


def _count(session: Session, view: str, department: str) -> int:
    query = sa.select(sa.func.count()).select_from(Ticket)
    if states := VIEWS[view][1]:
        query = query.where(Ticket.state.in_([state.value for state in states]))
    if view == "callback":
        query = query.where(Ticket.callback)
    if department:
        query = query.where(Ticket.department == department)
    return session.scalar(query) or 0
