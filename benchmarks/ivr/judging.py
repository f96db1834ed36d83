"""Which item a caller heard being named: the sound of the wire, recognised again; nothing inside the line is asked."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from rapidfuzz import fuzz

from speech.audio import Audio
from speech.hearing import Final, Hearing
from speech.pinyin import of_text
from speech.recognition import Recogniser

LEAD = "您问的是"
"""An answer begins with it, then comes the item's title."""

WAITING = "请稍等我查一下"
"""What is said, perhaps twice, while an answer is being looked for."""

ENOUGH = 70.0
"""Likeness (0..100 and a little for length) from which a title counts as said."""


QUIET = 8_000
"""Samples at 16 kHz: half a second."""


class Judge:
    """``titles``: item id -> title, as the pack has them."""

    def __init__(self, recogniser: Recogniser, titles: Mapping[str, str]) -> None:
        self._recogniser = recogniser
        self._wanted = {item: _sounds(LEAD + title) for item, title in titles.items()}

    def words(self, sound: Audio) -> str:
        """What is heard in ``sound``. Quiet is put before it: cut at its first loud sample it begins so suddenly that
        its first words are not taken for speech."""
        hearing = Hearing(self._recogniser)
        wide = sound.at(16_000).samples
        events = [*hearing.feed(np.concatenate([np.zeros(QUIET, np.float32), wide])), *hearing.flush()]
        return "".join(event.hypothesis.spoken for event in events if isinstance(event, Final))

    def item(self, words: str) -> str:
        """The id of the item whose title the words name, or ""; of titles equally like the words the longest."""
        said = _sounds(words)
        best, score = "", 0.0
        for item, wanted in self._wanted.items():
            likeness = fuzz.partial_ratio(wanted, said) + 0.02 * len(wanted)
            if likeness > score:
                best, score = item, likeness
        return best if score > ENOUGH else ""


def only_waiting(words: str) -> bool:
    """Whether nothing but "one moment" was heard, however it was recognised: no answer came before the caller left."""
    said = _sounds(words)
    return any(fuzz.ratio(said, " ".join([_sounds(WAITING)] * times)) > ENOUGH for times in (1, 2, 3))


def _sounds(text: str) -> str:
    """Syllables without tones: a recogniser may write another character of the same sound."""
    return " ".join(syllable.rstrip("12345") for syllable in of_text(text))
