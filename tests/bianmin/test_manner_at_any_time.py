"""慢一点, 快一点, 大声点, 再说一遍 work whatever the conversation is about: a seeded citizen walks, and says them."""

from __future__ import annotations

import datetime as dt
import random
from functools import cache
from pathlib import Path

import pytest

from content.pack import Pack
from content.search import Searcher
from dialog.acts import Adjust, Ask, Say
from dialog.events import Channel, Chosen, Event, Heard, Pressed, Printed, PrintOutcome, Silence, Started, Typed
from dialog.pack_knowledge import PackKnowledge
from dialog.session import step
from dialog.state import RATES, Phase, State
from dialog.world import Means, World
from speech.pinyin import of_text

NOW = dt.datetime(2026, 11, 23, 10)
QUESTIONS = ("新生儿怎么上医保", "补办", "我要投诉", "办不成事", "今天天气怎么样", "打印", "第一个", "不是")
NOBODY_LISTENS = {Phase.ATTRACT, Phase.ENDED, Phase.RECORDING, Phase.TRANSFERRING}


class Searched:
    def __init__(self, searcher: Searcher) -> None:
        self.search = cache(searcher.search)


def spoken(text: str) -> Heard:
    return Heard(text, of_text(text))


@pytest.mark.parametrize("channel", list(Channel))
def test_how_we_speak_can_be_changed_in_every_phase(starter_pack: Path, channel: Channel) -> None:
    pack = Pack.open(starter_pack)
    everything = Means(True, True, True, True, True, True, True, True)
    world = World(PackKnowledge(pack, Searched(Searcher(pack))), means=everything)
    citizen = random.Random(20261122)
    state, ask, phases = State(channel=channel, now=NOW), Ask(), set()
    state, _ = step(state, Started(channel, NOW), world)

    def anything() -> Event:
        choices: list[Event] = [Chosen(choice.id) for choice in ask.choices]
        keys: list[Event] = [Pressed(key) for key in ask.keys]
        others: list[Event] = [spoken(citizen.choice(QUESTIONS)), Typed("我家门口的路灯坏了"), Silence()]
        return citizen.choice([*choices * 2, *keys * 2, *others, Printed(PrintOutcome.DONE)])

    for _ in range(250):
        if state.phase in (Phase.ENDED, Phase.ATTRACT):
            state, acts = step(State(channel=channel, now=NOW), Started(channel, NOW), world)
        else:
            state, acts = step(state, anything(), world)
        ask = next((act for act in reversed(acts) if isinstance(act, Ask)), ask)
        if state.phase in NOBODY_LISTENS:
            continue
        phases.add(state.phase)
        middle = RATES.index(1.0)
        before = State(**{name: getattr(state, name) for name in state.__struct_fields__} | {"rate": RATES[middle]})
        for text, rate, volume in (("慢一点", -1, 0), ("快一点", 1, 0), ("大声点", 0, 1), ("小声一点", 0, -1)):
            after, said = step(before, spoken(text), world)
            assert Adjust(RATES[middle + rate], before.volume + volume) in said, (state.phase, text)
            assert after.phase in (before.phase, before.resume), (state.phase, text)
        if before.said:
            _, again = step(before, spoken("再说一遍"), world)
            assert [act.text for act in again if isinstance(act, Say)][-len(before.said) :] == list(before.said)
    assert len(phases) >= 5
