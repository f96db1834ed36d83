"""What citizens think: a rating, its reasons and a call-back (好差评), and open consultations (意见征集)."""

from __future__ import annotations

from msgspec.structs import replace

from dialog import closing, commands, filing, kit
from dialog.acts import Choice, Rate, Vote
from dialog.events import Chosen, Event, Key, Pressed, Rated, Typed
from dialog.flows import Opinions, Reasons
from dialog.requests import Consultation, RequestKind
from dialog.state import State, Turn, say
from dialog.world import World

REASONS = ("misheard", "wrong", "slow", "broken")
"""Why somebody was not satisfied; anonymous, counted by central."""


def start(state: State, world: World) -> Turn:
    return ask(state, Opinions(), world)


_SAID = {
    "misheard": ("听不懂", "没听懂", "没听明白", "听错", "听不见", "听不清", "没听清"),
    "wrong": ("不对", "没用", "答错", "说错", "答非所问"),
    "slow": ("慢", "麻烦", "太久", "半天"),
    "broken": ("坏了", "打不出", "没反应", "不能用", "卡住"),
}
"""What in an answer names a reason."""

LONGEST_SUMMARY = 80
"""Characters of a consultation's text told before its options; whole sentences of it."""


def ask(state: State, opinions: Opinions, world: World) -> Turn:
    chosen = _consultation(opinions.consultation, world)
    if chosen is not None:
        return _ask_option(state, opinions, chosen, world)
    if opinions.open:
        choices = [Choice(f"subject:{one.id}", one.title) for one in world.consultations]
        return kit.choose(state, opinions, world, world.text("filing.subject"), choices, icon="opinion")
    choices = [Choice("opinion:rate", world.text("opinion.rate"))]
    off = []
    running = len(world.consultations)
    label = world.text("opinion.open", count=kit.count(world, running)) if running else world.text("opinion.open_none")
    choices.append(Choice("opinion:open", label))
    choices.append(Choice("opinion:suggest", world.text("opinion.suggest")))
    if not world.consultations or not world.means.filing:
        off.append("opinion:open")
    if not world.means.filing:
        off.append("opinion:suggest")
    return kit.choose(state, opinions, world, world.text("opinion.which"), choices, icon="opinion", off=off)


def react(state: State, opinions: Opinions, event: Event, world: World) -> Turn | None:
    match event:
        case Chosen("opinion:rate"):
            return closing.ask_rating(state, world)
        case Pressed(Key.YES | Key.NEXT | Key.FINISH | Key.NO | Key.SKIP) if opinions.voted:
            return closing.goodbye(state, world)
        case Chosen("opinion:open") if world.consultations and world.means.filing:
            return ask(state, Opinions(open=True), world)
        case Chosen(choice) if opinions.open and choice.startswith("subject:"):
            return _begin(state, choice.removeprefix("subject:"), world)
        case Chosen("opinion:write") if opinions.consultation:
            return filing.start(state, world, RequestKind.OPINION, subject=opinions.consultation)
        case Chosen(choice) if opinions.consultation and not opinions.voted and choice.startswith("vote:"):
            return _vote(state, opinions.consultation, choice.removeprefix("vote:"), world)
        case Chosen("opinion:open"):
            again, acts = ask(state, opinions, world)
            return again, (*say(world.text("opinion.none")), *acts)
        case Chosen("opinion:suggest") if world.means.filing:
            return filing.start(state, world, RequestKind.SUGGESTION)
        case _:
            return None


# -- one consultation -------------------------------------------------------------------------------------------------


def _begin(state: State, subject: str, world: World) -> Turn | None:
    """What may be chosen is asked; where nothing may, the opinion is written."""
    chosen = _consultation(subject, world)
    if chosen is None:
        return None
    if not chosen.options:
        return filing.start(state, world, RequestKind.OPINION, subject=subject)
    return ask(state, Opinions(consultation=subject), world)


def _ask_option(state: State, opinions: Opinions, chosen: Consultation, world: World) -> Turn:
    choices = [Choice(f"vote:{number}", option) for number, option in enumerate(chosen.options)]
    choices.append(Choice("opinion:write", world.text("opinion.write")))
    note = summary(chosen.summary)
    return kit.choose(
        state, opinions, world, chosen.title, choices, spoken=(chosen.title, note), note=note, icon="opinion"
    )


def _vote(state: State, subject: str, number: str, world: World) -> Turn | None:
    """The choice is kept now, once, and without a name: there is nothing to confirm that could not be chosen again."""
    chosen = _consultation(subject, world)
    if chosen is None or not number.isdecimal() or int(number) >= len(chosen.options):
        return None
    choice = chosen.options[int(number)]
    title, line = world.text("opinion.voted"), world.text("opinion.voted_for", choice=choice)
    buttons = (kit.button(world, Key.FINISH, main=True),)
    voted = Opinions(consultation=subject, voted=True)
    state, acts = kit.notice(state, voted, world, title, (line,), icon="heart", buttons=buttons, spoken=(title, line))
    return state, (Vote(subject, choice), *acts)


