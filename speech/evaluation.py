"""Measuring recognition: a manifest of recordings with transcripts, syllable errors and character errors.

Syllable errors compare toneless pinyin (the transcript's by pypinyin), character errors compare characters after
punctuation and spaces are dropped; both are Levenshtein distance over reference length, summed over the set.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from speech.audio import RECOGNISER_RATE, Audio, read_audio
from speech.pinyin import of_text, toneless
from speech.recognition import Hypothesis, Recogniser, SpeechError
from speech.spoken_numbers import said

FEED_SECONDS = 0.1
Condition = Callable[[Audio], Audio]
"""What is done to the sound before it is heard: noise, telephone, nothing."""


class Recording(msgspec.Struct, frozen=True):
    """A line of a manifest. ``source``: the group it is counted in besides the total, or empty."""

    path: Path
    transcript: str
    source: str = ""


class Outcome(msgspec.Struct, frozen=True):
    """What became of one recording; errors and lengths in syllables and characters."""

    recording: Recording
    hypothesis: Hypothesis
    syllable_errors: int
    syllables: int
    character_errors: int
    characters: int


class Score(msgspec.Struct, frozen=True):
    """``ser``, ``cer``: errors a reference unit, 0..; ``rtf``: processor seconds a second of sound."""

    n: int
    ser: float
    cer: float
    rtf: float


def read_manifest(path: Path) -> tuple[Recording, ...]:
    """A table with a header, by tabs; columns ``file`` (or ``path``) and ``transcript``. Raises ``SpeechError``."""
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    except FileNotFoundError:
        raise SpeechError(f"{path} does not exist") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SpeechError(f"{path} is not a table in UTF-8") from error
    if not rows or "transcript" not in rows[0] or not {"file", "path"} & rows[0].keys():
        raise SpeechError(f"{path} needs a header line with the columns file and transcript, separated by tabs")
    recordings = []
    for number, row in enumerate(rows, start=2):
        name, transcript = row.get("file") or row.get("path"), row.get("transcript")
        if not name or transcript is None:
            raise SpeechError(f"{path} line {number} has no file or no transcript")
        recordings.append(Recording(path.parent / name, transcript, row.get("source") or ""))
    return tuple(recordings)


def characters(text: str) -> str:
    """What counts of a text: characters as they are said, no punctuation, lower case."""
    return "".join(character for character in said(text).lower() if character.isalnum())


def hear(recogniser: Recogniser, audio: Audio) -> Hypothesis:
    """Recognise a whole recording as a stream of short blocks."""
    stream = recogniser.stream()
    for block in audio.at(RECOGNISER_RATE).blocks(FEED_SECONDS):
        stream.feed(block)
    return stream.finish()


def compare(recording: Recording, hypothesis: Hypothesis) -> Outcome:
    from rapidfuzz.distance import Levenshtein

    reference = characters(recording.transcript)
    expected = [toneless(syllable) for syllable in of_text(reference)]
    heard = [toneless(syllable) for syllable in hypothesis.pinyin]
    return Outcome(
        recording,
        hypothesis,
        Levenshtein.distance(expected, heard),
        len(expected),
        Levenshtein.distance(reference, characters(hypothesis.spoken)),
        len(reference),
    )


def evaluate(recogniser: Recogniser, recordings: Sequence[Recording], condition: Condition) -> Iterator[Outcome]:
    """One outcome a recording, in order. Raises ``AudioError`` at the first that cannot be read."""
    for recording in recordings:
        audio = condition(read_audio(recording.path).at(RECOGNISER_RATE))
        yield compare(recording, hear(recogniser, audio))


def score(outcomes: Sequence[Outcome]) -> Score:
    seconds = sum(outcome.hypothesis.seconds for outcome in outcomes)
    return Score(
        n=len(outcomes),
        ser=sum(o.syllable_errors for o in outcomes) / max(1, sum(o.syllables for o in outcomes)),
        cer=sum(o.character_errors for o in outcomes) / max(1, sum(o.characters for o in outcomes)),
        rtf=sum(o.hypothesis.compute_seconds for o in outcomes) / seconds if seconds else 0.0,
    )
