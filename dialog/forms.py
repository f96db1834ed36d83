"""Forms and samples on A4: choose one, print it blank, or fill it in by voice or hand and print that.

What is filled in stays in the session's memory only, and goes on paper; it is not filed anywhere.
"""

from __future__ import annotations

from msgspec.structs import replace

from content.model import Form, FormField
from dialog import digits, kit
from dialog.acts import Choice, PrintForm, Row
from dialog.events import Channel, Chosen, Event, Key, Pressed, Printed, PrintOutcome, Typed
from dialog.filing import print_word
from dialog.flows import FillingForm
from dialog.screens import Step
from dialog.state import State, Turn, say
from dialog.world import World

LONGEST = 300
"""Characters of one field."""

_NOT_TO_FILL = frozenset({"material-checklist"})
"""Made by the program, not filled in by people."""


def start(state: State, world: World, form_id: str = "") -> Turn:
    return ask(state, FillingForm(form_id), world)


def ask(state: State, filling: FillingForm, world: World) -> Turn:
    """Which form; blank or filled in; the next field; everything once more."""
    if state.channel is Channel.PHONE:
        lines = (world.text("forms.not_by_phone"),)
        return kit.notice(state, filling, world, world.text("service.forms"), lines)
    form = world.knowledge.form(filling.form_id)
    if form is None:
        choices = [Choice(f"form:{one.id}", _label(one, world)) for one in fillable(world)]
        return kit.choose(state, FillingForm(), world, world.text("forms.which"), choices, icon="printer")
    if filling.at < 0:
        return _blank_or_filled(state, filling, form, world)
    fields = _fields(form)
    if filling.at < len(fields):
        return _field(state, filling, fields, world)
    return _confirm(state, filling, form, world)


def fillable(world: World) -> tuple[Form, ...]:
    return tuple(form for form in world.knowledge.forms() if form.id not in _NOT_TO_FILL)


def back(state: State, filling: FillingForm, world: World) -> Turn | None:
    if filling.at >= 0:
        return ask(state, replace(filling, at=filling.at - 1), world)
    return ask(state, FillingForm(), world) if filling.form_id else None


def react(state: State, filling: FillingForm, event: Event, world: World) -> Turn | None:
    if isinstance(event, Chosen) and event.choice.startswith("form:"):
        return ask(state, FillingForm(event.choice.removeprefix("form:")), world)
    form = world.knowledge.form(filling.form_id)
    if form is None:
        return None
    if isinstance(event, Printed):
        return _printed(state, filling, event, world)
    if filling.at < 0:
        match event:
            case Pressed(Key.PRINT):
                return _print(state, filling, form, world)
            case Pressed(Key.TYPE | Key.YES):
                return ask(state, replace(filling, at=0, values=_today(state, form)), world)
            case _:
                return None
    return _filling(state, filling, form, event, world)


def _filling(state: State, filling: FillingForm, form: Form, event: Event, world: World) -> Turn | None:
    fields = _fields(form)
    if filling.at < len(fields):
        match event:
            case Typed(text):
                value = _value(fields[filling.at], text)
                values = (*_without(filling.values, fields[filling.at].id), (fields[filling.at].id, value))
                return ask(state, replace(filling, at=_after(filling, fields), values=values), world)
            case Pressed(Key.SKIP | Key.NEXT | Key.NO):
                return ask(state, replace(filling, at=_after(filling, fields)), world)
            case Pressed(Key.FINISH):
                return ask(state, replace(filling, at=len(fields)), world)
            case _:
                return None
    match event:
        case Pressed(Key.YES | Key.PRINT | Key.NEXT):
            return _print(state, filling, form, world)
        case Pressed(Key.NO | Key.CORRECT):
            choices = [Choice(f"field:{n}", field.name) for n, field in enumerate(fields)]
            return kit.choose(state, filling, world, world.text("filing.change"), choices, icon="pencil")
        case Chosen(choice) if choice.startswith("field:"):
            return ask(state, replace(filling, at=int(choice.removeprefix("field:")), one=True), world)
        case _:
            return None


def _after(filling: FillingForm, fields: tuple[FormField, ...]) -> int:
    """The next field; after a single change, everything once more."""
    return len(fields) if filling.one else filling.at + 1


