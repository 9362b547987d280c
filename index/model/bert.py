"""BERT's layers for ONNX Runtime: a graph of its fused operators over int8 matrices, and no torch.

`pack` turns float weights under transformers' names into int8 ones with a scale for each column, a quarter of the
size; `Bert` runs them. What flows between the matrices is rounded to eight bits anew for each text, which needs no
calibration. docs/decisions.md has speed and agreement beside torch's. Training, pooling, and networks that are built
otherwise are left out.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding

Weights = Mapping[str, NDArray[Any]]
Values = NDArray[np.float32]

KINDS = ("weight", "bias")
QKV = ("query", "key", "value")
MATRICES = {"out": "attention.output.dense", "up": "intermediate.dense", "down": "output.dense"}
NORMS = {"attention_norm": "attention.output.LayerNorm", "output_norm": "output.LayerNorm"}
EMBEDDINGS = ("word_embeddings", "position_embeddings", "token_type_embeddings")
EPSILON = 1e-12
LARGEST = 90
"""Of 127. Processors without VNNI add two products in 16 bits, which larger weights overflow now and then."""
OPSET = 17
FUSED = "com.microsoft"


def pack(weights: Weights, layers: int) -> dict[str, NDArray[Any]]:
    """`encoder.layer.N.…` of transformers' BertModel → `layer.N.{qkv,out,up,down}.{weight,scale,bias}` and the norms.

    weight: (in, out) int8; scale: (out,) float32; the float matrix is about weight · scale.
    """
    packed: dict[str, NDArray[Any]] = {}
    for n in range(layers):
        here, there = f"layer.{n}", f"encoder.layer.{n}"
        linear = {name: [weights[f"{there}.{path}.{kind}"] for kind in KINDS] for name, path in MATRICES.items()}
        linear["qkv"] = [
            np.concatenate([weights[f"{there}.attention.self.{part}.{kind}"] for part in QKV]) for kind in KINDS
        ]
        for name, (matrix, bias) in linear.items():
            values = np.ascontiguousarray(matrix.T, np.float32)  # or safetensors writes it the other way round
            scale = np.maximum(np.abs(values).max(axis=0), np.finfo(np.float32).tiny) / np.float32(LARGEST)
            packed[f"{here}.{name}.weight"] = np.round(values / scale).astype(np.int8)
            packed[f"{here}.{name}.scale"] = scale
            packed[f"{here}.{name}.bias"] = bias.astype(np.float32)
        for name, path in NORMS.items():
            for kind in KINDS:
                packed[f"{here}.{name}.{kind}"] = weights[f"{there}.{path}.{kind}"].astype(np.float32)
    return packed


class WordEmbeddings:
    """Token and type ids → what the first layer is given. A table for many networks, looked up without ONNX Runtime,
    which would keep a copy of it for each."""

    def __init__(self, weights: Weights) -> None:
        """weights: with the `embeddings.…` of a BertModel."""
        self._words, self._positions, self._types = (weights[f"embeddings.{name}.weight"] for name in EMBEDDINGS)
        self._scale, self._shift = (weights[f"embeddings.LayerNorm.{kind}"] for kind in KINDS)

    def __call__(self, ids: Sequence[int], types: Sequence[int]) -> Values:
        """(tokens,) each → (tokens, width) float32."""
        values = self._words[ids] + self._positions[: len(ids)] + self._types[types]
        values -= values.mean(axis=1, keepdims=True)
        values /= np.sqrt(np.square(values).mean(axis=1, keepdims=True) + np.float32(EPSILON))
        return np.asarray(values * self._scale + self._shift, np.float32)


class Bert:
    """Embeddings and layers, ready to run. Any thread may call.

    A text is a batch of its own, on one core, and as many run at a time as there are cores: none is padded, and what
    becomes of it does not depend on the others, as it does where they are rounded together. Two threads on one text
    would wait for each other more than they compute.
    """

    def __init__(self, embeddings: WordEmbeddings, packed: Weights, layers: int, heads: int, *, head: str = "") -> None:
        """packed: of `pack`. head: the name of a linear layer among them, if its outputs are wanted, not the last
        layer's. Raises KeyError for a weight that is not there."""
        import onnxruntime

        graph = _Graph(packed)
        hidden = "given"
        for n in range(layers):
            hidden = graph.layer(f"layer.{n}", hidden, heads)
        output = graph.linear(head, hidden) if head else hidden
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            graph.model("given", output), options, providers=["CPUExecutionProvider"]
        )
        self._output = output
        self._embeddings = embeddings
        self._cores = ThreadPoolExecutor(os.cpu_count(), "bert")

    def run(self, encoded: Sequence[Encoding]) -> Iterator[Values]:
        """Of each text in turn (tokens, width) float32, or (tokens, outputs) of the head."""
        if len(encoded) < 2:  # as a question's, which waits for nobody
            return map(self._run, encoded)
        return self._cores.map(self._run, encoded)

    def _run(self, encoded: Encoding) -> Values:
        given = self._embeddings(encoded.ids, encoded.type_ids)
        (found,) = self._session.run([self._output], {"given": given[None]})
        return np.asarray(found[0], np.float32)


