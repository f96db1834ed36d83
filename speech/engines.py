"""Choosing and loading a recogniser: ``auto`` takes the best engine whose model is installed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from speech.lexicon import Lexicon
from speech.models import ModelError, State, find, look
from speech.recognition import Recogniser, SpeechError

ENGINES = {"zipformer": "zipformer-pinyin-zh", "vosk": "vosk-cn", "whisper": "whisper-base"}
"""engine -> model, the best for a terminal first (accuracy, then time to the final text)."""


def choose(engine: str, directories: Sequence[Path]) -> str:
    """The engine that ``engine`` (or ``auto``) stands for here. Raises ``SpeechError`` or ``ModelError``."""
    if engine == "auto":
        for name, model in ENGINES.items():
            if look(model, directories).state is State.INSTALLED:
                return name
        raise ModelError("no recogniser is installed; run `bianmin models fetch`")
    if engine not in ENGINES:
        raise SpeechError(f"no recogniser is called {engine}; there are auto, {', '.join(ENGINES)}")
    return engine


def open_recogniser(
    engine: str, directories: Sequence[Path], lexicon: Lexicon, *, model: Path | None = None, threads: int = 1
) -> Recogniser:
    """Load a recogniser. ``model`` overrides the folder. Raises ``SpeechError`` or ``ModelError``."""
    name = choose(engine, directories)
    folder = model or find(ENGINES[name], directories)
    if name == "zipformer":
        from speech.zipformer import Zipformer

        return Zipformer(folder, lexicon, threads)
    if name == "whisper":
        from speech.whisper import Whisper

        return Whisper(folder, lexicon, threads)
    from speech.vosk_engine import Vosk

    return Vosk(folder, lexicon)
