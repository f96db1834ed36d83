"""``bianmin tour``: the main job without a display, from a spoken question to the printed slip."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Annotated

import typer

from bianmin import settings
from bianmin.cli.output import Json, emit, failures, progress_console

app = typer.Typer()


@app.command("tour")
def tour(
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Where everything is left.")] = None,
    size: Annotated[str, typer.Option("--size", help="Width and height in pixels.")] = "1080x1920",
    engine: Annotated[str, typer.Option("--engine", help="auto, zipformer, whisper or vosk.")] = "",
    as_json: Json = False,
) -> None:
    """Drive the real kiosk through the main job and leave pictures, sound, slips and timings behind.

    Exit 0 when the tour went to its end, whatever it saw: a failed recognition is in the table as one.
    """
    from bianmin.pack_in_use import pack_in_use
    from bianmin.tour.drive import Tour
    from bianmin.tour.printer import TourPrinter
    from bianmin.tour.questions import speak_questions
    from bianmin.tour.report import Report
    from bianmin.tour.scenes import SCENES, UNPLUGGED
    from bianmin.voice import open_synthesiser
    from content.pack import Pack, PackError
    from kiosk.driver import Driver, DriverError
    from speech.engines import choose
    from speech.models import ModelError
    from speech.recognition import SpeechError
    from speech.synthesis import SynthesisError

    chosen = settings.load()
    folder = out or settings.home() / "tour"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with failures(PackError, SpeechError, ModelError, SynthesisError, DriverError):
        recogniser = choose(engine or chosen.speech.engine, settings.model_directories())
        pack = Pack.open(pack_in_use(chosen))
        say = progress_console.print
        say(f"[bold]便民终端导览 tour[/]  {recogniser}, {pack.meta.version} → {folder}")
        report = Report(folder)
        with TourPrinter(folder) as printer:
            config = folder / "settings.json"
            config.write_bytes(_settings(chosen, printer.address, recogniser))
            environment = {"BIANMIN_SETTINGS": str(config)}
            try:
                questions = speak_questions((*SCENES, UNPLUGGED), open_synthesiser(chosen, spare=False), report)
                say(f" 1. ✓ {report.steps[0].saw}")
                with Driver.start(size, environment={**os.environ, **environment}) as kiosk:
                    ready = report.step("启动 start", f"终端就绪，{size}")
                    say(f" 2. ✓ {ready.saw} ({ready.seconds:.1f} s)")
                    titles = {item.id: item.title for item in pack.items()}
                    visit = Tour(kiosk, printer, report, questions, titles, say)
                    visit.attract()
                    for scene in SCENES:
                        visit.scene(scene)
                    visit.unplugged(UNPLUGGED)
            finally:
                config.unlink(missing_ok=True)
                facts = {"engine": recogniser, "pack": pack.meta.version, "screen": size}
                report.save(facts)
    say(report.table(facts), markup=False, soft_wrap=True)
    result = {
        "folder": str(folder),
        "steps": len(report.steps),
        "not_seen": [step.name for step in report.steps if not step.ok],
        "questions": len(SCENES) + 1,
        "answered": visit.answered,
        "latency": report.latencies,
    }
    emit(result, as_json, f"{visit.answered} of {len(SCENES) + 1} spoken questions answered rightly; see {folder}")


def _settings(chosen: settings.Settings, printer: str, engine: str) -> bytes:
    """The settings of the kiosk on tour: as installed, with the tour's printer and short waits."""
    import msgspec
    from msgspec.structs import replace

    toured = replace(
        chosen,
        speech=replace(chosen.speech, engine=engine),
        printer=replace(chosen.printer, device=printer),
        kiosk=replace(chosen.kiosk, terminal="tour"),
    )
    return msgspec.json.encode(toured)
