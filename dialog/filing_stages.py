"""The single questions of a request: how each is asked, and what an answer makes of the draft.

``ask`` puts the present stage's question; ``take`` gives the filing with the answer in it, a sentence on why it will
not do, or None when the event is no answer to this question.
"""

from __future__ import annotations

from msgspec.structs import replace

from dialog import digits, filing_plans, kit, places
from dialog.acts import Button, Choice, PhotoScreen, Record, Show, TakePhoto
from dialog.events import Channel, Chosen, Event, Key, NoPhoto, PhotoTaken, Pressed, Recorded, Typed
from dialog.flows import Filing, Stage
from dialog.requests import TRIAGE_BELOW, RequestKind, Routing
from dialog.state import State, Turn, say
from dialog.world import World

KINDS = (RequestKind.CONSULT, RequestKind.COMPLAINT, RequestKind.SUGGESTION, RequestKind.REPORT)
TIMES = ("any", "morning", "afternoon")
LONGEST_TEXT = 2000
"""Characters of a request; what is beyond is not taken."""
MOST_PHOTOS = 3

Taken = Filing | str | None


def ask(state: State, filing: Filing, world: World) -> Turn:
    """The question of the present stage."""
    match filing.stage:
        case Stage.KIND:
            choices = [Choice(f"kind:{kind.value}", world.text(f"filing.kind_{kind.value}")) for kind in KINDS]
            return _choose(state, filing, world, "filing.kind", choices)
        case Stage.SUBJECT:
            choices = [Choice(f"subject:{one.id}", one.title) for one in world.consultations]
            return _choose(state, filing, world, "filing.subject", choices)
        case Stage.TEXT:
            return _ask_text(state, filing, world)
        case Stage.PHOTO:
            return _ask_photo(state, filing, world)
        case Stage.WINDOW:
            return _ask_words(state, filing, world, "filing.window", filing.draft.window)
        case Stage.TOWN:
            return _ask_town(state, filing, world)
        case Stage.PLACE:
            found = world.knowledge.villages(filing.town)
            choices = [Choice(f"village:{village.id}", village.name) for village in found]
            return _choose(state, filing, world, "filing.village", choices)
        case Stage.PHONE:
            return kit.ask_digits(
                state,
                filing,
                world,
                world.text("filing.phone"),
                digits.PHONE_DIGITS,
                note=world.text("filing.phone_note"),
                groups=digits.PHONE_GROUPS,
                step=filing_plans.step(filing, state, world),
                buttons=_buttons(filing, world),
            )
        case Stage.NAME:
            return _ask_words(state, filing, world, "filing.name", filing.draft.name, private=True)
        case Stage.CALLBACK:
            choices = [Choice(f"time:{time}", world.text(f"filing.time_{time}")) for time in TIMES]
            return _choose(state, filing, world, "filing.callback", choices)
        case Stage.ROUTE:
            choices = [
                Choice(f"route:{one.code}", f"{one.department_name}，{one.name}") for one in routes(filing, world)
            ]
            return _choose(state, filing, world, "filing.route", [*choices, Choice("route:", _by_hand(world))])
        case Stage.CHANGE | Stage.CONFIRM | Stage.SENDING | Stage.DONE:
            raise ValueError(f"{filing.stage.value} is no question")


