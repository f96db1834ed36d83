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

from content.search.query import Query
from dialog import (
    answered,
    closing,
    commands,
    human,
    keys,
    listening,
    opinions,
    services,
    under_way,
)
from dialog.acts import Act, Ask, Choice, End, Say, Show
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
from dialog.flows import Filing, Stage
from dialog.guesses import NEAR, NEARER, ask_back, guess
from dialog.intents import Intent, recognise
from dialog.menu import Service
from dialog.readings import reading
from dialog.seen import seen
from dialog.state import Phase, State, Supposed, Turn, say
from dialog.world import World

_WITHOUT_SERVICE = frozenset(
    {
        Phase.ATTRACT,
        Phase.LISTENING,
        Phase.CLARIFYING,
        Phase.ANSWERED,
        Phase.PRINTING,
        Phase.UNANSWERED,
        Phase.RATING,
    }
)
"""In these phases no service is under way, whatever led here."""


def step(state: State, event: Event, world: World) -> Turn:
    """The next state and what to do now. Pure: the same three arguments always give the same turn."""
    if state.phase is Phase.ENDED and not isinstance(event, Started):
        return state, ()
    state, acts = _react(state, event, world)
    if any(isinstance(act, End) for act in acts):
        return State(channel=state.channel, now=state.now, phase=Phase.ENDED), acts
    if state.phase in _WITHOUT_SERVICE and state.flow is not None:
        state = replace(state, flow=None, offset=0)
    return _remember(state, acts), acts


