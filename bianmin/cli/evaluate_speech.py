"""``bianmin eval speech``: syllable errors, character errors and speed over a manifest of recordings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.progress import track

from bianmin import settings
from bianmin.cli.output import CommandError, Json, emit, failures, progress_console

Noise = Annotated[Path | None, typer.Option(help="Add this noise; needs --snr.", metavar="F.wav")]


def evaluate_speech(
    manifest: Annotated[Path, typer.Argument(help="Columns file and transcript.", metavar="MANIFEST.tsv")],
    engine: Annotated[str, typer.Option(help="auto, zipformer, vosk or whisper; default: as set.")] = "",
    telephone: Annotated[bool, typer.Option("--telephone", help="Through an 8 kHz telephone line.")] = False,
    noise: Noise = None,
    snr: Annotated[float | None, typer.Option(help="Noise this many dB below the speech.", metavar="DB")] = None,
    room: Annotated[Path | None, typer.Option(help="A room's impulse response.", metavar="F.wav")] = None,
    as_json: Json = False,
) -> None:
    """Syllable errors (toneless), character errors and real-time factor of a recogniser."""
    from bianmin.hearing import open_hearing_recogniser
    from speech.audio import Audio, AudioError, read_audio
    from speech.evaluation import evaluate, read_manifest, score
    from speech.models import ModelError
    from speech.recognition import SpeechError
    from speech.telephone import in_room, over_telephone, with_noise

    if (noise is None) != (snr is None):
        raise CommandError("--noise and --snr go together", 2)
    with failures(SpeechError, ModelError, AudioError):
        recordings = read_manifest(manifest)
        noise_audio = read_audio(noise) if noise else None
        response = read_audio(room) if room else None

        def condition(audio: Audio) -> Audio:
            if response is not None:
                audio = in_room(audio, response)
            if noise_audio is not None and snr is not None:
                audio = with_noise(audio, noise_audio, snr)
            return over_telephone(audio) if telephone else audio

        recogniser = open_hearing_recogniser(settings.load(), engine=engine)
        outcomes = list(
            track(
                evaluate(recogniser, recordings, condition),
                description="listening",
                total=len(recordings),
                console=progress_console,
                transient=True,
            )
        )
        result = score(outcomes)
    people = f"{result.n} recordings: syllable errors {result.ser:.1%}, character errors {result.cer:.1%}"
    emit(msgspec.structs.asdict(result), as_json, f"{people}, real-time factor {result.rtf:.3f}")
