"""What a pack says and which of it has a clip: every fixed sentence, and how each sentence with a blank begins.

    python -m benchmarks.speech.inventory [--pack P] [--list]

Writes benchmarks/results/speaking-clips.md. Exit 1 when a fixed sentence has no clip. What begins live is heard after
the time of "free text" in benchmarks/results/speaking.md; that every act of the dialog is covered is a test,
tests/speech/test_acts_have_sound.py.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from bianmin import settings
from bianmin.clip_coverage import Coverage, Sounds, coverage
from content.pack import Pack

OUT = Path(__file__).resolve().parents[1] / "results" / "speaking-clips.md"


def report(found: Coverage, pack: Pack) -> str:
    begins = Counter(opening.sounds for opening in found.openings)
    live = [f"- {opening.sentence} ({opening.prompt})" for opening in found.openings if opening.sounds is Sounds.LIVE]
    return "\n".join(
        (
            "# Clips of a pack",
            "",
            f"Written by benchmarks/speech/inventory.py for {pack.meta.name} {pack.meta.version}, "
            f"voice {found.voice or 'none'}.",
            "",
            "| what is said | sentences | with a clip |",
            "|---|---|---|",
            f"| fixed: prompts | {found.prompts} | {found.prompt_clips} |",
            f"| fixed: all, with answers, scenarios and how others start | {found.sentences} | {found.clips} |",
            f"| with a blank, starting with a clip | {begins[Sounds.LEAD_IN]} | |",
            f"| beside a blank, with a clip | {begins[Sounds.CLIP]} | |",
            f"| starting live | {begins[Sounds.LIVE]} | |",
            "",
            "Starting live: the blank comes first (a name, a number, somebody's own word).",
            "",
            *live,
            "",
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", type=Path, help="without it the starter pack")
    parser.add_argument("--list", action="store_true", help="list every sentence without a clip")
    arguments = parser.parse_args()
    pack = Pack.open(arguments.pack or settings.starter_pack())
    found = coverage(pack)
    OUT.write_text(report(found, pack), encoding="utf-8")
    print(f"{found.clips} of {found.sentences} fixed sentences have a clip in {found.voice or 'no voice'}")
    for sentence in found.missing[: None if arguments.list else 10]:
        print(f"no clip: {sentence}")
    if len(found.missing) > 10 and not arguments.list:
        print(f"and {len(found.missing) - 10} more: --list names them")
    sys.exit(1 if found.missing else 0)


if __name__ == "__main__":
    main()
