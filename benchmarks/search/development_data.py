"""Development data -> an importable base (JSON lines) and its queries (TSV), in a folder outside the repository.

    PYTHONPATH=. python benchmarks/search/development_data.py /tmp/sets
    bianmin content import /tmp/sets/aliases.jsonl -o /tmp/sets/aliases.pack
    bianmin eval retrieval --pack /tmp/sets/aliases.pack --queries /tmp/sets/aliases.tsv --json

Sets: ``aliases`` (colloquial name -> item name), ``misheard`` (queries for the same base with 15 % of the characters
replaced by others of the same or a merged sound), ``replies`` (title -> reply), ``passages`` (question -> passage).
The data is read from ``$BIANMIN_SHARED/data`` or ``../shared/data`` and stays there.
"""

from __future__ import annotations

import csv
import json
import os
import random
import sys
from collections.abc import Iterable
from pathlib import Path

from content.search.pinyin import Accents, syllables

MISHEARD = 0.15
SEED = 20261122

Row = tuple[str, str]


def data_folder() -> Path:
    named = os.environ.get("BIANMIN_SHARED")
    shared = Path(named) if named else Path(__file__).resolve().parents[2].parent / "shared"
    if not (shared / "data").is_dir():
        raise SystemExit(f"no development data under {shared}; set BIANMIN_SHARED")
    return shared / "data"


def write(folder: Path, name: str, entries: Iterable[dict[str, object]], queries: Iterable[Row]) -> None:
    lines = "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)
    if lines:
        (folder / f"{name}.jsonl").write_text(lines, "utf-8")
    rows = "".join(f"{_flat(query)}\t{wanted}\n" for query, wanted in queries)
    (folder / f"{name}.tsv").write_text("query\texpected\n" + rows, "utf-8")


def _flat(text: str) -> str:
    return " ".join(text.split())


def aliases(data: Path) -> tuple[list[dict[str, object]], list[Row]]:
    lines = (data / "guangdong-items" / "items.jsonl").read_text("utf-8").splitlines()
    names = sorted({json.loads(line)["name"] for line in lines})
    with (data / "guangdong-items" / "alias-dev.tsv").open(encoding="utf-8") as file:
        queries = [(row["query"], row["item_name"]) for row in csv.DictReader(file, delimiter="\t")]
    entries = [_entry(f"item-{number}", name, "") for number, name in enumerate(names)]
    return entries, queries


def misheard(queries: list[Row], rng: random.Random) -> list[Row]:
    """Each query with some characters replaced; the same query is misheard the same way in all its lines."""
    accents = Accents()
    pool: dict[str, list[str]] = {}
    for character in sorted({character for query, _ in queries for character in query}):
        for sound in syllables(character):
            pool.setdefault(accents.fold(sound), []).append(character)
    heard: dict[str, str] = {}
    for query, _ in queries:
        if query not in heard:
            sounds = (accents.fold((syllables(character) or [""])[0]) for character in query)
            heard[query] = "".join(
                rng.choice(pool.get(sound, [character])) if rng.random() < MISHEARD else character
                for character, sound in zip(query, sounds, strict=True)
            )
    return [(heard[query], wanted) for query, wanted in queries]


def replies(data: Path) -> tuple[list[dict[str, object]], list[Row]]:
    with (data / "citizen-messages" / "replies-dev.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    entries = [_entry(f"reply-{number}", f"reply-{number}", row["reply"]) for number, row in enumerate(rows)]
    return entries, [(row["title"], f"reply-{number}") for number, row in enumerate(rows)]


def passages(data: Path) -> tuple[list[dict[str, object]], list[Row]]:
    rows = [json.loads(line) for line in (data / "policy-passages" / "qa.jsonl").read_text("utf-8").splitlines()]
    numbers = {text: number for number, text in enumerate(dict.fromkeys(row["context"] for row in rows))}
    entries = [_entry(f"passage-{number}", f"passage-{number}", text) for text, number in numbers.items()]
    return entries, [(row["question"], f"passage-{numbers[row['context']]}") for row in rows]


def _entry(identifier: str, title: str, answer: str) -> dict[str, object]:
    return {"id": identifier, "title": title, "questions": [], "answer": answer}


def main(folder: Path) -> None:
    data = data_folder()
    folder.mkdir(parents=True, exist_ok=True)
    entries, queries = aliases(data)
    write(folder, "aliases", entries, queries)
    write(folder, "misheard", (), misheard(queries, random.Random(SEED)))
    write(folder, "replies", *replies(data))
    write(folder, "passages", *passages(data))
    print(f"{folder}: aliases, misheard (use the pack of aliases), replies, passages")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: development_data.py FOLDER")
    main(Path(sys.argv[1]))
