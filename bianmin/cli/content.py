"""``bianmin content``: check, build, inspect and compare packs."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from bianmin import settings
from bianmin.cli.output import CommandError, Json, console, emit, failures, progress_console


class ClipScope(StrEnum):
    """The prompts are some ninety sentences; every answer, with its lead, ten times that: for packs to be published."""

    ALL = "all"
    PROMPTS = "prompts"
    NONE = "none"


app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Check, build, import, compare packs.")

SHOWN = 50
"""Lines of a list shown to people; ``--json`` has all."""

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="A content folder such as content/wenling.")]
PackFile = Annotated[Path | None, typer.Argument(metavar="[P]", help="A pack; default: the starter pack.")]


@app.command()
def check(
    directory: Folder,
    today: Annotated[str, typer.Option(help="The day validity is judged on, as 2026-01-31; default: today.")] = "",
    as_json: Json = False,
) -> None:
    """The strict editor: every finding with file and line; exit 1 when one of them is an error."""
    from content.check import check as run_check
    from content.findings import ContentError, errors

    try:
        day = dt.date.fromisoformat(today) if today else dt.date.today()
    except ValueError as error:
        raise CommandError(f"--today must look like 2026-01-31, not {today}", code=2) from error
    if not directory.is_dir():
        raise CommandError(f"{directory} is not a folder; name a content folder such as content/wenling", code=2)
    with failures(ContentError):
        findings = run_check(directory, day)
    wrong = len(errors(findings))
    if as_json:
        emit({"errors": wrong, "warnings": len(findings) - wrong, "findings": findings}, True)
    else:
        # Every sample item is unreviewed; a line for each would hide the rest.
        told = [finding for finding in findings if finding.rule != "unreviewed"]
        for finding in told:
            console.print(str(finding), markup=False, soft_wrap=True)
        if len(told) < len(findings):
            console.print(f"另有{len(findings) - len(told)}个事项还没有审核日期，只能作为样例使用", soft_wrap=True)
        console.print(f"{wrong}个错误，{len(findings) - wrong}个提醒" if findings else "没有发现问题")
    if wrong:
        raise typer.Exit(1)


@app.command()
def build(
    directory: Folder,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="P", help="Where the pack goes.")],
    clips: Annotated[
        ClipScope, typer.Option(help="What is rendered into sound now; the rest is spoken live on the terminal.")
    ] = ClipScope.PROMPTS,
    as_json: Json = False,
) -> None:
    """Compile a content folder into a pack; the old pack stays until the new one is complete."""
    from bianmin.cli.progress import steps
    from bianmin.clips import for_folder
    from content.build import build as run_build
    from content.findings import ContentError
    from content.search.embed_cache import FileEmbedCache
    from content.search.sources import index_source
    from speech.sentences import split_sentences
    from speech.synthesis import SynthesisError

    with failures(ContentError, SynthesisError, OSError), steps(progress_console) as progress:
        cache = FileEmbedCache(settings.home() / "cache" / "embeddings.db")
        sound = for_folder(directory, clips, settings.load(), progress)
        meta = run_build(
            directory,
            out,
            clips=sound.clips,
            voice=sound.voice,
            split=split_sentences,
            index=partial(index_source, cache=cache),
            progress=progress,
        )
    for note in sound.notes:
        progress_console.print(note, soft_wrap=True)
    emit(meta, as_json, f"{out}: {meta.id} {meta.version}, {meta.counts.get('item', 0)} items")


@app.command()
def info(pack: PackFile = None, as_json: Json = False) -> None:
    """What is in a pack."""
    from content.pack import Pack, PackError

    with failures(PackError):
        opened = Pack.open(pack or settings.starter_pack())
    meta = opened.meta
    lines = [
        f"{meta.name or meta.id} {meta.version}",
        f"valid as of {meta.date}, {'sample content' if meta.sample else 'reviewed'}, schema {meta.schema}",
        ", ".join(f"{count} {kind}" for kind, count in meta.counts.items()),
        *(f"  {module.value}: {len(items)} items" for module, items in opened.by_module().items()),
    ]
    emit(meta, as_json, "\n".join(lines))


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(metavar="P", help="The old pack.")],
    new: Annotated[Path, typer.Argument(metavar="Q", help="The new pack.")],
    as_json: Json = False,
) -> None:
    """What is new, changed (in which fields) and withdrawn from P to Q."""
    from content.comparing import compare
    from content.pack import Pack, PackError

    with failures(PackError):
        difference = compare(Pack.open(old), Pack.open(new))
    lines = [f"{difference.old} -> {difference.new}"]
    for word, changes in (
        ("new", difference.added),
        ("changed", difference.changed),
        ("withdrawn", difference.withdrawn),
    ):
        lines.append(f"{word}: {len(changes)}")
        for change in changes[:SHOWN]:
            fields = f" ({', '.join(change.fields)})" if change.fields else ""
            lines.append(f"  {change.kind} {change.id} {change.title}{fields}")
        if len(changes) > SHOWN:
            lines.append(f"  ... and {len(changes) - SHOWN} more; --json lists all")
    emit(difference, as_json, "\n".join(lines))


@app.command()
def handbook(
    pack: PackFile = None,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="F.pdf", help="Where the book goes.")] = Path(
        "handbook.pdf"
    ),
    as_json: Json = False,
) -> None:
    """Typeset 《便民服务百事通》 as a large-print PDF with contents and index."""
    from content.handbook import HandbookError
    from content.handbook import handbook as run_handbook
    from content.pack import Pack, PackError

    with failures(PackError, HandbookError), progress_console.status("typesetting"):
        opened = Pack.open(pack or settings.starter_pack())
        run_handbook(opened, out)
    size = out.stat().st_size
    emit(
        {"file": str(out), "items": len(opened.items()), "bytes": size}, as_json, f"{out}: {len(opened.items())} items"
    )


@app.command("import")
def import_(
    source: Annotated[Path, typer.Argument(metavar="F.jsonl", help="One entry a line.")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="P", help="Where the pack goes.")],
    name: Annotated[str, typer.Option(help="The pack's name; default: the file's.")] = "",
    date: Annotated[str, typer.Option(help="The day the base is valid as of; default: the file's date.")] = "",
    as_json: Json = False,
) -> None:
    """Make a pack of an existing question base; bad lines are named and left out, a broken-off import resumes."""
    from bianmin.cli.progress import steps
    from content.import_base import import_base
    from content.importing import BadLine, ImportFileError
    from content.model import PackInfo
    from content.search import build_index
    from content.search.embed_cache import FileEmbedCache
    from content.source import slug

    if not source.is_file():
        raise CommandError(f"{source} is not a file; name a file of JSON lines", code=2)
    try:
        day = dt.date.fromisoformat(date) if date else dt.date.fromtimestamp(source.stat().st_mtime)
    except ValueError as error:
        raise CommandError(f"--date must look like 2026-01-31, not {date}", code=2) from error
    shown = 0

    def on_bad(line: BadLine) -> None:
        nonlocal shown
        shown += 1
        if shown <= SHOWN:
            progress_console.print(f"{source}:{line.number}: skipped, {line.reason}", markup=False, soft_wrap=True)

    info = PackInfo(id=slug(source.stem), name=name or source.stem, version=day.isoformat(), date=day)
    with failures(ImportFileError, OSError), steps(progress_console) as progress:
        cache = FileEmbedCache(settings.home() / "cache" / "embeddings.db")
        report = import_base(
            source,
            out,
            info,
            lambda documents, update: build_index(documents, embed_cache=cache, progress=update),
            on_bad=on_bad,
            progress=progress,
        )
    if shown > SHOWN:
        progress_console.print(f"... and {shown - SHOWN} more bad lines")
    text = f"{out}: {report.imported} entries, {report.questions} questions, {report.skipped} lines skipped"
    emit(report, as_json, text)
