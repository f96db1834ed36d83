"""``bianmin eval retrieval``: how often the expected item is found, what was decided, and how fast."""

from __future__ import annotations

import csv
import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from bianmin import settings
from bianmin.cli.output import CommandError, Json, emit, failures, progress_console

NOTHING = "-"
"""In the expected column: nothing in the pack answers this."""

_RANKED = 20
"""Results looked at for the mean reciprocal rank."""


class Retrieval(msgspec.Struct, frozen=True):
    """``top1``, ``top5``, ``mrr`` over the queries that expect something; ``answer``, ``clarify``, ``none``: shares of
    all queries; times in milliseconds."""

    n: int
    top1: float
    top5: float
    mrr: float
    answer: float
    clarify: float
    none: float
    ms_p50: float
    ms_p95: float


def evaluate_retrieval(
    queries: Annotated[Path, typer.Option(metavar="Q.tsv", help="Header, then query<TAB>expected id or title.")],
    pack: Annotated[Path | None, typer.Option(metavar="P", help="A pack; default: the starter pack.")] = None,
    as_json: Json = False,
) -> None:
    """How often the expected item is found, and what was decided."""
    from bianmin.cli.progress import steps
    from content.pack import Pack, PackError
    from content.search import IndexDamagedError, Query, Searcher

    expected = read_queries(queries)
    ranks: list[int] = []
    outcomes: list[str] = []
    times: list[float] = []
    with failures(PackError, IndexDamagedError), steps(progress_console) as progress:
        searcher = Searcher(Pack.open(pack or settings.starter_pack()), accents=settings.load().speech.accents)
        searcher.warm_up()
        for number, (text, wanted) in enumerate(expected.items()):
            result = searcher.search(Query(text), _RANKED)
            outcomes.append(result.outcome)
            times.append(result.ms.get("total", 0.0))
            if wanted != {NOTHING}:
                ranks.append(_rank([(hit.id, hit.title) for hit in result.hits], wanted))
            progress("queries", number + 1, len(expected))
    measured = measure(ranks, outcomes, times)
    emit(measured, as_json, "\n".join(f"{name:8}{value}" for name, value in msgspec.to_builtins(measured).items()))


def read_queries(path: Path) -> dict[str, set[str]]:
    """Query -> what is expected, in the file's order; several lines with one query: any of them."""
    try:
        rows = list(csv.reader(path.read_text("utf-8-sig").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read as UTF-8 text with tabs ({error})") from error
    found: dict[str, set[str]] = {}
    for number, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) < 2 or not row[0].strip() or not row[1].strip():
            raise CommandError(
                f"{path} line {number}: write the query, a tab, and the expected id or title (- for none)"
            )
        found.setdefault(row[0].strip(), set()).add(row[1].strip())
    if not found:
        raise CommandError(f"{path} has no queries: a header line, then query<TAB>expected id or title")
    return found


def measure(ranks: Sequence[int], outcomes: Sequence[str], times: Sequence[float]) -> Retrieval:
    """``ranks``: of the expected item in each query's results, from 1; 0: not among them."""

    def share(hits: Iterable[bool], of: int) -> float:
        return round(sum(hits) / of, 4) if of else 0.0

    ordered = sorted(times)
    return Retrieval(
        n=len(outcomes),
        top1=share((rank == 1 for rank in ranks), len(ranks)),
        top5=share((0 < rank <= 5 for rank in ranks), len(ranks)),
        mrr=round(statistics.fmean(1 / rank if rank else 0.0 for rank in ranks), 4) if ranks else 0.0,
        answer=share((outcome == "answer" for outcome in outcomes), len(outcomes)),
        clarify=share((outcome == "clarify" for outcome in outcomes), len(outcomes)),
        none=share((outcome == "none" for outcome in outcomes), len(outcomes)),
        ms_p50=round(ordered[len(ordered) // 2], 2) if ordered else 0.0,
        ms_p95=round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))], 2) if ordered else 0.0,
    )


def _rank(found: Sequence[tuple[str, str]], wanted: set[str]) -> int:
    return next((place for place, names in enumerate(found, 1) if wanted & set(names)), 0)
