"""Whatever the conversation says has a clip when clips are rendered, or starts soon enough without one.

No sound is made here: the clips a build renders are known by their sentences (``Pack.spoken_sentences``), and what a
session says is heard by letting a seeded citizen walk through it.
"""

from __future__ import annotations

import datetime as dt
import random
import re
from functools import cache
from pathlib import Path

import pytest

from content.pack import Pack
from content.search import Searcher
from content.source import load
from content.spoken import spoken_sentences
from dialog.acts import Ask, Say
from dialog.events import Channel, Chosen, Event, Key, Pressed, Printed, PrintOutcome, Rated, Silence, Started, Typed
from dialog.events import Unintelligible as NotHeard
from dialog.pack_knowledge import PackKnowledge
from dialog.session import step
from dialog.state import State
from dialog.world import World
from speech.sentences import FIRST_PIECE, LETTERS, split_pieces, split_sentences
from speech.speaking import LONGEST_LEAD

STARTER = Path(__file__).resolve().parents[2] / "content" / "wenling"
NOW = dt.datetime(2026, 11, 23, 10)
QUESTIONS = (
    "新生儿怎么上医保",
    "社保卡丢了",
    "我要办证",
    "今天天气怎么样",
    "办不成事",
    "我要投诉",
    "人工",
    "慢一点",
    "再说一遍",
)


@pytest.fixture(scope="module")
def pack(starter_pack: Path) -> Pack:
    return Pack.open(starter_pack)


@pytest.fixture(scope="module")
def clips(pack: Pack) -> frozenset[str]:
    """The sentences a build with ``--clips all`` renders."""
    return frozenset(pack.spoken_sentences(split_sentences))


class Searched:
    """The real search, asked once for each question."""

    def __init__(self, searcher: Searcher) -> None:
        self.search = cache(searcher.search)


def starts_in_time(sentence: str, clips: frozenset[str]) -> bool:
    """A clip, or a clip of its start, or a first piece short enough to be synthesised while one waits."""
    if sentence in clips:
        return True
    if any(sentence[:length] in clips for length in range(2, LONGEST_LEAD + 1)):
        return True
    first = split_pieces(sentence)[0]
    letters = sum(sign.isascii() for sign in first)
    return len(first) - letters + letters / LETTERS <= FIRST_PIECE


def test_every_prompt_and_every_answer_has_a_clip(pack: Pack, clips: frozenset[str]) -> None:
    texts = [prompt.texts["zh"] for prompt in pack.prompts() if "{" not in prompt.texts["zh"]]
    texts += [item.spoken for item in pack.items()]
    assert len(texts) > 200
    assert [sentence for text in texts for sentence in split_sentences(text) if sentence not in clips] == []


def test_a_prompt_with_blanks_begins_with_a_clip_or_with_the_blank(pack: Pack, clips: frozenset[str]) -> None:
    late = []
    for prompt in pack.prompts():
        text = prompt.texts["zh"]
        if "{" in text and not text.startswith("{"):
            filled = re.sub(r"\{\w+\}", "一", text)
            late += [] if starts_in_time(split_sentences(filled)[0], clips) else [prompt.id]
    assert late == []


def test_the_clips_of_the_content_folder_and_of_the_pack_are_the_same(clips: frozenset[str]) -> None:
    source = load(STARTER)
    prompts = tuple(entry.record for entry in source.prompts)
    items = tuple(entry.item for entry in source.items)
    scenarios = tuple(entry.record for entry in source.scenarios)
    assert set(spoken_sentences(items, prompts, split_sentences, scenarios)) == clips


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("channel", list(Channel))
def test_whatever_a_session_says_starts_in_time(
    pack: Pack, clips: frozenset[str], channel: Channel, language: str
) -> None:
    world = World(PackKnowledge(pack, Searched(Searcher(pack)), language))
    citizen = random.Random(f"{channel}{language}")
    items = [item.id for item in pack.items()]
    said: dict[str, None] = {}
    state, ask = State(channel=channel, now=NOW), Ask()

    def do(event: Event) -> None:
        nonlocal state, ask
        state, acts = step(state, event, world)
        for act in acts:
            if isinstance(act, Say):
                said[act.text] = None
            elif isinstance(act, Ask):
                ask = act

    def anything() -> Event:
        choices = [Chosen(choice.id) for choice in ask.choices]
        keys = [Pressed(key) for key in (*ask.keys, Key.SLOWER, Key.LOUDER, Key.REPEAT)]
        others: list[Event] = [Typed(citizen.choice(QUESTIONS)), Silence(), NotHeard()]
        others += [Printed(outcome) for outcome in PrintOutcome] + [Rated(citizen.randint(1, 5))]
        return citizen.choice([*choices * 3, *keys, *others])

    for item in citizen.sample(items, 40):  # an item, then what comes of it
        do(Started(channel, NOW))
        do(Chosen(f"item:{item}"))
        for _ in range(6):
            do(anything())
    assert len(said) > 80
    late = [s for text in said for s in split_sentences(text) if not starts_in_time(s, clips)]
    assert late == []
