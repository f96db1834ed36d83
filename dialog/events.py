"""What a front end tells the dialog: the closed set of things that can happen in a session."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import msgspec


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
    """The message the caller left is kept by the front end; ``seconds`` of it."""

    seconds: float


class Transferred(msgspec.Struct, frozen=True, tag="transferred"):
    """Whether the person we handed over to took the call."""

    reached: bool


class Gone(msgspec.Struct, frozen=True, tag="gone"):
    """Hung up, or walked away."""


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
)
