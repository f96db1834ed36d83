"""Kokoro-82M in Mandarin: phonemes and a voice go through the ONNX model, 24 kHz sound comes out, stretch by stretch.

Model: hexgrad/Kokoro-82M v1.0 (Apache-2.0), 8-bit export of kokoro-onnx (MIT), used in two halves (``kokoro_graph``).
Into the first go ``tokens`` (1, n+2) int64, zero at both ends; ``style`` (1, 256) float32, row n-1 of the voice's
(510, 1, 256) table, for prosody depends on length; ``speed`` (1,) float32. Out of it come what is said in each of T
frames, (1, 512, T), and its pitch and loudness, (1, 2 T) each; the second makes 600 samples of each frame, and is given
one stretch of them after the other (``kokoro_chunks``). Silence at both ends, about 0.4 s each, is never made.
"""

from __future__ import annotations

import contextlib
import functools
import json
import threading
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from speech.audio import Audio, Samples
from speech.kokoro_chunks import CONTEXT, FRAME, gain, joined, stretches
from speech.kokoro_graph import FRAMES, LOUDNESS, PITCH, Halves, prepared
from speech.kokoro_phonemes import phonemes
from speech.spoken_text import speakable
from speech.synthesis import DEFAULT_RATE, SynthesisCancelledError, SynthesisError
from speech.time_stretch import stretched

SAMPLE_RATE = 24_000
MODEL_FILE = "kokoro-v1.0.int8.onnx"
VOICE_FOLDER = "voices"
VOICE_SHAPE = (510, 1, 256)
DEFAULT_VOICE = "zf_xiaobei"
VOICES = (
    "zf_xiaobei",
    "zf_xiaoni",
    "zf_xiaoxiao",
    "zf_xiaoyi",
    "zm_yunjian",
    "zm_yunxi",
    "zm_yunxia",
    "zm_yunyang",
)
LONGEST = VOICE_SHAPE[0] - 1
"""Tokens the model takes at once."""

SHORTEST_STYLE = 24
"""Rows of a voice for fewer tokens than this sound clipped; short words borrow this row."""

LEVEL = -20.0
"""dBFS of the voiced part, the same for every voice and sentence."""

NATURAL = (DEFAULT_RATE, 1.125)
"""Rates the model speaks at; slower and faster ones are stretched from these, for the model itself drops syllables
there (benchmarks/results/speaking.md)."""


def installed(directory: Path) -> bool:
    """Whether ``directory`` looks like a Kokoro model with at least one Mandarin voice."""
    return (directory / MODEL_FILE).is_file() and bool(voices_in(directory))


def voices_in(directory: Path) -> tuple[str, ...]:
    """The Mandarin voices there, the default first."""
    found = {path.stem for path in (directory / VOICE_FOLDER).glob("z?_*.bin")}
    return tuple(sorted(found, key=lambda name: (name != DEFAULT_VOICE, name)))


@functools.cache
def vocabulary() -> dict[str, int]:
    """Phoneme -> token of Kokoro v1.0, from the configuration kokoro-onnx ships."""
    text = (resources.files("kokoro_onnx") / "config.json").read_text(encoding="utf-8")
    return {str(symbol): int(token) for symbol, token in json.loads(text)["vocab"].items()}


