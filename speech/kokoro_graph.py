"""The Kokoro graph made faster on ordinary processors, with the same arithmetic to the last bit.

The convolutions of the 8-bit export multiply unsigned activations with unsigned weights, a pairing processors have no
instruction for. With signed activations (the same values less 128, as is their zero point) ``ConvInteger`` uses the
8-bit dot products every processor of the last years has, and a sentence takes three quarters of the time or less
(benchmarks/results/speaking.md). The changed graph is made once and kept as a file.

Tried and given up: limiting how long the silent first and last tokens last, a third of what is rendered. The sound does
not keep to the durations so closely; first and last syllables were lost.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from speech.synthesis import SynthesisError

VERSION = 1
"""Part of the kept file's name; to be raised when the changes change."""


def prepared(model: Path, cache: Path) -> Path:
    """The changed copy of ``model`` in ``cache``; made if it is not there. Raises ``SynthesisError``."""
    status = model.stat()
    kept = cache / f"{model.stem}-{status.st_size:x}-{status.st_mtime_ns:x}-{VERSION}.onnx"
    if kept.exists():
        return kept
    import onnx

    try:
        graph = onnx.load(str(model))
        sign_convolutions(graph.graph)
        data = graph.SerializeToString()
    except Exception as error:
        raise SynthesisError(f"{model} is damaged; run: bianmin models fetch") from error
    cache.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=".prepared.", dir=cache)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    Path(name).chmod(0o644)
    Path(name).replace(kept)
    return kept


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
