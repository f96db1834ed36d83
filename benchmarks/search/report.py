"""Tables and plot from benchmarks/results/search.json: the part of search.md between its two marks is written anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parents[1] / "results"
DATA = RESULTS / "search.json"
PAGE = RESULTS / "search.md"
PLOT = RESULTS / "search.png"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"

TITLES = {
    "aliases": "aliases: colloquial name to item name",
    "misheard": "the same misheard",
    "replies": "replies: title to reply",
    "passages": "passages: question to passage",
    "large": "172,000 questions: paraphrase to question",
}
PANELS = {"top1": "share right first", "top5": "share among five", "ms_p95": "p95 of a query, ms"}
COLOURS = {"bianmin": "#1f6f54", "fts5": "#8c8c8c", "tantivy": "#c98a3a", "xapian": "#6a7fb5"}


def read() -> dict[str, Any]:
    """What was measured so far."""
    found: dict[str, Any] = json.loads(DATA.read_text("utf-8")) if DATA.exists() else {}
    return found


def write(found: dict[str, Any]) -> None:
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{tables(found)}\n{END}{after}", "utf-8")
    plot(found)


def tables(found: dict[str, Any]) -> str:
    lines = [f"Measured {found.get('measured', '?')} on {found.get('cores', '?')} cores.", ""]
    lines += [
        "| set | engine | top-1 | top-5 | p50 ms | p95 ms | p95 of processor time, ms | memory MB | build s |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, title in TITLES.items():
        for engine, row in found.get(name, {}).items():
            numbers = [f"{row['top1']:.3f}", f"{row['top5']:.3f}"]
            numbers += [f"{row[key]:.1f}" if key in row else "" for key in ("ms_p50", "ms_p95", "cpu_ms_p95")]
            numbers += [f"{row['memory_mb']}", f"{row['build_seconds']:.0f}"]
            lines.append(f"| {title} ({row['n']}) | {engine} | {' | '.join(numbers)} |")
    for part in ("scope", "dispatch"):
        if part in found:
            lines += ["", f"| {part} | |", "|---|---|"]
            lines += [f"| {name.replace('_', ' ')} | {value:.4g} |" for name, value in found[part].items()]
    return "\n".join(lines)


def plot(found: dict[str, Any]) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    sets = [name for name in TITLES if name in found]
    engines = [engine for engine in COLOURS if any(engine in found[name] for name in sets)]
    if not sets:
        return
    figure, panels = pyplot.subplots(1, 3, figsize=(15, 4.6), layout="constrained")
    for panel, (key, label) in zip(panels, PANELS.items(), strict=True):
        width = 0.8 / len(engines)
        for number, engine in enumerate(engines):
            heights = [found[name].get(engine, {}).get(key, 0) for name in sets]
            places = [at + (number - (len(engines) - 1) / 2) * width for at in range(len(sets))]
            bars = panel.bar(places, heights, width, color=COLOURS[engine], label=engine)
            form = "{:.0f}" if key == "ms_p95" else "{:.2f}"
            panel.bar_label(bars, [form.format(height) for height in heights], fontsize=6, padding=1)
        panel.set_xticks(range(len(sets)), sets)
        panel.set_title(label)
        panel.spines[["top", "right"]].set_visible(False)
        if key == "ms_p95":
            panel.set_yscale("log")
            panel.axhline(25, color="#b03030", linewidth=1, linestyle="--")
        else:
            panel.set_ylim(0, 1.05)
    panels[0].legend(frameon=False, ncols=len(engines), loc="upper center", bbox_to_anchor=(0.5, -0.08), fontsize=8)
    figure.savefig(PLOT, dpi=130)
    pyplot.close(figure)
