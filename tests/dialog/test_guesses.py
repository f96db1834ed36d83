"""What a short utterance sounds like: done when sure, asked back when near, let alone when not."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.pack import Pack
from content.search.pinyin import syllables
from content.search.vocabulary import vocabulary
from dialog import commands
from dialog.acts import Ask, NoticeScreen, Print, Say, Show, TextScreen
from dialog.commands import sound
from dialog.events import Channel, Heard, Key, Pressed, Silence, Started, Typed, Unintelligible
from dialog.flows import Filing
from dialog.guesses import guess
from dialog.session import step
from dialog.sounds import likeness
from dialog.state import Phase, State
from dialog.world import World

NOW = dt.datetime(2026, 11, 23, 10, 0)
ANSWERED = "新生儿怎么上医保"
SYLLABLES = st.lists(st.sampled_from(syllables("打印人工办完了返回大雁神功我要投诉泽国镇女略云熊")), max_size=6)


def after(world: World, *heard: str, channel: Channel = Channel.KIOSK) -> State:
    state, _ = step(State(channel=channel, now=NOW), Started(channel, NOW), world)
    for text in heard:
        state, _ = step(state, Heard(text), world)
    return state


@given(SYLLABLES, SYLLABLES)
def test_likeness_lies_between_nothing_and_the_same(one: list[str], other: list[str]) -> None:
    assert 0 <= likeness(one, other) <= 1
    assert not one or likeness(one, one) == 1


@pytest.mark.parametrize(
    ("heard", "meant", "other"),
    [("大爷", "打印", "填写"), ("神功", "人工", "取消"), ("办完脸", "办完了", "快一点"), ("王刚", "黄岗", "打印")],
)
def test_what_is_misheard_for_each_other_is_alike(heard: str, meant: str, other: str) -> None:
    near, far = (likeness(sound(heard).split(), sound(words).split()) for words in (meant, other))
    assert near > 0.6 > far


@pytest.mark.parametrize(
    ("readings", "words", "sure"),
    [
        (("大雁", "大宴", "大眼"), "打印", False),
        (("神功", "深宫", "申公"), "人工", True),
        (("再树一边",), "再说一遍", True),
        (("办完脸", "办完连"), "办完了", False),  # an end is asked back, however near
    ],
)
def test_a_word_of_command_is_found(world: World, readings: tuple[str, ...], words: str, sure: bool) -> None:
    found = guess(after(world, ANSWERED), readings)
    assert found is not None
    assert (found.words, found.sure) == (words, sure)


@pytest.mark.parametrize("heard", ["公积金", "低保", "残疾证", "下雨了", "今天星期几", "", "大雁塔什么时候开门"])
def test_other_words_sound_like_nothing_here(world: World, heard: str) -> None:
    assert guess(after(world, ANSWERED), (heard,)) is None


def test_yes_is_never_guessed(world: World) -> None:
    state, _ = step(after(world, ANSWERED), Pressed(Key.FINISH), world)
    found = guess(state, ("四的",))
    assert found is None or found.words not in ("是的", "是")


def test_asked_back_and_right_prints(world: World) -> None:
    state, acts = step(after(world, ANSWERED), Heard("大爷"), world)
    notice = next(act.screen for act in acts if isinstance(act, Show))
    assert isinstance(notice, NoticeScreen)
    assert notice.title == "您说的是“打印”，对吗？"
    _, acts = step(state, Heard("对"), world)
    assert any(isinstance(act, Print) for act in acts)


def test_what_is_near_enough_is_asked_back_before_choices_are_offered(world: World) -> None:
    """办完了 written 办完脸 was answered with four matters to choose from, three times over."""
    state, acts = step(after(world, ANSWERED), Heard("办完脸", nbest=("办完连", "半挽联")), world)
    assert "办完了" in next(act.screen.title for act in acts if isinstance(act, Show))
    state, _ = step(state, Heard("很对"), world)
    assert state.phase is Phase.RATING


def test_saying_it_again_is_a_yes(world: World) -> None:
    state, _ = step(after(world, ANSWERED), Heard("大爷"), world)
    _, acts = step(state, Heard("打印"), world)
    assert any(isinstance(act, Print) for act in acts)


@pytest.mark.parametrize("event", [Heard("不对"), Pressed(Key.NO), Pressed(Key.BACK)])
def test_asked_back_and_wrong_brings_back_what_was_there(world: World, event: Heard | Pressed) -> None:
    before = after(world, ANSWERED)
    state, _ = step(before, Heard("大爷"), world)
    state, acts = step(state, event, world)
    assert Show(before.screen) in acts
    assert acts[-1] == before.asked
    assert state.supposed is None
    assert state.phase is Phase.ANSWERED


def test_asked_back_and_another_question_is_answered(world: World) -> None:
    state, _ = step(after(world, ANSWERED), Heard("大爷"), world)
    state, acts = step(state, Heard(ANSWERED), world)
    assert state.phase is Phase.ANSWERED
    assert not any(isinstance(act, Print) for act in acts)


def test_asked_back_and_nothing_said_is_idle(world: World) -> None:
    state, _ = step(after(world, ANSWERED), Heard("大爷"), world)
    state, _ = step(state, Silence(), world)
    assert state.phase is Phase.IDLE
    assert state.supposed is None


def test_the_end_of_a_telling_is_asked_back_and_otherwise_belongs_to_it(whole_world: World) -> None:
    told = after(whole_world, "我要投诉", "路灯坏了三天了")
    state, acts = step(told, Heard("数完了", nbest=("数万两",)), whole_world)
    assert "说完了" in next(act.screen.title for act in acts if isinstance(act, Show))
    on, _ = step(state, Heard("对"), whole_world)
    assert isinstance(on.flow, Filing)
    assert on.flow.stage is not told.flow.stage
    more, _ = step(state, Heard("不对"), whole_world)
    assert isinstance(more.flow, Filing)
    assert "数完了" in more.flow.draft.text


@pytest.mark.parametrize("channel", list(Channel))
@pytest.mark.parametrize("event", [Heard("晚上看不见路"), Typed("晚上看不见路"), Silence(), Unintelligible()])
def test_a_telling_that_goes_on_without_a_yes_or_no_keeps_its_words(
    whole_world: World, channel: Channel, event: Heard | Typed | Silence | Unintelligible
) -> None:
    """Asked back "说完了，对吗？", a citizen went on telling; what had been asked back was lost from the request."""
    told = after(whole_world, "我要投诉", "路灯坏了三天了", channel=channel)
    state, _ = step(told, Heard("数完了", nbest=("数万两",)), whole_world)
    state, acts = step(state, event, whole_world)
    assert isinstance(state.flow, Filing)
    more = "，晚上看不见路" if isinstance(event, Heard | Typed) else ""
    assert state.flow.draft.text == f"路灯坏了三天了，数完了{more}"
    assert any(isinstance(act, Show) for act in acts)


def test_whoever_came_back_to_a_telling_sees_all_of_it(whole_world: World) -> None:
    told = after(whole_world, "我要投诉", "路灯坏了三天了")
    state, _ = step(told, Heard("数完了", nbest=("数万两",)), whole_world)
    state, _ = step(state, Silence(), whole_world)
    assert state.phase is Phase.IDLE
    _, acts = step(state, Pressed(Key.STAY), whole_world)
    screen = next(act.screen for act in acts if isinstance(act, Show))
    assert isinstance(screen, TextScreen)
    assert screen.text == "路灯坏了三天了，数完了"


def test_a_person_is_there_while_something_is_asked_back(world: World) -> None:
    state, acts = step(after(world, ANSWERED), Heard("大爷"), world)
    assert Key.HUMAN in next(act for act in acts if isinstance(act, Ask)).keys
    state, _ = step(state, Heard("人工"), world)
    assert state.phase is Phase.HUMAN


def test_no_short_word_of_the_content_is_taken_for_a_command(world: World, starter_pack: Path) -> None:
    """Decision 37: they are what people ask for, and most often in one word."""
    state = after(world, ANSWERED)
    every = vocabulary(Pack.open(starter_pack))
    words = [word for word in every if len(word) <= 5 and commands.command(word) is None]
    found = {word: taken for word in words if (taken := guess(state, (word,))) is not None}
    assert len(words) > 1000
    assert [word for word, taken in found.items() if taken.sure] == []
    assert len(found) < len(words) / 10  # asked back, where the search finds nothing for them


def test_a_caller_who_was_misheard_is_not_asked_to_type(world: World) -> None:
    state = after(world, ANSWERED, channel=Channel.PHONE)
    _, acts = step(msgspec.structs.replace(state, others=()), Pressed(Key.NO), world)
    assert [act.text for act in acts if isinstance(act, Say)] == ["对不起，我听错了。请再说一遍。"]