class Kokoro:
    """The loaded model: a ``speech.synthesis_driver.Renderer``. ``threads``: of the matrix arithmetic.

    ``cache``: where the faster form of the model is kept (see ``speech.kokoro_graph``); None: the model as it came.
    """

    def __init__(self, directory: Path, threads: int = 2, cache: Path | None = None) -> None:
        import onnxruntime

        if not installed(directory):
            raise SynthesisError(f"{directory} holds no Kokoro model with a Mandarin voice; run: bianmin models fetch")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 4
        # A thread that spins between operators takes the core from the recogniser and the screen.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        model = directory / MODEL_FILE

        def session(half: Path | bytes) -> Any:
            source = half if isinstance(half, bytes) else str(half)
            return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])

        try:
            halves = prepared(model, cache)
            self._sessions = Halves(session(halves.plan), session(halves.sound))
        except SynthesisError:
            raise
        except Exception as error:  # onnxruntime raises classes of its extension module
            raise SynthesisError(f"{model} is damaged; run: bianmin models fetch") from error
        self.voices: Sequence[str] = voices_in(directory)
        self._styles = {voice: _style_table(directory / VOICE_FOLDER / f"{voice}.bin") for voice in self.voices}
        self._lock = threading.Lock()
        self._run: Any = None
        self._stopped = False
        self.render("你好。", self.voices[0], 1.0)

    def render(self, text: str, voice: str, rate: float) -> Audio:
        """The whole of ``pieces``."""
        made = list(self.pieces(text, voice, rate))
        return Audio(np.concatenate([piece.samples for piece in made]), SAMPLE_RATE)

    def pieces(self, text: str, voice: str, rate: float) -> Iterator[Audio]:
        """``text`` as people write it; numbers and signs are turned into words here. Sound as it is made."""
        with self._lock:
            self._stopped = False
        tokens = [vocabulary()[symbol] for symbol in phonemes(speakable(text)) if symbol in vocabulary()]
        if not any(token > PUNCTUATION_TOKENS for token in tokens):
            raise SynthesisError("there is nothing to say in this text")
        natural = min(max(rate, NATURAL[0]), NATURAL[1])
        for part in split_tokens(tokens, LONGEST):
            for samples in self._spoken(part, voice, natural):
                yield stretched(Audio(samples, SAMPLE_RATE), rate / natural)

    def cancel(self) -> None:
        with self._lock:
            self._stopped = True
            if self._run is not None:
                self._run.terminate = True

    def _spoken(self, tokens: Sequence[int], voice: str, rate: float) -> Iterator[Samples]:
        """Samples at ``LEVEL``, one stretch after the other."""
        style = self._styles[voice][min(max(len(tokens), SHORTEST_STYLE), VOICE_SHAPE[0]) - 1]
        speed = np.array([rate], dtype=np.float32)
        plan = {"tokens": np.array([[0, *tokens, 0]], dtype=np.int64), "style": style, "speed": speed}
        frames, pitch, volume = self._infer(self._sessions.plan, plan)
        loudness = volume.reshape(-1, 2).mean(axis=1)
        chosen = stretches(loudness)
        before: Samples | None = None
        factor = np.float32(1.0)
        for number, here in enumerate(chosen):
            first, last = max(0, here.begin - CONTEXT), min(len(loudness), here.end + CONTEXT)
            stretch = {
                FRAMES: frames[:, :, first:last],
                PITCH: pitch[:, 2 * first : 2 * last],
                LOUDNESS: volume[:, 2 * first : 2 * last],
                "style": style,
            }
            sound = self._infer(self._sessions.sound, stretch)[0].ravel()
            begin, end = (here.begin - first) * FRAME, (here.end - first) * FRAME
            if number == 0:
                factor = np.float32(gain(loudness, sound[begin:end], here, 10 ** (LEVEL / 20)))
            goes_on = number + 1 < len(chosen) and not chosen[number + 1].silence
            piece, before = joined(sound, begin, end, None if here.silence else before, goes_on)
            silence = np.zeros(here.silence * FRAME, np.float32)
            yield np.clip(np.concatenate([silence, piece]) * factor, -1.0, 1.0)

    def _infer(self, session: Any, inputs: dict[str, npt.NDArray[Any]]) -> list[Samples]:
        import onnxruntime

        run = onnxruntime.RunOptions()
        run.log_severity_level = 4
        # Give the working memory of a sentence back (300 MB for a long one): most of the time nothing is spoken.
        run.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
        with self._lock:
            if self._stopped:
                raise SynthesisCancelledError
            self._run = run
        try:
            outputs: list[Samples] = session.run(None, inputs, run)
        except Exception as error:
            if self._stopped:
                raise SynthesisCancelledError from error
            raise
        finally:
            with self._lock:
                self._run = None
        return outputs


PUNCTUATION_TOKENS = 16
"""Tokens up to this one are punctuation and the space."""


def split_tokens(tokens: Sequence[int], longest: int) -> list[list[int]]:
    """Cut at the last full stop, comma or space that fits; anywhere if there is none."""
    rest, parts = list(tokens), []
    while len(rest) > longest:
        cut = longest
        for mark in (range(4, 7), range(1, 4), (PUNCTUATION_TOKENS,)):
            ends = [place for place in range(longest // 2, longest) if rest[place] in mark]
            if ends:
                cut = ends[-1] + 1
                break
        parts.append(rest[:cut])
        rest = rest[cut:]
    return [*parts, rest]


def _style_table(path: Path) -> npt.NDArray[np.float32]:
    table: npt.NDArray[np.float32] = np.zeros(0, np.float32)
    with contextlib.suppress(OSError, ValueError):
        table = np.fromfile(path, dtype=np.float32)
    if table.size != np.prod(VOICE_SHAPE) or not np.isfinite(table).all():
        raise SynthesisError(f"the voice {path} is damaged; run: bianmin models fetch")
    return table.reshape(VOICE_SHAPE)


def open_renderer(directory: str, threads: str = "2", cache: str = "") -> Kokoro:
    """For ``speech.synthesis_child``."""
    return Kokoro(Path(directory), int(threads), Path(cache) if cache else None)
