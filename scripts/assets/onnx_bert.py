"""ONNX graph of a BERT encoder -> Hugging Face folder, for test encoders that are shipped as ONNX only."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np

TOKENISER = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt")
MARK = "auto_model."


def convert(graph: Path, relative: Path, folder: Path) -> None:
    """Write `folder`: weights of `graph`, tokeniser of `relative` (an encoder with the same vocabulary)."""
    from safetensors.numpy import save_file

    weights = read_weights(graph)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "config.json").write_text(json.dumps(config(weights, relative), indent=2, sort_keys=True))
    for name in TOKENISER:
        shutil.copy(relative / name, folder / name)


def read_weights(graph: Path) -> dict[str, np.ndarray]:
    """Weights under their BertModel names.

    The exporter keeps the names of biases, norms and embeddings, but folds the transposed matrices into anonymous
    tensors: those are named after the path of the MatMul that uses them and transposed back.
    """
    import onnx
    from onnx import numpy_helper

    model = onnx.load(str(graph)).graph
    tensors = {t.name: numpy_helper.to_array(t) for t in model.initializer}
    weights = {n.split(MARK, 1)[1]: np.ascontiguousarray(a) for n, a in tensors.items() if MARK in n}
    for node in model.node:
        if node.op_type == "MatMul" and node.input[1] in tensors:
            weights[_matrix_name(node)] = np.ascontiguousarray(tensors[node.input[1]].T)
    return weights


def _matrix_name(node: Any) -> str:
    path = node.name.split("/auto_model/", 1)[1].removesuffix("/MatMul")
    return path.replace("/", ".") + ".weight"


def config(weights: dict[str, np.ndarray], relative: Path) -> dict[str, Any]:
    """BertConfig: sizes read off the weights, the rest (heads, activation, epsilon) from `relative`."""
    settings = json.loads((relative / "config.json").read_text())
    layers = {name.split(".")[2] for name in weights if name.startswith("encoder.layer.")}
    vocabulary, hidden = weights["embeddings.word_embeddings.weight"].shape
    return settings | {
        "_name_or_path": "paraphrase-MiniLM-L3-v2",
        "hidden_size": int(hidden),
        "intermediate_size": int(weights["encoder.layer.0.intermediate.dense.weight"].shape[0]),
        "num_hidden_layers": len(layers),
        "vocab_size": int(vocabulary),
    }
