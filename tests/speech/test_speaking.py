"""Clips before synthesis, the next piece while this one plays, silence at once when stopped, never an exception."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from speech.audio import Audio
from speech.sentences import FIRST_PIECE, split_pieces, split_sentences
from speech.speaking import CLIP_RATE, Speaker, SpeechFailed
from speech.synthesis import OnSound, SynthesisCancelledError, SynthesisError, ignore_sound


class ScriptedSynthesiser:
    """Says how it was called; a piece with 错 fails, one with 等 waits until cancelled."""

    voices = ("test",)

    def __init__(self) -> None:
        self.said: list[str] = []
        self.cancelled = threading.Event()

    def synthesise(
        self, sentence: str, *, rate: float = 1.0, voice: str | None = None, on_sound: OnSound = ignore_sound
    ) -> Audio:
        self.said.append(sentence)
        if "错" in sentence:
            raise SynthesisError("it does not work")
        if "等" in sentence:
            assert self.cancelled.wait(30)
            raise SynthesisCancelledError
        for _ in sentence:
            on_sound(Audio(np.full(100, 0.25, np.float32), 1000))
        return Audio(np.full(len(sentence) * 100, 0.25, np.float32), 1000)

    def cancel(self) -> None:
        self.cancelled.set()

    def close(self) -> None:
        pass


class ClipBox:
    def __init__(self, *sentences: str) -> None:
        self.sentences = sentences

    def clip(self, sentence: str) -> Audio | None:
        return Audio(np.full(1000, 0.5, np.float32), 1000) if sentence in self.sentences else None


def test_a_clip_is_taken_before_synthesis() -> None:
    synthesiser = ScriptedSynthesiser()
    pieces = list(Speaker(synthesiser, ClipBox("好的。")).utter("好的。请稍等。".replace("等", "候"), CLIP_RATE))
    assert synthesiser.said == ["请稍候。"]
    assert [piece.samples[0] for piece in pieces] == [0.5, *[0.25] * len("请稍候。"), 0.0]


def test_every_sentence_is_followed_by_quiet_that_grows_with_slowness() -> None:
    speaker = Speaker(ScriptedSynthesiser())
    *_, normal = speaker.utter("好的。", 1.0)
    *_, slow = speaker.utter("好的。", 0.5)
    quiet = [int(np.count_nonzero(piece.samples == 0)) for piece in (normal, slow)]
    assert quiet[1] == pytest.approx(2 * quiet[0], abs=2)


def test_a_piece_that_fails_is_reported_and_the_rest_is_spoken() -> None:
    failures: list[SpeechFailed] = []
    synthesiser = ScriptedSynthesiser()
    pieces = list(Speaker(synthesiser, on_failure=failures.append).utter("第一句。错了。第三句。"))
    assert sum(piece.samples[0] == 0.25 for piece in pieces) == len("第一句。第三句。")
    assert failures == [SpeechFailed("it does not work")]


def test_stop_ends_the_iterator_while_a_piece_is_being_made() -> None:
    synthesiser = ScriptedSynthesiser()
    utterance = Speaker(synthesiser).utter("第一句。等很久。第三句。")
    for _ in "第一句。":
        next(utterance)
    next(utterance)
    timer = threading.Timer(0.05, utterance.stop)
    timer.start()
    assert list(utterance) == []
    assert synthesiser.cancelled.is_set()
    assert "第三句。" not in synthesiser.said


def test_a_new_utterance_stops_the_one_before() -> None:
    speaker = Speaker(ScriptedSynthesiser(), ClipBox("甲。", "乙。"))
    first = speaker.utter("甲。乙。")
    second = speaker.utter("乙。")
    assert list(first) == []
    assert len(list(second)) == 1


def test_nothing_to_say_is_no_sound() -> None:
    assert list(Speaker(ScriptedSynthesiser()).utter("  \n ")) == []


def test_sentences_keep_their_marks_and_closing_quotes() -> None:
    assert split_sentences("他说：“好。”行吗？\n 行；走！") == ("他说：“好。”", "行吗？", "行；", "走！")


def test_a_long_sentence_starts_with_a_short_piece_and_loses_nothing() -> None:
    sentence = "带上孩子的户口簿和监护人的身份证，到户籍所在地的镇街便民服务中心，办理参保登记，当场就能办好。"
    pieces = split_pieces(sentence)
    assert "".join(pieces) == sentence
    assert len(pieces) > 1
    assert len(split_pieces("好的，" + sentence)[0]) <= FIRST_PIECE


def test_the_fixed_start_of_a_prompt_is_a_clip_and_only_the_rest_is_synthesised() -> None:
    synthesiser = ScriptedSynthesiser()
    pieces = list(Speaker(synthesiser, ClipBox("您问的是")).utter("您问的是高龄津贴。", CLIP_RATE))
    assert synthesiser.said == ["高龄津贴。"]
    assert [piece.samples[0] for piece in pieces] == [0.5, *[0.25] * len("高龄津贴。"), 0.0]


def test_a_choice_is_put_together_from_the_clips_of_its_number_and_its_label() -> None:
    """Which one was meant was asked with a live voice: of all that 50 callers heard only that kept them waiting."""
    synthesiser = ScriptedSynthesiser()
    box = ClipBox("第一，", "高龄津贴", "第二，", "都不是")
    assert len(list(Speaker(synthesiser, box).utter("第一，高龄津贴。第二，都不是。", CLIP_RATE))) == 4
    assert synthesiser.said == []


def test_the_first_sound_of_a_sentence_is_heard_before_the_sentence_is_whole() -> None:
    class Slow(ScriptedSynthesiser):
        def synthesise(
            self, sentence: str, *, rate: float = 1.0, voice: str | None = None, on_sound: OnSound = ignore_sound
        ) -> Audio:
            first = Audio(np.ones(100, np.float32), 1000)
            on_sound(first)
            assert self.cancelled.wait(30)
            raise SynthesisCancelledError

    utterance = Speaker(Slow()).utter("很长的一句话。")
    assert next(utterance).samples[0] == 1.0
    utterance.stop()
