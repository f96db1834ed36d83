"""Which voice this machine has: Kokoro where its model is installed, else espeak-ng, in a process of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from bianmin.settings import Settings, home, model_directories
from speech import espeak, kokoro
from speech.clips import ClipsOf
from speech.models import ModelError, find
from speech.speaking import Speaker, SpeechFailed
from speech.synthesis import Synthesiser, SynthesisError
from speech.synthesis_fallback import WithLastResort
from speech.synthesis_process import ProcessEvent, ProcessSynthesiser

MODEL = "kokoro-82m"


class ClipSource(Protocol):
    """What of ``content.pack.Pack`` is used here."""

    def clip_bytes(self, sentence: str, voice: str) -> bytes | None: ...


def kokoro_directory() -> Path | None:
    """Where the Kokoro model is, or None."""
    try:
        return find(MODEL, model_directories())
    except ModelError:
        return None


def open_synthesiser(
    settings: Settings,
    *,
    spare: bool = True,
    threads: int = 2,
    niceness: int = 0,
    on_event: Callable[[ProcessEvent], None] = lambda event: None,
) -> ProcessSynthesiser:
    """The best voice there is; it loads in the background. ``spare``: keep a second process ready (a second of
    restart instead of several, for 400 MB). ``niceness``: how far its process stands behind this one. Raises
    ``SynthesisError`` when there is none at all.
    """
    directory = kokoro_directory()
    if directory is not None:
        voices = kokoro.voices_in(directory)
        wanted = settings.speech.voice
        if wanted and wanted not in voices:
            raise SynthesisError(f"settings.toml asks for the voice {wanted}; there are {', '.join(voices)}")
        ordered = (wanted, *(voice for voice in voices if voice != wanted)) if wanted else voices
        return ProcessSynthesiser(
            "speech.kokoro:open_renderer",
            (str(directory), str(threads), str(home() / "cache" / "kokoro")),
            voices=ordered,
            spare=spare,
            niceness=niceness,
            on_event=on_event,
        )
    if espeak.installed():
        return open_espeak(on_event)
    raise SynthesisError(
        f"this machine has no voice: run `bianmin models fetch {MODEL}`, or install the Debian package {espeak.PROGRAM}"
    )


def open_espeak(on_event: Callable[[ProcessEvent], None] = lambda event: None) -> ProcessSynthesiser:
    """The voice of last resort. Raises ``SynthesisError`` when it is not installed."""
    if not espeak.installed():
        raise SynthesisError(f"{espeak.PROGRAM} is not installed; run: apt-get install {espeak.PROGRAM}")
    return ProcessSynthesiser(
        "speech.espeak:open_renderer", voices=espeak.Espeak.voices, spare=False, on_event=on_event
    )


def open_speaker(
    settings: Settings,
    pack: ClipSource,
    *,
    on_event: Callable[[ProcessEvent], None] = lambda event: None,
    on_failure: Callable[[SpeechFailed], None] = lambda failure: None,
) -> Speaker:
    """The voice of a front end: the pack's clips, and live synthesis for the rest; ``close`` it at the end.

    Clips are used only when they are in the voice that speaks live. Raises ``SynthesisError`` when there is no voice.
    """
    best = open_synthesiser(settings, on_event=on_event)
    voice = best.voices[0]
    synthesiser: Synthesiser = best if voice == espeak.VOICE else WithLastResort(best, lambda: open_espeak(on_event))
    return Speaker(synthesiser, ClipsOf(lambda sentence: pack.clip_bytes(sentence, voice)), on_failure=on_failure)
