"""A trained dispatcher: a few arrays in one file that is safe to load, whoever sent it.

The file is ``BMDISPATCH2``, a newline, the SHA-256 of the rest in hexadecimal, a newline, and a NumPy ``.npz`` without
pickled objects. A truncated or foreign file is an error, never code that runs.
"""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from content.dispatch.examples import DispatchError, clean
from content.dispatch.features import EMPHASIS, STARTS, WIDTH, hashed

_MAGIC = b"BMDISPATCH2\n"
_DIGEST = 65

TRIAGE_BELOW = 0.7
"""A message whose likeliest label is less sure than this goes to a person instead. A starting value:
what share of messages it keeps has not been measured (benchmarks/results/search.md)."""


class Choice(msgspec.Struct, frozen=True):
    label: str
    confidence: float


class Suggestion(msgspec.Struct, frozen=True):
    """``label``: where the message goes, "" for triage. ``choices``: the likeliest labels, best first."""

    label: str
    choices: tuple[Choice, ...]

    @property
    def triage(self) -> bool:
        return not self.label


class DispatchModel(msgspec.Struct, frozen=True):
    """``columns`` (n) of the feature space that count, ``idf`` (n), ``weights`` (n, labels), ``bias`` (labels);
    ``sharpness`` turns margins into probabilities."""

    labels: tuple[str, ...]
    columns: NDArray[np.int32]
    idf: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    sharpness: float

    def margins(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Shape (texts, labels)."""
        features = scaled(hashed(texts), self.columns, self.idf)
        return np.asarray(features @ self.weights + self.bias, np.float64)

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        return softmax(self.margins(texts) * self.sharpness)

    def suggest(self, text: str, count: int = 3, triage_below: float = TRIAGE_BELOW) -> Suggestion:
        """The likeliest labels of one message; no label when the best is not sure enough or nothing was written."""
        text = clean(text)
        chances = self.probabilities([text])[0]
        order = np.argsort(-chances, kind="stable")[:count]
        choices = tuple(Choice(self.labels[i], round(float(chances[i]), 4)) for i in order)
        sure = bool(text) and choices[0].confidence >= triage_below
        return Suggestion(choices[0].label if sure else "", choices)

    def save(self, path: Path) -> None:
        """Old or new, never half: written beside and moved into place."""
        body = io.BytesIO()
        np.savez_compressed(
            body,
            labels=np.asarray(self.labels),
            columns=self.columns,
            idf=self.idf,
            weights=self.weights.astype(np.float16),
            bias=self.bias,
            sharpness=np.float64(self.sharpness),
        )
        data = body.getvalue()
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(_MAGIC + hashlib.sha256(data).hexdigest().encode() + b"\n" + data)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)

    @staticmethod
    def load(path: Path) -> DispatchModel:
        """Raises ``DispatchError`` for a file that is missing, foreign, truncated or changed."""
        try:
            data = path.read_bytes()
        except OSError as error:
            raise DispatchError(f"{path} cannot be read ({error.strerror}); train a model first") from error
        if not data.startswith(_MAGIC):
            raise DispatchError(f"{path} is not a dispatch model; make one with: bianmin dispatch train T.tsv -o M")
        digest, body = data[len(_MAGIC) : len(_MAGIC) + _DIGEST], data[len(_MAGIC) + _DIGEST :]
        if digest.strip().decode("latin-1") != hashlib.sha256(body).hexdigest():
            raise DispatchError(f"{path} is truncated or damaged; copy or train it again")
        try:
            with np.load(io.BytesIO(body), allow_pickle=False) as arrays:
                model = DispatchModel(
                    labels=tuple(str(label) for label in arrays["labels"]),
                    columns=arrays["columns"],
                    idf=arrays["idf"],
                    weights=arrays["weights"].astype(np.float32),
                    bias=arrays["bias"],
                    sharpness=float(arrays["sharpness"]),
                )
        except (ValueError, KeyError, OSError, zipfile.BadZipFile) as error:
            raise DispatchError(f"{path} is damaged; copy or train it again") from error
        if model.weights.shape != (len(model.columns), len(model.labels)) or model.columns.max(initial=0) >= WIDTH:
            raise DispatchError(f"{path} is damaged; copy or train it again")
        return model


def scaled(counts: Any, columns: NDArray[np.int32], idf: NDArray[np.float32]) -> Any:
    """The columns that count, weighted by rarity; each part brought to its length."""
    import scipy.sparse as sp
    from sklearn.preprocessing import normalize

    bounds = np.searchsorted(columns, STARTS)
    kept = (counts[:, columns] @ sp.diags(idf)).tocsc()
    parts = [
        normalize(kept[:, first:last]) * emphasis
        for first, last, emphasis in zip(bounds, bounds[1:], EMPHASIS, strict=False)
    ]
    return sp.hstack(parts, format="csr", dtype=np.float32)


def softmax(margins: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(margins - margins.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
