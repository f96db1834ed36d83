"""Where a running service stands: one small frozen record a service, and nothing else in the state.

What moves them is in the modules beside this one (``dialog.filing``, ``dialog.progress``, ...); here is only data, so
that a matter can be handed over to the phone or another terminal as it is.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from content.scenario import Answers
from dialog.requests import InvoiceFacts, RequestDraft, Routing


class Stage(StrEnum):
    """What a request still needs; each kind of request has its own order of them (``dialog.filing_plans``)."""

    KIND = "kind"  # consult, complaint, suggestion, report
    SUBJECT = "subject"  # which consultation
    PHOTO = "photo"
    TEXT = "text"
    WINDOW = "window"  # who sent the citizen away
    ROUTE = "route"  # the suggested department
    TOWN = "town"
    PLACE = "place"
    CALLBACK = "callback"
    PHONE = "phone"
    NAME = "name"
    CONFIRM = "confirm"
    CHANGE = "change"  # which of it to change
    SENDING = "sending"
    DONE = "done"


class Filing(msgspec.Struct, frozen=True, tag="filing"):
    """A request in the making. ``town``: chosen on the way to a village; ``changing``: CONFIRM comes after this stage.

    ``routed``: the department was chosen by the citizen. ``number`` and ``code``: once filed. ``due``, ``department``:
    as told.
    """

    draft: RequestDraft
    stage: Stage
    routing: Routing | None = None
    routed: bool = False
    town: str = ""
    changing: bool = False
    number: str = ""
    code: str = ""
    due: str = ""
    department: str = ""
    printed: str = ""

    def __repr__(self) -> str:
        return f"Filing({self.stage.value})"


class Message(msgspec.Struct, frozen=True, tag="message"):
    """A spoken message (留言). ``media``: the recording, empty until there is one; ``sending``: being filed."""

    media: str = ""
    sending: bool = False
    short: int = 0

    def __repr__(self) -> str:
        return "Message(...)"


class Progress(msgspec.Struct, frozen=True, tag="progress"):
    """Looking up a request. ``shown``: the answer is there; without ``number`` that is what is asked for."""

    number: str = ""
    code: str = ""
    waiting: bool = False
    shown: bool = False

    def __repr__(self) -> str:
        return "Progress(...)"


class Navigating(msgspec.Struct, frozen=True, tag="navigating"):
    """A scenario's questions; ``ticked``: lines of the finished checklist."""

    scenario_id: str = ""
    answers: Answers = ()
    finished: bool = False
    ticked: tuple[int, ...] = ()


class Checking(msgspec.Struct, frozen=True, tag="checking"):
    """The checklist of one item being ticked off."""

    item_id: str
    ticked: tuple[int, ...] = ()


class FillingForm(msgspec.Struct, frozen=True, tag="form"):
    """A form to print. ``at``: the field being filled in, -1 before that; ``values``: pairs of field id and text.

    ``one``: only the field at ``at`` is being changed.
    """

    form_id: str = ""
    at: int = -1
    one: bool = False
    values: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        return f"FillingForm({self.form_id}, {self.at})"


class Invoices(msgspec.Struct, frozen=True, tag="invoices"):
    """Electronic invoices read in this session: a running list. ``at``: the one shown, -1: the list."""

    read: tuple[InvoiceFacts, ...] = ()
    at: int = -1
    waiting: bool = False
    printing: bool = False

    def __repr__(self) -> str:
        return f"Invoices({len(self.read)})"


class Nearest(msgspec.Struct, frozen=True, tag="nearest"):
    """The nearest service centre and the village's helper. ``village``: its code, "-" for none in particular."""

    town: str = ""
    village: str = ""


class Policies(msgspec.Struct, frozen=True, tag="policies"):
    """Looking through what there is. ``by``: "", "theme" or "category"; ``name``: the one that is open."""

    by: str = ""
    name: str = ""


class Opinions(msgspec.Struct, frozen=True, tag="opinions"):
    """Rating and consultations. ``open``: which consultation is being chosen; ``consultation``: what is answered in it;
    ``voted``: it was.
    """

    open: bool = False
    consultation: str = ""
    voted: bool = False


class Carrying(msgspec.Struct, frozen=True, tag="carrying"):
    """A matter taken along. ``taking``: a code is being entered here; ``waiting``: central is being asked;
    ``matter``: what is to be taken along from here.
    """

    taking: bool = False
    waiting: bool = False
    matter: Matter | None = None


class Reasons(msgspec.Struct, frozen=True, tag="reasons"):
    """Why a rating was a bad one. ``kept``: the rating is kept, and a call-back is offered; ``sure``: it was pressed,
    or what was heard has been confirmed.
    """

    stars: int
    reason: str = ""
    kept: bool = False
    sure: bool = True


Flow = (
    Filing
    | Message
    | Progress
    | Navigating
    | Checking
    | FillingForm
    | Invoices
    | Nearest
    | Policies
    | Opinions
    | Carrying
    | Reasons
)


class Matter(msgspec.Struct, frozen=True):
    """What goes along when a citizen goes on elsewhere. ``flow``: without media, which stay behind."""

    heard: str = ""
    item_id: str = ""
    flow: Flow | None = None

    def __repr__(self) -> str:
        return "Matter(...)"
