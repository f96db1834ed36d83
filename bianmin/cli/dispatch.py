"""``bianmin dispatch``: learn from labelled messages where a message belongs, measure it, ask it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bianmin.cli.output import Json, emit, failures, progress_console

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Which department a message belongs to.")

Messages = Annotated[Path, typer.Argument(metavar="T.tsv", help="A header, then label<TAB>text.")]
Model = Annotated[Path, typer.Argument(metavar="M", help="A model made by dispatch train.")]


@app.command("train")
def learn_model(
    messages: Messages,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="M", help="Where the model goes.")],
    as_json: Json = False,
) -> None:
    """Learn from labelled messages."""
    from bianmin.cli.progress import steps
    from content.dispatch import DispatchError, read_examples, train

    with failures(DispatchError, OSError), steps(progress_console) as progress:
        examples = read_examples(messages)
        model = train(examples, progress)
        model.save(out)
    found = {"n": len(examples), "labels": model.labels}
    emit(found, as_json, f"{out}: {len(model.labels)} labels from {len(examples)} messages")


@app.command("test")
def measure_model(model: Model, messages: Messages, as_json: Json = False) -> None:
    """Measure a model on labelled messages it was not trained on."""
    import msgspec

    from content.dispatch import DispatchError, DispatchModel, read_examples, score

    with failures(DispatchError):
        measured = score(DispatchModel.load(model), read_examples(messages))
    emit(measured, as_json, "\n".join(f"{name:14}{value}" for name, value in msgspec.to_builtins(measured).items()))


@app.command("suggest")
def suggest_label(
    model: Model,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="A citizen's message.")],
    as_json: Json = False,
) -> None:
    """Where one message belongs; to triage when that is not sure."""
    from content.dispatch import DispatchError, DispatchModel

    with failures(DispatchError):
        suggestion = DispatchModel.load(model).suggest(text)
    lines = [f"→ {suggestion.label or 'triage'}", *(f"  {c.confidence:.2f}  {c.label}" for c in suggestion.choices)]
    found = {"label": suggestion.label or None, "triage": suggestion.triage, "choices": suggestion.choices}
    emit(found, as_json, "\n".join(lines))
