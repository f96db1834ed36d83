"""Handing something in: consult, complain, suggest, report, 随手拍, 办不成事, 帮办代办, an opinion, a call-back.

::

    questions of the plan, one by one ─> CONFIRM ─yes─> SENDING ─Filed─> DONE: number, check code, time limit
          ^  BACK goes one back            │  ^             └─NotFiled─> CONFIRM, and why
          └──────── CHANGE <───change──────┘  └ CANCEL anywhere: nothing was handed in

Nothing leaves before the citizen said yes to all of it. Once it is filed, only number and code stay in the state.
"""

from __future__ import annotations

import datetime as dt

from msgspec.structs import replace

from content.directory import Limit, Unit
from dialog import digits, filing_plans, filing_stages, kit
from dialog.acts import Act, Choice, File, Print, Row, SlipKind, TicketScreen, TicketSlip
from dialog.events import Channel, Chosen, Event, Filed, Key, NotFiled, Pressed, Printed, PrintOutcome
from dialog.flows import Filing, Stage
from dialog.requests import RequestDraft, RequestKind
from dialog.state import State, Turn, say
from dialog.world import World

FIRST_ANSWER = Limit(48, Unit.HOURS)
"""What is promised before a person has sorted the request (答复不超过四十八小时)."""


def start(state: State, world: World, kind: RequestKind, text: str = "", subject: str = "") -> Turn:
    """Begin a request of ``kind``; ``text``: what was already said of it."""
    draft = RequestDraft(kind=kind, text=text, subject=subject)
    order = filing_plans.PLANS[kind]
    if subject and order and order[0] is Stage.SUBJECT:
        order = order[1:]
    filing = Filing(draft, order[0] if order else Stage.CONFIRM)
    if filing.stage is Stage.KIND:
        filing = replace(filing, stage=Stage.TEXT)
    return ask(state, filing, world)


def start_open(state: State, world: World) -> Turn:
    """Begin a request whose kind is still to be said."""
    return ask(state, Filing(RequestDraft(kind=RequestKind.CONSULT), Stage.KIND), world)


def ask(state: State, filing: Filing, world: World) -> Turn:
    """Ask, or show, what the present stage is about."""
    match filing.stage:
        case Stage.CONFIRM:
            return _confirm(state, filing_stages.routed(filing, world), world)
        case Stage.CHANGE:
            rows = [Choice(row.tick, row.note) for row in _rows(filing, world) if row.tick]
            return kit.choose(state, filing, world, world.text("filing.change"), rows, icon="pencil")
        case Stage.SENDING:
            title, message = world.text("filing.sending"), world.text("filing.sending_note")
            return kit.wait(state, filing, title, message, File(_ready(state, filing, world)))
        case Stage.DONE:
            return _done(state, filing, world, _said(state, filing, world))
        case _:
            return filing_stages.ask(state, filing, world)


def react(state: State, filing: Filing, event: Event, world: World) -> Turn | None:
    """What the event makes of the request; None when it means nothing here."""
    match filing.stage:
        case Stage.CONFIRM:
            return _confirming(state, filing, event, world)
        case Stage.CHANGE:
            return _changing(state, filing, event, world)
        case Stage.SENDING:
            return _sending(state, filing, event, world)
        case Stage.DONE:
            return _finished(state, filing, event, world)
        case _:
            return _questioned(state, filing, event, world)


def back(state: State, filing: Filing, world: World) -> Turn | None:
    """One question back; None at the first."""
    if filing.stage in (Stage.SENDING, Stage.DONE):
        return None
    if filing.changing or filing.stage is Stage.CHANGE:
        return ask(state, replace(filing, stage=Stage.CONFIRM, changing=False), world)
    before = filing_plans.preceding(filing, state, world)
    return ask(state, replace(filing, stage=before), world) if before is not None else None


def briefing(filing: Filing, world: World) -> str:
    """One sentence for the clerk who takes over."""
    if filing.stage is Stage.DONE:
        return ""
    kind = world.text(f"filing.kind_{filing.draft.kind.value}")
    return world.text("filing.briefing", kind=kind, text=filing.draft.text or world.text("filing.nothing_yet"))


# -- the questions ---------------------------------------------------------------------------------------------------


def _questioned(state: State, filing: Filing, event: Event, world: World) -> Turn | None:
    stayed = filing_stages.heard(state, filing, event, world)
    if stayed is not None:
        return stayed
    if isinstance(event, Pressed) and event.key in (Key.NEXT, Key.SKIP, Key.NO, Key.FINISH):
        return _passed(state, filing, event.key, world)
    taken = filing_stages.take(state, filing, event, world)
    match taken:
        case None:
            return None
        case str(problem):
            if state.misses >= world.limits.misses and filing_plans.skippable(filing):
                return _onward(state, filing, world)
            again, acts = ask(state, filing, world)
            return replace(again, misses=state.misses + 1), (*say(problem), *acts)
        case _:
            return _onward(state, taken, world)


