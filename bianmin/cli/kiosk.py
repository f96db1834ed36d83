"""``bianmin kiosk``: the touch front end, in a window or as pictures of every screen."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from bianmin import settings
from bianmin.cli.output import CommandError, Json, emit, failures, progress_console

app = typer.Typer()

_SIZE = re.compile(r"^(\d{3,5})x(\d{3,5})$")


def parse_size(text: str) -> tuple[int, int]:
    """``1080x1920`` as (1080, 1920). Raises CommandError (wrong use)."""
    match = _SIZE.match(text)
    if match is None:
        raise CommandError(f"{text} is not a screen size; give it as WIDTHxHEIGHT, such as 1080x1920", code=2)
    return int(match[1]), int(match[2])


@app.command()
def kiosk(
    size: Annotated[str, typer.Option("--size", help="Width and height in pixels.")] = "",
    shots: Annotated[Path | None, typer.Option("--shots", help="Save one PNG per screen here instead.")] = None,
    as_json: Json = False,
) -> None:
    """The touch front end."""
    known = settings.load().kiosk
    width, height = parse_size(size or known.size)
    from kiosk import window
    from kiosk.fonts import FontError

    with failures(FontError):
        window.prepare(settings.home(), width, height, offscreen=shots is not None or not window.has_display())
        if shots is not None:
            _shoot(shots, (width, height), known.ppi, as_json)


def _shoot(folder: Path, size: tuple[int, int], ppi: float, as_json: bool) -> None:
    from rich.progress import Progress

    from kiosk import shots
    from kiosk.fonts import Fonts, extract
    from kiosk.samples import sample_views

    fonts = Fonts(extract(settings.home() / "cache" / "fonts"))
    with Progress(console=progress_console, transient=True) as progress:
        task = progress.add_task("screens", total=None)
        saved = shots.take(iter(sample_views()), folder, size, ppi, fonts, lambda name: progress.advance(task))
    emit({"shots": [str(path) for path in saved]}, as_json, f"{len(saved)} screens in {folder}")
