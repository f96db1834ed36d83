"""The streaming zipformer transducer run directly: sound to log-mel frames, frames to encodings, next-token scores.

sherpa-onnx decodes such a model well, but shows only its best path. To let the pack's words and a language model take
part while rivals are still open (``speech.fused_search``), the network is run here with onnxruntime; features are
kaldi-native-fbank's, with sherpa-onnx's options. Model: k2-fsa's streaming zipformer2 export. Its joiner is one layer,
tanh(encoding + prediction) times a matrix, and is calculated here: the call would cost more than the arithmetic, and
the 8-bit rounding of its input, which depends on the other paths, is spared.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from speech.audio import RECOGNISER_RATE, Samples
from speech.recognition import SpeechError
from speech.zipformer_graph import lighter

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]

_MEL_BINS = 80
_FEATURE_SAMPLES = RECOGNISER_RATE // 100
_FEATURES_SETTLE = 2  # features at the start of a sound that see its mirrored beginning
_DECODERS_KEPT = 60_000


class Transducer:
    """The loaded model; thread-safe. ``tokens``: text of each token id; id 0 is the blank.

    ``encoded_rate``: encodings a second of sound (25). Raises ``SpeechError`` when a file is missing or damaged.
    """

    def __init__(self, folder: Path, threads: int = 1) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3

        def session(pattern: str, prepared: Callable[[Path], bytes | str]) -> Any:
            found = sorted(folder.glob(pattern))
            if not found:
                raise SpeechError(f"{folder} holds no {pattern}; run `bianmin models list` to see what is damaged")
            try:
                return onnxruntime.InferenceSession(prepared(found[0]), options, providers=["CPUExecutionProvider"])
            except Exception as error:
                raise SpeechError(f"{found[0]} is damaged; run `bianmin models list`") from error

        self._encoder, self._decoder = session("encoder*.onnx", lighter), session("decoder*.onnx", str)
        try:
            self._weight, self._bias = _joiner(next(iter(sorted(folder.glob("joiner*.onnx"))), folder / "joiner*.onnx"))
            meta = self._encoder.get_modelmeta().custom_metadata_map
            self.window, self.step = int(meta["T"]), int(meta["decode_chunk_len"])
            self.context = int(self._decoder.get_modelmeta().custom_metadata_map["context_size"])
            lines = (folder / "tokens.txt").read_text(encoding="utf-8").splitlines()
            self.tokens = tuple(line.split()[0] for line in lines if line.strip())
            if len(self.tokens) < int(self._decoder.get_modelmeta().custom_metadata_map["vocab_size"]):
                raise ValueError("tokens are missing")
        except FileNotFoundError as error:
            raise SpeechError(f"{folder} lacks a file; run `bianmin models list` to see what is damaged") from error
        except (KeyError, ValueError, IndexError, OSError) as error:
            raise SpeechError(
                f"{folder} holds another kind of model than expected; run `bianmin models list`"
            ) from error
        self._inputs = [(i.name, i.shape, i.type) for i in self._encoder.get_inputs()]
        self._cache: dict[tuple[int, ...], Floats] = {}

    def initial_state(self) -> list[Any]:
        """The encoder's memory before any sound."""
        kinds = {"tensor(float)": np.float32, "tensor(int64)": np.int64}
        return [
            np.zeros([d if isinstance(d, int) else 1 for d in shape], kinds[kind])
            for _, shape, kind in self._inputs[1:]
        ]

    def encode(self, frames: Floats, state: list[Any]) -> tuple[Floats, list[Any]]:
        """``frames``: (window, 80); the encodings, (step / 4, joiner dimension), and the memory after them."""
        names = [name for name, _, _ in self._inputs]
        outputs = self._encoder.run(None, dict(zip(names, [frames[None], *state], strict=True)))
        return outputs[0][0], outputs[1:]

    def predict(self, contexts: list[tuple[int, ...]]) -> Floats:
        """Decoder outputs for the last tokens of each path, (n, joiner dimension); remembered, for they recur."""
        missing = [context for context in dict.fromkeys(contexts) if context not in self._cache]
        if missing:
            outputs = self._decoder.run(None, {"y": np.array(missing, np.int64)})[0]
            if len(self._cache) > _DECODERS_KEPT:
                self._cache.clear()
                return self.predict(contexts)
            self._cache.update(zip(missing, outputs, strict=True))
        return np.stack([self._cache[context] for context in contexts])

    def log_probabilities(self, encoding: Floats, predictions: Floats) -> Floats:
        """Of each token next, for each path: (n, tokens), natural logarithm."""
        return _normalised(np.tanh(encoding + predictions) @ self._weight + self._bias)

    def unheard(self, predictions: Floats) -> Floats:
        """What the network expects next without any sound: (n, tokens), natural logarithm, 0 for the blank.

        It learned a language of its own from its training texts, which stands in the way of another: the "internal
        language model", estimated as Meng et al. do (arXiv 2011.01991), with nothing for the encoding.
        """
        logits = np.tanh(predictions) @ self._weight + self._bias
        logits[:, 0] = -np.inf
        expected = _normalised(logits)
        expected[:, 0] = 0.0
        return expected


