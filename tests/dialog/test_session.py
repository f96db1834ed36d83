"""What must hold in every state of the conversation, whatever happens in whatever order."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from dialog.acts import Act, Ask, ClarifyScreen, End, Print, Record, Say, Show, Transfer
from dialog.commands import command, ordinal, spoken_choice, stars
from dialog.danger import danger
from dialog.events import (
    Channel,
    Chosen,
    Event,
    Gone,
    Heard,
    Key,
    Pressed,
    Printed,
    PrintOutcome,
    Rated,
    Recorded,
    Silence,
    Started,
    Transferred,
    Typed,
    Unintelligible,
)
from dialog.listening import NONE_OF_THESE
from dialog.session import step
from dialog.state import Choice, Phase, State
from dialog.world import World

NOW = dt.datetime(2026, 11, 23, 10, 0)

said = st.sampled_from(
    [
        "新生儿怎么上医保",
        "补办",
        "今天天气怎么样",
        "人工",
        "慢一点",
        "打印",
        "第二个",
        "都不是",
        "是",
        "不对",
        "救命",
        "",
        "。。",
        "a" * 500,
    ]
)
events: st.SearchStrategy[Event] = st.one_of(
    said.map(Heard),
    said.map(Typed),
    st.sampled_from(Key).map(Pressed),
    st.sampled_from(["item:newborn-enrolment", "item:nothing", "module:tax", "module:x", "none", "5", ""]).map(Chosen),
    st.just(Silence()),
    st.just(Unintelligible()),
    st.sampled_from(PrintOutcome).map(Printed),
    st.integers(1, 5).map(Rated),
    st.floats(0, 300).map(Recorded),
    st.booleans().map(Transferred),
    st.just(Gone()),
)


def way_on(acts: tuple[Act, ...]) -> bool:
    return any(isinstance(act, Ask | End | Print | Record | Transfer) for act in acts)


@settings(max_examples=60, deadline=None)
@given(channel=st.sampled_from(Channel), sequence=st.lists(events, max_size=12))
def test_never_a_dead_end(world: World, channel: Channel, sequence: list[Event]) -> None:
    """After any events, the session has ended or waits for something, and a person can be had."""
    state, acts = step(State(), Started(channel, NOW), world)
    for event in sequence:
        before = state
        state, acts = step(state, event, world)
        if before.phase is Phase.ENDED:
            assert acts == ()
            return
        waits = way_on(acts) or state.phase in (Phase.PRINTING, Phase.RECORDING, Phase.TRANSFERRING)
        assert state.phase is Phase.ENDED or waits or acts == ()
        for act in acts:
            if isinstance(act, Show) and isinstance(act.screen, ClarifyScreen):
                assert len(act.screen.choices) <= 4
            if isinstance(act, Say):
                assert "{" not in act.text
    if state.phase not in (Phase.ENDED, Phase.IDLE):
        _, acts = step(state, Pressed(Key.HUMAN), world)
        assert any(isinstance(act, Show | Transfer | Record) for act in acts)


def test_same_arguments_give_the_same_turn(world: World) -> None:
    state, _ = step(State(), Started(Channel.KIOSK, NOW), world)
    assert step(state, Heard("补办"), world)[0] == step(state, Heard("补办"), world)[0]


def test_nothing_after_the_end(world: World) -> None:
    state, _ = step(State(), Started(Channel.KIOSK, NOW), world)
    state, acts = step(state, Gone(), world)
    assert acts == (End("gone"),)
    assert step(state, Heard("新生儿怎么上医保"), world) == (state, ())


def test_a_printer_word_out_of_turn_changes_nothing(world: World) -> None:
    state, _ = step(State(), Started(Channel.KIOSK, NOW), world)
    assert step(state, Printed(PrintOutcome.DONE), world) == (state, ())


def test_commands_are_whole_utterances() -> None:
    assert command("人工") is Key.HUMAN
    assert command("请帮我转人工吧") is Key.HUMAN
    assert command("仁公") is Key.HUMAN  # same sound, other characters
    assert command("打印") is Key.PRINT
    assert command("打印机坏了怎么办") is None
    assert command("人工授精能报销吗") is None
    assert command("") is None


def test_numbers_and_stars() -> None:
    assert [ordinal(text) for text in ("第一个", "二", "选三", "两个", "4", "十", "一百")] == [
        1,
        2,
        3,
        2,
        4,
        10,
        None,
    ]
    assert [stars(text) for text in ("非常满意", "满意", "不满意", "五分", "三颗星", "九", "好吃")] == [
        5,
        4,
        2,
        5,
        3,
        None,
        None,
    ]


def test_spoken_choice_must_be_unambiguous() -> None:
    choices = (Choice("a", "身份证补领"), Choice("b", "户口簿补领"), NONE_OF_THESE)
    assert spoken_choice("身份证", choices) == choices[0]
    assert spoken_choice("补领", choices) is None
    assert spoken_choice("第二个", choices) == choices[1]
    assert spoken_choice("第九个", choices) is None


@pytest.mark.parametrize(
    ("text", "prompt"),
    [
        ("家里着火", "danger.fire"),
        ("厨房煤气漏了怎么办", "danger.fire"),
        ("我妈昏过去了", "danger.medical"),
        ("快帮我叫一辆救护车", "danger.medical"),
        ("我摔了一跤起不来", "danger.medical"),
        ("有个小孩掉到河里了", "danger.medical"),
        ("有人要打我", "danger.police"),
        ("我老公在打我", "danger.police"),
        ("外面有人拿刀", "danger.police"),
        ("身份证掉河里了要重办", None),
        ("这是我救命的钱", None),
        ("电话是谁打我的", None),
    ],
)
def test_danger_is_heard_in_the_words_people_use(text: str, prompt: str | None) -> None:
    assert danger(text) == prompt


def test_danger_is_not_a_question_about_benefits() -> None:
    assert danger("我家着火了") == "danger.fire"
    assert danger("老头子晕倒了") == "danger.medical"
    assert danger("救命啊") == "danger.police"
    assert danger("房子着火了有没有补贴") is None
    assert danger("新生儿怎么上医保") is None


def test_where_no_desk_can_be_called_nobody_is_promised_a_person(world: World) -> None:
    """In office hours, on a line without a desk: it is said that nobody can be reached, and a message is offered."""
    alone = replace(world, means=replace(world.means, people=False, filing=True, recorder=True))
    state, _ = step(State(), Started(Channel.PHONE, dt.datetime(2026, 11, 23, 10, 0)), alone)
    _, acts = step(state, Pressed(Key.HUMAN), alone)
    said = [act.text for act in acts if isinstance(act, Say)]
    assert said[0] == world.text("human.phone_failed")
    assert not any(isinstance(act, Transfer) for act in acts)
