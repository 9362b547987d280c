"""BERT's layers for ONNX Runtime: a graph of its fused operators over int8 matrices, and no torch.

`pack` turns float weights under transformers' names into int8 ones with a scale for each column, a quarter of the
size; `session` makes a runnable network of some of their layers. What flows between the matrices is rounded to eight
bits anew for each batch, which needs no calibration. docs/decisions.md has speed and agreement beside torch's.
Training, pooling, and networks that are built otherwise are left out.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Weights = Mapping[str, NDArray[Any]]

KINDS = ("weight", "bias")
QKV = ("query", "key", "value")
MATRICES = {"out": "attention.output.dense", "up": "intermediate.dense", "down": "output.dense"}
NORMS = {"attention_norm": "attention.output.LayerNorm", "output_norm": "output.LayerNorm"}
EMBEDDINGS = ("word_embeddings", "position_embeddings", "token_type_embeddings")
EPSILON = 1e-12
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
            scale = np.maximum(np.abs(values).max(axis=0), np.finfo(np.float32).tiny) / np.float32(127)
            packed[f"{here}.{name}.weight"] = np.round(values / scale).astype(np.int8)
            packed[f"{here}.{name}.scale"] = scale
            packed[f"{here}.{name}.bias"] = bias.astype(np.float32)
        for name, path in NORMS.items():
            for kind in KINDS:
                packed[f"{here}.{name}.{kind}"] = weights[f"{there}.{path}.{kind}"].astype(np.float32)
    return packed


def session(packed: Weights, layers: range, heads: int, *, embeddings: Weights | None = None, head: str = "") -> Any:
    """An onnxruntime.InferenceSession of those layers of `pack`'s weights.

    In: `lengths`, (batch,) int32, how many tokens of each row are no padding, and with `embeddings` (`embeddings.…` of
    the BertModel) `ids` and `types`, (batch, tokens) int32, else `hidden`, (batch, tokens, width) float32.
    Out: `hidden`, and with `head`, the name of a linear layer among the weights, `logits`, (batch, tokens, outputs).
    """
    import onnxruntime

    graph = _Graph(packed)
    inputs = [graph.value("lengths", np.int32, "batch")]
    if embeddings is None:
        inputs.append(graph.value("given", np.float32, "batch", "tokens", None))
        hidden = "given"
    else:
        inputs += [graph.value(name, np.int32, "batch", "tokens") for name in ("ids", "types")]
        hidden = graph.embedded(embeddings)
    for n in layers:
        hidden = graph.layer(f"layer.{n}", hidden, heads)
    outputs = [graph.renamed(hidden, "hidden")]
    if head:
        outputs.append(graph.linear(head, hidden))
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(graph.model(inputs, outputs), options, providers=["CPUExecutionProvider"])


class _Graph:
    """ONNX nodes and constants, gathered."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._nodes: list[Any] = []
        self._constants: dict[str, NDArray[Any]] = {}

    def embedded(self, embeddings: Weights) -> str:
        constants = [self._constant(name, embeddings[f"embeddings.{name}.weight"]) for name in EMBEDDINGS]
        norm = [self._constant(f"embeddings.norm.{kind}", embeddings[f"embeddings.LayerNorm.{kind}"]) for kind in KINDS]
        return self._node(
            "EmbedLayerNormalization",
            ["ids", "types", *constants, *norm],
            "embedded",
            spare=["no_mask"],
            epsilon=EPSILON,
        )

    def layer(self, name: str, hidden: str, heads: int) -> str:
        weight, scale, bias = (self._weight(f"{name}.qkv.{kind}") for kind in ("weight", "scale", "bias"))
        zero = self._constant("zero", np.zeros((), np.int8))
        rounded, by, point = (f"{name}.{part}" for part in ("rounded", "by", "point"))
        self._node("DynamicQuantizeLinear", [hidden], rounded, spare=[by, point], domain="")
        mixed = self._node(
            "QAttention",
            [rounded, weight, bias, by, scale, "lengths", point, zero],
            f"{name}.mixed",
            num_heads=heads,
        )
        attended = self._added(f"{name}.attention_norm", self._product(f"{name}.out", mixed), hidden, f"{name}.out")
        wide = self._product(f"{name}.up", attended)
        wide = self._node("BiasGelu", [wide, self._weight(f"{name}.up.bias")], f"{name}.wide")
        return self._added(f"{name}.output_norm", self._product(f"{name}.down", wide), attended, f"{name}.down")

    def linear(self, name: str, hidden: str) -> str:
        """A layer that is left in floats, as the last one."""
        weight = self._constant(f"{name}.weight", self._weights[f"{name}.weight"].T)
        product = self._node("MatMul", [hidden, weight], f"{name}.product", domain="")
        return self._node("Add", [product, self._weight(f"{name}.bias")], "logits", domain="")

    def renamed(self, value: str, name: str) -> str:
        return self._node("Identity", [value], name, domain="")

    def value(self, name: str, kind: type, *shape: str | None) -> Any:
        from onnx import helper

        return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(np.dtype(kind)), list(shape))

    def model(self, inputs: list[Any], outputs: list[str]) -> bytes:
        from onnx import helper, numpy_helper

        constants = [numpy_helper.from_array(np.ascontiguousarray(a), name) for name, a in self._constants.items()]
        results = [self.value(name, np.float32, "batch", "tokens", None) for name in outputs]
        graph = helper.make_graph(self._nodes, "bert", inputs, results, constants)
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(FUSED, 1)]
        return bytes(helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString())

    def _product(self, name: str, values: str) -> str:
        """Without the bias, which the next operator adds."""
        matrix = [self._weight(f"{name}.{kind}") for kind in ("weight", "scale")]
        return self._node("DynamicQuantizeMatMul", [values, *matrix], f"{name}.product")

    def _added(self, norm: str, branch: str, trunk: str, bias: str) -> str:
        constants = [self._weight(f"{norm}.{kind}") for kind in KINDS]
        return self._node(
            "SkipLayerNormalization", [branch, trunk, *constants, self._weight(f"{bias}.bias")], norm, epsilon=EPSILON
        )

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