def _consultation(subject: str, world: World) -> Consultation | None:
    return next((one for one in world.consultations if subject and one.id == subject), None)


def summary(text: str) -> str:
    """The first whole sentences of ``text``, at most ``LONGEST_SUMMARY`` characters; cut where even one is longer."""
    if len(text) <= LONGEST_SUMMARY:
        return text
    end = max(text.rfind(mark, 0, LONGEST_SUMMARY) for mark in "。！？；\n")
    return text[: end + 1].rstrip() if end > 0 else text[: LONGEST_SUMMARY - 2] + "……"


GOOD = closing.SATISFIED_FROM

# -- a bad rating ----------------------------------------------------------------------------------------------------


def make_sure(state: State, world: World, stars: int) -> Turn:
    """A bad rating that was spoken is asked back: 满意 is easily heard as 不满意, and it stands against somebody."""
    question = world.text(f"rate.sure_{stars}")
    buttons = (kit.button(world, Key.YES, "so_it_is", main=True), kit.button(world, Key.NO, "not_so"))
    reasons = Reasons(stars, sure=False)
    return kit.notice(state, reasons, world, question, (), icon=f"stars-{stars}", buttons=buttons, spoken=(question,))


def ask_reasons(state: State, reasons: Reasons, world: World) -> Turn:
    """Where the rating stands, once more."""
    return why(state, world, reasons.stars) if reasons.sure else make_sure(state, world, reasons.stars)


def why(state: State, world: World, stars: int) -> Turn:
    """Ask why it was a bad one; whoever does not want to say is not held."""
    reasons = Reasons(stars)
    choices = [Choice(f"reason:{reason}", world.text(f"reason.{reason}")) for reason in REASONS]
    buttons = (kit.button(world, Key.SKIP),)
    title = world.text("reason.which")
    turn = kit.choose(state, reasons, world, title, choices, icon="stars-2", buttons=buttons)
    return turn[0], (*say(world.text("rate.sorry")), *turn[1])


def reasoned(state: State, reasons: Reasons, event: Event, world: World) -> Turn | None:
    if not reasons.sure:
        return _confirmed(state, reasons.stars, event, world)
    match event:
        case Chosen(choice) if choice.startswith("reason:") and not reasons.kept:
            return _call_back(state, Reasons(reasons.stars, choice.removeprefix("reason:"), kept=True), world)
        case Typed(text) if not reasons.kept and (reason := reason_in(text)):
            return _call_back(state, Reasons(reasons.stars, reason, kept=True), world)
        case Pressed(Key.SKIP | Key.NO | Key.FINISH) if not reasons.kept:
            return _call_back(state, Reasons(reasons.stars, kept=True), world)
        case Pressed(Key.YES | Key.NEXT) if reasons.kept:
            return filing.start(state, world, RequestKind.CALLBACK, subject=state.item_id)
        case Pressed(Key.SKIP | Key.NO | Key.FINISH) if reasons.kept:
            return closing.goodbye(state, world)
        case _:
            return None


_TAKEN_FOR = {2: 4, 1: 5}
"""满意 is taken for 不满意, 非常满意 for 非常不满意: who says that it is not that probably said this."""


def _confirmed(state: State, stars: int, event: Event, world: World) -> Turn | None:
    """The word on a rating that was asked back: yes, no (then probably its opposite), or another rating."""
    match event:
        case Pressed(Key.YES | Key.NEXT):
            return _is(state, stars, world)
        case Pressed(Key.NO | Key.CORRECT) if stars in _TAKEN_FOR:
            return make_sure(state, world, _TAKEN_FOR[stars])
        case Pressed(Key.NO | Key.CORRECT | Key.BACK):
            return closing.ask_rating(replace(state, flow=None), world)
        case Pressed(Key.SKIP | Key.FINISH):
            return closing.goodbye(state, world)
        case Typed(text) if (said := commands.stars(text)) is not None:
            return _is(state, said, world) if said == stars or said >= GOOD else make_sure(state, world, said)
        case _:
            return None


def _is(state: State, stars: int, world: World) -> Turn:
    if stars >= GOOD:
        return closing.rated(replace(state, flow=None), world, Rated(stars))
    return why(state, world, stars)


def reason_in(text: str) -> str:
    """The one reason these words name, or ""."""
    named = [reason for reason, words in _SAID.items() if any(word in text for word in words)]
    return named[0] if len(named) == 1 else ""


def _call_back(state: State, reasons: Reasons, world: World) -> Turn:
    """The rating is kept now, once; and whoever likes is rung back."""
    keep = Rate(reasons.stars, state.item_id, reasons.reason)
    if not world.means.filing:
        state, acts = closing.goodbye(state, world)
        return state, (keep, *acts)
    line = world.text("reason.call_back")
    buttons = (kit.button(world, Key.YES, main=True), kit.button(world, Key.NO))
    state, acts = kit.notice(state, reasons, world, world.text("reason.thanks"), (line,), icon="heart", buttons=buttons)
    return state, (keep, *acts)
