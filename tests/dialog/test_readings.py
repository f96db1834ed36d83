"""打印 said alone is written 大雁: the next readings are looked at, and only where nothing else is meant."""

from __future__ import annotations

import datetime as dt

import pytest

from dialog.acts import Print
from dialog.commands import command, expected
from dialog.events import Channel, Heard, Started
from dialog.flows import Filing
from dialog.readings import reading
from dialog.session import step
from dialog.state import Phase, State
from dialog.world import World

NOW = dt.datetime(2026, 11, 23, 10, 0)


def after(world: World, *heard: Heard) -> State:
    state, _ = step(State(channel=Channel.KIOSK, now=NOW), Started(Channel.KIOSK, NOW), world)
    for event in heard:
        state, _ = step(state, event, world)
    return state


@pytest.mark.parametrize(
    ("text", "others", "meant"),
    [
        ("大雁", ("大宴", "大眼", "打印"), "打印"),
        ("神国", ("伸过", "渗过", "人工", "神功"), "人工"),
        ("宽一点", ("快一点", "会一点"), "快一点"),
        ("打印", ("大雁", "人工"), "打印"),  # what was understood is not put right
        ("大雁", ("大宴", "大眼", "大烟", "打印"), "大雁"),  # too far down
        ("咳", ("是", "不"), "咳"),  # single syllables are in every noise
        ("大雁塔什么时候开门", ("人工",), "大雁塔什么时候开门"),  # a question
        ("", ("人工",), "人工"),
        ("", (), ""),
    ],
)
def test_a_word_of_command_is_found_among_the_readings(text: str, others: tuple[str, ...], meant: str) -> None:
    assert reading(None, text, others) == meant


def test_print_written_as_a_goose_prints(world: World) -> None:
    state = after(world, Heard("新生儿怎么上医保"))
    assert state.phase is Phase.ANSWERED
    _, acts = step(state, Heard("大雁", nbest=("大宴", "大眼", "打印")), world)
    assert any(isinstance(act, Print) for act in acts)


def test_somebodys_own_words_stay_as_they_were_heard(whole_world: World) -> None:
    state = after(whole_world, Heard("我要投诉"))
    state, _ = step(state, Heard("大雁", nbest=("大宴", "人工")), whole_world)
    assert isinstance(state.flow, Filing)
    assert state.flow.draft.text == "大雁"


def test_the_recogniser_is_told_the_words_that_steer() -> None:
    words = expected()
    assert {"打印", "人工", "办完了", "不满意"} <= set(words)
    assert all(len(word) > 1 for word in words)
    assert all(command(word) is not None for word in ("打印", "办完了"))
