"""benchmarks/results/speech.md and its plot, written from the numbers that ``hearing`` and ``acoustic_bench`` keep."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

REPORT = Path(__file__).resolve().parents[1] / "results" / "speech.md"
NUMBERS = REPORT.with_suffix(".json")
ACOUSTIC = REPORT.with_name("speech-acoustic.json")
NOTES = Path(__file__).with_name("tried.md")
"""What was tried and where the limit lies: written by hand, put at the end of the report."""

Row = dict[str, Any]


def percent(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.1f} %"


def number(value: float | None, digits: int = 2) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    return ["| " + " | ".join(head) + " |", "|" + "---|" * len(head), *("| " + " | ".join(row) + " |" for row in rows)]


def report(numbers: dict[str, Row], acoustic: dict[str, Row], notes: str) -> str:
    found = {tuple(name.split(", ")): row for name, row in numbers.items() if ", " in name and "ser" in row}
    lines = [
        "# Hearing",
        "",
        "Written by `python -m benchmarks.speech.hearing` and `python -m benchmarks.speech.acoustic_bench` from",
        "speech.json and speech-acoustic.json beside it. SER: syllable errors without tones; CER: character errors;",
        "RTF: processor seconds for a second of sound on one thread; final: clock seconds from the last sound to the",
        "final text. Load: of the machine when the part ended (2 virtual cores, shared); RTF and times grow with it.",
        "",
        "## Engines side by side, human clips",
        "",
        *table(
            [
                "engine",
                "condition",
                "n",
                "SER",
                "its halves",
                "CER",
                "CER read",
                "RTF",
                "final p50/p95 s",
                "MB",
                "load",
            ],
            [
                [
                    engine,
                    name,
                    str(row["n"]),
                    percent(row["ser"]),
                    " / ".join(percent(half) for half in row["ser_halves"]),
                    percent(row["cer"]),
                    percent(row["read_cer"]),
                    number(row["rtf"], 3),
                    f"{number(row['final_p50'])} / {number(row['final_p95'])}" if row["final_p95"] is not None else "",
                    f"{row['peak_mb']:.0f}",
                    number(row["load"], 1),
                ]
                for (engine, name), row in found.items()
            ],
        ),
        *[f"\n{name}: {row['skipped']}" for name, row in numbers.items() if "skipped" in row],
    ]
    lines += _confusion(found)
    lines += _rest(numbers)
    lines += _acoustic(acoustic)
    if (REPORT.with_name("speech.png")).exists():
        lines += ["", "![Syllable errors by condition](speech.png)"]
    return "\n".join([*lines, "", notes]).rstrip() + "\n"


def _confusion(found: dict[tuple[str, ...], Row]) -> list[str]:
    rows = {key: row for key, row in found.items() if key[0] == "zipformer"}
    if not rows:
        return []
    groups = list(dict.fromkeys(group for row in rows.values() for group in row["groups"]))
    conditions = [key[1] for key in rows]
    cells = [
        [group, *(percent(rows["zipformer", name]["groups"].get(group)) for name in conditions)] for group in groups
    ]
    clean = rows.get(("zipformer", "clean"), next(iter(rows.values())))
    most = "; ".join(f"{said} heard as {heard} ({count})" for said, heard, count in clean["confused"][:12])
    return ["", "## Syllable errors by accent and noise (zipformer)", "", *table(["", *conditions], cells), "",
            f"Most often, in quiet: {most}."]  # fmt: skip


def _rest(numbers: dict[str, Row]) -> list[str]:
    lines: list[str] = []
    if "rows" in numbers.get("false starts", {}):
        rows = numbers["false starts"]["rows"]
        alone = [row for row in rows if not row["people"]]
        still = sum(not row["turns"] for row in alone)
        lines += [
            "",
            "## Turns opened by noise",
            "",
            f"{len(alone)} clips of noise and tones, {sum(row['seconds'] for row in alone):.0f} s: {still} opened no"
            f" turn ({percent(still / len(alone))}). In the other {len(rows) - len(alone)} people talk in a car, far"
            " from the microphone: a turn each may open, for they are voices; what counts is whether words came of it.",
            "",
            *table(
                ["clip", "seconds", "turns", "with words"],
                [
                    [row["clip"], f"{row['seconds']:.1f}", str(row["turns"]), str(row["with_words"])]
                    for row in rows
                    if row["turns"] or row["people"]
                ],
            ),
        ]
    if "streams" in numbers.get("streams", {}):
        row = numbers["streams"]
        held = row["streams"] / row["share_of_a_core"]
        lines += [
            "",
            "## Streams at once",
            "",
            f"{row['streams']} streams of {row['seconds_each']:.1f} s on one model in one thread took"
            f" {row['share_of_a_core']:.2f} of a core: {held:.0f} are held by one. The slowest tenth of a second of"
            f" sound of all took {row['slowest_round']:.2f} s. Memory {row['memory_mb']:.0f} MB;"
            f" load {row['load']:.1f}.",
        ]
    if "rows" in numbers.get("restarts", {}):
        rows = numbers["restarts"]["rows"]
        lines += [
            "",
            "## A recogniser killed in mid-utterance",
            "",
            "Clock seconds from the kill to the final text of the same utterance (a 3.7 s clip, heard again from its"
            f" start by the spare process); load {numbers['restarts']['load']:.1f}.",
            "",
            *table(
                ["signal", "understood after", "undisturbed"],
                [[row["signal"], number(row["understood_after"]), number(row["plain"])] for row in rows],
            ),
        ]
    return lines


def _acoustic(acoustic: dict[str, Row]) -> list[str]:
    if not acoustic:
        return []
    return [
        "",
        "## Our voices ask the starter questions",
        "",
        "Success: the right item is answered, or stands first; among four: it is among the choices. Eight voices take",
        "turns; the searcher is the terminal's.",
        "",
        *table(
            ["condition", "rate", "n", "right item", "among four", "SER", "load"],
            [
                [
                    row["condition"],
                    f"{row['rate']:g}" if row["rate"] else "all",
                    str(row["n"]),
                    percent(row["right"]),
                    percent(row["among"]),
                    percent(row["ser"]),
                    number(row["load"], 1),
                ]
                for row in acoustic.values()
            ],
        ),
    ]


def plot(numbers: dict[str, Row], target: Path) -> None:
    """Bars of SER by condition, one colour an engine. Needs matplotlib (the ``bench`` extra); left out without it."""
    try:
        import matplotlib

        matplotlib.use("Agg")
        from matplotlib import pyplot
    except ImportError:
        return
    found = {tuple(name.split(", ")): row["ser"] for name, row in numbers.items() if "ser" in row}
    if not found:
        return
    engines = list(dict.fromkeys(key[0] for key in found))
    conditions = list(dict.fromkeys(key[1] for key in found))
    figure, axes = pyplot.subplots(figsize=(8, 4))
    for place, engine in enumerate(engines):
        here = [(n, 100 * found[engine, name]) for n, name in enumerate(conditions) if (engine, name) in found]
        width = 0.8 / len(engines)
        axes.bar([n + place * width for n, _ in here], [value for _, value in here], width, label=engine)
    axes.set_xticks([n + 0.4 - 0.4 / len(engines) for n in range(len(conditions))], conditions)
    axes.set_ylabel("syllable errors, %")
    axes.legend()
    figure.tight_layout()
    figure.savefig(target, dpi=100)
    pyplot.close(figure)


def read(path: Path) -> dict[str, Row]:
    numbers: dict[str, Row] = json.loads(path.read_text()) if path.exists() else {}
    return numbers


def write() -> None:
    """The report and the plot from what was measured so far."""
    numbers = read(NUMBERS)
    plot(numbers, REPORT.with_name("speech.png"))
    notes = NOTES.read_text(encoding="utf-8") if NOTES.exists() else ""
    REPORT.write_text(report(numbers, read(ACOUSTIC), notes), encoding="utf-8")
