"""What can stand on the glass: closed records, each one decision. The phone has none of them and ignores them.

All words are finished: the same are spoken. ``kiosk.screens`` draws each as a pure function.
"""

from __future__ import annotations

import msgspec

from content.model import Item
from dialog.events import Key


class Choice(msgspec.Struct, frozen=True):
    """``id`` comes back in ``Chosen``; ``label`` is shown and spoken."""

    id: str
    label: str


class AttractScreen(msgspec.Struct, frozen=True, tag="attract"):
    """Nobody is there. ``content_date``: ISO date of the pack; ``offline``: no contact with the central service."""

    content_date: str = ""
    offline: bool = False


class ListenScreen(msgspec.Struct, frozen=True, tag="listen"):
    """Ready for a question.

    ``hint``: one example question; ``notice``: why we are here again, or empty; ``modules``: the six, for touch;
    ``services``: the twelve, in the order of their spoken numbers; ``off``: ids of those that cannot work now;
    ``can_continue``: a matter begun elsewhere can be fetched here.
    """

    hint: str
    notice: str = ""
    modules: tuple[Choice, ...] = ()
    services: tuple[Choice, ...] = ()
    off: tuple[str, ...] = ()
    can_continue: bool = False


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


# -- services --------------------------------------------------------------------------------------------------------


class Button(msgspec.Struct, frozen=True):
    """A press below a screen. ``main``: the likely one; there is at most one."""

    key: Key
    label: str
    main: bool = False


class Step(msgspec.Struct, frozen=True):
    """Where one is in a service: number ``at`` of ``of``, from 1."""

    at: int
    of: int


class ChooseScreen(msgspec.Struct, frozen=True, tag="choose"):
    """One of ``choices``, as many as there are; the front end pages them. Up to nine may be chosen by number.

    ``icon``: a name of ``kiosk.icons`` for the service this belongs to; ``note``: a sentence beneath the title;
    ``off``: ids of choices that cannot work now.
    """

    title: str
    choices: tuple[Choice, ...]
    note: str = ""
    icon: str = ""
    step: Step | None = None
    buttons: tuple[Button, ...] = ()
    off: tuple[str, ...] = ()


class TextScreen(msgspec.Struct, frozen=True, tag="text"):
    """Something said, typed or written. ``text``: what there is so far; ``hint``: an example; ``private``: a name."""

    title: str
    text: str = ""
    note: str = ""
    hint: str = ""
    step: Step | None = None
    buttons: tuple[Button, ...] = ()
    private: bool = False

    def __repr__(self) -> str:
        return f"TextScreen({self.title})"


class NumberScreen(msgspec.Struct, frozen=True, tag="number"):
    """Digits: pressed, said or scanned. ``length``: how many; ``groups``: how they are set apart, such as (4, 5, 2)."""

    title: str
    length: int
    note: str = ""
    groups: tuple[int, ...] = ()
    scan: bool = False
    step: Step | None = None
    buttons: tuple[Button, ...] = ()


class PhotoScreen(msgspec.Struct, frozen=True, tag="photo"):
    """``state``: "ready", "taking", "taken" or "failed"; ``photo``: the front end's handle of the one to show."""

    title: str
    state: str
    message: str = ""
    photo: str = ""
    step: Step | None = None
    buttons: tuple[Button, ...] = ()


class Row(msgspec.Struct, frozen=True):
    """One line of a list. ``tick``: the choice that ticks it off, or empty; ``number``: set before it, or empty."""

    text: str
    note: str = ""
    tick: str = ""
    ticked: bool = False
    number: str = ""


class Part(msgspec.Struct, frozen=True):
    """Lines under one heading. ``icon``: a name of ``kiosk.icons``."""

    title: str
    rows: tuple[Row, ...]
    icon: str = ""


class ListScreen(msgspec.Struct, frozen=True, tag="list"):
    """A result in list form: a checklist, a way through the departments, a request's progress, a place, an invoice."""

    title: str
    parts: tuple[Part, ...]
    note: str = ""
    sample: bool = False
    icon: str = ""
    buttons: tuple[Button, ...] = ()

    def __repr__(self) -> str:
        return f"ListScreen({self.title})"


class ConfirmScreen(msgspec.Struct, frozen=True, tag="confirm"):
    """Everything that will be handed in, before it is. Each row's ``tick`` is the choice that changes it."""

    title: str
    rows: tuple[Row, ...]
    note: str = ""
    buttons: tuple[Button, ...] = ()

    def __repr__(self) -> str:
        return f"ConfirmScreen({self.title})"


class WaitScreen(msgspec.Struct, frozen=True, tag="wait"):
    """Something slow is being done."""

    title: str
    message: str = ""


class NoticeScreen(msgspec.Struct, frozen=True, tag="notice"):
    """A plain word: it does not work here, nothing was found. ``icon``: a name of ``kiosk.icons``.

    ``large``: digits to be copied down, in the largest type.
    """

    title: str
    lines: tuple[str, ...] = ()
    icon: str = "note"
    large: str = ""
    buttons: tuple[Button, ...] = ()
    choices: tuple[Choice, ...] = ()


class TicketScreen(msgspec.Struct, frozen=True, tag="ticket"):
    """It was handed in: number and check code in large type, who answers and by when.

    ``printed``: "", "printing", "done", "failed" or "unknown"; ``message`` is the sentence that goes with it.
    """

    title: str
    number: str
    code: str
    due: str = ""
    department: str = ""
    printed: str = ""
    message: str = ""
    buttons: tuple[Button, ...] = ()

    def __repr__(self) -> str:
        return "TicketScreen(...)"


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
    | ChooseScreen
    | TextScreen
    | NumberScreen
    | PhotoScreen
    | ListScreen
    | ConfirmScreen
    | WaitScreen
    | NoticeScreen
    | TicketScreen
)
