"""The kiosk's engine on virtual time: one question to its end, barge-in, idling, printing's truth, the wipe."""

from __future__ import annotations

import pytest
from bench import Bench

from dialog.events import PrintOutcome, Typed
from kiosk.habits import Habits
from kiosk.ports import EarsFailed, NotUnderstood, PartialHeard, SpeechBegan
from kiosk.view import Overlay, Voice

QUESTION = "新生儿怎么上医保"


def asked() -> Bench:
    kiosk = Bench()
    kiosk.tap("start")
    kiosk.say(QUESTION)
    return kiosk


def reading_the_answer() -> Bench:
    """A question asked by voice; the first part of its answer has been read, and there is a moment to speak."""
    kiosk = Bench()
    kiosk.tap("start")
    kiosk.listen_through()
    kiosk.hear(QUESTION)
    kiosk.listen_to_a_part()
    return kiosk


def test_one_question_from_touch_to_wipe() -> None:
    kiosk = asked()
    assert kiosk.screen == "answer"
    assert kiosk.view.screen.item.id == "newborn-enrolment"
    kiosk.tap("key:print")
    assert kiosk.view.screen.state == "printing"
    kiosk.print_ends(PrintOutcome.DONE)
    assert kiosk.view.screen.state == "done"
    kiosk.tap("key:finish")
    assert kiosk.screen == "rate"
    kiosk.tap("rate:5")
    assert [rating.stars for rating in kiosk.ratings.kept] == [5]
    assert kiosk.screen == "goodbye"
    kiosk.wait(30)
    assert kiosk.screen == "attract"
    assert kiosk.ears.mode == "asleep"
    assert kiosk.engine.sessions == 1


def test_the_answer_is_spoken_in_the_words_of_the_item() -> None:
    kiosk = asked()
    assert kiosk.view.voice is Voice.SPEAKING
    kiosk.listen_through()
    assert kiosk.view.screen.item.spoken in "".join(kiosk.mouth.said)


def test_timings_of_a_question_are_kept_until_the_wipe() -> None:
    kiosk = asked()
    kiosk.wait(0.2)
    (timing,) = kiosk.engine.timings
    assert timing.endpoint == pytest.approx(0.4)
    assert timing.recognition == pytest.approx(0.1)
    assert timing.first_sound == pytest.approx(0.6, abs=0.01)


def test_speaking_opens_the_ears_by_itself_after_the_greeting() -> None:
    kiosk = Bench()
    kiosk.tap("start")
    assert kiosk.view.voice is Voice.SPEAKING
    kiosk.listen_through()
    assert kiosk.view.voice is Voice.LISTENING
    assert kiosk.ears.mode == "listening"
    kiosk.wait(Habits().open_ears + 1)
    assert kiosk.view.voice is Voice.READY
    assert kiosk.ears.mode == "deaf"


def test_a_press_while_it_speaks_is_a_barge_in() -> None:
    kiosk = Bench()
    kiosk.tap("start")
    kiosk.tap("speak")
    assert kiosk.mouth.hushes == 1
    assert kiosk.view.voice is Voice.LISTENING
    kiosk.wait(0.3)
    assert kiosk.view.voice is Voice.LISTENING, "the end of the silenced prompt must not close the ears"


def test_speech_cuts_in_only_where_the_microphone_cannot_hear_the_loudspeaker() -> None:
    deaf, open_ears = Bench(), Bench(Habits(voice_barge_in=True))
    for kiosk in (deaf, open_ears):
        kiosk.tap("start")
        kiosk.report(SpeechBegan())
    assert deaf.mouth.hushes == 0
    assert open_ears.mouth.hushes == 1


def test_hold_to_speak_ends_when_the_finger_lifts() -> None:
    kiosk = Bench()
    kiosk.tap("start")
    kiosk.engine.press("speak")
    assert kiosk.view.voice is Voice.LISTENING
    kiosk.wait(2)
    kiosk.engine.release("speak")
    assert kiosk.ears.mode == "finishing"
    kiosk.hear(QUESTION)
    assert kiosk.screen == "answer"


def test_a_short_tap_goes_on_listening_and_a_second_ends_it() -> None:
    kiosk = Bench()
    kiosk.tap("start")
    kiosk.tap("speak")
    assert kiosk.ears.mode == "listening"
    kiosk.tap("speak")
    assert kiosk.ears.mode == "finishing"


def test_partial_text_is_shown_live_and_gone_with_the_next_screen() -> None:
    kiosk = Bench()
    kiosk.tap("start")
    kiosk.tap("speak")
    kiosk.report(PartialHeard("新生儿"))
    assert kiosk.view.partial == "新生儿"
    kiosk.hear(QUESTION)
    assert kiosk.view.partial == ""


