"""The lighter encoder calculates what the exported one does, with fewer operators."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from speech.models import ModelError, find
from speech.zipformer_graph import lighter


def exported() -> Path:
    directories = [Path(os.environ[name]) for name in ("BIANMIN_MODELS",) if name in os.environ]
    directories.append(Path(__file__).resolve().parents[3] / "shared" / "models")
    try:
        return next(find("zipformer-pinyin-zh", directories).glob("encoder*.onnx"))
    except (ModelError, StopIteration):
        pytest.skip("the zipformer model is not in BIANMIN_MODELS nor in ../shared/models")


def outputs(model: bytes | str, chunks: int) -> list[list[Any]]:
    """What a model makes of the same noise, chunk after chunk, each with its own memory."""
    import onnxruntime

    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    kinds = {"tensor(float)": np.float32, "tensor(int64)": np.int64}
    feed = {value.name: np.zeros(value.shape, kinds[value.type]) for value in session.get_inputs()}
    noise = np.random.default_rng(26)
    found = []
    for _ in range(chunks):
        feed["x"] = (noise.standard_normal(feed["x"].shape) * 2 - 9).astype(np.float32)
        made = session.run(None, feed)
        feed.update(zip(list(feed)[1:], made[1:], strict=True))
        found.append(made)
    return found


def test_the_encodings_are_those_of_the_export() -> None:
    """Both round to 8 bits on the way, so a trace of a difference becomes three per cent of the whole."""
    import onnx

    path = exported()
    model = lighter(path)
    before, after = onnx.load(str(path)).graph.node, onnx.load_from_string(model).graph.node
    assert len(after) < len(before) - 100
    for old, new in zip(outputs(str(path), 4), outputs(model, 4), strict=True):
        assert len(old) == len(new)
        for one, other in zip(old, new, strict=True):
            assert one.shape == other.shape
            apart = np.square(np.asarray(one, np.float64) - other).mean()
            assert apart <= 0.15**2 * np.square(np.asarray(one, np.float64)).mean() + 1e-9


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "encoder.onnx").write_bytes(b"not a model")
    with pytest.raises(ValueError, match="not a model"):
        lighter(tmp_path / "encoder.onnx")