def _blank_or_filled(state: State, filling: FillingForm, form: Form, world: World) -> Turn:
    buttons = (kit.button(world, Key.PRINT, "print_blank", main=True), kit.button(world, Key.TYPE, "fill_in"))
    lines = [world.text("forms.choose")]
    pages = world.pages.get(form.id)
    if pages:
        lines.insert(0, world.text("forms.pages", count=kit.count(world, pages)))
    if form.sample:
        lines.append(world.text("answer.sample"))
    return kit.notice(
        state, filling, world, form.title, lines, icon="printer", buttons=buttons, spoken=(form.title, *lines)
    )


def _field(state: State, filling: FillingForm, fields: tuple[FormField, ...], world: World) -> Turn:
    field = fields[filling.at]
    buttons = [kit.button(world, Key.SKIP, "leave_blank")]
    if filling.values:
        buttons.append(kit.button(world, Key.FINISH, "rest_blank"))
    return kit.ask_words(
        state,
        filling,
        world,
        field.name,
        spoken=(world.text("forms.field", name=field.name), field.hint),
        text=dict(filling.values).get(field.id, ""),
        note=field.hint,
        step=Step(filling.at + 1, len(fields) + 1),
        buttons=buttons,
        private=True,
    )


def _confirm(state: State, filling: FillingForm, form: Form, world: World) -> Turn:
    given = dict(filling.values)
    rows = [
        Row(given.get(field.id, "") or world.text("forms.blank"), note=field.name, tick=f"field:{n}")
        for n, field in enumerate(_fields(form))
    ]
    spoken = [world.text("forms.confirm")]
    spoken += [world.text("filing.confirm_row", label=row.note, text=row.text) for row in rows]
    spoken.append(world.text("forms.confirm_ask"))
    buttons = (
        kit.button(world, Key.PRINT, "print_form", main=True),
        kit.button(world, Key.CORRECT, "change"),
        kit.button(world, Key.CANCEL),
    )
    note = world.text("forms.not_kept")
    return kit.confirm(state, filling, world, form.title, rows, spoken, note=note, buttons=buttons)


def _print(state: State, filling: FillingForm, form: Form, world: World) -> Turn:
    if not world.means.a4:
        return state, (*say(world.text("print.none")), state.asked)
    message = world.text("forms.printing")
    return kit.wait(state, filling, form.title, message, PrintForm(form.id, filling.values))


def _printed(state: State, filling: FillingForm, event: Printed, world: World) -> Turn:
    """The printer's word; what was filled in is forgotten once it is on paper."""
    word = print_word(event.outcome, event.reason, world)
    if event.outcome is PrintOutcome.DONE:
        filling = FillingForm(filling.form_id)
    buttons = [kit.button(world, Key.MORE, "another"), kit.button(world, Key.FINISH)]
    if event.outcome is PrintOutcome.FAILED:
        buttons.insert(0, kit.button(world, Key.PRINT, "print_again", main=True))
    else:
        buttons[1] = kit.button(world, Key.FINISH, main=True)
    icon = {PrintOutcome.DONE: "check", PrintOutcome.FAILED: "warning", PrintOutcome.UNKNOWN: "question"}
    title = world.text(f"forms.{event.outcome.value}")
    return kit.notice(state, filling, world, title, (word,), icon=icon[event.outcome], buttons=buttons)


def _fields(form: Form) -> tuple[FormField, ...]:
    """What people fill in; the date is today's."""
    return tuple(field for field in form.fields if field.id != "date")


def _today(state: State, form: Form) -> tuple[tuple[str, str], ...]:
    if not any(field.id == "date" for field in form.fields):
        return ()
    return (("date", f"{state.now.year}年{state.now.month}月{state.now.day}日"),)


def _value(field: FormField, text: str) -> str:
    """What goes on paper: numbers said in words become digits where the field wants a number."""
    if field.id.endswith(("phone", "id-number", "-id")):
        return digits.read(text) or text.strip()[:LONGEST]
    return text.strip()[:LONGEST]


def _without(values: tuple[tuple[str, str], ...], field_id: str) -> tuple[tuple[str, str], ...]:
    return tuple(pair for pair in values if pair[0] != field_id)


def _label(form: Form, world: World) -> str:
    pages = world.pages.get(form.id)
    return world.text("forms.label", title=form.title, count=pages) if pages else form.title
