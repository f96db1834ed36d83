"""The Kokoro graph in two halves, and faster on ordinary processors with the same arithmetic.

The first half plans (what is said in each frame, how high and how loud) and takes a twentieth of the time; the second
makes the sound. Apart, the second can be run on a part of the frames: the first words are heard while the others are
made, and silence is not made at all.

The convolutions of the 8-bit export multiply unsigned activations with unsigned weights, a pairing processors have no
instruction for. With signed activations (the same values less 128, as is their zero point) ``ConvInteger`` uses the
8-bit dot products every processor of the last years has, and a sentence takes three quarters of the time or less.
The normalisations, each exported as nine operators that read and write everything, become the one operator they are:
a tenth less again. The changed graphs are made once and kept as files.

Tried and given up: convolutions in float32 (twice the time of 8 bits), and fixed averages in place of those each
stretch is levelled by, which would let stretches be short (whole words were lost).
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from speech.synthesis import SynthesisError

VERSION = 3
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
    join_normalisations(sound.graph)
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


def join_normalisations(graph: Any) -> None:
    """Make each adaptive instance normalisation one operator, in place.

    Exported: the mean of x over time and its distance d from it, the mean of d squared, (+ epsilon, root), d divided by
    that, times a scale, plus a shift, the last two made from the style. Raises ``ValueError`` if there is none.
    """
    import numpy as np
    from onnx import helper, numpy_helper

    producer = {output: node for node in graph.node for output in node.output}
    readers: dict[str, list[Any]] = {}
    for node in graph.node:
        for name in node.input:
            readers.setdefault(name, []).append(node)

    def only_reader(node: Any, kind: str) -> Any:
        found = readers.get(node.output[0], [])
        return found[0] if len(found) == 1 and found[0].op_type == kind else None

    def made_by(name: str, kind: str) -> Any:
        node = producer.get(name)
        return node if node is not None and node.op_type == kind else None

    def other(node: Any, name: str) -> str:
        return next(str(one) for one in node.input if one != name)

    graph.initializer.append(numpy_helper.from_array(np.array([-1], np.int64), "one_axis"))
    joined: dict[str, list[Any]] = {}
    for divided in graph.node:
        if divided.op_type != "Div":
            continue
        distance, root = made_by(divided.input[0], "Sub"), made_by(divided.input[1], "Sqrt")
        scaled = only_reader(divided, "Mul")
        shifted = only_reader(scaled, "Add") if scaled is not None else None
        if distance is None or root is None or shifted is None:
            continue
        variance = made_by(producer[root.input[0]].input[0], "ReduceMean")
        if variance is None or made_by(distance.input[1], "ReduceMean") is None:
            continue
        result = shifted.output[0]
        scale, shift = other(scaled, divided.output[0]), other(shifted, scaled.output[0])
        inputs = [distance.input[0], f"{result}_scale", f"{result}_shift"]
        joined[shifted.name] = [
            helper.make_node("Reshape", [scale, "one_axis"], inputs[1:2]),
            helper.make_node("Reshape", [shift, "one_axis"], inputs[2:]),
            helper.make_node("InstanceNormalization", inputs, [result], epsilon=1e-5),
        ]
    if not joined:
        raise ValueError("no instance normalisation in it")
    nodes = [new for node in graph.node for new in joined.get(node.name, [node])]
    _keep_needed(graph, nodes)


def _keep_needed(graph: Any, nodes: list[Any]) -> None:
    """Make ``nodes`` (in order) the graph's, without those nothing reads."""
    wanted = {output.name for output in graph.output}
    kept = []
    for node in reversed(nodes):
        if wanted.intersection(node.output):
            kept.append(node)
            wanted.update(node.input)
    del graph.node[:]
    graph.node.extend(reversed(kept))
