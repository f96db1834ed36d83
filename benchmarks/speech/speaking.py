"""How well and how fast the terminal speaks.

    python -m benchmarks.speech.speaking [--quick] [--seconds 450] [PART ...]

Parts: speed, voices, rates, latency, restart, english, clips. With --quick: first sound, restarts, rates and English,
in a few minutes. Each part measures one table and keeps its numbers in benchmarks/results/speaking.json; the report
beside it is written from there, so that parts can be measured one at a time. Needs the Kokoro model (for voices and
rates the zipformer recogniser, for English whisper too) in the model folders. Speech is judged by recognising it:
syllable errors without tones, of which the recogniser itself makes 6 to 8 in a hundred on clean human speech.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.speech import spoken_quality, spoken_times
from benchmarks.speech.spoken_material import SENTENCES, Row
from speech.sentences import split_sentences

NUMBERS = Path(__file__).resolve().parents[1] / "results" / "speaking.json"
REPORT = NUMBERS.with_suffix(".md")
NOTES = Path(__file__).with_name("speaking-tried.md")
"""What was tried and where the limit lies: written by hand, put at the end of the report."""

PARTS: dict[str, Callable[[], list[Row]]] = {
    "speed": spoken_times.speed,
    "rates": spoken_quality.rates,
    "latency": spoken_times.latency,
    "restart": spoken_times.restart,
    "english": spoken_quality.english,
    "clips": spoken_times.clip_forms,
}
"""All but the voices, which go on from what is known."""

QUICK = ["latency", "restart", "rates", "english"]

HEADINGS = {
    "speed": "What live text costs: processor seconds on one thread, by characters",
    "voices": "Voices at rate 0.9, ten sentences",
    "rates": "Rates, default voice, five sentences: spoken live, and from a clip; both stretched",
    "latency": "From the act to the first sound, seconds",
    "restart": "A process killed or stopped: seconds lost by the sentence under way",
    "english": "English prompts, understood by whisper-base",
    "clips": "Forms of a clip",
}


def report(numbers: dict[str, Any]) -> str:
    lines = [
        "# Speaking",
        "",
        "Written by benchmarks/speech/speaking.py from speaking.json beside it. Load is the machine's load average",
        "when the part began; its two cores are one physical core, so other work lengthens processor seconds too.",
        "The numbers so far are of a machine that many shared and its host held back: compare rows only.",
    ]
    for part in HEADINGS:
        if part not in numbers:
            continue
        rows: list[Row] = numbers[part]["rows"]
        lines += [
            "",
            f"## {HEADINGS[part]}",
            "",
            f"Load {numbers[part]['load']:.1f}, {numbers[part]['cores']} cores.",
            "",
        ]
        lines += ["| " + " | ".join(name.replace("_", " ") for name in rows[0]) + " |", "|" + "---|" * len(rows[0])]
        lines += ["| " + " | ".join(shown(name, value) for name, value in row.items()) + " |" for row in rows]
    missing = [HEADINGS[part] for part in HEADINGS if part not in numbers]
    if missing:
        lines += ["", "## Not measured yet", "", *(f"- {heading}" for heading in missing)]
    return "\n".join([*lines, "", NOTES.read_text(encoding="utf-8")])


def shown(name: str, value: Any) -> str:
    if isinstance(value, float):
        return f"{100 * value:.1f} %" if name in {"syllable_errors", "live", "clip", "words_wrong"} else f"{value:.2f}"
    return str(value)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", help="what to measure; default: everything")
    parser.add_argument("--quick", action="store_true", help=" ".join(QUICK))
    parser.add_argument("--seconds", type=float, default=float("inf"), help="begin no part or voice after this time")
    arguments = parser.parse_args()
    if not set(arguments.parts) <= HEADINGS.keys():
        parser.error(f"the parts are {', '.join(HEADINGS)}")
    until = time.monotonic() + arguments.seconds
    assert split_sentences("".join(SENTENCES)) == tuple(SENTENCES)
    numbers: dict[str, Any] = json.loads(NUMBERS.read_text()) if NUMBERS.exists() else {}
    known = numbers.get("voices", {}).get("rows", [])
    parts: dict[str, Callable[[], list[Row]]] = {**PARTS, "voices": partial(spoken_quality.voices, known, until)}
    for part in arguments.parts or (QUICK if arguments.quick else list(HEADINGS)):
        if time.monotonic() > until:
            break
        load = os.getloadavg()[0]
        numbers[part] = {"load": load, "cores": os.cpu_count(), "rows": parts[part]()}
        NUMBERS.parent.mkdir(parents=True, exist_ok=True)
        NUMBERS.write_text(json.dumps(numbers, indent=1, ensure_ascii=False) + "\n")
        REPORT.write_text(report(numbers))


if __name__ == "__main__":
    main()
