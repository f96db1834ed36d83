"""What the benchmarks of speaking share: the sentences, the model, and how sound is judged by recognising it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bianmin.settings import home, model_directories
from speech.audio import Audio
from speech.engines import open_recogniser
from speech.evaluation import hear
from speech.kokoro_phonemes import syllables
from speech.lexicon import Lexicon
from speech.models import find
from speech.pinyin import toneless
from speech.recognition import Recogniser
from speech.spoken_text import speakable

SENTENCES = Path(__file__).with_name("sentences.txt").read_text(encoding="utf-8").split()
CACHE = home() / "cache" / "kokoro"

Row = dict[str, Any]
Say = Callable[[str], Audio]


def model() -> Path:
    return find("kokoro-82m", model_directories())


def recogniser() -> Recogniser:
    return open_recogniser("zipformer", model_directories(), Lexicon(()))


def errors(ears: Recogniser, text: str, audio: Audio) -> tuple[int, int]:
    """Toneless syllable errors and syllables."""
    from rapidfuzz.distance import Levenshtein

    expected = [toneless(syllable) for syllable in syllables(speakable(text))]
    heard = [toneless(syllable) for syllable in hear(ears, audio).pinyin]
    return Levenshtein.distance(expected, heard), len(expected)


def judged(ears: Recogniser, say: Say, sentences: Sequence[str]) -> Row:
    wrong = count = 0
    sound = 0.0
    for sentence in sentences:
        audio = say(sentence)
        more, syllables_here = errors(ears, sentence, audio)
        wrong, count, sound = wrong + more, count + syllables_here, sound + audio.seconds
    return {"syllable_errors": wrong / count, "syllables": count, "syllables_per_second": count / sound}
