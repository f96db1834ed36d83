"""A whole visit in real sound: the real endpointing and recogniser hear a citizen who never touches anything.

The sounds in ``voices`` come from the synthesiser (``benchmarks.kiosk.voice_walk``). This voice's 打印 is
written 大雁 or 大爷 and its 办完了 is written 办完脸: the visit gets to its end all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from bench import Bench
from test_monkey import Exact

from bianmin.hearing import expected_words, open_hearing_recogniser
from bianmin.settings import Settings
from content.pack import Pack
from dialog.events import PrintOutcome
from dialog.pack_knowledge import PackKnowledge
from kiosk.listening import HearingListener
from kiosk.microphone import BLOCK
from kiosk.view import Voice
from speech.hearing import Hearing
from speech.models import ModelError
from speech.recognition import Recogniser, SpeechError

VOICES = Path(__file__).parent / "voices"
QUIET = 3
"""Seconds after what was said; how much of it the endpoint waits for depends on how the speaker pauses."""
QUESTION = "身份证丢了怎么补办"


@pytest.fixture(scope="module")
def pack(starter_pack: Path) -> Pack:
    return Pack.open(starter_pack)


@pytest.fixture(scope="module")
def recogniser(pack: Pack) -> Iterator[Recogniser]:
    try:
        yield open_hearing_recogniser(Settings(), expected_words(pack), "zipformer")
    except (ModelError, SpeechError) as error:
        pytest.skip(f"needs the model zipformer-pinyin-zh: {error}")


class Speaking:
    """Speaks to ``kiosk`` when its ears are open, in real sound on virtual time."""

    def __init__(self, kiosk: Bench, recogniser: Recogniser) -> None:
        self._kiosk = kiosk
        self._listener = HearingListener(Hearing(recogniser), lambda: kiosk.now, lambda: 0.0)

    def says(self, name: str) -> str:
        kiosk = self._kiosk
        kiosk.listen_through()
        assert kiosk.view.voice is Voice.LISTENING, f"nobody listens on the {kiosk.screen} screen"
        sound, rate = soundfile.read(VOICES / f"{name}.flac", dtype="float32")
        assert rate == 16_000
        sound = np.concatenate([sound, np.zeros(QUIET * rate, np.float32)])
        self._listener.begin()
        before = len(kiosk.engine.heard)
        for start in range(0, len(sound) - BLOCK, BLOCK):
            for report in self._listener.feed(sound[start : start + BLOCK]):
                kiosk.report(report)
            if len(kiosk.engine.heard) > before:
                break
            kiosk.wait(BLOCK / rate)
        return " ".join(kiosk.engine.heard[before:])


def test_a_visit_by_voice_alone(pack: Pack, recogniser: Recogniser) -> None:
    kiosk = Bench(knowledge=PackKnowledge(pack, Exact(pack)), full=True)
    citizen = Speaking(kiosk, recogniser)
    kiosk.tap("start")
    assert citizen.says("id-card-lost") == QUESTION
    assert kiosk.screen == "answer"
    citizen.says("print")
    if kiosk.screen == "notice":  # asked back
        citizen.says("yes")
    assert kiosk.screen == "print"
    kiosk.print_ends(PrintOutcome.DONE)
    citizen.says("done")
    if kiosk.screen == "notice":
        citizen.says("yes")
    assert kiosk.screen == "rate", kiosk.engine.heard
    citizen.says("very-satisfied")
    assert [rating.stars for rating in kiosk.ratings.kept] == [5]
    assert kiosk.screen == "goodbye"
