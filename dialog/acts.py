"""What the dialog tells a front end to do: a closed set of acts, in order.

A kiosk renders ``Say`` by its loudspeaker and ``Show`` on its screen; the phone renders ``Say`` and ignores ``Show``.
Acts carry finished text, so that what is seen and what is heard are the same words.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from content.scenario import Answers
from dialog.events import Key
from dialog.flows import Matter
from dialog.requests import RequestDraft
from dialog.screens import (
    AnswerScreen,
    AttractScreen,
    BrowseScreen,
    Button,
    Choice,
    ChooseScreen,
    ClarifyScreen,
    ConfirmScreen,
    GoodbyeScreen,
    HumanScreen,
    IdleScreen,
    ListenScreen,
    ListScreen,
    NoAnswerScreen,
    NoticeScreen,
    NumberScreen,
    Part,
    PhotoScreen,
    PrintScreen,
    RateScreen,
    Row,
    Screen,
    Step,
    TextScreen,
    TicketScreen,
    WaitScreen,
)


class Say(msgspec.Struct, frozen=True, tag="say"):
    """Speak ``text``.

    ``interruptible``: speech or a key may cut it short (barge-in). ``passing``: said by the way ("I will speak louder",
    a filler); 再说一遍 does not bring it back.
    """

    text: str
    interruptible: bool = True
    passing: bool = False


class Show(msgspec.Struct, frozen=True, tag="show"):
    screen: Screen


class Ask(msgspec.Struct, frozen=True, tag="ask"):
    """Now listen. ``keys`` and ``choices`` are what may be pressed; ``open_speech``: any question may be spoken.

    ``timeout``: seconds of quiet after the last sound of the acts before ``Silence`` is sent. ``digits``: as many are
    awaited; keys of a telephone are then gathered (# ends them) and sent as one ``Typed``. ``scan``: a code may be held
    before the reader, which then sends ``Scanned``. On the phone there are at most four ``choices``, by number.
    """

    keys: tuple[Key, ...] = ()
    choices: tuple[Choice, ...] = ()
    open_speech: bool = True
    timeout: float = 10.0
    digits: int = 0
    scan: bool = False


class SlipKind(StrEnum):
    GUIDE = "guide"  # the answer in list form
    CHECKLIST = "checklist"  # materials to tick off
    COUNTER = "counter"  # no answer found: what was asked, for the desk
    SCENARIO = "scenario"  # one matter at once: merged checklist and way
    TICKET = "ticket"  # what was handed in: number, check code, time limit
    RESUME = "resume"  # the way back to where one was; nothing of a person on it
    LIST = "list"  # what a ListScreen shows


class ScenarioSlip(msgspec.Struct, frozen=True, tag="scenario"):
    scenario_id: str
    answers: Answers


class TicketSlip(msgspec.Struct, frozen=True, tag="ticket"):
    """``kind``: 投诉 and the like. ``number`` as shown, ``code`` the check code. No name, no telephone number."""

    kind: str
    number: str
    code: str
    department: str = ""
    due: str = ""

    def __repr__(self) -> str:
        return "TicketSlip(...)"


class ResumeSlip(msgspec.Struct, frozen=True, tag="resume"):
    """``code``: what the QR code holds; ``dialog.resume`` reads it back."""

    title: str
    code: str


class ListSlip(msgspec.Struct, frozen=True, tag="list"):
    title: str
    parts: tuple[Part, ...]
    note: str = ""
    sample: bool = False

    def __repr__(self) -> str:
        return f"ListSlip({self.title})"


class Print(msgspec.Struct, frozen=True, tag="print"):
    """Print a slip about an item, ``heard`` (COUNTER) or ``slip`` (the kinds after it). Answered by ``Printed``."""

    kind: SlipKind
    item_id: str = ""
    heard: str = ""
    slip: ScenarioSlip | TicketSlip | ResumeSlip | ListSlip | None = None


class PrintForm(msgspec.Struct, frozen=True, tag="print_form"):
    """Print a form on A4. ``values``: pairs of field id and text; none: blank. ``Printed`` follows."""

    form_id: str
    values: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        return f"PrintForm({self.form_id})"


class Adjust(msgspec.Struct, frozen=True, tag="adjust"):
    """Set the speaking rate (0.5..2) and the volume (0..10) from now on."""

    rate: float
    volume: int


class Record(msgspec.Struct, frozen=True, tag="record"):
    """Record a message the citizen chose to leave. Seconds. Answered by ``Recorded``."""

    minimum: float = 3.0
    maximum: float = 180.0


class Play(msgspec.Struct, frozen=True, tag="play"):
    """Let the citizen hear a recording of this session again. ``media``: its handle."""

    media: str


class TakePhoto(msgspec.Struct, frozen=True, tag="take_photo"):
    """Show the camera, count down, take a picture. Answered by ``PhotoTaken`` or ``NoPhoto``."""


class File(msgspec.Struct, frozen=True, tag="file"):
    """Hand in a request: seal it, keep it durably, send it. Answered by ``Filed`` or ``NotFiled``."""

    draft: RequestDraft


class LookUp(msgspec.Struct, frozen=True, tag="look_up"):
    """Ask central how a request stands. Answered by ``Progressed`` or ``ProgressUnknown``.

    ``number``: eleven digits whose check digits are right; ``code``: the four-digit check code.
    """

    number: str
    code: str

    def __repr__(self) -> str:
        return "LookUp(...)"


class ReadInvoices(msgspec.Struct, frozen=True, tag="read_invoices"):
    """Read the electronic invoices on the stick that is plugged in. ``InvoicesRead`` or ``InvoicesNotRead`` follows."""


class PrintInvoice(msgspec.Struct, frozen=True, tag="print_invoice"):
    """Print an invoice that was read, on A4. ``Printed`` follows."""

    handle: str


class HandOver(msgspec.Struct, frozen=True, tag="hand_over"):
    """Leave the matter for the phone or another terminal. ``HandedOver`` or ``NotHandedOver`` follows."""

    matter: Matter

    def __repr__(self) -> str:
        return "HandOver(...)"


class TakeOver(msgspec.Struct, frozen=True, tag="take_over"):
    """Fetch the matter left under a six-digit code. ``TakenOver`` or ``NotTakenOver`` follows."""

    code: str

    def __repr__(self) -> str:
        return "TakeOver(...)"


class Transfer(msgspec.Struct, frozen=True, tag="transfer"):
    """Hand over to a person. ``briefing``: what the clerk hears first (phone), or empty."""

    target: str
    briefing: str = ""


class Rate(msgspec.Struct, frozen=True, tag="rate"):
    """Keep an anonymous rating for the item that was answered. ``reason``: why it was a bad one, by its id."""

    stars: int
    item_id: str = ""
    reason: str = ""


class Vote(msgspec.Struct, frozen=True, tag="vote"):
    """Keep an anonymous choice in a consultation: one of its options, word for word."""

    consultation: str
    choice: str


class End(msgspec.Struct, frozen=True, tag="end"):
    """The session is over: wipe everything of it. ``reason``: "finished", "idle", "gone" or "transferred"."""

    reason: str


Act = (
    Say
    | Show
    | Ask
    | Print
    | PrintForm
    | Adjust
    | Record
    | Play
    | TakePhoto
    | File
    | LookUp
    | ReadInvoices
    | PrintInvoice
    | HandOver
    | TakeOver
    | Transfer
    | Rate
    | Vote
    | End
)

__all__ = [
    "Act",
    "Adjust",
    "AnswerScreen",
    "Ask",
    "AttractScreen",
    "BrowseScreen",
    "Button",
    "Choice",
    "ChooseScreen",
    "ClarifyScreen",
    "ConfirmScreen",
    "End",
    "File",
    "GoodbyeScreen",
    "HandOver",
    "HumanScreen",
    "IdleScreen",
    "ListScreen",
    "ListSlip",
    "ListenScreen",
    "LookUp",
    "NoAnswerScreen",
    "NoticeScreen",
    "NumberScreen",
    "Part",
    "PhotoScreen",
    "Play",
    "Print",
    "PrintForm",
    "PrintInvoice",
    "PrintScreen",
    "Rate",
    "RateScreen",
    "ReadInvoices",
    "Record",
    "ResumeSlip",
    "Row",
    "Say",
    "ScenarioSlip",
    "Screen",
    "Show",
    "SlipKind",
    "Step",
    "TakeOver",
    "TakePhoto",
    "TextScreen",
    "TicketScreen",
    "TicketSlip",
    "Transfer",
    "Vote",
    "WaitScreen",
]
