"""``bianmin models``: what recognition and speech need, what is there, and fetching the rest."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer
from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn

from bianmin.cli.output import CommandError, Json, console, emit, failures, progress_console
from bianmin.settings import home, model_directories

app = typer.Typer(no_args_is_help=True, help="List and fetch models.")


class ModelRow(msgspec.Struct, frozen=True):
    """A line of ``models list``. ``state``: installed, damaged or missing; ``needed``: by this terminal."""

    name: str
    state: str
    directory: str
    damaged: tuple[str, ...]
    purpose: str
    licence: str
    bytes: int
    needed: bool
    source: str


@app.command("list")
def list_models(as_json: Json = False) -> None:
    """Every model: installed, damaged (each byte is checked) or missing, and where it comes from."""
    from speech.models import PageSource, catalogue, terminal_set, verify

    directories = model_directories()
    needs = terminal_set(directories)
    rows = []
    for model in catalogue().values():
        found = verify(model.name, directories)
        pages = "; ".join(source.text for source in model.sources if isinstance(source, PageSource))
        rows.append(
            ModelRow(
                name=model.name,
                state=found.state,
                directory=found.directory,
                damaged=found.damaged,
                purpose=model.purpose,
                licence=model.licence,
                bytes=model.size,
                needed=needs.get(model.name, "optional") != "optional",
                source="package index" if model.fetchable else pages,
            )
        )
    if as_json:
        emit({"models": rows}, True)
        return
    for row in rows:
        size = f"{row.bytes / 1e6:.0f} MB" if row.bytes else ""
        console.print(f"{row.name:22} {row.state:10} {size:>7}  {row.purpose}", soft_wrap=True)
        detail = row.directory or f"from: {row.source}"
        console.print(f"{'':22} {detail}", style="dim", soft_wrap=True)


@app.command("fetch")
def fetch_models(
    names: Annotated[list[str] | None, typer.Argument(help="Models; default: all that a terminal needs.")] = None,
    as_json: Json = False,
) -> None:
    """Fetch models from the package indexes and verify them. What is whole already is left alone."""
    from speech.model_fetch import Step, fetch
    from speech.models import ModelError, State, model_named, terminal_set, verify

    directories = model_directories()
    store = home() / "models"
    with failures(ModelError):
        models = [
            model_named(name)
            for name in names or [n for n, need in terminal_set(directories).items() if need != "optional"]
        ]
    rows: list[dict[str, str]] = []
    failed: list[str] = []
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=progress_console, transient=True) as bar:
        task = bar.add_task("checking")

        def report(step: Step) -> None:
            bar.update(task, description=f"{step.model}: {step.what}", completed=step.done, total=step.total or None)

        for model in models:
            bar.update(task, description=f"{model.name}: checking", completed=0, total=None)
            found = verify(model.name, directories)
            if found.state is State.INSTALLED:
                rows.append({"name": model.name, "state": "installed", "directory": found.directory})
                continue
            try:
                folder = fetch(model, store, report)
            except ModelError as error:
                failed.append(f"{model.name}: {error}")
                rows.append({"name": model.name, "state": "failed", "error": str(error)})
            except OSError as error:
                failed.append(
                    f"{model.name}: {error.strerror} ({error.filename}); free some space or mend the folder's rights"
                )
                rows.append({"name": model.name, "state": "failed", "error": str(error.strerror)})
            else:
                rows.append({"name": model.name, "state": "fetched", "directory": str(folder)})
    emit(
        {"models": rows},
        as_json,
        "\n".join(f"{row['name']:22} {row['state']:10} {row.get('directory', '')}" for row in rows),
    )
    if failed:
        raise CommandError("; ".join(failed))