def _passed(state: State, filing: Filing, key: Key, world: World) -> Turn | None:
    """That is all, where there is something; left out, where that may be."""
    draft = filing.draft
    has_some = bool(draft.text) if filing.stage is Stage.TEXT else bool(draft.media) and filing.stage is Stage.PHOTO
    spoken_media = filing.stage is Stage.TEXT and bool(draft.media) and draft.kind is not RequestKind.SNAPSHOT
    if has_some or spoken_media or filing_plans.skippable(filing):
        return _onward(state, filing, world)
    return None


def _onward(state: State, filing: Filing, world: World) -> Turn:
    after = filing_plans.following(filing, state, world)
    changing = filing.changing and after is not Stage.CONFIRM
    return ask(state, replace(filing, stage=after, changing=changing), world)


# -- once more before it goes ----------------------------------------------------------------------------------------


def _confirm(state: State, filing: Filing, world: World) -> Turn:
    rows = _rows(filing, world)
    kind = world.text(f"filing.kind_{filing.draft.kind.value}")
    spoken = [world.text("filing.confirm_lead", kind=kind)]
    spoken += [world.text("filing.confirm_row", label=row.note, text=_aloud(row, world)) for row in rows]
    spoken.append(world.text("filing.confirm_ask"))
    buttons = (
        kit.button(world, Key.YES, "submit", main=True),
        kit.button(world, Key.CORRECT, "change"),
        kit.button(world, Key.CANCEL, "drop"),
    )
    title = world.text("filing.confirm", kind=kind)
    return kit.confirm(state, filing, world, title, rows, spoken, note=_promise(state, filing, world), buttons=buttons)


def _rows(filing: Filing, world: World) -> list[Row]:
    """What will be handed in: the words in ``text``, what they are in ``note``, what changes them in ``tick``."""
    draft = filing.draft
    subject = next((one.title for one in world.consultations if one.id == draft.subject), "")
    photos = len(draft.media)
    values = (
        (Stage.SUBJECT, "subject", subject),
        (Stage.TEXT, "text", draft.text),
        (Stage.PHOTO, "media", world.text("filing.media", count=photos) if photos else ""),
        (Stage.WINDOW, "window", draft.window),
        (Stage.TOWN, "place", draft.place),
        (Stage.PHONE, "phone", digits.shown(draft.phone, digits.PHONE_GROUPS) if draft.phone else ""),
        (Stage.NAME, "name", draft.name),
        (Stage.CALLBACK, "callback", draft.callback),
    )
    rows = [
        Row(text, note=world.text(f"filing.row_{name}"), tick=f"change:{stage.value}")
        for stage, name, text in values
        if text
    ]
    if draft.kind in (RequestKind.OPINION, RequestKind.CALLBACK):
        return rows
    goes = world.text("filing.route_by_hand")
    if filing.routing is not None:
        goes = f"{filing.routing.department_name}，{filing.routing.name}"
    return [*rows, Row(goes, note=world.text("filing.row_route"), tick=f"change:{Stage.ROUTE.value}")]


def _aloud(row: Row, world: World) -> str:
    number = digits.read(row.text)
    return kit.read_out(world, number, digits.PHONE_GROUPS) if len(number) > 6 else row.text


def _confirming(state: State, filing: Filing, event: Event, world: World) -> Turn | None:
    match event:
        case Pressed(Key.YES | Key.NEXT):
            return ask(state, replace(filing, stage=Stage.SENDING), world)
        case Pressed(Key.NO | Key.CORRECT):
            return ask(state, replace(filing, stage=Stage.CHANGE), world)
        case Chosen(choice) if choice.startswith("change:"):
            return _change(state, filing, choice, world)
        case _:
            return None


def _changing(state: State, filing: Filing, event: Event, world: World) -> Turn | None:
    match event:
        case Chosen(choice) if choice.startswith("change:"):
            return _change(state, filing, choice, world)
        case Pressed(Key.YES | Key.NEXT | Key.SKIP):
            return ask(state, replace(filing, stage=Stage.CONFIRM), world)
        case _:
            return None


def _change(state: State, filing: Filing, choice: str, world: World) -> Turn | None:
    name = choice.removeprefix("change:")
    if name not in set(Stage):
        return None
    stage = Stage(name)
    draft = filing.draft
    match stage:  # what is asked again is asked afresh
        case Stage.TEXT:
            draft = replace(draft, text="")
        case Stage.PHOTO:
            draft = replace(draft, media=())
        case Stage.TOWN:
            draft = replace(draft, place="", place_id="")
        case _:
            pass
    return ask(state, replace(filing, draft=draft, stage=stage, town="", changing=True), world)


# -- and after -------------------------------------------------------------------------------------------------------


def _ready(state: State, filing: Filing, world: World) -> RequestDraft:
    """The draft as it goes: with where it goes, and whether it waits for the morning."""
    goes = filing.routing
    return replace(
        filing.draft,
        code=goes.code if goes is not None else "",
        department=goes.department if goes is not None else "",
        first=not world.knowledge.staffed(state.now),
    )


