"""Writing by hand: ink follows the finger, candidates follow the strokes, and nothing of it outlives the session."""

from __future__ import annotations

from bench import Bench

from kiosk.pen import MOST_POINTS
from kiosk.view import Overlay


def writing() -> Bench:
    kiosk = Bench(handwriting=True)
    kiosk.tap("start")
    kiosk.tap("type")
    return kiosk


def test_the_hand_comes_first_where_it_can_be_read() -> None:
    kiosk = writing()
    assert kiosk.view.overlay is Overlay.WRITING
    kiosk.tap("type:keyboard")
    assert kiosk.view.overlay is Overlay.KEYBOARD


def test_each_lifted_finger_is_read() -> None:
    kiosk = writing()
    kiosk.stroke((100, 100), (200, 100))
    assert kiosk.view.typing.candidates == ("一", "乙")
    kiosk.stroke((100, 200), (200, 200))
    assert kiosk.view.typing.candidates == ("二", "十")
    assert len(kiosk.view.typing.ink) == 2


def test_a_chosen_character_goes_into_the_text_and_frees_the_paper() -> None:
    kiosk = writing()
    kiosk.stroke((100, 100), (200, 100))
    kiosk.tap("candidate:0")
    assert kiosk.view.typing.text == "一"
    assert kiosk.view.typing.ink == ()
    kiosk.tap("candidate:0")
    assert kiosk.view.typing.text == "一", "what is no longer offered cannot be chosen"


def test_taking_a_stroke_back_reads_the_rest_again() -> None:
    kiosk = writing()
    kiosk.stroke((100, 100), (200, 100))
    kiosk.stroke((100, 200), (200, 200))
    kiosk.tap("unstroke")
    kiosk.engine.tick(kiosk.now)
    assert kiosk.view.typing.candidates == ("一", "乙")


def test_rubbing_out_clears_the_paper_first_and_then_the_text() -> None:
    kiosk = writing()
    kiosk.stroke((100, 100), (200, 100))
    kiosk.tap("candidate:0")
    kiosk.stroke((100, 100), (200, 100))
    kiosk.tap("erase")
    assert (kiosk.view.typing.ink, kiosk.view.typing.text) == ((), "一")
    kiosk.tap("erase")
    assert kiosk.view.typing.text == ""


def test_a_reading_that_comes_after_another_stroke_is_not_shown() -> None:
    late = []
    kiosk = writing()
    kiosk.engine._crew.pen._background = late.append
    kiosk.stroke((100, 100), (200, 100))
    kiosk.stroke((100, 200), (200, 200))
    for work in late:
        work()
    kiosk.engine.tick(kiosk.now)
    assert kiosk.view.typing.candidates == ("二", "十")


def test_a_palm_on_the_paper_does_not_fill_the_memory() -> None:
    kiosk = writing()
    kiosk.engine.press("paper")
    kiosk.engine.draw_from(0, 0)
    for i in range(MOST_POINTS + 500):
        kiosk.engine.draw_to(i % 700, i)
    assert sum(map(len, kiosk.view.typing.ink)) <= MOST_POINTS


def test_the_ink_is_gone_with_the_session_and_shows_nowhere() -> None:
    kiosk = writing()
    kiosk.stroke((123, 456), (200, 100))
    assert "456" not in repr(kiosk.view)
    kiosk.wait(400)
    assert kiosk.view.typing.ink == ()
    assert kiosk.screen == "attract"
