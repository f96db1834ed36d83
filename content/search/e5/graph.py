"""The encoder as an ONNX graph: embedded pieces (batch, length, width) -> mean of the last layer (batch, width).

    four_bit(weights)    the weights as they are, 12 MB: quickest for one question
    full(weights)        the same weights as float32, 85 MB: quickest for thousands of texts of one length

All texts of a batch have the same length, so nothing needs masking. Operators of the domain com.microsoft are ONNX
Runtime's own (its file ContribOperators.md says what each does).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from content.search.e5.weights import BLOCK, Weights

_MICROSOFT = "com.microsoft"
_OPSET = 18
_IR = 9
_INT8_ACTIVATIONS = 4
"""accuracy_level of MatMulNBits: activations are rounded to int8 block by block, as the model's own engine does."""

Linear = Callable[["_Graph", str, Sequence[str], str, int], str]
"""Adds x @ W.T + b for tensors of these names, stacked; the last argument is the columns of W."""


def four_bit(weights: Weights) -> bytes:
    """A serialised ONNX model."""
    return _Graph(weights).encoder(_four_bit_product)


def full(weights: Weights) -> bytes:
    """A serialised ONNX model."""
    return _Graph(weights).encoder(_full_product)


class _Graph:
    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def constant(self, name: str, value: NDArray[Any]) -> str:
        from onnx import numpy_helper

        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def floats(self, name: str) -> str:
        return self.constant(name, self.weights.floats(name))

    def node(self, kind: str, inputs: Sequence[str], *outputs: str, domain: str = "", **attributes: Any) -> str:
        from onnx import helper

        self._nodes.append(helper.make_node(kind, inputs, outputs, domain=domain, **attributes))
        return outputs[0]

    def encoder(self, linear: Linear) -> bytes:
        weights = self.weights
        width, epsilon = weights.width, weights.epsilon
        first = ["embedded", self.floats("emb.ln.w"), self.floats("emb.ln.b")]
        x = self.node("LayerNormalization", first, "normed", epsilon=epsilon)
        for layer in (f"l{number}." for number in range(weights.layers)):
            joined = linear(self, x, [f"{layer}q", f"{layer}k", f"{layer}v"], f"{layer}qkv", width)
            parts = [f"{layer}{part}" for part in ("query", "key", "value")]
            self.node("Split", [joined], *parts, axis=-1, num_outputs=3)
            attended = self.node(
                "MultiHeadAttention", parts, f"{layer}attended", domain=_MICROSOFT, num_heads=weights.heads
            )
            x = self._added(x, linear(self, attended, [f"{layer}ao"], f"{layer}out", width), f"{layer}aln")
            wide = linear(self, x, [f"{layer}fi"], f"{layer}wide", width)
            active = self.node("Gelu", [wide], f"{layer}active", domain=_MICROSOFT)
            x = self._added(x, linear(self, active, [f"{layer}fo"], f"{layer}narrow", weights.inner), f"{layer}oln")
        self.node("ReduceMean", [x, self.constant("along", np.asarray([1], np.int64))], "mean", keepdims=0)
        return self._serialised()

    def _added(self, x: str, y: str, norm: str) -> str:
        """The layer norm of x + y."""
        inputs = [x, y, self.floats(f"{norm}.w"), self.floats(f"{norm}.b")]
        return self.node("SkipLayerNormalization", inputs, f"{norm}.x", domain=_MICROSOFT, epsilon=self.weights.epsilon)

    def _serialised(self) -> bytes:
        from onnx import TensorProto, helper

        width = self.weights.width
        inputs = [helper.make_tensor_value_info("embedded", TensorProto.FLOAT, ["batch", "length", width])]
        outputs = [helper.make_tensor_value_info("mean", TensorProto.FLOAT, ["batch", width])]
        graph = helper.make_graph(self._nodes, "e5", inputs, outputs, self._constants)
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_MICROSOFT, 1)]
        model: bytes = helper.make_model(graph, opset_imports=opsets, ir_version=_IR).SerializeToString()
        return model


def _stacked(graph: _Graph, names: Sequence[str], columns: int) -> tuple[NDArray[np.float32], NDArray[np.uint8], str]:
    tensors = [graph.weights.steps_and_nibbles(f"{name}.w", columns) for name in names]
    bias = np.concatenate([graph.weights.floats(f"{name}.b") for name in names])
    steps, nibbles = (np.concatenate(part) for part in zip(*tensors, strict=True))
    return steps, nibbles, graph.constant(f"{names[0]}.bias", bias)


def _four_bit_product(graph: _Graph, x: str, names: Sequence[str], out: str, columns: int) -> str:
    steps, nibbles, bias = _stacked(graph, names, columns)
    packed = graph.constant(f"{out}.weights", nibbles[..., 0::2] | (nibbles[..., 1::2] << 4))
    return graph.node(
        "MatMulNBits",
        [x, packed, graph.constant(f"{out}.steps", steps.reshape(-1)), "", "", bias],
        out,
        domain=_MICROSOFT,
        K=columns,
        N=len(nibbles),
        bits=4,
        block_size=BLOCK,
        accuracy_level=_INT8_ACTIVATIONS,
    )


def _full_product(graph: _Graph, x: str, names: Sequence[str], out: str, columns: int) -> str:
    steps, nibbles, bias = _stacked(graph, names, columns)
    values = ((nibbles.astype(np.float32) - 8) * steps[..., None]).reshape(len(nibbles), columns)
    product = graph.node("MatMul", [x, graph.constant(f"{out}.weights", values.T)], f"{out}.product")
    return graph.node("Add", [product, bias], out)
