"""Taking turns on the phone, on virtual time: interruptions, noise, silence, keys, slow answers, the end."""

from __future__ import annotations

import pytest

from dialog.acts import Adjust, Ask, Choice, End, Rate, Say
from dialog.events import Chosen, Heard, Key, Pressed, Silence, Started, Unintelligible
from ivr.diary import BargedIn, CallEnded, Ending, TurnAnswered, WentOn
from ivr.doing import Doing
from ivr.settings import Habits
from ivr.virtual_leg import VirtualLeg
from speech.scripted import Line
from tests.ivr.virtual_call import BREATH, FILLER, Call, SlowRecogniser

GREETING = "您好请说"
ASK = Ask(keys=(Key.MATERIALS, Key.REPEAT, Key.HUMAN), timeout=7.0)
GREET = (Say(GREETING), ASK)
LONG = "第一句话在这里。第二句话在这里。第三句话在这里。"
SENTENCES = [part + "。" for part in LONG.split("。") if part]


def greeted(*turns: object, **options: object) -> Call:
    """A call that has heard the greeting."""
    return Call(GREET, *turns, **options).run(1.5)


def test_the_greeting_is_said_and_a_question_is_answered() -> None:
    call = greeted((Say("要带身份证"), ASK), lines=["社保卡怎么补办"]).say(1.5).run(6)
    assert isinstance(call.events[0], Started)
    heard = call.events[1]
    assert isinstance(heard, Heard)
    assert heard.text == "社保卡怎么补办"
    assert call.texts() == [GREETING, "要带身份证"]


def test_what_is_thought_while_the_caller_may_be_finished_is_said_at_once_when_he_is() -> None:
    late = greeted((Say("要带身份证"), ASK), lines=["社保卡怎么补办"])
    soon = greeted((Say("要带身份证"), ASK), lines=["社保卡怎么补办"], foresees=True)
    for call in (late, soon):
        call.dialog.delay = 0.3
        call.say(1.5).run(6)
        assert call.texts() == [GREETING, "要带身份证"]
    assert len(late.events) == 2
    assert len(soon.events) == 1
    assert soon.dialog.kept == soon.dialog.ahead
    waits = [next(e.first_audio for e in c.diary.entries if isinstance(e, TurnAnswered)) for c in (late, soon)]
    assert waits[0] - waits[1] >= 260


def test_what_was_thought_ahead_of_a_caller_who_goes_on_is_never_said() -> None:
    call = greeted((Say("错"), ASK), (Say("对"), ASK), lines=["社保卡怎么补办"], foresees=True)
    call.say(1.0).run(1.4)
    assert len(call.dialog.ahead) == 1
    call.say(1.0).run(6)
    assert call.texts() == [GREETING, "对"]
    assert len(call.dialog.kept) == 1


def test_a_key_after_what_was_thought_ahead_is_what_counts() -> None:
    call = greeted((Say("错"), ASK), (Say("对"), ASK), lines=["社保卡怎么补办"], foresees=True)
    call.say(1.0).run(1.4)
    assert len(call.dialog.ahead) == 1
    call.leg.press("*")
    call.run(6)
    assert call.texts() == [GREETING, "对"]
    assert call.events[-1] == Pressed(Key.BACK)
    assert not call.dialog.kept


def test_speech_silences_the_answer_and_nothing_stale_follows() -> None:
    call = greeted((Say(LONG), ASK), (Say("好"), ASK), lines=["一", "社保卡怎么补办"])
    call.say(1.0).run(2.6)
    assert call.texts()[-1] == SENTENCES[0]
    call.say(1.5).run(6)
    assert call.texts()[:3] == [GREETING, SENTENCES[0], "好"]
    assert SENTENCES[1] not in call.texts()
    assert any(isinstance(entry, BargedIn) and entry.by == "voice" for entry in call.diary.entries)


def test_voice_to_silence_takes_at_most_150_ms() -> None:
    """The answer is held while it is not yet sure that somebody speaks; 300 ms are the goal on the wire."""
    call = greeted((Say(LONG), ASK), lines=["一", "社保卡怎么补办"])
    call.say(1.0).run(2.6)
    before = len(call.leg.heard)
    call.say(1.5).run(1.0)
    after = bytes(call.leg.heard[before:])
    last = max(place for place in range(0, len(after), 2) if after[place : place + 2] != b"\0\0")
    assert last / 16_000 <= 0.15


def test_a_click_holds_the_answer_for_a_moment_and_not_a_sample_of_it_is_lost() -> None:
    call = greeted((Say(LONG), ASK), lines=["一"])
    call.say(1.0).run(2.6)
    call.say(0.08).run(6)
    heard = call.heard()
    held = [seconds for text, seconds in heard[heard.index((GREETING, 0.8)) + 2 :] if not text]
    assert held[0] <= 0.4
    spoken = {sentence: sum(seconds for text, seconds in heard if text == sentence) for sentence in SENTENCES}
    assert spoken == {sentence: pytest.approx(0.2 * len(sentence)) for sentence in SENTENCES}
    assert not any(isinstance(entry, BargedIn) for entry in call.diary.entries)


