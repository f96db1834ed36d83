"""Handing a caller over to a person: waiting with music and one's place in line, a briefing for the clerk, acceptance.

::

    waiting ──turn──> ringing ──answers──> briefing ──1──> connected (REFER with Replaces, or talking through us)
       │  │              └── busy, no answer ──┴── 2, nothing pressed ──> not reached
       │  └── 1: call me back
       └── too long ──> not reached

"blind" sends the caller on without asking anybody. "conference" keeps the line in between, so that the clerk can fetch
a policy specialist into the conversation with key 3; he too hears the briefing first and accepts by a key.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import assert_never

from dialog.acts import Transfer
from dialog.events import Event, Key, Pressed, Transferred
from ivr.bridge import Bridge
from ivr.leg import Answered, Dialler, HandedOver, HungUp, KeyPressed, KeyReleased, Leg, LegEvent
from ivr.mouth import Mouth
from ivr.music import Music
from ivr.parts import Desk, Speaking
from ivr.settings import People
from ivr.waiting_line import WaitingLine

ACCEPT, DECLINE, SPECIALIST = "1", "2", "3"
_NUMERALS = "零一二三四五六七八九十"


class Stage(Enum):
    WAITING = auto()
    RINGING = auto()
    BRIEFING = auto()
    REFERRING = auto()
    TALKING = auto()
    PROMISED = auto()
    OVER = auto()


class Called:
    """A clerk or specialist who is being called: rung, briefed, asked to accept."""

    def __init__(self, leg: Leg, voice: Speaking, briefing: Sequence[str], settings: People) -> None:
        self.leg = leg
        self._mouth = Mouth(leg)
        self._settings = settings
        self._briefing = voice.speak(briefing)  # made while the telephone rings: nobody picks up to silence
        self._began: float | None = None
        self._answered: float | None = None
        self._events: list[LegEvent] = []
        self.accepted = self.failed = False
        self.keys: list[str] = []
        leg.listen(self._events.append)

    @property
    def answered(self) -> bool:
        return self._answered is not None

    def tick(self, now: float) -> None:
        if self._began is None:
            self._began = now
        events, self._events[:] = list(self._events), []
        for event in events:
            self._event(event, now)
        if self.failed or self.accepted:
            return
        if self._answered is None:
            self.failed = now - self._began > self._settings.ring
        else:
            self.leg.read()
            self._mouth.pump(now)
            self.failed = now - self._answered > self._settings.accept
        if self.failed:
            self.hang_up()

    def hang_up(self) -> None:
        self._briefing.stop()
        self.leg.hang_up()

    def _event(self, event: LegEvent, now: float) -> None:
        match event:
            case Answered():
                self._answered = now
                self._mouth.play(self._briefing)
            case KeyPressed(key):
                self._key(key)
            case HungUp():
                self.failed = True
                self._briefing.stop()
            case KeyReleased() | HandedOver():
                return
            case _:
                assert_never(event)

    def _key(self, key: str) -> None:
        if self.accepted:
            self.keys.append(key)
        elif self._answered is not None and key == ACCEPT:
            self._mouth.stop()
            self.accepted = True
        elif self._answered is not None and key == DECLINE:
            self.failed = True
            self.hang_up()


class Person:
    """An ``Errand``; it begins while the caller is still being told of it. ``prompt``: the pack's, by id; ``promise``:
    notes a call-back for a caller's number; whether it is kept."""

    name = "person"
    waiting = False

    def __init__(
        self,
        act: Transfer,
        desk: Desk,
        settings: People,
        dialler: Dialler,
        line: WaitingLine,
        voice: Speaking,
        prompt: Callable[[str], str],
        promise: Callable[[str], bool],
    ) -> None:
        self._act, self._desk, self._settings = act, desk, settings
        self._dialler, self._line, self._voice = dialler, line, voice
        self._prompt, self._promise = prompt, promise
        self._address = settings.addresses.get(act.target, settings.desk)
        self._stage = Stage.WAITING
        self._called: Called | None = None
        self._specialist: Called | None = None
        self._bridge = Bridge()
        self._began: float | None = None
        self._announced = 0.0
        self._offered = self._told = False
        self._referred_at = 0.0
        self._reached: bool | None = None
        line.join(desk.call)

    # -- the errand --------------------------------------------------------------------------------------------------

    def tick(self, now: float, heard: bytes) -> Event | None:
        if self._began is None:
            self._began = now
        self._told = self._told or not self._desk.mouth.playing
        if not self._told:
            self._announced = now
        match self._stage:
            case Stage.WAITING:
                self._wait(now)
            case Stage.RINGING | Stage.BRIEFING:
                self._call(now)
            case Stage.REFERRING:
                if self._reached is None and now - self._referred_at > self._settings.ring:
                    self._reached = False
                self._referred(now)
            case Stage.TALKING:
                self._talk(now, heard)
            case Stage.PROMISED:
                if not self._desk.mouth.playing:
                    self._finish()
                    return Pressed(Key.FINISH)
            case Stage.OVER:
                return Transferred(bool(self._reached))
            case _:
                assert_never(self._stage)
        return None

    def key(self, key: str) -> None:
        """The caller's keys: 1 takes up the offer of a call back, * gives up waiting."""
        if self._stage not in (Stage.WAITING, Stage.RINGING):
            return
        if key == "1" and self._offered and self._promise(self._desk.leg.caller):
            self._drop()
            self._desk.mouth.stop()
            self._desk.say([self._prompt("wait.promised")])
            self._stage = Stage.PROMISED
        elif key == "*":
            self._over(False)

    def leg_event(self, event: LegEvent) -> None:
        if isinstance(event, HandedOver):
            self._reached = event.reached

    def hung_up(self) -> Event | None:
        self._drop()
        for leg in self._bridge.legs:
            if leg is not self._desk.leg:
                leg.hang_up()
        self._finish()
        return None

    # -- stages ------------------------------------------------------------------------------------------------------

    def _wait(self, now: float) -> None:
        assert self._began is not None
        alone = not self._address or self._settings.way == "blind"
        if alone and not self._told:
            return  # nobody is rung meanwhile: the caller hears out what is going to happen
        if not self._address:
            self._over(False)
        elif self._line.admit(self._desk.call):
            self._begin(now)
        elif now - self._began > self._settings.patience:
            self._over(False)
        else:
            self._entertain(now)

    def _begin(self, now: float) -> None:
        if self._settings.way == "blind":
            self._desk.mouth.stop()
            self._refer(now, lambda: self._desk.leg.refer(self._address))
            return
        self._called = self._new_call(self._address)
        self._stage = Stage.RINGING

    def _new_call(self, address: str) -> Called:
        about = self._act.briefing or self._prompt("clerk.anybody")
        briefing = (self._prompt("clerk.call"), about, self._prompt("clerk.keys"))
        return Called(self._dialler.dial(address), self._voice, briefing, self._settings)

    def _call(self, now: float) -> None:
        called = self._called
        assert called is not None
        called.tick(now)
        if called.failed:
            self._called = None
            self._over(False)
        elif called.accepted:
            self._desk.mouth.stop()
            if self._settings.way == "attended":
                self._refer(now, lambda: self._desk.leg.refer_to_leg(called.leg))
            else:
                self._join(called)
        else:
            self._stage = Stage.BRIEFING if called.answered else Stage.RINGING
            self._entertain(now)

    def _refer(self, now: float, send: Callable[[], None]) -> None:
        self._stage, self._referred_at = Stage.REFERRING, now
        send()

    def _referred(self, now: float) -> None:
        """What came of the REFER: an attended one that the switch cannot do becomes a conversation through us."""
        if self._reached is None:
            return
        called = self._called
        if not self._reached and called is not None and not called.failed:
            self._reached = None
            self._join(called)
            return
        self._over(self._reached)

    def _join(self, called: Called) -> None:
        self._bridge.join(self._desk.leg)
        self._bridge.join(called.leg)
        self._stage = Stage.TALKING

    def _talk(self, now: float, heard: bytes) -> None:
        self._bridge.push(self._desk.leg, heard)
        for called in (self._called, self._specialist):
            if called is not None:
                called.tick(now)
        if self._called is not None and self._called.failed:
            self._bridge.leave(self._called.leg)
            self._called = None
        self._fetch_specialist()
        for leg in self._bridge.legs:
            if leg is not self._desk.leg:
                self._bridge.push(leg, leg.read())
        self._bridge.tick(now)
        if len(self._bridge.legs) < 2:
            self._over(True)

    def _fetch_specialist(self) -> None:
        """The clerk's key 3 calls the policy specialist; once he accepts he is in the conversation."""
        called, specialist = self._called, self._specialist
        if called is not None and called.keys:
            wanted = SPECIALIST in called.keys
            called.keys.clear()
            if wanted and specialist is None and self._settings.specialist:
                self._specialist = specialist = self._new_call(self._settings.specialist)
        if specialist is None:
            return
        if specialist.failed:
            self._bridge.leave(specialist.leg)
            self._specialist = None
        elif specialist.accepted and specialist.leg not in self._bridge.legs:
            self._bridge.join(specialist.leg)

    def _entertain(self, now: float) -> None:
        """Music, from time to time the place in line, and once the offer to be called back."""
        assert self._began is not None
        mouth = self._desk.mouth
        due = now - self._announced >= self._settings.announce
        offer = not self._offered and now - self._began >= self._settings.offer
        if due or offer:
            lines = []
            ahead = self._line.ahead(self._desk.call)
            if ahead:
                lines.append(self._prompt("wait.ahead").format(count=_NUMERALS[ahead] if ahead <= 10 else ahead))
            if (offer or self._offered) and self._desk.leg.caller:
                lines.append(self._prompt("wait.offer"))
                self._offered = True
            self._announced = now
            if lines:
                mouth.stop()
                self._desk.say(lines)
        if not mouth.playing:
            mouth.play(Music())

    def _drop(self) -> None:
        """Nobody is being called any more."""
        for called in (self._called, self._specialist):
            if called is not None and not called.failed:
                called.hang_up()
        self._called = self._specialist = None

    def _over(self, reached: bool) -> None:
        self._reached = reached
        self._stage = Stage.OVER
        if reached or self._told:
            self._desk.mouth.stop()
        if not reached:
            self._drop()
        self._finish()

    def _finish(self) -> None:
        self._line.leave(self._desk.call)
