"""``bianmin hear``: recognise recordings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from bianmin import settings
from bianmin.cli.output import CommandError, Json, emit, failures

app = typer.Typer()

Engine = Annotated[str, typer.Option(help="auto, zipformer, vosk or whisper; default: as set.")]
Telephone = Annotated[bool, typer.Option("--telephone", help="Hear it as through an 8 kHz telephone line.")]


class HeardFile(msgspec.Struct, frozen=True, omit_defaults=True):
    """One recording's outcome; ``error`` instead of the others when it could not be read. ``pinyin``: by spaces."""

    file: str
    text: str | None = None
    pinyin: str | None = None
    seconds: float | None = None
    compute_seconds: float | None = None
    confidence: float | None = None
    nbest: tuple[str, ...] = ()
    engine: str | None = None
    error: str | None = None


@app.command("hear")
def hear_files(
    files: Annotated[list[Path], typer.Argument(help="Recordings: WAV, FLAC, OGG, MP3.", metavar="F.wav...")],
    engine: Engine = "",
    telephone: Telephone = False,
    as_json: Json = False,
) -> None:
    """Recognise recordings. --json: an object for one file, a list for several. A bad file does not stop the next."""
    from bianmin.hearing import open_hearing_recogniser
    from speech.audio import RECOGNISER_RATE, AudioError, read_audio
    from speech.evaluation import hear
    from speech.models import ModelError
    from speech.recognition import Recogniser, SpeechError
    from speech.telephone import over_telephone

    rows: list[HeardFile] = []
    with failures(SpeechError, ModelError):
        recogniser: Recogniser | None = None  # loaded for the first file that holds sound
        for path in files:
            try:
                audio = read_audio(path)
                recogniser = recogniser or open_hearing_recogniser(settings.load(), engine=engine)
                heard = hear(recogniser, over_telephone(audio) if telephone else audio.at(RECOGNISER_RATE))
            except (AudioError, SpeechError) as error:
                rows.append(HeardFile(str(path), error=str(error)))
                continue
            rows.append(
                HeardFile(
                    file=str(path),
                    text=heard.text,
                    pinyin=" ".join(heard.pinyin),
                    seconds=round(audio.seconds, 3),
                    compute_seconds=round(heard.compute_seconds, 3),
                    confidence=round(heard.confidence, 3),
                    nbest=heard.nbest,
                    engine=recogniser.name,
                )
            )
    errors = [row.error for row in rows if row.error]
    if len(files) > 1 or not errors:
        people = "\n".join(row.error or row.text or "(nothing was understood)" for row in rows)
        emit(rows if len(files) > 1 else rows[0], as_json, people)
    if errors:
        raise CommandError("; ".join(errors))
