"""Rendering the sentences of a content folder into clips: two processes, a cache, an end that can be foreseen.

The cache is ``cache/clips`` under the home folder. A clip's name is the SHA-256 of all that decides its sound (the
phonemes, the voice, the rate, the model's sum, the encoding), so a sentence is rendered again exactly when it would
sound different, an interrupted run goes on where it stopped, and a pack built twice is the same.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from bianmin.settings import Settings, home
from bianmin.voice import MODEL, kokoro_directory, open_synthesiser
from speech import clips, kokoro
from speech.kokoro_phonemes import phonemes
from speech.models import model_named
from speech.sentences import split_sentences
from speech.speaking import CLIP_RATE
from speech.spoken_text import speakable
from speech.synthesis import SynthesisError
from speech.synthesis_process import ProcessSynthesiser

WORKERS = 2
"""Processes at work, one thread each: two cores are well used, and the result does not depend on how many there are."""

_FORM = "mp3-24000-2"

Progress = Callable[[str, int, int], None]


class ClipStore:
    """The clips there are for one voice. ``folder`` is made when the first clip is kept."""

    def __init__(self, folder: Path, voice: str) -> None:
        self._folder = folder
        self.voice = voice
        self._model = next(file.sha256 for file in model_named(MODEL).files if file.name == kokoro.MODEL_FILE)

    def path(self, sentence: str) -> Path:
        decides = "\n".join((_FORM, self._model, self.voice, f"{CLIP_RATE:g}", phonemes(speakable(sentence))))
        name = hashlib.sha256(decides.encode()).hexdigest()
        return self._folder / self.voice / name[:2] / f"{name}.mp3"

    def read(self, sentence: str) -> bytes | None:
        """The clip, or None where it was not rendered; one that is damaged is removed, to be rendered again."""
        path = self.path(sentence)
        try:
            encoded = path.read_bytes()
            clips.decode(encoded)
        except FileNotFoundError:
            return None
        except clips.ClipError:
            path.unlink(missing_ok=True)
            return None
        return encoded

    def keep(self, sentence: str, encoded: bytes) -> None:
        """Written beside and moved into place: a clip is whole or not there."""
        path = self.path(sentence)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.part")
        part.write_bytes(encoded)
        part.replace(path)


def clip_voice(settings: Settings) -> str | None:
    """The voice clips are rendered in, or None: no Kokoro model is here, so there will be none."""
    directory = kokoro_directory()
    if directory is None:
        return None
    voices = kokoro.voices_in(directory)
    return settings.speech.voice if settings.speech.voice in voices else voices[0]


def store(settings: Settings) -> ClipStore | None:
    """The cache of this machine, or None without a Kokoro model."""
    voice = clip_voice(settings)
    return ClipStore(home() / "cache" / "clips", voice) if voice else None


def render(
    sentences: Sequence[str],
    into: ClipStore,
    open_worker: Callable[[], ProcessSynthesiser],
    progress: Progress = lambda step, done, total: None,
) -> Mapping[str, str]:
    """Render what ``into`` lacks. Returns sentence -> reason for those that could not be spoken.

    ``progress`` hears ("clips", done, total). An interruption keeps what was rendered.
    """
    missing = [sentence for sentence in dict.fromkeys(sentences) if into.read(sentence) is None]
    total = len(missing)
    failed: dict[str, str] = {}
    if not missing:
        return failed
    progress("clips", 0, total)
    lock = threading.Lock()
    waiting = iter(missing)
    done = 0

    def work() -> None:
        nonlocal done
        worker = open_worker()
        try:
            while True:
                with lock:
                    sentence = next(waiting, None)
                if sentence is None:
                    return
                try:
                    audio = worker.synthesise(sentence, rate=CLIP_RATE, voice=into.voice)
                    into.keep(sentence, clips.encode(audio))
                except SynthesisError as error:
                    failed[sentence] = str(error)
                with lock:
                    done += 1
                    progress("clips", done, total)
        finally:
            worker.close()

    workers = min(WORKERS, total)
    with ThreadPoolExecutor(workers) as pool:
        try:
            for future in [pool.submit(work) for _ in range(workers)]:
                future.result()
        except BaseException:
            with lock:
                waiting = iter(())  # the workers end after the sentence at hand
            raise
    return failed


class Sound(msgspec.Struct, frozen=True):
    """What ``content.build`` takes: the clips there are, their voice, and what the user should know."""

    clips: dict[str, bytes]
    voice: str
    notes: tuple[str, ...] = ()


def for_folder(directory: Path, scope: str, settings: Settings, progress: Progress) -> Sound:
    """Clips for a content folder. ``scope``: "all" its fixed sentences, "prompts" only, or "none".

    What a scope leaves out is left out even when the cache has it: the same input gives the same pack. Raises
    ``ContentError`` for a folder that cannot be read, ``SynthesisError`` when the voice does not work.
    """
    from content.model import Prompt
    from content.scenario import Scenario
    from content.source import load
    from content.spoken import spoken_sentences

    if scope == "none":
        return Sound({}, "")
    into = store(settings)
    if into is None:
        return Sound({}, "", (f"no clips were rendered: run `bianmin models fetch {MODEL}` and build again for sound "
                              "without delay",))  # fmt: skip
    source = load(directory)
    prompts = tuple(entry.record for entry in source.prompts if isinstance(entry.record, Prompt))
    items = tuple(entry.item for entry in source.items) if scope == "all" else ()
    scenarios = tuple(entry.record for entry in source.scenarios if isinstance(entry.record, Scenario))
    sentences = spoken_sentences(items, prompts, split_sentences, scenarios if scope == "all" else ())

    def open_worker() -> ProcessSynthesiser:
        return open_synthesiser(settings, spare=False, threads=1)

    failed = render(sentences, into, open_worker, progress)
    found = {sentence: encoded for sentence in sentences if (encoded := into.read(sentence)) is not None}
    notes = tuple(f"not rendered: {sentence} ({reason})" for sentence, reason in failed.items())
    return Sound(found, into.voice, notes)
