"""What the dialog tells a front end to do: a closed set of acts, in order.

A kiosk renders ``Say`` by its loudspeaker and ``Show`` on its screen; the phone renders ``Say`` and ignores ``Show``.
Acts carry finished text, so that what is seen and what is heard are the same words.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from content.model import Item
from dialog.events import Key


class Say(msgspec.Struct, frozen=True, tag="say"):
    """Speak ``text``.

    ``interruptible``: speech or a key may cut it short (barge-in). ``passing``: said by the way ("I will speak louder",
    a filler); 再说一遍 does not bring it back.
    """

    text: str
    interruptible: bool = True
    passing: bool = False


class Choice(msgspec.Struct, frozen=True):
    """``id`` comes back in ``Chosen``; ``label`` is shown and spoken."""

    id: str
    label: str


# -- screens ---------------------------------------------------------------------------------------------------------


class AttractScreen(msgspec.Struct, frozen=True, tag="attract"):
    """Nobody is there. ``content_date``: ISO date of the pack; ``offline``: no contact with the central service."""

    content_date: str = ""
    offline: bool = False


class ListenScreen(msgspec.Struct, frozen=True, tag="listen"):
    """Ready for a question.

    ``hint``: one example question; ``notice``: why we are here again, or empty; ``modules``: the six, for touch.
    """

    hint: str
    notice: str = ""
    modules: tuple[Choice, ...] = ()


class BrowseScreen(msgspec.Struct, frozen=True, tag="browse"):
    """Everything of one module, to choose from by touch; the front end pages it. ``title`` is the module's name."""

    title: str
    choices: tuple[Choice, ...]


class ClarifyScreen(msgspec.Struct, frozen=True, tag="clarify"):
    """At most four choices; "none of these" is always offered beside them."""

    heard: str
    choices: tuple[Choice, ...]


class AnswerScreen(msgspec.Struct, frozen=True, tag="answer"):
    """The item in list form. ``heard``: what was understood, correctable; ``sample``: not yet reviewed."""

    heard: str
    item: Item
    place_names: tuple[str, ...]
    pack_version: str
    valid_as_of: str
    sample: bool = True


class NoAnswerScreen(msgspec.Struct, frozen=True, tag="no_answer"):
    """Nothing fits. ``reason``: "unknown", "expired" or "unheard"; ``message`` is the sentence to read."""

    heard: str
    reason: str
    message: str = ""


class PrintScreen(msgspec.Struct, frozen=True, tag="print"):
    """``state``: "printing", "done", "failed" or "unknown"; ``message`` is the sentence to read."""

    state: str
    message: str


class HumanScreen(msgspec.Struct, frozen=True, tag="human"):
    """How to reach a person now, or whom to call in danger (``urgent``): ``lines`` are short sentences."""

    lines: tuple[str, ...]
    urgent: bool = False


class RateScreen(msgspec.Struct, frozen=True, tag="rate"):
    """五级好差评."""


class IdleScreen(msgspec.Struct, frozen=True, tag="idle"):
    """Are you still there? ``seconds`` until the session is wiped; counted down visibly, extendable by STAY."""

    seconds: int


class GoodbyeScreen(msgspec.Struct, frozen=True, tag="goodbye"):
    message: str


Screen = (
    AttractScreen
    | ListenScreen
    | BrowseScreen
    | ClarifyScreen
    | AnswerScreen
    | NoAnswerScreen
    | PrintScreen
    | HumanScreen
    | RateScreen
    | IdleScreen
    | GoodbyeScreen
)


class Show(msgspec.Struct, frozen=True, tag="show"):
    screen: Screen


class Ask(msgspec.Struct, frozen=True, tag="ask"):
    """Now listen. ``keys`` and ``choices`` are what may be pressed; ``open_speech``: any question may be spoken.

    ``timeout``: seconds of quiet after the last sound of the acts before ``Silence`` is sent.
    """

    keys: tuple[Key, ...] = ()
    choices: tuple[Choice, ...] = ()
    open_speech: bool = True
    timeout: float = 10.0


class SlipKind(StrEnum):
    GUIDE = "guide"  # the answer in list form
    CHECKLIST = "checklist"  # materials to tick off
    COUNTER = "counter"  # no answer found: what was asked, for the desk


class Print(msgspec.Struct, frozen=True, tag="print"):
    """Print a slip about an item (or, for COUNTER, about ``heard``). Answered by a ``Printed`` event."""

    kind: SlipKind
    item_id: str = ""
    heard: str = ""


class Adjust(msgspec.Struct, frozen=True, tag="adjust"):
    """Set the speaking rate (0.5..2) and the volume (0..10) from now on."""

    rate: float
    volume: int


class Record(msgspec.Struct, frozen=True, tag="record"):
    """Record a message the citizen chose to leave. Seconds."""

    minimum: float = 3.0
    maximum: float = 180.0


class Transfer(msgspec.Struct, frozen=True, tag="transfer"):
    """Hand over to a person. ``briefing``: what the clerk hears first (phone), or empty."""

    target: str
    briefing: str = ""


class Rate(msgspec.Struct, frozen=True, tag="rate"):
    """Keep an anonymous rating for the item that was answered."""

    stars: int
    item_id: str = ""


class End(msgspec.Struct, frozen=True, tag="end"):
    """The session is over: wipe everything of it. ``reason``: "finished", "idle", "gone" or "transferred"."""

    reason: str


Act = Say | Show | Ask | Print | Adjust | Record | Transfer | Rate | End
