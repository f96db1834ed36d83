"""Wiring of hearing: settings, installed models and the pack's words become a recogniser that cannot hang.

A front end that lives long takes ``start_recognition`` (recognition in a watched process of its own); a command that
recognises a file and ends takes ``open_hearing_recogniser`` (in its own process).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bianmin.settings import Settings, model_directories

if TYPE_CHECKING:
    from content.pack import Pack
    from speech.recognition import Recogniser
    from speech.supervision import Supervisor

PATIENCE = {"zipformer": 3.0, "vosk": 5.0, "whisper": 20.0}
"""Seconds without an answer after which a recogniser is taken for hung: several times its slowest honest answer."""


def _load(
    engine: str,
    directories: tuple[Path, ...],
    words: tuple[str, ...],
    accents: tuple[str, ...],
    folder: Path | None,
) -> Recogniser:
    """In the child process."""
    from speech.engines import open_recogniser
    from speech.lexicon import Lexicon

    return open_recogniser(engine, directories, Lexicon(words, accents=accents), model=folder)


def _load_for(
    engine: str,
    directories: tuple[Path, ...],
    pack: Path,
    accents: tuple[str, ...],
    folder: Path | None,
) -> Recogniser:
    """In the child process, which reads the pack's words itself: the parent need not have opened the pack."""
    from content.pack import Pack

    return _load(engine, directories, expected_words(Pack.open(pack)), accents, folder)


def expected_words(pack: Pack) -> tuple[str, ...]:
    """What is said to a front end with this pack: the pack's words, and those that steer and that ask for services."""
    from content.search.vocabulary import vocabulary
    from dialog import commands, intents

    return tuple(dict.fromkeys((*vocabulary(pack), *commands.expected(), *intents.expected())))


def _choice(settings: Settings, engine: str) -> tuple[str, Path | None]:
    from speech.engines import choose

    wanted = engine or settings.speech.engine
    if wanted == "vosk" and settings.speech.vosk_model:
        return "vosk", Path(settings.speech.vosk_model)
    return choose(wanted, model_directories()), None


def open_hearing_recogniser(settings: Settings, words: Iterable[str] = (), engine: str = "") -> Recogniser:
    """A recogniser in this process. ``engine`` overrides the settings; ``words``: those of the pack.

    Raises ``SpeechError`` or ``ModelError``: one clear sentence.
    """
    name, folder = _choice(settings, engine)
    return _load(name, model_directories(), tuple(words), settings.speech.accents, folder)


def start_recognition(
    settings: Settings,
    words: Iterable[str] = (),
    engine: str = "",
    spare: bool = True,
    on_restart: Callable[[], None] = lambda: None,
    pack: Path | None = None,
) -> Supervisor:
    """A recogniser in a watched process, loading in the background; close it when the front end ends.

    ``pack``: the child takes its words from this pack instead of ``words``. ``spare``: keep a second one loaded, to
    take over at once. ``on_restart`` is told when one was replaced. Raises ``SpeechError`` or ``ModelError`` when no
    model is installed; what goes wrong later comes out of ``Hearing`` as an event.
    """
    from speech.engines import ENGINES
    from speech.models import find
    from speech.supervision import Supervisor

    name, folder = _choice(settings, engine)
    if folder is None:
        find(ENGINES[name], model_directories())
    load = (
        partial(_load, name, model_directories(), tuple(words), settings.speech.accents, folder)
        if pack is None
        else partial(_load_for, name, model_directories(), pack, settings.speech.accents, folder)
    )
    return Supervisor(load, patience=PATIENCE[name], spare=spare, on_restart=on_restart)
