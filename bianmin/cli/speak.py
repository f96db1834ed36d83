"""``bianmin speak``: a text into a WAV file, with the voice the terminal would use."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from bianmin.cli.output import CommandError, Json, emit, failures, progress_console

app = typer.Typer(rich_markup_mode=None)

LONGEST = 5_000
"""Characters: about half an hour of speech; more is a mistake."""


class Spoken(msgspec.Struct, frozen=True):
    """``seconds`` of sound, ``compute_seconds`` it took after loading, ``first_sound`` until the first of it."""

    file: str
    voice: str
    rate: float
    seconds: float
    compute_seconds: float
    first_sound: float
    sentences: int


@app.command()
def speak(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What to say.")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="F.wav", help="Where the sound goes (WAV).")],
    voice: Annotated[str, typer.Option(help="A voice; default: the terminal's.")] = "",
    rate: Annotated[float | None, typer.Option(help="0.5 to 2; 1 is normal speed; default: the terminal's.")] = None,
    as_json: Json = False,
) -> None:
    """Speak a text into a file."""
    import numpy as np
    import soundfile

    from bianmin import settings
    from bianmin.voice import open_synthesiser
    from speech.sentences import split_sentences
    from speech.speaking import Speaker, SpeechFailed
    from speech.synthesis import FASTEST, SLOWEST, SynthesisError

    loaded = settings.load()
    wanted_rate = loaded.speech.rate if rate is None else rate
    sentences = split_sentences(text)
    if not sentences:
        raise CommandError("there is no text to speak", code=2)
    if len(text) > LONGEST:
        raise CommandError(
            f"the text has {len(text)} characters, at most {LONGEST} are spoken at once; cut it into parts", code=2
        )
    if not SLOWEST <= wanted_rate <= FASTEST:
        raise CommandError(f"--rate must be {SLOWEST:g} to {FASTEST:g}, not {wanted_rate:g}", code=2)
    if out.is_dir():
        raise CommandError(f"{out} is a folder; name a file to write, such as {out / 'speech.wav'}", code=2)
    if not out.parent.is_dir():
        raise CommandError(f"the folder {out.parent} does not exist; make it, or write elsewhere", code=2)
    failed: list[SpeechFailed] = []
    with failures(SynthesisError, OSError):
        synthesiser = open_synthesiser(loaded, spare=False)
        try:
            if voice and voice not in synthesiser.voices:
                raise CommandError(
                    f"there is no voice named {voice}; there are {', '.join(synthesiser.voices)}", code=2
                )
            with progress_console.status("loading the voice"):
                synthesiser.wait_ready(180.0)
            speaker = Speaker(synthesiser, voice=voice or None, on_failure=failed.append)
            began = time.perf_counter()
            pieces = []
            with progress_console.status("speaking") as status:
                first = 0.0
                for piece in speaker.utter(text, wanted_rate):
                    first = first or time.perf_counter() - began
                    pieces.append(piece)
                    status.update(f"speaking: {sum(part.seconds for part in pieces):.0f} s of sound")
            took = time.perf_counter() - began
        finally:
            synthesiser.close()
        if failed:
            raise CommandError(failed[0].reason)
        samples = np.concatenate([piece.samples for piece in pieces])
        with out.open("wb") as file:
            soundfile.write(file, samples, pieces[0].rate, format="WAV", subtype="PCM_16")
    spoken = Spoken(
        file=str(out),
        voice=voice or synthesiser.voices[0],
        rate=wanted_rate,
        seconds=round(len(samples) / pieces[0].rate, 3),
        compute_seconds=round(took, 3),
        first_sound=round(first, 3),
        sentences=len(sentences),
    )
    emit(
        spoken, as_json, f"{out}: {spoken.seconds:.1f} s, voice {spoken.voice}, made in {spoken.compute_seconds:.1f} s"
    )