class _Graph:
    """ONNX nodes and constants, gathered."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._nodes: list[Any] = []
        self._constants: dict[str, NDArray[Any]] = {}

    def layer(self, name: str, hidden: str, heads: int) -> str:
        weight, scale, bias = (self._weight(f"{name}.qkv.{kind}") for kind in ("weight", "scale", "bias"))
        zero = self._constant("zero", np.zeros((), np.int8))
        rounded, by, point = (f"{name}.{part}" for part in ("rounded", "by", "point"))
        self._node("DynamicQuantizeLinear", [hidden], rounded, spare=[by, point], domain="")
        mixed = self._node(
            "QAttention",
            [rounded, weight, bias, by, scale, "", point, zero],
            f"{name}.mixed",
            num_heads=heads,
        )
        attended = self._added(f"{name}.attention_norm", self._product(f"{name}.out", mixed), hidden, f"{name}.out")
        wide = self._product_by_rows(f"{name}.up", attended)
        wide = self._node("BiasGelu", [wide, self._weight(f"{name}.up.bias")], f"{name}.wide")
        return self._added(f"{name}.output_norm", self._product_by_rows(f"{name}.down", wide), attended, f"{name}.down")

    def linear(self, name: str, hidden: str) -> str:
        """A layer that is left in floats, as the last one."""
        weight = self._constant(f"{name}.weight", self._weights[f"{name}.weight"].T)
        product = self._node("MatMul", [hidden, weight], f"{name}.product", domain="")
        return self._node("Add", [product, self._weight(f"{name}.bias")], "logits", domain="")

    def model(self, given: str, output: str) -> bytes:
        """Of (1, tokens, …) float32 in and out."""
        from onnx import TensorProto, helper, numpy_helper

        ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, "tokens", None]) for name in (given, output)]
        constants = [numpy_helper.from_array(np.ascontiguousarray(a), name) for name, a in self._constants.items()]
        graph = helper.make_graph(self._nodes, "bert", ends[:1], ends[1:], constants)
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(FUSED, 1)]
        return bytes(helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString())

    def _product(self, name: str, values: str) -> str:
        """Without the bias, which the next operator adds."""
        matrix = [self._weight(f"{name}.{kind}") for kind in ("weight", "scale")]
        return self._node("DynamicQuantizeMatMul", [values, *matrix], f"{name}.product")

    def _product_by_rows(self, name: str, values: str) -> str:
        """As `_product`, each token rounded by a scale of its own: a few have values ten times those of the others."""
        size = self._node("Abs", [values], f"{name}.size", domain="")
        most = self._node("ReduceMax", [size], f"{name}.most", domain="", axes=[-1], keepdims=1)
        scale = self._node("Max", [most, self._constant("least", np.array(1e-6, np.float32))], f"{name}.by", domain="")
        even = self._node("Div", [values, scale], f"{name}.even", domain="")
        return self._node("Mul", [self._product(name, even), scale], f"{name}.scaled", domain="")

    def _added(self, norm: str, branch: str, trunk: str, bias: str) -> str:
        """Three operators: SkipLayerNormalization, which is all of them, takes more than three times as long."""
        both = self._node("Add", [branch, trunk], f"{norm}.both", domain="")
        both = self._node("Add", [both, self._weight(f"{bias}.bias")], f"{norm}.given", domain="")
        constants = [self._weight(f"{norm}.{kind}") for kind in KINDS]
        return self._node("LayerNormalization", [both, *constants], norm, domain="", axis=-1, epsilon=EPSILON)

    def _weight(self, name: str) -> str:
        return self._constant(name, self._weights[name])

    def _constant(self, name: str, array: NDArray[Any]) -> str:
        self._constants[name] = array
        return name

    def _node(
        self,
        operator: str,
        inputs: list[str],
        output: str,
        *,
        spare: list[str] | None = None,
        domain: str = FUSED,
        **options: Any,
    ) -> str:
        from onnx import helper

        self._nodes.append(helper.make_node(operator, inputs, [output, *(spare or [])], domain=domain, **options))
        return output
