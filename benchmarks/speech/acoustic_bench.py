"""The closed loop: our voices ask the starter questions, the recogniser hears them, the search finds the item.

    python -m benchmarks.speech.acoustic_bench [--count 200] [--seconds 450] [--failures] [--fresh] [--quick]

Conditions: clean, noise 20, 15 and 10 dB below the speech (the places of the development data, in turn), and 8 kHz
G.711. Success is the right item, found through the recogniser's text, pinyin and other texts and the terminal's own
search in the starter pack. Questions come from ``benchmarks.speech.questions`` (render them first). Outcomes are kept
one by one in ``cache/acoustic-bench.jsonl`` under the home folder, so a run is gone on with; ``--fresh`` forgets them.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.speech.hearing import condition
from benchmarks.speech.questions import COUNT, RATES, SpokenQuestion, questions
from benchmarks.speech.report import ACOUSTIC, write
from bianmin.hearing import open_hearing_recogniser
from bianmin.settings import home, load, starter_pack
from content.pack import Pack
from content.search import Query, Searcher
from content.search.vocabulary import vocabulary
from speech.audio import RECOGNISER_RATE, read_audio
from speech.evaluation import Recording, compare, hear

CONDITIONS = ("clean", "telephone", "10 dB", "15 dB", "20 dB")
QUICK = 60


class Asked(msgspec.Struct, frozen=True):
    """One question heard. ``place``: of the right item among the results, from 1; 0: not there."""

    condition: str
    rate: float
    text: str
    heard: str
    outcome: str
    place: int
    found: str
    syllable_errors: int
    syllables: int
    seconds: float
    compute_seconds: float

    @property
    def right(self) -> bool:
        """Answered with the item, or asked back with it first: one word of the citizen away."""
        return self.place == 1 and self.outcome in ("answer", "clarify")


def outcomes_file() -> Path:
    return home() / "cache" / "acoustic-bench.jsonl"


def known() -> list[Asked]:
    if not outcomes_file().exists():
        return []
    return [msgspec.json.decode(line, type=Asked) for line in outcomes_file().read_bytes().splitlines()]


def work(count: int) -> Iterator[tuple[str, int, SpokenQuestion]]:
    """Everything to be heard: the normal rate in every condition first."""
    for rate in RATES:
        for name in CONDITIONS:
            for number, question in enumerate(questions(n=count, rates=RATES)):
                if question.rate == rate and question.wav.exists():
                    yield name, number, question


def run(count: int, seconds: float) -> int:
    """Hear what was not heard yet until the time is up; how many are left."""
    done = {(asked.condition, asked.rate, asked.text) for asked in known()}
    left = [one for one in work(count) if (one[0], one[2].rate, one[2].text) not in done]
    if not left:
        return 0
    pack = Pack.open(starter_pack())
    chosen = load()
    ears = open_hearing_recogniser(chosen, vocabulary(pack))
    searcher = Searcher(pack, accents=chosen.speech.accents)
    searcher.warm_up()
    changes = {name: condition(name) for name in CONDITIONS}
    until = time.monotonic() + seconds
    with outcomes_file().open("ab") as out:
        for place, (name, number, question) in enumerate(left):
            if time.monotonic() > until:
                return len(left) - place
            audio = changes[name](read_audio(question.wav).at(RECOGNISER_RATE), number)
            heard = hear(ears, audio)
            result = searcher.search(Query(heard.text, heard.pinyin, heard.nbest), 5)
            ids = [hit.id for hit in result.hits]
            compared = compare(Recording(question.wav, question.text), heard)
            asked = Asked(
                name,
                question.rate,
                question.text,
                heard.text,
                str(result.outcome),
                next((n for n, identifier in enumerate(ids, 1) if identifier in question.items), 0),
                ids[0] if ids else "",
                compared.syllable_errors,
                compared.syllables,
                heard.seconds,
                heard.compute_seconds,
            )
            out.write(msgspec.json.encode(asked) + b"\n")
            out.flush()
    return 0


def summary(asked: Sequence[Asked]) -> dict[str, dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    for name in CONDITIONS:
        for rate in (*RATES, 0.0):
            some = [one for one in asked if one.condition == name and rate in (one.rate, 0.0)]
            if not some or (not rate and len({one.rate for one in some}) == 1):
                continue
            rows[f"{name}, {rate:g}"] = {
                "condition": name,
                "rate": rate,
                "n": len(some),
                "right": sum(one.right for one in some) / len(some),
                "among": sum(0 < one.place <= 4 and one.outcome != "none" for one in some) / len(some),
                "ser": sum(one.syllable_errors for one in some) / sum(one.syllables for one in some),
                "load": os.getloadavg()[0],
            }
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--seconds", type=float, default=450.0)
    parser.add_argument("--failures", action="store_true", help="list what was not found, and stop")
    parser.add_argument("--fresh", action="store_true", help="forget what was heard")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} questions at the normal rate")
    arguments = parser.parse_args()
    if arguments.failures:
        for one in known():
            if not one.right:
                print(one.condition, f"{one.rate:g}", one.text, "=>", one.heard, one.outcome, one.place, one.found)
        return
    if arguments.fresh:
        outcomes_file().unlink(missing_ok=True)
    left = run(QUICK if arguments.quick else arguments.count, arguments.seconds)
    rows = summary(known())
    ACOUSTIC.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")
    write()
    for row in rows.values():
        print(
            f"{row['condition']:10} {row['rate']:4g} n {row['n']:4} right {row['right']:.3f} among {row['among']:.3f}"
        )
    if left:
        print(f"{left} are left: run it again")


if __name__ == "__main__":
    main()