def _react(state: State, event: Event, world: World) -> Turn:
    if state.supposed is not None:
        return _asked_back(replace(state, supposed=None), state.supposed, event, world)
    match event:
        case Started():
            return _begin(event, world)
        case Gone():
            return _parted(state, "gone")
        case Heard():
            return _said(keys.back_from_idle(state), _query(state, event), world)
        case Typed():
            return _typed(keys.back_from_idle(state), event, world)
        case Pressed():
            return keys.pressed(state, event.key, world)
        case Chosen():
            return keys.chosen(keys.back_from_idle(state), event.choice, world)
        case Silence():
            return _silent(state, world)
        case Unintelligible():
            return _unheard(keys.back_from_idle(state), world)
        case Rated():
            return keys.rated(state, event.stars, world)
        case Printed() if state.phase is Phase.PRINTING:
            return answered.printed(state, world, event)
        case Transferred():
            return human.transferred(state, world, event) if state.phase is Phase.TRANSFERRING else (state, ())
        case Scanned():
            return _scanned(keys.back_from_idle(state), event, world)
        case NotPerformed():
            notice = world.text("service.unavailable")
            return listening.listen(replace(state, flow=None), world, "service.unavailable", notice=notice)
        case (
            Printed()
            | Recorded()
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
            return services.reported(state, event, world)
        case _:
            assert_never(event)


def _begin(event: Started, world: World) -> Turn:
    state = State(channel=event.channel, now=event.now)
    if event.channel is Channel.PHONE:
        return listening.listen(state, world, "greeting.phone")
    return listening.listen(state, world, "greeting.kiosk" if world.can_hear else "greeting.kiosk_deaf")


def _query(state: State, heard: Heard) -> Query:
    """What was heard; a word of command that was written as another one is put right, save in somebody's own words."""
    own_words = (state.flow is not None and services.wants_words(state.flow)) or state.phase is Phase.RATING
    text = heard.text if own_words else reading(state.screen, heard.text, heard.nbest)
    return Query(text, heard.pinyin if text == heard.text else (), heard.nbest)


def _said(state: State, query: Query, world: World) -> Turn:
    """An utterance: danger, an answer to the service under way, a command, a choice, a service, else a question."""
    alarm = danger(query.text)
    if alarm is not None:
        return human.emergency(state, world, alarm)
    match seen(state.screen, query.text):
        case Key() as pressed:
            return keys.pressed(state, pressed, world)
        case Choice(id=named):
            return keys.chosen(state, named, world)
        case None:
            pass
    key = commands.command(query.text)
    if state.flow is not None:
        meant = services.wants_words(state.flow) and commands.is_judgement(query.text)
        if (key in services.GLOBAL and not meant) or (state.phase is Phase.HUMAN and key is not None):
            return keys.pressed(state, key, world)
        return _to_service(keys.in_service(state), query, world)
    if state.phase is Phase.RATING:
        stars = commands.stars(query.text)
        if stars is not None and stars < closing.SATISFIED_FROM:
            return opinions.make_sure(state, world, stars)
        if stars is not None:
            return keys.rated(state, stars, world)
    if key is not None and (key is not Key.PRINT or state.phase is not Phase.LISTENING):
        return keys.pressed(state, key, world)
    if state.phase is Phase.CLARIFYING:
        choice = commands.spoken_choice(query.text, state.choices)
        if choice is not None:
            return keys.chosen(state, choice.id, world)
    return _numbered(state, query.text, world) or _asked_for(state, query, world)


def _numbered(state: State, text: str, world: World) -> Turn | None:
    """第六 before the twelve tiles opens the sixth."""
    number = commands.ordinal(text)
    if state.channel is not Channel.KIOSK or state.phase is not Phase.LISTENING or number is None:
        return None
    every = tuple(Service)
    return services.begin(state, world, Intent(every[number - 1])) if number <= len(every) else None


def _asked_for(state: State, query: Query, world: World) -> Turn:
    """A service by its name or its beginning, else a question."""
    intent = recognise(query.text, world)
    if intent is not None and state.phase is not Phase.RATING:
        return services.begin(state, world, intent)
    turn = listening.question(state, world, query)
    if turn[0].phase is Phase.ANSWERED:
        return turn
    least = NEARER if turn[0].phase is Phase.CLARIFYING else NEAR
    return _guessed(state, query, world, least) or turn


def _to_service(state: State, query: Query, world: World) -> Turn:
    """Words for the service under way; what it can do nothing with may sound like what it could."""
    flow = state.flow
    told = isinstance(flow, Filing) and flow.stage is Stage.TEXT and bool(flow.draft.text)
    if told and commands.command(query.text) is None:
        found = guess(state, (query.text, *query.nbest))
        if found is not None:
            return ask_back(state, world, found, query.text, own_words=True)
    return (
        services.said(state, query.text, world)
        or _guessed(state, query, world)
        or services.unmatched(state, world, "service.nomatch")
    )


def _guessed(state: State, query: Query, world: World, least: float = NEAR) -> Turn | None:
    """What a short utterance sounds like, done or asked back; None when it sounds like nothing here."""
    found = guess(state, (query.text, *query.nbest))
    if found is None or found.alike < least or commands.sound(found.words) == commands.sound(query.text):
        return None
    return _said(state, Query(found.words), world) if found.sure else ask_back(state, world, found, query.text)


def _asked_back(state: State, supposed: Supposed, event: Event, world: World) -> Turn:
    """The word on what was asked back. Everything is as it was before, and what was on the glass comes back."""
    word = event.key if isinstance(event, Pressed) else None
    if isinstance(event, Heard):
        again = commands.sound(event.text) == commands.sound(supposed.words)
        word = Key.YES if again else commands.command(event.text)
    match word:
        case Key.YES | Key.NEXT:
            turn = _said(state, Query(supposed.words), world)
        case Key.NO | Key.BACK | Key.CORRECT if supposed.own_words:
            turn = services.typed(state, supposed.said, world)
        case Key.NO | Key.BACK | Key.CORRECT:
            turn = state, (*say(world.text("guess.again"), passing=True), state.asked)
        case _ if supposed.own_words:  # neither yes nor no: what was told before is not lost for it
            taken, acts = services.typed(state, supposed.said, world)
            turn = _react(_remember(taken, acts), event, world)
        case _:
            turn = _react(state, event, world)
    state, acts = turn
    shown = state.supposed is not None or any(isinstance(act, Show | End) for act in acts)
    return state, acts if shown or state.screen is None else (Show(state.screen), *acts)


def _typed(state: State, event: Typed, world: World) -> Turn:
    if not event.text.strip():
        return state, (state.asked,)
    if state.flow is not None:
        return services.typed(keys.in_service(state), event.text, world)
    return _asked_for(state, Query(event.text), world)


def _unheard(state: State, world: World) -> Turn:
    if state.flow is not None:
        return services.unmatched(keys.in_service(state), world, "none.unheard")
    return listening.unheard(state, world)


def _scanned(state: State, event: Scanned, world: World) -> Turn:
    """A slip before the reader opens what it is about; a request in the making is not dropped for it."""
    busy = isinstance(state.flow, Filing) and state.flow.stage is not Stage.DONE
    if busy or state.phase in (Phase.PRINTING, Phase.RECORDING, Phase.TRANSFERRING):
        return state, (state.asked,)
    return services.scanned(state, world, event.text)


def _parted(state: State, reason: str) -> Turn:
    """Nobody is there any more; what must not be lost goes on its way first."""
    kept = under_way.parting(state)
    state, acts = closing.gone(state, reason)
    return state, (*kept, *acts)


def _silent(state: State, world: World) -> Turn:
    """The deadline passed: the kiosk asks whether anyone is there, the phone prompts twice and then finds a person."""
    if state.channel is Channel.KIOSK:
        if state.phase is Phase.IDLE:
            return _parted(state, "idle")
        if state.phase is Phase.RATING:
            return closing.goodbye(state, world)
        return closing.still_there(state, world)
    if state.phase is Phase.RATING:
        return closing.goodbye(state, world)
    if state.phase is Phase.SERVICE:
        return services.silent(state, world)
    silences = state.silences + 1
    state = replace(state, silences=silences)
    if silences > world.limits.misses:
        return human.to_a_person(state, world)
    prompt = "silence.phone" if silences == 1 else "silence.phone_again"
    return state, (*say(world.text(prompt), passing=True), state.asked)


def _remember(state: State, acts: tuple[Act, ...]) -> State:
    """Keep what was said, shown and asked, for 再说一遍 and for coming back; what lies over it is not kept."""
    if state.phase is Phase.IDLE or state.supposed is not None:
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