def test_noise_is_asked_for_again_only_when_someone_meant_to_speak() -> None:
    kiosk = Bench()
    kiosk.tap("start")
    kiosk.listen_through()
    said = len(kiosk.mouth.said)
    kiosk.report(NotUnderstood())
    assert len(kiosk.mouth.said) == said
    kiosk.tap("speak")
    kiosk.tap("speak")
    kiosk.report(NotUnderstood())
    assert len(kiosk.mouth.said) > said


def test_idle_question_counts_down_and_wipes() -> None:
    kiosk = Bench()
    kiosk.tap("start")
    kiosk.listen_through()
    kiosk.wait(61)
    assert kiosk.screen == "idle"
    kiosk.listen_through()
    before = kiosk.view.seconds
    kiosk.wait(5)
    assert before - kiosk.view.seconds == 5
    kiosk.wait(31)
    assert kiosk.screen == "attract"
    assert "session-wiped" in kiosk.diary.events


def test_staying_brings_the_answer_back_to_its_page() -> None:
    kiosk = asked()
    kiosk.listen_through()
    kiosk.tap("page:next")
    kiosk.wait(121)
    assert kiosk.screen == "idle"
    kiosk.tap("key:stay")
    assert kiosk.screen == "answer"
    assert kiosk.view.page == 1
    kiosk.wait(60)
    assert kiosk.screen == "answer"


def test_a_touch_puts_the_idle_question_off() -> None:
    kiosk = asked()
    kiosk.listen_through()
    for _ in range(5):
        kiosk.wait(100)
        kiosk.tap("size")
    assert kiosk.screen == "answer"


def test_never_called_printed_unless_it_was() -> None:
    for outcome, state in ((PrintOutcome.FAILED, "failed"), (PrintOutcome.UNKNOWN, "unknown")):
        kiosk = asked()
        kiosk.tap("key:print")
        kiosk.print_ends(outcome, "paper_out")
        assert kiosk.view.screen.state == state
        assert "打印好了" not in "".join(kiosk.mouth.said)


def test_idle_time_does_not_run_while_it_prints() -> None:
    kiosk = asked()
    kiosk.tap("key:print")
    kiosk.wait(110)
    assert kiosk.view.screen.state == "printing"


def test_a_printer_that_never_answers_is_given_up_as_unknown() -> None:
    kiosk = asked()
    kiosk.tap("key:print")
    kiosk.wait(121)
    assert kiosk.view.screen.state == "unknown"
    kiosk.print_ends(PrintOutcome.DONE)
    assert kiosk.view.screen.state == "unknown", "what came too late is told to nobody"


def test_a_late_word_of_the_printer_does_not_reach_the_next_person() -> None:
    kiosk = asked()
    kiosk.tap("key:print")
    kiosk.tap("key:finish")
    kiosk.tap("rate:5")
    kiosk.wait(30)
    kiosk.tap("start")
    kiosk.print_ends(PrintOutcome.DONE)
    assert kiosk.screen == "listen"


def test_everything_goes_back_at_the_end() -> None:
    kiosk = Bench()
    fresh = kiosk.view
    kiosk.tap("start")
    for control in ("size", "contrast:black", "language", "elder:off", "key:louder", "key:slower", "type", "letter:z"):
        kiosk.tap(control)
    assert kiosk.view.rate < 1.0
    kiosk.wait(200)
    assert kiosk.view == fresh


def test_typing_a_question() -> None:
    kiosk = Bench()
    kiosk.tap("start")
    kiosk.tap("type")
    assert kiosk.view.overlay is Overlay.KEYBOARD
    for letter in "yibaoka":
        kiosk.tap(f"letter:{letter}")
    kiosk.tap("candidate:0")
    assert (kiosk.view.typing.text, kiosk.view.typing.letters) == ("医保", "ka")
    kiosk.tap("candidate:0")
    assert kiosk.view.typing.text == "医保卡"
    kiosk.tap("submit")
    assert kiosk.screen == "noanswer"
    assert kiosk.view.overlay is Overlay.NONE


def test_a_person_from_every_screen() -> None:
    kiosk = Bench()
    kiosk.tap("key:human")
    assert kiosk.screen == "human", "even when nobody had started"
    kiosk = asked()
    kiosk.tap("key:human")
    assert kiosk.screen == "human"


def test_a_touch_at_the_goodbye_is_the_next_person() -> None:
    kiosk = asked()
    kiosk.tap("key:finish")
    kiosk.tap("key:skip")
    assert kiosk.screen == "goodbye"
    kiosk.tap("start")
    assert kiosk.screen == "listen"
    assert kiosk.engine.sessions == 1


def test_without_a_microphone_touch_is_offered() -> None:
    kiosk = Bench(microphone=False)
    kiosk.tap("start")
    assert kiosk.view.voice is Voice.OFF
    kiosk.tap("choice:module:insurance")
    assert kiosk.screen == "browse"
    kiosk.tap("choice:item:newborn-enrolment")
    assert kiosk.screen == "answer"