def take(state: State, filing: Filing, event: Event, world: World) -> Taken:
    """The filing with the answer in it."""
    draft = filing.draft
    match filing.stage, event:
        case Stage.KIND, Chosen(choice) if choice.startswith("kind:"):
            return _with(filing, kind=RequestKind(choice.removeprefix("kind:")))
        case Stage.SUBJECT, Chosen(choice) if choice.startswith("subject:"):
            return _with(filing, subject=choice.removeprefix("subject:"))
        case Stage.TEXT, Recorded(seconds, media):
            if seconds < Record().minimum:
                return world.text("message.short")
            return _with(filing, media=(*draft.media, media)) if media else world.text("message.short")
        case Stage.WINDOW, Typed(text):
            return _with(filing, window=text.strip())
        case Stage.NAME, Typed(text):
            return _with(filing, name=text.strip())
        case Stage.PHONE, Typed(text):
            number = digits.read(text)
            if digits.is_phone(number):
                return _with(filing, phone=number)
            mobile = number.startswith("1") and digits.is_one_short(number, digits.PHONE_DIGITS)
            return world.text("service.one_short" if mobile else "filing.phone_wrong")
        case ((Stage.TOWN | Stage.PLACE), Typed(text)):
            return _placed(filing, text, world)
        case Stage.TOWN, Chosen(choice) if choice.startswith("town:"):
            town = choice.removeprefix("town:")
            name = next((one.name for one in world.knowledge.towns() if one.id == town), "")
            return replace(_with(filing, place=name, place_id=""), town=town)
        case Stage.PLACE, Chosen(choice) if choice.startswith("village:"):
            village = choice.removeprefix("village:")
            found = next((one for one in world.knowledge.villages(filing.town) if one.id == village), None)
            if found is None:
                return None
            return _with(filing, place=places.full_name(found, world.knowledge), place_id=found.id)
        case Stage.CALLBACK, Chosen(choice) if choice.startswith("time:"):
            return _with(filing, callback=world.text(f"filing.time_{choice.removeprefix('time:')}"))
        case Stage.CALLBACK, Typed(text):
            return _with(filing, callback=text.strip())
        case Stage.ROUTE, Chosen(choice) if choice.startswith("route:"):
            code = choice.removeprefix("route:")
            chosen = next((one for one in routes(filing, world) if one.code == code), None)
            return replace(filing, routing=chosen, routed=True)
        case Stage.PHOTO, PhotoTaken(photo):
            return _with(filing, media=(*draft.media, photo)[-MOST_PHOTOS:])
        case _:
            return None


def heard(state: State, filing: Filing, event: Event, world: World) -> Turn | None:
    """What stays within the stage: words are gathered piece by piece, pictures are looked at, a message is recorded."""
    match filing.stage, event:
        case Stage.TEXT, Typed(text):
            whole = _joined(filing.draft.text, text)
            return _gathered(state, _with(filing, text=whole[:LONGEST_TEXT]), world)
        case Stage.TEXT, Pressed(Key.CORRECT):
            return _ask_text(state, _with(filing, text=""), world)
        case Stage.TEXT, Pressed(Key.YES):
            return _gathered(state, filing, world)
        case Stage.TEXT, Pressed(Key.RECORD) if world.means.recorder:
            title, message = world.text("filing.record"), world.text("filing.record_note")
            return kit.wait(state, filing, title, message, Record())
        case Stage.PHOTO, Pressed(Key.YES | Key.TYPE):
            screen = PhotoScreen(world.text("filing.photo"), "taking", world.text("filing.photo_taking"))
            return kit.entered(state, filing), (Show(screen), *say(world.text("filing.photo_taking")), TakePhoto())
        case Stage.PHOTO, PhotoTaken(photo):
            return _look_at_photo(state, _with(filing, media=(*filing.draft.media, photo)[-MOST_PHOTOS:]), world)
        case Stage.PHOTO, NoPhoto():
            return _photo(state, filing, world, "failed", world.text("filing.photo_failed"))
        case Stage.PHOTO, Pressed(Key.CORRECT):
            return _ask_photo(state, _with(filing, media=filing.draft.media[:-1]), world)
        case _:
            return None


def routes(filing: Filing, world: World) -> tuple[Routing, ...]:
    """Where it might go, likeliest first; at most three."""
    if world.dispatcher is None or not filing.draft.text:
        return ()
    return tuple(world.dispatcher.suggest(filing.draft.text)[:3])


def routed(filing: Filing, world: World) -> Filing:
    """With the department suggested, unless the citizen chose; without a sure one a person sorts it."""
    if filing.routed or filing.draft.kind in (RequestKind.OPINION, RequestKind.CALLBACK):
        return filing
    best = next(iter(routes(filing, world)), None)
    return replace(filing, routing=best if best is not None and best.confidence >= TRIAGE_BELOW else None)


# -- single questions ------------------------------------------------------------------------------------------------


def _ask_text(state: State, filing: Filing, world: World) -> Turn:
    if filing.draft.text:
        return _gathered(state, filing, world)
    kind = filing.draft.kind.value
    return kit.ask_words(
        state,
        filing,
        world,
        world.text(f"filing.text_{kind}"),
        note=world.text("filing.text_note"),
        hint=world.text(f"filing.hint_{kind}"),
        step=filing_plans.step(filing, state, world),
        buttons=_buttons(filing, world),
    )


def _gathered(state: State, filing: Filing, world: World) -> Turn:
    """Show what was said so far; more may be added until that is all."""
    buttons = [
        kit.button(world, Key.NEXT, "text_done", main=True),
        kit.button(world, Key.CORRECT, "text_again"),
    ]
    return kit.ask_words(
        state,
        filing,
        world,
        world.text(f"filing.text_{filing.draft.kind.value}"),
        spoken=(world.text("filing.text_more"),),
        text=filing.draft.text,
        note=world.text("filing.text_more"),
        step=filing_plans.step(filing, state, world),
        buttons=buttons,
    )


