"""Wiring of hearing: settings, installed models and the pack's words become a recogniser."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from bianmin.settings import Settings, model_directories

if TYPE_CHECKING:
    from speech.recognition import Recogniser


def open_hearing_recogniser(settings: Settings, words: Iterable[str] = (), engine: str = "") -> Recogniser:
    """The recogniser a front end hears with. ``engine`` overrides the settings; ``words``: those of the pack.

    Raises ``SpeechError`` or ``ModelError``: one clear sentence.
    """
    from speech.engines import open_recogniser
    from speech.lexicon import Lexicon

    wanted = engine or settings.speech.engine
    folder = Path(settings.speech.vosk_model) if wanted == "vosk" and settings.speech.vosk_model else None
    return open_recogniser(wanted, model_directories(), Lexicon(words), model=folder)
