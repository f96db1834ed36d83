"""The seeded monkey on the starter content with every device there is, and devices that come and go: 20,000 actions."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench import Bench
from pranks import pranks

from content.pack import Pack
from dialog.pack_knowledge import PackKnowledge
from kiosk.fonts import DEBIAN, Fonts, extract
from kiosk.frame import Frame
from kiosk.layout import frame_of
from kiosk.monkey import Monkey, MonkeyError
from kiosk.view import View

GLASSES = ((1080, 1920, 92.0), (1280, 800, 98.0))
ACTIONS = 10_000

pytestmark = pytest.mark.skipif(not DEBIAN.exists(), reason="needs the Debian package fonts-noto-cjk")


class Exact:
    """The pack's questions by their words: the search itself is tested elsewhere."""

    def __init__(self, pack: Pack) -> None:
        from content.search.query import Hit, SearchResult

        self._result = SearchResult
        items = [item for listed in pack.by_module().values() for item in listed]
        self._some = tuple(Hit(item.id, item.title, 0.3) for item in items[:4])
        self._exact = {text: Hit(item.id, item.title, 0.95) for item in items for text in (*item.questions, item.title)}

    def search(self, query, n):
        hit = self._exact.get(query.text)
        if hit is not None:
            return self._result("answer", (hit,))
        return self._result("clarify", self._some) if "补" in query.text else self._result("none")


def monkey(pack: Path, glass: tuple[int, int, float], seed: int, fonts: Fonts) -> tuple[Bench, Monkey]:
    opened = Pack.open(pack)
    kiosk = Bench(handwriting=True, knowledge=PackKnowledge(opened, Exact(opened)), full=True)
    drawn: list[tuple[View, Frame]] = []

    def frame(view: View) -> Frame:
        if not drawn or drawn[0][0] is not view:
            drawn[:] = [(view, frame_of(view, *glass, fonts))]
        return drawn[0][1]

    return kiosk, Monkey(kiosk.engine, frame, lambda seconds: kiosk.wait(seconds, 1.0), seed, pranks(kiosk))


@pytest.fixture(scope="module")
def fonts(tmp_path_factory: pytest.TempPathFactory) -> Fonts:
    return Fonts(extract(tmp_path_factory.getbasetemp().parent / "kiosk-fonts"))


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("glass", "seed"), [(GLASSES[0], 1), (GLASSES[1], 2026)])
def test_a_random_citizen_breaks_nothing(glass, seed: int, starter_pack: Path, fonts: Fonts) -> None:
    kiosk, one = monkey(starter_pack, glass, seed, fonts)
    done = one.run(ACTIONS)
    assert done["tap"] > ACTIONS // 3
    assert {"session-wiped", "errand-ended", "utterance-understood", "rated"} <= set(kiosk.diary.events)
    assert kiosk.engine.sessions > ACTIONS // 200


def test_the_monkey_sees_what_is_left_of_another_person(starter_pack: Path, fonts: Fonts) -> None:
    kiosk, one = monkey(starter_pack, GLASSES[0], 3, fonts)
    kiosk.tap("start")
    kiosk.tap("type")
    kiosk.engine._glass.change(typing=kiosk.view.typing.__class__(text="甲77乙"))
    with pytest.raises(MonkeyError, match="another"):
        one._check()