def test_in_a_noisy_room_the_answer_does_not_stutter() -> None:
    call = greeted((Say(LONG), ASK), lines=["一"])
    call.say(1.0).run(2.6)
    for _ in range(10):
        call.say(0.08).run(0.3)
    quiet = [seconds for text, seconds in call.heard()[2:] if not text]
    assert len(quiet) <= 4


def test_noise_lets_the_answer_go_on_from_the_sentence_that_was_cut() -> None:
    call = greeted((Say(LONG), ASK), lines=["一", Line("", confidence=0.0)])
    call.say(1.0).run(2.6)
    call.say(0.5).run(8)
    assert [text for text in call.texts() if text in SENTENCES] == [SENTENCES[0], *SENTENCES]
    assert any(isinstance(entry, WentOn) for entry in call.diary.entries)
    assert len(call.events) == 2


def test_a_word_of_agreement_lets_the_answer_go_on() -> None:
    call = greeted((Say(LONG), ASK), lines=["一", "嗯"])
    call.say(1.0).run(2.6)
    call.say(0.4).run(8)
    assert call.texts()[-1] == SENTENCES[-1]
    assert len(call.events) == 2


@pytest.mark.parametrize(("listened", "answered"), [(2.6, False), (5.9, True)], ids=["early", "in its last sentence"])
def test_yes_before_a_question_has_quite_ended_is_the_answer(listened: float, answered: bool) -> None:
    question = (Say(LONG), Ask(keys=(Key.YES, Key.NO), timeout=7.0))
    call = greeted(question, (Say("交上去了"), ASK), lines=["一", "对"])
    call.say(1.0).run(listened)
    call.say(0.4).run(4)
    assert [event.text for event in call.events if isinstance(event, Heard)] == (["一", "对"] if answered else ["一"])
    assert ("交上去了" in call.texts()) is answered


def test_speech_does_not_cut_what_must_be_heard() -> None:
    urgent = "着火请马上打一一九"
    call = greeted((Say(urgent, interruptible=False), ASK), lines=["着火了", "社保卡"])
    call.say(1.0).run(2.0)
    call.say(1.0).run(4)
    assert (urgent, round(0.2 * len(urgent), 2)) in call.heard()
    assert len(call.events) == 2


def test_a_key_silences_within_100_ms_and_means_what_was_asked() -> None:
    call = greeted((Say(LONG), ASK), (Say("身份证"), ASK), lines=["一"])
    call.say(1.0).run(2.6)
    before = len(call.leg.heard)
    call.leg.press("1")
    call.run(3)
    assert call.events[-1] == Pressed(Key.MATERIALS)
    after = call.leg.heard[before:]
    own = next(level for level, text in call.voice.levels.items() if text == SENTENCES[0])
    stale = [place for place in range(0, len(after), 2) if int.from_bytes(after[place : place + 2], "little") == own]
    assert not stale or max(stale) / 16_000 <= 0.1


@pytest.mark.parametrize(("key", "meaning"), [("0", Key.HUMAN), ("*", Key.BACK)])
def test_zero_and_star_work_while_the_dialog_is_thinking(key: str, meaning: Key) -> None:
    call = greeted((Say("晚了"), ASK), (Say("好"), ASK), lines=["社保卡怎么补办"])
    call.dialog.delay = 1.0
    call.say(1.0).run(2.2)
    assert call.conversation.doing is Doing.THINKING
    call.leg.press(key)
    call.run(4)
    assert call.events[-1] == Pressed(meaning)
    assert "晚了" not in call.texts()


def test_the_hash_key_skips_to_the_end_of_what_is_said() -> None:
    call = greeted((Say(LONG), ASK), lines=["一"])
    call.say(1.0).run(2.6)
    call.leg.press("#")
    call.run(1.0)
    assert call.conversation.doing is Doing.LISTENING
    assert SENTENCES[1] not in call.texts()


def test_a_choice_is_taken_by_its_number() -> None:
    choices = (Choice("item:a", "甲"), Choice("item:b", "乙"), Choice("none", "都不是"))
    call = greeted((Say("哪一个"), Ask(choices=choices)), (Say("好"), ASK), lines=["社保"])
    call.say(1.0).run(3.0)
    call.leg.press("2")
    call.run(1)
    assert call.events[-1] == Chosen("item:b")


def test_silence_is_told_after_the_timeout_and_the_keys_are_named() -> None:
    call = greeted((Say("我在听"), ASK)).run(8)
    assert call.events[-1] == Silence()
    assert call.voice.said[-1][0] == "听材料请按一。再听一遍请按二。"


def test_speaking_stops_the_clock_of_silence() -> None:
    call = greeted((Say("好"), ASK), lines=["社保卡怎么补办"]).run(5.0)
    call.say(3.0).run(4.5)
    assert not any(isinstance(event, Silence) for event in call.events)


