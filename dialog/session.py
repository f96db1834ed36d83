"""The conversation as a pure state machine: ``step(state, event, world) -> (state, acts)``.

A front end starts with ``State()`` and ``Started(channel, now)``, performs the acts in order, sends back what happened,
and forgets everything at ``End``::

    state, acts = step(State(), Started(Channel.KIOSK, now), world)
    state, acts = step(state, Heard("新生儿怎么上医保"), world)

What works in every phase stands first: danger, a person, repeat, slower and louder. What an event means in the present
phase comes after. No event is refused: what makes no sense now leaves the state as it is and asks again.
"""

from __future__ import annotations

from typing import assert_never

from msgspec.structs import replace

from content.model import Module
from content.search.query import Query
from dialog import answered, closing, commands, human, listening, manner
from dialog.acts import Act, Ask, Say, Show
from dialog.danger import danger
from dialog.events import (
    Channel,
    Chosen,
    Event,
    Filed,
    Gone,
    HandedOver,
    Heard,
    InvoicesNotRead,
    InvoicesRead,
    Key,
    NoPhoto,
    NotFiled,
    NotHandedOver,
    NotPerformed,
    NotTakenOver,
    PhotoTaken,
    Pressed,
    Printed,
    Progressed,
    ProgressUnknown,
    Rated,
    Recorded,
    Scanned,
    Silence,
    Started,
    TakenOver,
    Transferred,
    Typed,
    Unintelligible,
)
from dialog.state import Phase, State, Turn, say
from dialog.world import World


def step(state: State, event: Event, world: World) -> Turn:
    """The next state and what to do now. Pure: the same three arguments always give the same turn."""
    if state.phase is Phase.ENDED and not isinstance(event, Started):
        return state, ()
    state, acts = _react(state, event, world)
    return _remember(state, acts), acts


def _react(state: State, event: Event, world: World) -> Turn:
    match event:
        case Started():
            return _begin(event, world)
        case Gone():
            return closing.gone(state, "gone")
        case Heard():
            return _said(_back_from_idle(state), Query(event.text, event.pinyin, event.nbest), world)
        case Typed():
            return _typed(_back_from_idle(state), event, world)
        case Pressed():
            return _pressed(state, event.key, world)
        case Chosen():
            return _chosen(_back_from_idle(state), event.choice, world)
        case Silence():
            return _silent(state, world)
        case Unintelligible():
            return listening.unheard(_back_from_idle(state), world)
        case Printed():
            return answered.printed(state, world, event) if state.phase is Phase.PRINTING else (state, ())
        case Rated():
            return closing.rated(state, world, event)
        case Recorded():
            return human.recorded(state, world, event) if state.phase is Phase.RECORDING else (state, ())
        case Transferred():
            return human.transferred(state, world, event) if state.phase is Phase.TRANSFERRING else (state, ())
        case NotPerformed():
            return listening.listen(state, world, "service.unavailable", notice=world.text("service.unavailable"))
        case (
            Scanned()
            | PhotoTaken()
            | NoPhoto()
            | Filed()
            | NotFiled()
            | Progressed()
            | ProgressUnknown()
            | InvoicesRead()
            | InvoicesNotRead()
            | HandedOver()
            | NotHandedOver()
            | TakenOver()
            | NotTakenOver()
        ):
            return state, ()
        case _:
            assert_never(event)


def _begin(event: Started, world: World) -> Turn:
    state = State(channel=event.channel, now=event.now)
    if event.channel is Channel.PHONE:
        return listening.listen(state, world, "greeting.phone")
    return listening.listen(state, world, "greeting.kiosk" if world.can_hear else "greeting.kiosk_deaf")


def _said(state: State, query: Query, world: World) -> Turn:
    """An utterance: danger, a command, one of the choices, else a question."""
    alarm = danger(query.text)
    if alarm is not None:
        return human.emergency(state, world, alarm)
    if state.phase is Phase.RATING:
        stars = commands.stars(query.text)
        if stars is not None:
            return closing.rated(state, world, Rated(stars))
    key = commands.command(query.text)
    if key is not None and (key is not Key.PRINT or state.phase is not Phase.LISTENING):
        return _pressed(state, key, world)
    if state.phase is Phase.CLARIFYING:
        choice = commands.spoken_choice(query.text, state.choices)
        if choice is not None:
            return _chosen(state, choice.id, world)
    return listening.question(state, world, query)


def _typed(state: State, event: Typed, world: World) -> Turn:
    if not event.text.strip():
        return state, (state.asked,)
    return listening.question(state, world, Query(event.text))


