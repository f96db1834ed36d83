"""Handing over to a person: briefed, accepted, connected; busy, declined, unanswered; waiting, called back."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest

from content.standard_prompts import standard_prompts
from dialog.acts import Ask, Say, Transfer
from dialog.events import Event, Key, Pressed, Transferred
from ivr.leg import Leg
from ivr.music import tune
from ivr.parts import Desk, Errand
from ivr.person import Person
from ivr.settings import People
from ivr.virtual_leg import VirtualLeg
from ivr.waiting_line import WaitingLine
from tests.ivr.virtual_call import Call, LevelVoice

DESK, SPECIALIST = "sip:desk@127.0.0.1", "sip:specialist@127.0.0.1"
TURN = (Say("马上转人工", interruptible=False), Transfer("desk", "来电人问：社保卡。"))
Way = Literal["blind", "attended", "conference"]


class Office:
    """Dials clerks; each telephone is a leg the test answers."""

    def __init__(self) -> None:
        self.legs: list[VirtualLeg] = []

    def dial(self, target: str) -> Leg:
        leg = VirtualLeg(target)
        self.legs.append(leg)
        return leg


def words(identifier: str) -> str:
    return standard_prompts()[identifier].texts["zh"]


class Handing:
    """A call on its way to a person, with everything a test looks at."""

    def __init__(
        self,
        way: Way = "attended",
        line: WaitingLine | None = None,
        desk: str = DESK,
        after: float = 1.5,
        **own: float,
    ) -> None:
        """``after``: seconds from the beginning of "you are being connected", which takes one."""
        self.office, self.voice = Office(), LevelVoice()
        self.line = line or WaitingLine(2)
        self.promised: list[str] = []
        people = People(desk=desk, specialist=SPECIALIST, way=way, **own)

        def promise(caller: str) -> bool:
            self.promised.append(caller)
            return True

        def errand(act: object, place: Desk) -> Errand | None:
            assert isinstance(act, Transfer)
            return Person(act, place, people, self.office, self.line, self.voice, words, promise)

        self.call = Call(TURN, (Say("之后"), Ask()), errands=errand)
        self.run(after)

    def run(self, seconds: float) -> Handing:
        for _ in range(round(seconds / 0.02)):
            for leg in self.office.legs:
                leg.advance()
            self.call.run(0.02)
        return self

    @property
    def clerk(self) -> VirtualLeg:
        return self.office.legs[0]

    @property
    def last(self) -> Event:
        return self.call.events[-1]


def loud(sound: bytes | bytearray) -> bool:
    return float(np.sqrt(np.mean(np.frombuffer(bytes(sound), "<i2").astype(float) ** 2))) > 300


def test_the_clerk_is_briefed_first_accepts_by_key_and_then_has_the_caller() -> None:
    handing = Handing().run(1.0)
    handing.clerk.pick_up()
    handing.run(2.0)
    said = [text for text, _, _ in handing.voice.said]
    assert "来电人问：社保卡。" in said[1]
    assert "接听请按一" in said[2]
    assert loud(handing.call.leg.heard[-16_000:])  # the caller has music meanwhile
    assert not handing.call.leg.referred
    handing.clerk.press("1")
    handing.run(1.0)
    assert handing.call.leg.referred == [DESK]
    assert handing.call.conversation.over


def test_the_telephone_rings_while_the_caller_is_told_of_it() -> None:
    assert len(Handing(after=0.3).office.legs) == 1


def test_a_clerk_who_declines_at_once_does_not_cut_what_the_caller_is_told() -> None:
    handing = Handing(after=0.3)
    handing.clerk.hang_up()
    handing.run(3.0)
    assert handing.last == Transferred(False)
    assert [one for one in handing.call.heard() if one[0]] == [("马上转人工", 1.0), ("之后", 0.4)]


def test_who_is_sent_on_blindly_hears_first_that_he_will_be() -> None:
    handing = Handing("blind", after=0.9)
    assert not handing.call.leg.referred
    handing.run(0.5)
    assert handing.call.leg.referred == [DESK]


def test_the_briefing_is_made_while_the_telephone_rings_and_given_up_where_nobody_picks_up() -> None:
    handing = Handing(ring=3.0)
    made = [source for texts, source in handing.voice.sources if "来电人问：社保卡。" in texts]
    assert len(made) == 1
    assert not made[0].over
    handing.run(4.0)
    assert made[0].over


def test_a_briefing_takes_eight_seconds_at_most() -> None:
    about = words("human.briefing").format(heard="新生儿怎么上医保")
    briefing = words("clerk.call") + about + words("clerk.keys")
    assert len(briefing) / 4.5 <= 8  # the line speaks at 4.5 syllables a second


@pytest.mark.parametrize("what", ["declines", "hangs up", "does not answer", "says nothing"])
def test_a_clerk_who_cannot_leads_back_to_the_dialog(what: str) -> None:
    handing = Handing(ring=3.0, accept=3.0)
    if what != "does not answer":
        handing.clerk.pick_up()
        handing.run(0.2)
    if what == "declines":
        handing.clerk.press("2")
    elif what == "hangs up":
        handing.clerk.put_down()
    handing.run(4.0)
    assert handing.last == Transferred(False)
    assert not handing.clerk.up or what == "does not answer"


def test_without_a_desk_the_dialog_is_told_at_once() -> None:
    assert Handing(desk="").last == Transferred(False)


def test_blind_sends_the_caller_on() -> None:
    handing = Handing("blind").run(0.5)
    assert handing.call.leg.referred == [DESK]
    assert handing.call.conversation.over
    assert not handing.office.legs


def test_in_a_conference_all_three_hear_each_other() -> None:
    handing = Handing("conference")
    handing.clerk.pick_up()
    handing.run(0.2)
    handing.clerk.press("1")
    handing.run(0.5)
    handing.clerk.press("3")
    handing.run(0.2)
    specialist = handing.office.legs[1]
    assert specialist.caller == SPECIALIST
    specialist.pick_up()
    handing.run(0.2)
    specialist.press("1")
    handing.run(0.5)
    legs = (handing.call.leg, handing.clerk, specialist)
    for speaker in legs:
        before = [len(leg.heard) for leg in legs]
        noise = (0.2 * np.random.default_rng(1).standard_normal(8000) * 32767).clip(-32768, 32767).astype("<i2")
        speaker.speak(noise.tobytes())
        handing.run(1.4)
        heard = [loud(leg.heard[start:]) for leg, start in zip(legs, before, strict=True)]
        assert heard == [leg is not speaker for leg in legs]
    specialist.put_down()
    handing.run(0.5)
    assert not handing.call.conversation.over
    handing.clerk.put_down()
    handing.run(0.5)
    assert handing.last == Transferred(True)


def test_who_comes_later_hears_how_many_are_ahead_and_gets_the_place_when_it_is_free() -> None:
    line = WaitingLine(1)
    line.join("other")
    assert line.admit("other")
    line.join("another")
    handing = Handing(line=line, announce=2.0).run(3.0)
    assert not handing.office.legs
    assert any(text == words("wait.ahead").format(count="一") for text, _, _ in handing.call.voice.said)
    assert tune()[20_000:21_000] in bytes(handing.call.leg.heard)
    line.leave("other")
    line.leave("another")
    handing.run(0.5)
    assert len(handing.office.legs) == 1


def test_a_call_back_is_offered_and_kept() -> None:
    line = WaitingLine(0)
    handing = Handing(line=line, offer=1.0).run(2.0)
    assert any(text == words("wait.offer") for text, _, _ in handing.call.voice.said)
    handing.call.leg.press("1")
    handing.run(6.0)
    assert handing.promised == ["13800000000"]
    assert any(text == words("wait.promised") for text, _, _ in handing.call.voice.said)
    assert handing.last == Pressed(Key.FINISH)


def test_waiting_too_long_leads_back_to_the_dialog() -> None:
    assert Handing(line=WaitingLine(0), patience=3.0).run(4.0).last == Transferred(False)


def test_hanging_up_frees_the_place_and_the_clerk() -> None:
    handing = Handing(line=WaitingLine(1)).run(0.5)
    handing.call.leg.put_down()
    handing.run(0.2)
    assert not handing.clerk.up
    handing.line.join("next")
    assert handing.line.admit("next")