def test_a_slow_answer_is_bridged_within_two_seconds_and_never_three_silent_ones() -> None:
    call = greeted((Say("好的"), ASK), lines=["社保卡怎么补办"])
    call.dialog.delay = 7.0
    call.say(1.0).run(12)
    quiet = [seconds for text, seconds in call.heard()[1:] if not text]
    assert FILLER in call.texts()
    assert quiet[0] - 1.7 <= 2.0  # 0.7 s were over, and then the caller spoke for a second
    assert max(quiet[1:-1]) < 3.0
    assert call.texts()[-1] == "好的"
    turn = next(entry for entry in call.diary.entries if isinstance(entry, TurnAnswered))
    assert turn.filler


def test_a_slow_recogniser_is_bridged_too() -> None:
    recogniser = SlowRecogniser("社保卡怎么补办")
    call = greeted((Say("好的"), ASK), recogniser=recogniser).say(1.0).run(5.0)
    recogniser.release()
    call.run(3.0)
    assert call.texts() == [GREETING, FILLER, "好的"]
    quiet = [seconds for text, seconds in call.heard() if not text]
    assert quiet[0] - 1.7 <= 2.0


def test_a_slow_voice_is_bridged_too() -> None:
    call = greeted((Say("好的"), ASK), lines=["社保卡怎么补办"])
    call.voice.delay = 150
    call.say(1.0).run(8)
    assert call.texts()[1:] == [FILLER, "好的"]


def test_no_words_are_put_into_an_answer_whose_next_sentence_is_slow() -> None:
    """请稍等 in the middle of a number that is being written down was taken for a part of it."""
    call = greeted((Say("甲"), Say("乙", interruptible=False), ASK), lines=["社保卡怎么补办"])
    call.voice.slow["乙"] = 200
    call.say(1.0).run(9)
    assert call.texts() == [GREETING, "甲", BREATH, "乙"]


def test_going_on_speaking_while_the_dialog_thinks_makes_one_question() -> None:
    call = greeted((Say("甲"), ASK), (Say("乙"), ASK), lines=["我想问", "社保卡怎么补办"])
    call.dialog.delay = 1.5
    call.say(1.0).run(2.2)
    call.say(1.0).run(6)
    last = call.events[-1]
    assert isinstance(last, Heard)
    assert last.text == "我想问社保卡怎么补办"
    assert call.dialog.states[-1] == call.dialog.states[-2]
    assert "甲" not in call.texts()


def test_a_telephone_that_sends_nothing_while_nobody_speaks_is_understood() -> None:
    leg = VirtualLeg()
    leg.silent_line = True
    call = greeted((Say("好的"), ASK), lines=["社保卡怎么补办"], leg=leg)
    call.say(1.5).run(5)
    assert call.texts()[-1] == "好的"


def test_lost_packets_do_not_lose_the_question() -> None:
    leg = VirtualLeg(lost=lambda number: number % 10 == 0)
    call = greeted((Say("好的"), ASK), lines=["社保卡怎么补办"], leg=leg)
    call.say(1.5).run(5)
    assert call.texts()[-1] == "好的"


def test_not_a_word_understood_is_told_to_the_dialog() -> None:
    call = greeted((Say("没听清"), ASK), lines=[Line("", confidence=0.0)])
    call.say(1.0).run(4)
    assert call.events[-1] == Unintelligible()


def test_rate_and_volume_are_taken_over_before_speaking() -> None:
    call = greeted((Adjust(0.75, 8), Say("慢"), ASK), (Say("还慢"), ASK), lines=["慢一点", "二"])
    call.say(1.0).run(3)
    call.say(1.0).run(3)
    assert call.voice.said[-2:] == [("慢", 0.75, 8), ("还慢", 0.75, 8)]


def test_the_end_is_heard_to_its_last_word_and_everything_is_forgotten() -> None:
    call = greeted((Rate(5, "item-a"), Say("再见"), End("finished")), lines=["没有了"])
    call.say(1.0).run(5)
    assert call.ratings == [(5, "item-a")]
    assert ("再见", 0.4) in call.heard()
    assert call.conversation.over
    assert not call.leg.up
    last = call.diary.entries[-1]
    assert isinstance(last, CallEnded)
    assert last.ending is Ending.FINISHED


def test_hanging_up_in_the_middle_ends_the_call() -> None:
    call = greeted((Say(LONG), ASK), lines=["一"]).say(1.0).run(2.5)
    call.leg.put_down()
    call.run(0.1)
    assert call.conversation.over


def test_a_dialog_that_breaks_leads_to_a_person_then_to_the_end() -> None:
    call = greeted((Say("好"), ASK))

    call.dialog.broken = True
    call.leg.press("*")
    call.run(1)
    assert call.events[-1] == Pressed(Key.HUMAN)
    assert call.conversation.over


def test_with_barge_in_by_voice_off_only_keys_cut() -> None:
    habits = Habits(voice_barge_in=False, first_pause=0.0, key_pause=0.0)
    call = greeted((Say(LONG), ASK), lines=["一", "社保卡"], habits=habits)
    call.say(1.0).run(3.0)
    call.say(1.0).run(2.0)
    assert SENTENCES[1] in call.texts()
