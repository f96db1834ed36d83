"""The starter content's questions asked aloud by our own voices: the callers of the acoustic bench and of the phone's.

    python -m benchmarks.speech.questions [--count 200] [--seconds 450]

renders what is missing for at most ``--seconds`` and may be run again until nothing is. ``questions(seed, n)`` gives
the set with its recordings. They are kept in ``cache/spoken-questions`` under the home folder (16 kHz, 16 bits, mono);
a recording's name is made of all that decides its sound, so every caller with the same seed shares them.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from bianmin.settings import home, model_directories
from content.source import load
from speech import kokoro
from speech.audio import RECOGNISER_RATE
from speech.models import find

ROOT = Path(__file__).resolve().parents[2]
STARTER = ROOT / "content" / "wenling"
SEED = 20_26
COUNT = 200
RATES = (1.0, 0.75, 1.25)
"""Of normal speed: as most speak, as the old speak, as the hurried speak."""


class SpokenQuestion(msgspec.Struct, frozen=True):
    """``items``: any of them is the right answer (a question may stand in two items)."""

    text: str
    items: tuple[str, ...]
    voice: str
    rate: float
    wav: Path

    @property
    def item_id(self) -> str:
        return self.items[0]


def folder() -> Path:
    return home() / "cache" / "spoken-questions"


def questions(
    seed: int = SEED, n: int = COUNT, rates: Sequence[float] = RATES[:1], where: Path | None = None
) -> tuple[SpokenQuestion, ...]:
    """``n`` questions, each at every rate, the voices taking turns; the same for the same seed and content.

    The first ``n`` of a larger set are the smaller set. A recording that was not rendered yet has a ``wav`` that does
    not exist.
    """
    owners: dict[str, list[str]] = {}
    for entry in load(STARTER).items:
        for text in entry.item.questions:
            owners.setdefault(text, []).append(entry.item.id)
    texts = sorted(owners)
    random.Random(seed).shuffle(texts)
    where = where or folder()
    chosen = []
    for rate_number, rate in enumerate(rates):
        for number, text in enumerate(texts[:n]):
            voice = kokoro.VOICES[(number + rate_number) % len(kokoro.VOICES)]
            name = hashlib.sha256(f"{text}\n{voice}\n{rate:g}".encode()).hexdigest()[:16]
            chosen.append(SpokenQuestion(text, tuple(owners[text]), voice, rate, where / f"{name}.wav"))
    return tuple(chosen)


def render(wanted: Sequence[SpokenQuestion], seconds: float) -> int:
    """Render what is missing until the time is up; how many are still missing."""
    import soundfile

    missing = [question for question in wanted if not question.wav.exists()]
    if not missing:
        return 0
    until = time.monotonic() + seconds
    engine = kokoro.Kokoro(find("kokoro-82m", model_directories()), 1, home() / "cache" / "kokoro")
    missing[0].wav.parent.mkdir(parents=True, exist_ok=True)
    for number, question in enumerate(missing):
        if time.monotonic() > until:
            return len(missing) - number
        sound = engine.render(question.text, question.voice, question.rate).at(RECOGNISER_RATE)
        part = question.wav.with_suffix(f".{os.getpid()}.part")
        soundfile.write(part, np.clip(sound.samples, -1.0, 1.0), RECOGNISER_RATE, format="WAV", subtype="PCM_16")
        part.replace(question.wav)
    return 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--seconds", type=float, default=450.0)
    arguments = parser.parse_args()
    left = render(questions(n=arguments.count, rates=RATES), arguments.seconds)
    print(f"{left} recordings are still missing" if left else f"all recordings are in {folder()}")


if __name__ == "__main__":
    main()
