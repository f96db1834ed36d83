"""A network's graph (onnx) while it is being changed: who makes a value, who takes it, what is constant."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import numpy.typing as npt


class Graph:
    """``makers``: name of a value -> the operator that makes it; ``users``: the operators that take it. ``constants``
    and ``shapes`` by name. Operators are added, values replaced; ``finish`` puts all in order and drops the unused.
    """

    def __init__(self, graph: Any) -> None:
        from onnx import numpy_helper

        self.graph = graph
        self.constants: dict[str, npt.NDArray[Any]] = {
            tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer
        }
        known = [*graph.value_info, *graph.input, *graph.output]
        self.shapes = {value.name: [d.dim_value for d in value.type.tensor_type.shape.dim] for value in known}
        self.outputs = {value.name for value in graph.output}
        self._new: list[tuple[Any, Any]] = []
        self._made = 0
        self._index()

    def _index(self) -> None:
        self.makers = {name: node for node in self.graph.node for name in node.output}
        self.users: dict[str, list[Any]] = defaultdict(list)
        for node in self.graph.node:
            for name in node.input:
                self.users[name].append(node)

    def number(self, node: Any, kind: str, place: int) -> float | None:
        """The constant that stands at ``place`` of a ``kind`` of operator."""
        return self.scalar(node.input[place]) if node.op_type == kind and len(node.input) > place else None

    def scalar(self, name: str) -> float | None:
        value = self.constants.get(name)
        return float(value.ravel()[0]) if value is not None and value.size == 1 else None

    def constant(self, value: float) -> str:
        return self.constant_of(np.array(value, np.float32))

    def constant_of(self, value: npt.NDArray[Any]) -> str:
        from onnx import numpy_helper

        name = f"lighter/{len(self.constants)}"
        self.constants[name] = value
        self.graph.initializer.append(numpy_helper.from_array(value, name))
        return name

    def add(self, before: Any, kind: str, *inputs: str, **attributes: Any) -> str:
        """A new operator in front of ``before``; the name of what it makes."""
        from onnx import helper

        self._made += 1
        name = f"lighter/{kind}/{self._made}"
        node = helper.make_node(kind, inputs, [name], **attributes)
        self.makers[name] = node
        for value in inputs:
            self.users[value].append(node)
        self._new.append((before, node))
        return name

    def replace(self, old: str, new: str) -> None:
        """Whoever took ``old`` takes ``new``."""
        for user in self.users.pop(old, ()):
            for place, name in enumerate(user.input):
                if name == old:
                    user.input[place] = new
            self.users[new].append(user)

    def finish(self) -> None:
        """Put the new operators in, and leave out those nobody needs any more."""
        new: dict[int, list[Any]] = defaultdict(list)
        for before, node in self._new:
            new[id(before)].append(node)
        nodes = [one for node in self.graph.node for one in (*new.get(id(node), ()), node)]
        needed = set(self.outputs)
        kept = []
        for node in reversed(nodes):
            if needed.intersection(node.output):
                needed.update(node.input)
                kept.append(node)
        del self.graph.node[:]
        self.graph.node.extend(reversed(kept))
        held = [tensor for tensor in self.graph.initializer if tensor.name in needed]
        del self.graph.initializer[:]
        self.graph.initializer.extend(held)
        del self.graph.value_info[:]
