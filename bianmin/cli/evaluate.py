"""``bianmin eval``: measure search and speech."""

from __future__ import annotations

import typer

from bianmin.cli.evaluate_retrieval import evaluate_retrieval
from bianmin.cli.evaluate_speech import evaluate_speech

app = typer.Typer(no_args_is_help=True)


@app.callback()
def measure() -> None:
    """Measure search and speech."""


app.command("speech")(evaluate_speech)
app.command("retrieval")(evaluate_retrieval)