def _sending(state: State, filing: Filing, event: Event, world: World) -> Turn | None:
    match event:
        case Filed(number, code):
            department = filing.routing.department_name if filing.routing is not None else ""
            kept = RequestDraft(kind=filing.draft.kind)
            done = Filing(
                kept,
                Stage.DONE,
                number=number,
                code=code,
                due=_promise(state, filing, world),
                department=department,
                printed="printing" if _prints(state, world) else "",
            )
            state, acts = _done(state, done, world, _said(state, done, world))
            return state, (*acts, *_slip(done, world)) if done.printed else acts
        case NotFiled(reason):
            again = replace(filing, stage=Stage.CONFIRM)
            prompt = "filing.failed_full" if reason == "full" else "filing.failed"
            buttons = (kit.button(world, Key.YES, "submit_again", main=True), kit.button(world, Key.CANCEL, "drop"))
            lines = (world.text(prompt), world.text("filing.failed_next"))
            return kit.notice(
                state, again, world, world.text("filing.failed_title"), lines, icon="warning", buttons=buttons
            )
        case _:
            return state, ()


def _finished(state: State, filing: Filing, event: Event, world: World) -> Turn | None:
    match event:
        case Printed(outcome, reason):
            filing = replace(filing, printed=outcome.value)
            return _done(state, filing, world, (print_word(outcome, reason, world), *_next(state, world)))
        case Pressed(Key.PRINT) if _prints(state, world) and filing.printed in ("", "failed"):
            filing = replace(filing, printed="printing")
            state, acts = _done(state, filing, world, (world.text("print.working"),))
            return state, (*acts, *_slip(filing, world))
        case Pressed(Key.PRINT) if not _prints(state, world):
            return state, (*say(world.text("print.none")), state.asked)
        case _:
            return None


def print_word(outcome: PrintOutcome, reason: str, world: World) -> str:
    """The sentence for what the printer confirmed."""
    match outcome:
        case PrintOutcome.DONE:
            return world.text("print.done")
        case PrintOutcome.UNKNOWN:
            return world.text("print.unknown")
        case PrintOutcome.FAILED:
            known = reason in ("paper_out", "cover_open", "unplugged")
            return world.text(f"print.{reason}" if known else "print.failed")


def _done(state: State, filing: Filing, world: World, spoken: tuple[str, ...]) -> Turn:
    buttons = [kit.button(world, Key.FINISH, main=True), kit.button(world, Key.MORE)]
    if _prints(state, world) and filing.printed in ("", "failed"):
        buttons.append(kit.button(world, Key.PRINT, "print_again"))
    message = world.text("filing.keep_number")
    if filing.printed in ("done", "failed", "unknown"):
        message = spoken[0]
    screen = TicketScreen(
        world.text("filing.done", kind=world.text(f"filing.kind_{filing.draft.kind.value}")),
        digits.shown(filing.number, digits.TICKET_GROUPS),
        filing.code,
        filing.due,
        filing.department,
        filing.printed,
        message,
        tuple(buttons),
    )
    acts = kit.shown(screen, spoken, buttons, state, world)
    return kit.entered(state, filing), tuple(acts)


def _said(state: State, filing: Filing, world: World) -> tuple[str, ...]:
    """Number and code, on the phone twice and to be written down."""
    number = world.text("filing.number", number=kit.dictated(state, world, filing.number, digits.TICKET_GROUPS))
    code = world.text("filing.code", code=kit.dictated(state, world, filing.code))
    twice = (world.text("filing.once_more"), number, code) if state.channel is Channel.PHONE else ()
    return (
        world.text("filing.done_spoken"),
        *((world.text("filing.write_down"),) if twice else ()),
        number,
        code,
        *twice,
        filing.due,
        *_next(state, world),
    )


def _next(state: State, world: World) -> tuple[str, ...]:
    return (world.text("filing.next_phone"),) if state.channel is Channel.PHONE else ()


def _slip(filing: Filing, world: World) -> tuple[Act, ...]:
    kind = world.text(f"filing.kind_{filing.draft.kind.value}")
    number = digits.shown(filing.number, digits.TICKET_GROUPS)
    slip = TicketSlip(kind, number, filing.code, filing.department, filing.due)
    return (Print(SlipKind.TICKET, slip=slip),)


def _prints(state: State, world: World) -> bool:
    return state.channel is Channel.KIOSK and world.can_print


def _promise(state: State, filing: Filing, world: World) -> str:
    """By when there will be an answer, in words."""
    hours = world.knowledge.hours()
    if filing.draft.kind is RequestKind.OPINION:
        return ""
    if filing.draft.kind in (RequestKind.STUCK, RequestKind.HELP, RequestKind.CALLBACK):
        opening = hours.next_opening(state.now)
        prompt = "due.today" if opening == state.now else "due.first"
        return world.text(prompt, when=_when(opening, world))
    code = world.knowledge.request_code(filing.routing.code) if filing.routing is not None else None
    if code is None:
        return world.text("due.sorted", when=_when(FIRST_ANSWER.deadline(state.now, hours), world))
    return world.text("due.by", when=_when(code.limits.completion.deadline(state.now, hours), world))


def _when(moment: dt.datetime, world: World) -> str:
    return world.text("due.when", month=moment.month, day=moment.day, hour=moment.hour)
