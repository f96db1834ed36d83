"""From which certainty on a suggested department is worth showing; writes benchmarks/results/kiosk-dispatch.md.

    python -m benchmarks.kiosk.dispatching

A department suggested on the confirming screen goes along with the request; below ``TRIAGE_BELOW`` none is suggested,
and a person sorts it. Two sets, neither of Wenling's citizens:

- *written*: requests in plain words written for this measurement (dispatch-written.tsv) with the department the starter
  content's classification gives them to; its key words were not looked up while writing.
- *citizens*: messages of another city's citizens with one of seven subjects (development data); a suggestion counts as
  right when its code lies below that subject, so it is an upper bound.

Coverage: the share of requests for which something is suggested; precision: the share of those that is right.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bianmin import settings
from bianmin.dispatching import by_words
from content.pack import Pack
from dialog.requests import TRIAGE_BELOW

ROOT = Path(__file__).resolve().parents[2]
WRITTEN = Path(__file__).with_name("dispatch-written.tsv")
RESULT = ROOT / "benchmarks" / "results" / "kiosk-dispatch.md"
THRESHOLDS = (0.0, 0.1, 0.2, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7, 0.8)
SUBJECTS = {
    "城乡建设": ("01",),
    "交通运输": ("02",),
    "环境保护": ("03",),
    "劳动和社会保障": ("04",),
    "教育文体": ("05",),
    "商贸旅游": ("07", "0506"),
    "卫生计生": ("06",),
}
"""Subject of the development data -> codes of the classification it covers."""

REASON = """\
## What follows

Sorting by a person takes minutes, a wrong department days; so a suggestion must be right far more often than not where
it is shown. On the requests written for this .45 would do. On what citizens really wrote no certainty does, because
their letters tell much beside the matter and their seven subjects cut across this classification (lifts, the housing
fund, title deeds): it stays at .6, where little is suggested and mostly rightly. A city's own trained model is the
remedy, not a lower threshold: on held-out messages of the same citizens it is right in .93 of all (search.md)."""


class Suggested(msgspec.Struct, frozen=True):
    """``confidence`` 0: nothing was suggested."""

    right: bool
    confidence: float


def written(pack: Pack) -> list[Suggested]:
    dispatcher = by_words(pack)
    found = []
    for line in WRITTEN.read_text(encoding="utf-8").splitlines()[1:]:
        departments, text = line.split("\t")
        best = next(iter(dispatcher.suggest(text)), None)
        right = best is not None and best.department in departments.split("|")
        found.append(Suggested(right, best.confidence if best is not None else 0.0))
    return found


def citizens(pack: Pack, messages: Path) -> list[Suggested]:
    dispatcher = by_words(pack)
    found = []
    for line in messages.read_text(encoding="utf-8").splitlines()[1:]:
        subject, text = line.split("\t", 1)
        best = next(iter(dispatcher.suggest(text)), None)
        right = best is not None and best.code.startswith(SUBJECTS[subject])
        found.append(Suggested(right, best.confidence if best is not None else 0.0))
    return found


def curve(suggested: Sequence[Suggested]) -> list[tuple[float, float, float]]:
    """(threshold, coverage, precision)."""
    rows = []
    for threshold in THRESHOLDS:
        shown = [one for one in suggested if one.confidence >= max(threshold, 1e-9)]
        right = sum(one.right for one in shown) / len(shown) if shown else float("nan")
        rows.append((threshold, len(shown) / len(suggested), right))
    return rows


def table(title: str, suggested: Sequence[Suggested]) -> list[str]:
    lines = ["", f"## {title} ({len(suggested)})", "", "| from | coverage | precision |", "|---|---|---|"]
    for threshold, coverage, precision in curve(suggested):
        mark = " (in use)" if threshold == TRIAGE_BELOW else ""
        lines.append(f"| {threshold:g}{mark} | {coverage:.2f} | {precision:.2f} |")
    return lines


def main() -> None:
    pack = Pack.open(settings.starter_pack())
    lines = [
        "# From which certainty on a department is suggested",
        "",
        "Made by `python -m benchmarks.kiosk.dispatching`: the suggestion by the words of the starter content's",
        "classification (no model); what the two sets are, and what counts as right, stands in the script.",
    ]
    lines += table("Requests written for this", written(pack))
    messages = Path(os.environ.get("BIANMIN_SHARED", ROOT.parent / "shared")) / "data/citizen-messages/train.tsv"
    if messages.exists():
        lines += table("Messages of another city's citizens, by subject", citizens(pack, messages))
    else:
        lines += ["", f"The development data is not here ({messages})."]
    lines += ["", *REASON.splitlines()]
    RESULT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
