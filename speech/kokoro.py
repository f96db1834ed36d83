"""Kokoro-82M in Mandarin: phonemes and a voice go through the ONNX model, 24 kHz sound comes out.

Model: hexgrad/Kokoro-82M v1.0 (Apache-2.0), 8-bit export of kokoro-onnx (MIT). Inputs: ``tokens`` (1, n+2) int64,
zero at both ends; ``style`` (1, 256) float32, row n-1 of the voice's (510, 1, 256) table, for prosody depends on
length; ``speed`` (1,) float32. Output: float32 samples at 24 kHz with about 0.4 s of silence in front, which is cut
here.
"""

from __future__ import annotations

import contextlib
import functools
import json
import threading
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import numpy as np
import numpy.typing as npt

from speech.audio import Audio, Samples
from speech.kokoro_graph import prepared
from speech.kokoro_phonemes import phonemes
from speech.spoken_text import speakable
from speech.synthesis import SynthesisCancelledError, SynthesisError

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

KEPT_SILENCE = 0.03
"""Seconds left before the first and after the last sound."""

LOUDNESS = -20.0
"""dBFS of the voiced part, the same for every voice and sentence."""


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
        try:
            self._session = onnxruntime.InferenceSession(
                str(prepared(model, cache) if cache else model), options, providers=["CPUExecutionProvider"]
            )
        except SynthesisError:
            raise
        except Exception as error:  # onnxruntime raises classes of its extension module
            raise SynthesisError(f"{model} is damaged; run: bianmin models fetch") from error
        self.voices: Sequence[str] = voices_in(directory)
        self._styles = {voice: _style_table(directory / VOICE_FOLDER / f"{voice}.bin") for voice in self.voices}
        self._lock = threading.Lock()
        self._run: object | None = None
        self._stopped = False
        self.render("你好。", self.voices[0], 1.0)

    def render(self, text: str, voice: str, rate: float) -> Audio:
        """``text`` as people write it; numbers and signs are turned into words here."""
        with self._lock:
            self._stopped = False
        tokens = [vocabulary()[symbol] for symbol in phonemes(speakable(text)) if symbol in vocabulary()]
        if not any(token > PUNCTUATION_TOKENS for token in tokens):
            raise SynthesisError("there is nothing to say in this text")
        parts = [self._infer(part, voice, rate) for part in split_tokens(tokens, LONGEST)]
        return Audio(levelled(np.concatenate([trimmed(part) for part in parts])), SAMPLE_RATE)

    def cancel(self) -> None:
        with self._lock:
            self._stopped = True
            if self._run is not None:
                self._run.terminate = True  # type: ignore[attr-defined]

    def _infer(self, tokens: Sequence[int], voice: str, rate: float) -> Samples:
        import onnxruntime

        row = min(max(len(tokens), SHORTEST_STYLE), VOICE_SHAPE[0]) - 1
        run = onnxruntime.RunOptions()
        run.log_severity_level = 4
        # Give the working memory of a sentence back (300 MB for a long one): most of the time nothing is spoken.
        run.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
        with self._lock:
            if self._stopped:
                raise SynthesisCancelledError
            self._run = run
        try:
            (audio,) = self._session.run(
                None,
                {
                    "tokens": np.array([[0, *tokens, 0]], dtype=np.int64),
                    "style": self._styles[voice][row],
                    "speed": np.array([rate], dtype=np.float32),
                },
                run,
            )
        except Exception as error:
            if self._stopped:
                raise SynthesisCancelledError from error
            raise
        finally:
            with self._lock:
                self._run = None
        return np.asarray(audio, dtype=np.float32).ravel()


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


def trimmed(samples: Samples, rate: int = SAMPLE_RATE) -> Samples:
    """Without the silence in front and behind, but for ``KEPT_SILENCE``."""
    frame = rate // 100
    count = len(samples) // frame
    if count == 0:
        return samples
    levels = np.sqrt(np.mean(np.square(samples[: count * frame].reshape(count, frame)), axis=1))
    loud = np.flatnonzero(levels > max(float(levels.max()) * 0.02, 1e-4))
    if not len(loud):
        return samples[:0]
    kept = int(KEPT_SILENCE * rate)
    return samples[max(int(loud[0]) * frame - kept, 0) : (int(loud[-1]) + 1) * frame + kept]


def levelled(samples: Samples) -> Samples:
    """At ``LOUDNESS``, without clipping."""
    voiced = samples[np.abs(samples) > 0.01]
    if not len(voiced):
        return samples
    level = float(np.sqrt(np.mean(np.square(voiced))))
    peak = float(np.abs(samples).max())
    return samples * np.float32(min(10 ** (LOUDNESS / 20) / level, 0.97 / peak))


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