def test_a_microphone_that_goes_away_is_said() -> None:
    kiosk = Bench()
    kiosk.tap("start")
    kiosk.listen_through()
    kiosk.report(EarsFailed())
    assert kiosk.view.voice is Voice.OFF


def test_a_voice_that_never_ends_does_not_hang_the_terminal() -> None:
    kiosk = Bench()
    kiosk.mouth.hangs = True
    kiosk.tap("start")
    kiosk.wait(Habits().longest_sound + 1)
    assert "sound-never-ended" in kiosk.diary.events
    kiosk.wait(61)
    assert kiosk.screen == "idle"


def test_the_diary_holds_no_word_of_the_citizen() -> None:
    kiosk = Bench()
    kiosk.tap("start")
    kiosk.say("补办")
    kiosk.say("我的身份证号码是三三一零八一")
    kiosk.tap("key:finish")
    text = repr(kiosk.diary.notes)
    assert "补办" not in text
    assert "三三" not in text


def test_pressing_and_sliding_off_does_nothing() -> None:
    kiosk = Bench()
    kiosk.engine.press("start")
    kiosk.engine.release("")
    assert kiosk.screen == "attract"


def test_settings_changed_on_the_first_screen_do_not_stay_for_the_next_person() -> None:
    kiosk = Bench()
    fresh = kiosk.view
    for control in ("size", "settings", "contrast:black", "language"):
        kiosk.tap(control)
    kiosk.wait(59)
    assert kiosk.view != fresh
    kiosk.wait(2)
    assert kiosk.view == fresh


def test_settings_changed_on_the_first_screen_hold_for_the_session_that_follows() -> None:
    kiosk = Bench()
    kiosk.tap("contrast:black")
    kiosk.tap("start")
    kiosk.wait(70)
    assert kiosk.view.contrast.value == "black"


def test_speech_with_a_headset_is_heard_while_the_terminal_speaks() -> None:
    """The ears were shut while it spoke: nothing could cut in, headset or not."""
    kiosk = Bench(Habits(voice_barge_in=True))
    kiosk.tap("start")
    assert kiosk.ears.mode == "listening"
    assert kiosk.view.voice is Voice.SPEAKING
    kiosk.report(SpeechBegan())
    assert kiosk.mouth.until is None
    assert kiosk.view.voice is Voice.LISTENING
    kiosk.hear(QUESTION)
    assert kiosk.screen == "answer"


def test_a_long_answer_to_who_speaks_is_read_in_parts_with_moments_to_speak() -> None:
    kiosk = reading_the_answer()
    assert kiosk.view.voice is Voice.LISTENING, "a moment to speak"
    said = len(kiosk.mouth.said)
    kiosk.wait(Habits().pause + 0.3)
    assert kiosk.view.voice is Voice.SPEAKING, "nobody spoke: on with it"
    assert len(kiosk.mouth.said) > said
    kiosk.listen_to_a_part()
    assert kiosk.view.voice is Voice.LISTENING
    kiosk.hear("打印")
    assert kiosk.screen == "print"


def test_noise_in_a_moment_to_speak_does_not_end_the_answer() -> None:
    kiosk = reading_the_answer()
    said = len(kiosk.mouth.said)
    kiosk.report(SpeechBegan())
    kiosk.wait(3)
    assert len(kiosk.mouth.said) == said, "somebody speaks"
    kiosk.report(NotUnderstood())
    assert kiosk.view.voice is Voice.SPEAKING
    assert len(kiosk.mouth.said) > said


def test_a_touch_in_a_moment_to_speak_ends_the_answer() -> None:
    kiosk = reading_the_answer()
    said = len(kiosk.mouth.said)
    kiosk.tap("speak")
    kiosk.wait(Habits().pause + 1)
    assert kiosk.view.voice is Voice.LISTENING
    assert len(kiosk.mouth.said) == said


def test_who_touches_hears_an_answer_in_one_go() -> None:
    kiosk = Bench()
    kiosk.tap("start")
    kiosk.engine.send(Typed(QUESTION))
    said = len(kiosk.mouth.said)
    kiosk.listen_through()
    kiosk.wait(Habits().pause + 1)
    assert len(kiosk.mouth.said) == said


def test_typing_in_a_moment_to_speak_lets_the_reading_go_on() -> None:
    kiosk = reading_the_answer()
    kiosk.report(SpeechBegan())
    said = len(kiosk.mouth.said)
    kiosk.tap("settings")
    kiosk.tap("type")
    kiosk.engine._crew.conversation.talk.deafen()
    kiosk.wait(0.3)
    assert len(kiosk.mouth.said) > said
    kiosk.listen_through()
    assert not kiosk.view.pausing
