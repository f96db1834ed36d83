"""``bianmin ask``: one question to a pack, typed or recorded, and the answer in list form."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bianmin import settings
from bianmin.cli.output import CommandError, Json, console, emit, failures, progress_console

if TYPE_CHECKING:
    from content.model import ImportedItem, Item
    from content.pack import Pack
    from content.search import SearchResult
    from speech.recognition import Hypothesis

app = typer.Typer(rich_markup_mode=None)

_NONE = {
    "": "这个问题我这里没有现成的答案。可以换个说法再问，或者到窗口问工作人员。",
    "expired": "找到了这件事，但内容已经过了有效期，不能照着办。请到窗口问工作人员。",
}


@app.command()
def ask(
    text: Annotated[str | None, typer.Argument(metavar="[TEXT]", help="The question.")] = None,
    wav: Annotated[Path | None, typer.Option("--wav", metavar="F", help="A recording of the question.")] = None,
    pack: Annotated[Path | None, typer.Option(metavar="P", help="A pack; default: the starter pack.")] = None,
    count: Annotated[int, typer.Option("-n", min=1, max=20, help="How many results to list.")] = 5,
    of: Annotated[
        str, typer.Option("--of", metavar="NAME", help="Let the running program answer: kiosk, or ivr-0 (a worker).")
    ] = "",
    wait: Annotated[float, typer.Option(min=1, help="With --of: seconds for it to come up and answer.")] = 60.0,
    context: Annotated[str, typer.Option(metavar="ID", help="The item just answered, for follow-up questions.")] = "",
    as_json: Json = False,
) -> None:
    """Ask a question in text or from a recording."""
    if of:
        _ask_running(of, text, wav, wait, as_json)
        return
    if (text is None) == (wav is None):
        raise CommandError("give either a question or --wav F, not both", code=2)
    from content.pack import Pack, PackError
    from content.search import IndexDamagedError, Query, Searcher

    with failures(PackError, IndexDamagedError):
        started = time.perf_counter()
        opened = Pack.open(pack or settings.starter_pack())
        searcher = Searcher(opened, accents=settings.load().speech.accents)
        searcher.warm_up()
        loaded = (time.perf_counter() - started) * 1000
        heard = None
        if wav is not None:
            heard = _hear(wav, opened)
            query = Query(heard.text, heard.pinyin, heard.nbest, context)
        else:
            query = Query(text or "", context=context)
        result = searcher.search(query, count)
        answer = _answer(opened, result)
    document = {
        "outcome": result.outcome,
        "heard": heard
        and {
            "text": heard.text,
            "pinyin": " ".join(heard.pinyin),
            "confidence": round(heard.confidence, 3),
            "seconds": round(heard.seconds, 3),
            "compute_seconds": round(heard.compute_seconds, 3),
        },
        "results": result.hits,
        "answer": answer,
        "reason": result.reason,
        "ms": {"load": round(loaded, 1), **result.ms},
    }
    if as_json:
        emit(document, True)
        return
    if heard is not None:
        progress_console.print(f"听到：{heard.text or '（没听清）'}", markup=False)
    _show(opened, result)


def _ask_running(name: str, text: str | None, wav: Path | None, wait: float, as_json: bool) -> None:
    """The text is for a program that does not listen, having no microphone."""
    from bianmin.self_test import Question, SelfTestError, ask, place

    if text is None and wav is None:
        raise CommandError("give a question, --wav F, or both", code=2)
    with failures(SelfTestError):
        recording = str(wav.resolve()) if wav is not None else ""
        told = ask(place(settings.home(), name), Question(text or "", recording), wait)
    heard = "" if told.heard is None else f"听到：{told.heard.text or '（没听清）'}\n"
    document = {"outcome": told.outcome, "listens": told.listens, "heard": told.heard, "results": told.hits}
    emit(document, as_json, heard + "\n".join([told.outcome, *(f"  {hit.title}" for hit in told.hits)]))


def _hear(path: Path, pack: Pack) -> Hypothesis:
    from bianmin.hearing import open_hearing_recogniser
    from content.search.vocabulary import vocabulary
    from speech.audio import RECOGNISER_RATE, AudioError, read_audio
    from speech.evaluation import hear
    from speech.models import ModelError
    from speech.recognition import SpeechError

    with failures(AudioError, SpeechError, ModelError):
        recogniser = open_hearing_recogniser(settings.load(), vocabulary(pack))
        return hear(recogniser, read_audio(path).at(RECOGNISER_RATE))


def _answer(pack: Pack, result: SearchResult) -> dict[str, Any] | None:
    """The first hit in full, with what it rests on: version, date, legal basis."""
    from content.model import Item

    found = pack.find(result.hits[0].id) if result.outcome == "answer" else None
    if found is None:
        return None
    stamp = {"version": pack.meta.version, "as_of": pack.meta.date}
    if not isinstance(found, Item):
        return {"id": found.id, "title": found.title, "answer": found.answer, **stamp}
    return {
        "id": found.id,
        "title": found.title,
        "spoken": found.spoken,
        "audience": found.audience,
        "materials": found.materials,
        "places": pack.place_names(found),
        "time_limit": found.time_limit,
        "fee": found.fee,
        "steps": found.steps,
        "notes": found.notes,
        "basis": found.basis,
        "valid_from": found.valid_from,
        "valid_until": found.valid_until,
        "reviewed": found.reviewed,
        "sample": found.sample,
        **stamp,
    }


def _show(pack: Pack, result: SearchResult) -> None:
    if result.outcome == "none":
        console.print(_NONE[result.reason], markup=False)
    elif result.outcome == "clarify":
        console.print("您问的是哪一件？", markup=False)
        for number, hit in enumerate(result.choices, 1):
            console.print(f"  {number}. {hit.title}", markup=False)
    else:
        found = pack.find(result.hits[0].id)
        if found is not None:
            _show_item(pack, found)


def _show_item(pack: Pack, found: Item | ImportedItem) -> None:
    from content.model import Item

    console.print(found.title, style="bold", markup=False)
    if not isinstance(found, Item):
        console.print(found.answer, markup=False)
        return
    console.print(found.spoken, markup=False)
    _show_list("材料", [_material(m.name, m.copies, m.note) for m in found.materials])
    _show_list("地点", list(pack.place_names(found)))
    _show_list("时限", [found.time_limit.promised])
    _show_list("费用", [found.fee])
    _show_list("步骤", list(found.steps), numbered=True)
    _show_list("注意", list(found.notes))
    _show_list("依据", [f"《{basis.title}》{basis.number}{basis.article}" for basis in found.basis])
    sample = "样例内容，待本市审核。" if found.sample and found.reviewed is None else ""
    console.print(f"{sample}内容版本 {pack.meta.version}，截至 {pack.meta.date}", style="dim", markup=False)


def _material(name: str, copies: str, note: str) -> str:
    inside = "，".join(part for part in (copies, note) if part)
    return f"{name}（{inside}）" if inside else name


def _show_list(heading: str, lines: list[str], numbered: bool = False) -> None:
    lines = [line for line in lines if line]
    if not lines:
        return
    console.print(heading, style="bold", markup=False)
    for number, line in enumerate(lines, 1):
        console.print(f"  {number}. {line}" if numbered else f"  · {line}", markup=False)
