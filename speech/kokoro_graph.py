"""The Kokoro graph in two halves, and faster on ordinary processors with the same arithmetic to the last bit.

The first half plans (what is said in each frame, how high and how loud) and takes a twentieth of the time; the second
makes the sound. Apart, the second can be run on a part of the frames: the first words are heard while the others are
made, and silence is not made at all.

The convolutions of the 8-bit export multiply unsigned activations with unsigned weights, a pairing processors have no
instruction for. With signed activations (the same values less 128, as is their zero point) ``ConvInteger`` uses the
8-bit dot products every processor of the last years has, and a sentence takes three quarters of the time or less
(benchmarks/results/speaking.md). The changed graphs are made once and kept as files.

Tried and given up: convolutions in float32 (twice the time of 8 bits), and fixed averages in place of those each
stretch is levelled by, which would let stretches be short (whole words were lost).
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from speech.synthesis import SynthesisError

VERSION = 2
"""Part of the kept file's name; to be raised when the changes change."""


FRAMES, PITCH, LOUDNESS = "/encoder/MatMul_1_output_0", "/encoder/Reshape_output_0", "/encoder/Reshape_1_output_0"
"""Names of what passes from the first half to the second, those of the export; see ``speech.kokoro``."""


class Halves(NamedTuple):
    """``plan``: tokens, style, speed -> frames, pitch, loudness; ``sound``: those three and style -> samples."""

    plan: Any
    sound: Any


def prepared(model: Path, cache: Path | None) -> Halves:
    """The halves of ``model`` as files in ``cache``, made if they are not there; as bytes without a cache.

    Raises ``SynthesisError``.
    """
    status = model.stat()
    name = f"{model.stem}-{status.st_size:x}-{status.st_mtime_ns:x}-{VERSION}"
    kept = [cache / f"{name}-{half}.onnx" for half in Halves._fields] if cache else []
    if kept and all(path.exists() for path in kept):
        return Halves(*kept)
    try:
        halves = _halves(model)
    except Exception as error:
        raise SynthesisError(f"{model} is damaged; run: bianmin models fetch") from error
    if cache is None:
        return halves
    for path, data in zip(kept, halves, strict=True):
        _keep(path, data)
    return Halves(*kept)


def _halves(model: Path) -> Halves:
    """Serialised. Raises whatever onnx raises for a file that is not such an export."""
    import onnx
    from onnx import TensorProto, helper
    from onnx.utils import Extractor

    whole = onnx.load(str(model))
    shapes: dict[str, list[int | str]] = {FRAMES: [1, 512, "frames"], PITCH: [1, "halves"], LOUDNESS: [1, "halves"]}
    for name, shape in shapes.items():
        whole.graph.value_info.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
    extractor = Extractor(whole)
    plan = extractor.extract_model(["tokens", "style", "speed"], list(shapes))
    sound = extractor.extract_model([*shapes, "style"], ["audio"])
    sign_convolutions(plan.graph)
    sign_convolutions(sound.graph)
    return Halves(plan.SerializeToString(), sound.SerializeToString())


def _keep(kept: Path, data: bytes) -> None:
    """Written beside and moved into place: the file is whole or not there."""
    cache = kept.parent
    cache.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=".prepared.", dir=cache)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    Path(name).chmod(0o644)
    Path(name).replace(kept)


def sign_convolutions(graph: Any) -> None:
    """Change an ``onnx.GraphProto`` in place. Raises ``ValueError`` if it is not such an export."""
    import numpy as np
    from onnx import TensorProto, helper, numpy_helper

    producer = {output: node for node in graph.node for output in node.output}
    graph.initializer.append(numpy_helper.from_array(np.array(128, np.int32), "signed_shift"))
    made: dict[str, tuple[str, str]] = {}
    nodes = []
    for node in graph.node:
        if node.op_type == "ConvInteger":
            quantised = producer[node.input[0]]
            if quantised.op_type != "DynamicQuantizeLinear" or len(node.input) < 3:
                raise ValueError(f"{node.name} is not quantised dynamically")
            if quantised.name not in made:
                source, (_, scale, zero) = quantised.input[0], quantised.output
                name = f"{zero}_signed"
                nodes += [
                    helper.make_node("Cast", [zero], [f"{name}_wide"], to=TensorProto.INT32),
                    helper.make_node("Sub", [f"{name}_wide", "signed_shift"], [f"{name}_shifted"]),
                    helper.make_node("Cast", [f"{name}_shifted"], [name], to=TensorProto.INT8),
                    helper.make_node("QuantizeLinear", [source, scale, name], [f"{name}_values"]),
                ]
                made[quantised.name] = (f"{name}_values", name)
            node.input[0], node.input[2] = made[quantised.name]
        nodes.append(node)
    del graph.node[:]
    graph.node.extend(nodes)
    if not made:
        raise ValueError("no 8-bit convolution in it")