def _pressed(state: State, key: Key, world: World) -> Turn:
    """A key means the same in every phase, save yes and no, which answer what was asked."""
    if state.phase is Phase.IDLE:
        return _after_idle(state, key, world)
    match key:
        case Key.HUMAN:
            return human.to_a_person(state, world)
        case Key.SLOWER | Key.FASTER | Key.LOUDER | Key.QUIETER:
            return manner.adjust(state, world, key)
        case Key.REPEAT:
            return manner.repeat(state)
        case Key.STAY:
            return state, (state.asked,)
        case Key.HOME | Key.BACK | Key.CANCEL | Key.SERVICES:
            return listening.listen(state, world, "listen.more")
        case Key.NEXT | Key.TYPE | Key.RECORD | Key.RESUME:
            return state, (state.asked,)
        case Key.MORE:
            return listening.listen(state, world, "listen.more")
        case Key.CORRECT:
            return _correct(state, world)
        case Key.PRINT:
            return answered.print_slip(state, world)
        case Key.MATERIALS:
            return answered.materials(state, world)
        case Key.SKIP:
            return closing.goodbye(state, world) if state.phase is Phase.RATING else (state, (state.asked,))
        case Key.FINISH:
            return closing.goodbye(state, world) if state.phase is Phase.RATING else closing.ask_rating(state, world)
        case Key.YES:
            return _yes(state, world)
        case Key.NO:
            return _no(state, world)
        case _:
            assert_never(key)


def _yes(state: State, world: World) -> Turn:
    if state.phase is Phase.CLARIFYING and len(state.choices) == 2:
        return _chosen(state, state.choices[0].id, world)
    if state.phase is Phase.ANSWERED and world.can_print and state.channel is Channel.KIOSK:
        return answered.print_slip(state, world)
    return state, (state.asked,)


def _no(state: State, world: World) -> Turn:
    if state.phase is Phase.RATING:
        return closing.goodbye(state, world)
    if state.phase is Phase.ANSWERED:
        return answered.wrong(state, world)
    return _correct(state, world)


def _correct(state: State, world: World) -> Turn:
    if state.phase is Phase.ANSWERED:
        return answered.wrong(state, world)
    return listening.listen(state, world, "listen.correct", notice=world.text("listen.correct"))


def _chosen(state: State, choice: str, world: World) -> Turn:
    """A touched or named choice. Its id says what it is: ``item:ID``, ``module:ID``, ``none``, or stars."""
    kind, _, rest = choice.partition(":")
    if state.phase is Phase.RATING and choice in {level.id for level in closing.LEVELS}:
        return closing.rated(state, world, Rated(int(choice)))
    if kind == "none":
        return listening.no_answer(state, world, "unknown")
    if kind == "module" and rest in set(Module):
        return listening.browse(state, world, Module(rest))
    item = world.knowledge.item(rest) if kind == "item" else None
    if item is None:
        return state, (state.asked,)
    if not item.is_valid_on(state.now.date()):
        return listening.no_answer(state, world, "expired")
    heard = state.heard if state.phase is Phase.CLARIFYING else item.title
    return listening.answer(replace(state, heard=heard, others=()), world, item)


def _silent(state: State, world: World) -> Turn:
    """The deadline passed: the kiosk asks whether anyone is there, the phone prompts twice and then finds a person."""
    if state.channel is Channel.KIOSK:
        if state.phase is Phase.IDLE:
            return closing.gone(state, "idle")
        if state.phase is Phase.RATING:
            return closing.goodbye(state, world)
        return closing.still_there(state, world)
    silences = state.silences + 1
    state = replace(state, silences=silences)
    if state.phase is Phase.RATING:
        return closing.goodbye(state, world)
    if silences > world.limits.misses:
        return human.to_a_person(state, world)
    prompt = "silence.phone" if silences == 1 else "silence.phone_again"
    return state, (*say(world.text(prompt)), state.asked)


def _after_idle(state: State, key: Key, world: World) -> Turn:
    """Any key but the end brings back what was there before the idle question."""
    state = _back_from_idle(state)
    if key is Key.FINISH:
        return closing.goodbye(state, world)
    if key in (Key.STAY, Key.YES, Key.BACK):
        shown: tuple[Act, ...] = (Show(state.screen),) if state.screen is not None else ()
        return state, (*shown, state.asked)
    return _pressed(state, key, world)


def _back_from_idle(state: State) -> State:
    return replace(state, phase=state.resume) if state.phase is Phase.IDLE else state


def _remember(state: State, acts: tuple[Act, ...]) -> State:
    """Keep what was said, shown and asked, for 再说一遍 and for coming back; the idle question is not kept."""
    if state.phase is Phase.IDLE:
        return state
    said = tuple(act.text for act in acts if isinstance(act, Say) and not act.passing)
    shown = [act.screen for act in acts if isinstance(act, Show)]
    asked = [act for act in acts if isinstance(act, Ask)]
    return replace(
        state,
        said=said or state.said,
        screen=shown[-1] if shown else state.screen,
        asked=asked[-1] if asked else state.asked,
    )