def _normalised(logits: Floats) -> Floats:
    logits -= logits.max(axis=1, keepdims=True)
    logits -= np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return logits


def _joiner(path: Path) -> tuple[Floats, Floats]:
    """The joiner's matrix (joiner dimension, tokens) and bias. Raises ``KeyError``, ``ValueError`` or ``OSError``."""
    import onnx
    from onnx import numpy_helper

    try:
        graph = onnx.load(str(path)).graph
    except OSError:
        raise
    except Exception as error:  # protobuf raises a class of its own
        raise ValueError("not a model") from error
    parts = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    zero, scale = parts["output_linear.weight_zero_point"], parts["output_linear.weight_scale"]
    weight = (parts["output_linear.weight_quantized"].astype(np.float32) - np.float32(zero)) * np.float32(scale)
    return np.ascontiguousarray(weight, np.float32), np.asarray(parts["output_linear.bias"], np.float32)


class Encoding:
    """Sound of one utterance on its way to encodings."""

    def __init__(self, model: Transducer) -> None:
        import kaldi_native_fbank

        options = kaldi_native_fbank.FbankOptions()
        options.frame_opts.samp_freq = RECOGNISER_RATE
        options.frame_opts.dither = 0.0
        options.frame_opts.snip_edges = False
        options.mel_opts.num_bins = _MEL_BINS
        options.mel_opts.low_freq = 20.0
        options.mel_opts.high_freq = -400.0
        self._features: Any = kaldi_native_fbank.OnlineFbank(options)
        self._model = model
        self._state = model.initial_state()
        self._next = 0

    def add(self, samples: Samples) -> list[Floats]:
        """Encodings that became ready, one a 40 ms."""
        self._features.accept_waveform(RECOGNISER_RATE, samples.tolist())
        return self._ready()

    def fork(self, sound: Samples) -> Encoding:
        """Another encoding that goes on from here and leaves this one alone. ``sound``: all that was added so far."""
        other = Encoding(self._model)
        skipped = max(0, self._next - _FEATURES_SETTLE)
        other._state, other._next = self._state, self._next - skipped
        other._features.accept_waveform(RECOGNISER_RATE, sound[skipped * _FEATURE_SAMPLES :].tolist())
        return other

    def end(self) -> list[Floats]:
        """No more sound."""
        self._features.input_finished()
        return self._ready()

    def _ready(self) -> list[Floats]:
        encodings: list[Floats] = []
        model = self._model
        while self._next + model.window < self._features.num_frames_ready:
            frames = np.stack([self._features.get_frame(self._next + i) for i in range(model.window)])
            encoded, self._state = model.encode(frames, self._state)
            encodings.extend(encoded)
            self._next += model.step
        return encodings
