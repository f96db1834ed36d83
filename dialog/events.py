"""What a front end tells the dialog: the closed set of things that can happen in a session."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import msgspec

from dialog.flows import Matter
from dialog.requests import InvoiceFacts, ProgressStep


class Channel(StrEnum):
    KIOSK = "kiosk"
    PHONE = "phone"


class Key(StrEnum):
    """What a button, a keypad key or a spoken command word means. Front ends map their own keys to these."""

    HUMAN = "human"
    BACK = "back"
    HOME = "home"
    REPEAT = "repeat"
    SLOWER = "slower"
    FASTER = "faster"
    LOUDER = "louder"
    QUIETER = "quieter"
    PRINT = "print"
    MATERIALS = "materials"
    YES = "yes"
    NO = "no"
    CORRECT = "correct"  # "that is not what I said"
    MORE = "more"  # ask something else
    STAY = "stay"  # "I am still here"
    SKIP = "skip"
    FINISH = "finish"
    CANCEL = "cancel"  # leave this service, nothing is handed in
    SERVICES = "services"  # what else can be done here
    NEXT = "next"  # that is all of it, go on
    TYPE = "type"  # fill in by hand
    RECORD = "record"  # say it as a message instead
    RESUME = "resume"  # go on later or on the phone
    CONTINUE = "continue"  # go on here with what was begun elsewhere


class Started(msgspec.Struct, frozen=True, tag="started"):
    """Someone touched the screen, spoke, or the call was answered. ``now`` decides hours and validity."""

    channel: Channel
    now: dt.datetime


class Heard(msgspec.Struct, frozen=True, tag="heard"):
    """A finished utterance. ``pinyin``: toned syllables (``yi1``); ``confidence`` in 0..1; ``nbest``: other texts."""

    text: str
    pinyin: tuple[str, ...] = ()
    confidence: float = 1.0
    nbest: tuple[str, ...] = ()


class Typed(msgspec.Struct, frozen=True, tag="typed"):
    """Text the citizen typed, wrote or corrected."""

    text: str


class Pressed(msgspec.Struct, frozen=True, tag="pressed"):
    key: Key


class Chosen(msgspec.Struct, frozen=True, tag="chosen"):
    """One of the choices of the last ``Ask`` or screen, by its id (on the phone: by its number's id)."""

    choice: str


class Silence(msgspec.Struct, frozen=True, tag="silence"):
    """The deadline of the last ``Ask`` passed with nothing heard, pressed or chosen."""


class Unintelligible(msgspec.Struct, frozen=True, tag="unintelligible"):
    """Somebody spoke, and no word of it was understood."""


class PrintOutcome(StrEnum):
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"  # the printer did not confirm: said so, never called printed


class Printed(msgspec.Struct, frozen=True, tag="printed"):
    outcome: PrintOutcome
    reason: str = ""  # a key such as "paper_out", "cover_open", "unplugged"


class Rated(msgspec.Struct, frozen=True, tag="rated"):
    """五级好差评: 5 very satisfied .. 1 very dissatisfied."""

    stars: int


class Recorded(msgspec.Struct, frozen=True, tag="recorded"):
    """The message is kept by the front end; ``seconds`` of it. ``media``: its handle, to file it or hear it again."""

    seconds: float
    media: str = ""


class Transferred(msgspec.Struct, frozen=True, tag="transferred"):
    """Whether the person we handed over to took the call."""

    reached: bool


class Gone(msgspec.Struct, frozen=True, tag="gone"):
    """Hung up, or walked away."""


class Scanned(msgspec.Struct, frozen=True, tag="scanned"):
    """A bar code or QR code was held before the reader; at any time. ``text`` is what it holds."""

    text: str

    def __repr__(self) -> str:
        return "Scanned(...)"


class PhotoTaken(msgspec.Struct, frozen=True, tag="photo_taken"):
    """``photo``: the front end's handle; it keeps the picture until the session ends or it is filed."""

    photo: str


class NoPhoto(msgspec.Struct, frozen=True, tag="no_photo"):
    """The camera gave no picture."""

    reason: str = ""


class Filed(msgspec.Struct, frozen=True, tag="filed"):
    """The request is kept durably and will be sent. ``number``: eleven digits; ``code``: four, to see progress."""

    number: str
    code: str

    def __repr__(self) -> str:
        return "Filed(...)"


class NotFiled(msgspec.Struct, frozen=True, tag="not_filed"):
    """Nothing was kept. ``reason``: a key such as "full" or "not_enrolled"."""

    reason: str = ""


class Progressed(msgspec.Struct, frozen=True, tag="progressed"):
    """How a request stands, in words: ``status`` such as 办理中, ``steps`` oldest first, ``answer`` or nothing."""

    status: str
    steps: tuple[ProgressStep, ...] = ()
    answer: str = ""
    department: str = ""
    due: dt.datetime | None = None

    def __repr__(self) -> str:
        return "Progressed(...)"


class ProgressUnknown(msgspec.Struct, frozen=True, tag="progress_unknown"):
    """``reason``: "not_found" (number and code do not belong together) or "unreachable"."""

    reason: str = "unreachable"


class InvoicesRead(msgspec.Struct, frozen=True, tag="invoices_read"):
    """What was found; none: there was nothing to read. ``refused``: files that were no invoice or not safe to read."""

    invoices: tuple[InvoiceFacts, ...] = ()
    refused: int = 0


class InvoicesNotRead(msgspec.Struct, frozen=True, tag="invoices_not_read"):
    """``reason``: "no_stick", "unreadable" or "timeout"."""

    reason: str = ""


class HandedOver(msgspec.Struct, frozen=True, tag="handed_over"):
    """The matter waits under ``code`` (six digits) for ``minutes``."""

    code: str
    minutes: int = 30

    def __repr__(self) -> str:
        return "HandedOver(...)"


class NotHandedOver(msgspec.Struct, frozen=True, tag="not_handed_over"):
    reason: str = "unreachable"


class TakenOver(msgspec.Struct, frozen=True, tag="taken_over"):
    matter: Matter

    def __repr__(self) -> str:
        return "TakenOver(...)"


class NotTakenOver(msgspec.Struct, frozen=True, tag="not_taken_over"):
    """``reason``: "not_found" (wrong, used or too old) or "unreachable"."""

    reason: str = "not_found"


class NotPerformed(msgspec.Struct, frozen=True, tag="not_performed"):
    """The front end cannot do the last act it was given; the dialog says so and goes on."""


Event = (
    Started
    | Heard
    | Typed
    | Pressed
    | Chosen
    | Silence
    | Unintelligible
    | Printed
    | Rated
    | Recorded
    | Transferred
    | Gone
    | Scanned
    | PhotoTaken
    | NoPhoto
    | Filed
    | NotFiled
    | Progressed
    | ProgressUnknown
    | InvoicesRead
    | InvoicesNotRead
    | HandedOver
    | NotHandedOver
    | TakenOver
    | NotTakenOver
    | NotPerformed
)
