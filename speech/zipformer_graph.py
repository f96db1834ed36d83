"""The encoder's graph with less to do: the same arithmetic in fewer operators.

A third of a second of sound passes through a thousand small operators, most of which take longer to begin than to
calculate. Changed here, once, when the model is loaded:

- An activation (Swoosh: log(1 + e^(x-o)) - 0.08x - c, nine to twelve operators) is five, and two that keep e^v finite.
  With v = x - d, d = (o + c) / 0.92 and B = e^(o - d) it is log(e^v + B) - 0.08v, and d goes into the bias that comes
  before. (Softplus, the one operator it could be, takes three times as long in onnxruntime.)
- The two convolutions of a layer, one within the chunk and one that also looks back, are one matrix for each channel.
- Where in the past something was is a product of 4 numbers with 4: not worth rounding to 8 bits first.
- A mask over a chunk's own frames is always false; it and what applies it are left out.
- A slice of everything is left out.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from speech.onnx_graph import Graph

_HIGHEST = 80.0  # e to a higher power is too near to what a float holds
_SLOPE = 0.08


def lighter(path: Path) -> bytes:
    """The changed model. Raises ``OSError`` or ``ValueError`` when the file is no model."""
    import onnx

    try:
        model = onnx.shape_inference.infer_shapes(onnx.load(str(path)))
    except OSError:
        raise
    except Exception as error:  # protobuf and onnx raise classes of their own
        raise ValueError("not a model") from error
    graph = _Lighter(model.graph)
    graph.drop_slices_of_everything()
    graph.drop_masks_that_hide_nothing()
    graph.join_convolutions()
    graph.multiply_positions_unrounded()
    graph.shorten_activations()
    graph.finish()
    data: bytes = model.SerializeToString()
    return data


class _Lighter(Graph):
    # -- what is left out ---------------------------------------------------------------------------------------------

    def drop_slices_of_everything(self) -> None:
        for node in self.graph.node:
            if node.op_type == "Slice" and node.output[0] not in self.outputs and self._takes_everything(node):
                self.replace(node.output[0], node.input[0])

    def _takes_everything(self, node: Any) -> bool:
        shape, bounds = self.shapes.get(node.input[0]), self._bounds(node)
        if not shape or bounds is None:
            return False
        return all(start == 0 and end >= shape[axis] and step == 1 for start, end, axis, step in bounds)

    def _bounds(self, node: Any) -> list[tuple[int, int, int, int]] | None:
        given = [self.constants.get(name) for name in node.input[1:]]
        if len(given) != 4 or any(part is None for part in given):
            return None
        return list(zip(*(part.ravel().tolist() for part in given if part is not None), strict=True))

    def drop_masks_that_hide_nothing(self) -> None:
        """Where(mask, ., x) with the part of a mask that is a constant false: x."""
        for node in self.graph.node:
            if node.op_type == "Where" and self._hides_nothing(node.input[0]):
                self.replace(node.output[0], node.input[2])

    def _hides_nothing(self, name: str) -> bool:
        """Whether ``name`` is cut out of the constant end of a Concat, and that is false throughout."""
        node = self.makers.get(name)
        while node is not None and node.op_type in ("Expand", "Unsqueeze"):
            node = self.makers.get(node.input[0])
        if node is None or node.op_type != "Slice":
            return False
        bounds, joined = self._bounds(node), self.makers.get(node.input[0])
        if bounds is None or len(bounds) != 1 or joined is None or joined.op_type != "Concat":
            return False
        ((start, end, axis, step),) = bounds
        mask, shape = self.constants.get(joined.input[-1]), self.shapes.get(joined.output[0])
        if mask is None or mask.any() or not shape:
            return False
        return step == 1 and start >= shape[axis] - mask.shape[axis] and end >= shape[axis]

    # -- products -----------------------------------------------------------------------------------------------------

    def join_convolutions(self) -> None:
        """scale * within(chunk) + looking_back(past and chunk), each channel by itself."""
        for node in list(self.graph.node):
            parts = [self.makers.get(name) for name in node.input] if node.op_type == "Add" else []
            scaled, looking_back = parts if len(parts) == 2 else (None, None)
            if scaled is None or looking_back is None or (scaled.op_type, looking_back.op_type) != ("Mul", "Conv"):
                continue
            within = self.makers.get(scaled.input[0])
            cut = self.makers.get(within.input[0]) if within is not None and within.op_type == "Conv" else None
            users = self.users[node.output[0]]
            if cut is None or cut.op_type != "Slice" or cut.input[0] != looking_back.input[0] or len(users) != 1:
                continue
            self._join(users[0], scaled, within, looking_back, self.shapes[node.output[0]][2])

    def _join(self, transposed: Any, scaled: Any, within: Any, looking_back: Any, time: int) -> None:
        sound = looking_back.input[0]
        _, channels, length = self.shapes[sound]
        scale = np.broadcast_to(self.constants[scaled.input[1]], (channels, time))
        near, back = (self.constants[conv.input[1]][:, 0] for conv in (within, looking_back))
        matrix = np.zeros((channels, time, length), np.float32)
        for now in range(time):
            matrix[:, now, now : now + back.shape[1]] += back
            for tap in range(near.shape[1]):
                at = now + tap - near.shape[1] // 2
                if 0 <= at < time:
                    matrix[:, now, length - time + at] += scale[:, now] * near[:, tap]
        bias = scale * self.constants[within.input[2]][:, None] + self.constants[looking_back.input[2]][:, None]
        column = self.add(transposed, "Reshape", sound, self.constant_of(np.array([channels, length, 1])))
        product = self.add(transposed, "MatMul", self.constant_of(matrix), column)
        turned = self.add(transposed, "Transpose", product, perm=[1, 2, 0])
        whole = self.add(transposed, "Add", turned, self.constant_of(np.ascontiguousarray(bias.T[:, None, :])))
        self.replace(transposed.output[0], whole)

    def multiply_positions_unrounded(self) -> None:
        for node in list(self.graph.node):
            if node.op_type != "Mul":
                continue
            cast = self.makers.get(node.input[0])
            product = self.makers.get(cast.input[0]) if cast is not None and cast.op_type == "Cast" else None
            weight = self.constants.get(product.input[1]) if product is not None and len(product.input) == 4 else None
            scales = self.makers.get(node.input[1])
            if product is None or weight is None or weight.ndim != 4 or scales is None:
                continue
            scale = next((self.constants[name] for name in scales.input if name in self.constants), None)
            rounded = self.makers.get(product.input[0])
            if scale is None or rounded is None or rounded.op_type != "DynamicQuantizeLinear":
                continue
            zero = self.constants[product.input[3]]
            exact = ((weight.astype(np.float32) - zero.astype(np.float32)) * scale).astype(np.float32)
            self.replace(node.output[0], self.add(node, "MatMul", rounded.input[0], self.constant_of(exact)))

    # -- activations --------------------------------------------------------------------------------------------------

    def shorten_activations(self) -> None:
        for node in list(self.graph.node):
            found = self._activation(node)
            if found is not None:
                self._shorten(node, *found)

    def _activation(self, node: Any) -> tuple[str, float, float] | None:
        """(x, o, c) when ``node`` is the last operator of log(1 + e^(x - o)) - 0.08x - c."""
        c = self.number(node, "Sub", 1)
        difference = self.makers.get(node.input[0]) if c is not None else None
        if difference is None or difference.op_type != "Sub":
            return None
        softplus, product = (self.makers.get(name) for name in difference.input)
        if (
            softplus is None
            or product is None
            or not math.isclose(self.number(product, "Mul", 1) or 0.0, _SLOPE, rel_tol=1e-5)
        ):
            return None
        x = product.input[0]
        shifted = self._softplus_of(softplus)
        if shifted is None or shifted.input[0] != x:
            return None
        o = self.number(shifted, "Sub", 1)
        return (x, o, c) if o is not None and c is not None else None

    def _softplus_of(self, node: Any) -> Any:
        """The operator x - o whose softplus ``node`` makes, in either way the export writes it, or None."""
        if node.op_type == "Where":  # where(l == inf, u, l) with l = log(e^u + 1)
            shifted, log = self.makers.get(node.input[1]), self.makers.get(node.input[2])
            tested = self.makers.get(node.input[0])
            if shifted is None or tested is None or tested.op_type != "Equal" or log is None:
                return None
            return shifted if self._log_of_one_and_exp(log) == shifted.output[0] else None
        if node.op_type == "Add":  # max(0, u) + log(1 + e^-|0 - u|)
            larger, log = (self.makers.get(name) for name in node.input)
            if larger is None or log is None or larger.op_type != "Max":
                return None
            shifted = self.makers.get(larger.input[1])
            inner = self.makers.get(self._log_of_one_and_exp(log) or "")
            for kind in ("Neg", "Abs"):
                if inner is None or inner.op_type != kind:
                    return None
                inner = self.makers.get(inner.input[0])
            if inner is None or inner.op_type != "Sub" or shifted is None or inner.input[1] != shifted.output[0]:
                return None
            return shifted
        return None

    def _log_of_one_and_exp(self, node: Any) -> str | None:
        """u when ``node`` makes log(1 + e^u)."""
        added = self.makers.get(node.input[0]) if node.op_type == "Log" else None
        if added is None or added.op_type != "Add":
            return None
        for one, other in (added.input, reversed(added.input)):
            exponential = self.makers.get(other)
            if exponential is not None and exponential.op_type == "Exp" and self.scalar(one) == 1.0:
                return str(exponential.input[0])
        return None

    def _shorten(self, last: Any, x: str, o: float, c: float) -> None:
        d = (o + c) / (1.0 - _SLOPE)
        v = x if self._shift(x, -d, users=2) else self.add(last, "Sub", x, self.constant(d))
        small = self.add(last, "Min", v, self.constant(_HIGHEST))
        raised = self.add(last, "Exp", small)
        log = self.add(last, "Log", self.add(last, "Add", raised, self.constant(math.exp(o - d))))
        log = self.add(last, "Max", log, v)  # what was held down is a straight line up there
        sloped = self.add(last, "Mul", v, self.constant(_SLOPE))
        self.replace(last.output[0], self.add(last, "Sub", log, sloped))

    def _shift(self, name: str, by: float, users: int) -> bool:
        """Add ``by`` to a value through a bias that goes into it and into nothing else; False when there is none."""
        node = self.makers.get(name)
        if node is None or len(self.users[name]) > users:
            return False
        if node.op_type in ("Transpose", "Reshape", "ReorderOutput"):
            return self._shift(node.input[0], by, 1)
        if node.op_type == "Conv" and len(node.input) == 3:
            return self._shift_constant(node, 2, by)
        if node.op_type == "Add":
            for place in (0, 1):
                if node.input[place] in self.constants:
                    return self._shift_constant(node, place, by)
            return any(self._shift(node.input[place], by, 1) for place in (0, 1))
        return False

    def _shift_constant(self, node: Any, place: int, by: float) -> bool:
        node.input[place] = self.constant_of((self.constants[node.input[place]] + by).astype(np.float32))
        return True