def _ask_words(state: State, filing: Filing, world: World, prompt: str, text: str, private: bool = False) -> Turn:
    return kit.ask_words(
        state,
        filing,
        world,
        world.text(prompt),
        text=text,
        note=world.text(f"{prompt}_note"),
        step=filing_plans.step(filing, state, world),
        buttons=_buttons(filing, world),
        private=private,
    )


def _ask_town(state: State, filing: Filing, world: World) -> Turn:
    """Where it is: on the glass the towns to choose from, spoken an open question."""
    towns = [Choice(f"town:{town.id}", town.name) for town in world.knowledge.towns()]
    towns.sort(key=lambda choice: choice.id != f"town:{world.town}")
    if state.channel is Channel.PHONE:
        return _ask_words(state, filing, world, "filing.place", "")
    return _choose(state, filing, world, "filing.place", towns)


def _ask_photo(state: State, filing: Filing, world: World) -> Turn:
    if filing.draft.media:
        return _look_at_photo(state, filing, world)
    return _photo(state, filing, world, "ready", world.text("filing.photo_note"))


def _photo(state: State, filing: Filing, world: World, what: str, message: str) -> Turn:
    title = world.text("filing.photo")
    buttons = [kit.button(world, Key.YES, "photo", main=True), *_buttons(filing, world)]
    screen = PhotoScreen(title, what, message, "", filing_plans.step(filing, state, world), tuple(buttons))
    spoken = (message,) if what == "failed" else (title, message)
    return kit.entered(state, filing), tuple(kit.shown(screen, spoken, buttons, state, world))


def _look_at_photo(state: State, filing: Filing, world: World) -> Turn:
    message = world.text("filing.photo_taken")
    buttons = [kit.button(world, Key.NEXT, "photo_keep", main=True), kit.button(world, Key.CORRECT, "photo_again")]
    step = filing_plans.step(filing, state, world)
    title, photo = world.text("filing.photo"), filing.draft.media[-1]
    screen = PhotoScreen(title, "taken", message, photo, step, tuple(buttons))
    return kit.entered(state, filing), tuple(kit.shown(screen, (message,), buttons, state, world))


def _choose(state: State, filing: Filing, world: World, prompt: str, choices: list[Choice]) -> Turn:
    step = filing_plans.step(filing, state, world)
    return kit.choose(
        state, filing, world, world.text(prompt), choices, icon="pencil", step=step, buttons=_buttons(filing, world)
    )


def _buttons(filing: Filing, world: World) -> tuple[Button, ...]:
    found = []
    if filing.stage is Stage.TEXT and world.means.recorder:
        found.append(kit.button(world, Key.RECORD))
    if filing_plans.skippable(filing):
        found.append(kit.button(world, Key.SKIP))
    return tuple(found)


def _placed(filing: Filing, text: str, world: World) -> Taken:
    """A village, else a town, else the citizen's own words."""
    found = places.find(text, world.knowledge, filing.town or world.town)
    if found.village is not None and found.town is not None:
        where = places.full_name(found.village, world.knowledge)
        return replace(_with(filing, place=_with_words(where, text), place_id=found.village.id), town=found.town.id)
    said_more = found.town is not None and len(text.strip()) > len(found.town.name) + 2
    if found.town is not None and filing.stage is Stage.TOWN and not (said_more and not found.several):
        return replace(_with(filing, place=_with_words(found.town.name, text), place_id=""), town=found.town.id)
    town = next((one.name for one in world.knowledge.towns() if one.id == filing.town), "")
    where = text.strip() if not town or town in text else f"{town}{text.strip()}"
    return replace(_with(filing, place=where[:LONGEST_TEXT], place_id=""), town="")


def _with_words(name: str, text: str) -> str:
    """The place's written name, and the citizen's own words where they say more than that."""
    return name if len(text.strip()) <= len(name) + 1 else f"{name}（{text.strip()}）"


def _by_hand(world: World) -> str:
    return world.text("filing.route_by_hand")


def _joined(old: str, new: str) -> str:
    new = new.strip()
    if not old:
        return new
    return f"{old}{new}" if old[-1] in "，。！？；、" else f"{old}，{new}"


def _with(filing: Filing, **values: object) -> Filing:
    return replace(filing, draft=replace(filing.draft, **values))
