"""Encoders made worse on purpose, in a known order: fewer layers, coarser weights, noisier weights, random ones.

Each function writes into an existing empty `folder` a complete encoder: safetensors, configuration, tokeniser.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

LAYER = re.compile(r"(?:^|\.)encoder\.layer\.(\d+)\.")


def build(target: Path, fill: Callable[[Path], None]) -> Path:
    """`target`, filled by `fill` unless it is there; moved into place whole, so a killed run leaves no half model."""
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=target.parent, prefix=".draft-"))
    try:
        fill(draft)
        os.replace(draft, target)
    except OSError:
        if not target.is_dir():  # else another process was first, with the same content
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return target


def short_name(folder: Path) -> str:
    """Readable and unique: layer count and the start of the hash of the weights."""
    digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    settings = json.loads((folder / "config.json").read_text())
    return f"bert{settings['num_hidden_layers']}-{digest[:8]}"


def truncate(source: Path, folder: Path, layers: int) -> None:
    """Keep the first `layers` layers."""
    weights = _read(source)
    kept = {name: a for name, a in weights.items() if not (m := LAYER.search(name)) or int(m[1]) < layers}
    _write(source, folder, kept, layers)


def quantise(source: Path, folder: Path, bits: int) -> None:
    """Round every row of every matrix to 2^bits - 1 symmetric levels scaled to the row's largest value."""
    if bits < 2:
        raise ValueError(f"bits is {bits}: symmetric levels around zero need at least 2")
    _write(source, folder, {name: _round(a, bits) if a.ndim == 2 else a for name, a in _read(source).items()})


def _round(matrix: np.ndarray, bits: int) -> np.ndarray:
    step = np.abs(matrix).max(axis=1, keepdims=True) / (2 ** (bits - 1) - 1)
    return np.round(matrix / np.where(step > 0, step, 1)) * step


def add_noise(source: Path, folder: Path, level: float) -> None:
    """Add N(0, (level * standard deviation)^2) to every matrix; the same draw at every level, only scaled."""
    generator = np.random.default_rng(20)
    noisy = {}
    for name, array in sorted(_read(source).items()):
        draw = generator.standard_normal(array.shape).astype(array.dtype)
        noisy[name] = array + level * array.std() * draw if array.ndim == 2 else array
    _write(source, folder, noisy)


def redraw(source: Path, folder: Path, seed: int) -> None:
    """Draw all weights anew as BERT's own initialisation does: matrices from N(0, 0.02^2), biases 0, norms 1."""
    generator = np.random.default_rng(seed)
    fresh = {}
    for name, array in sorted(_read(source).items()):
        draw = 0.02 * generator.standard_normal(array.shape, dtype=np.float32)
        fresh[name] = draw if array.ndim == 2 else np.full_like(array, name.endswith("LayerNorm.weight"))
    _write(source, folder, fresh)


def _read(source: Path) -> dict[str, np.ndarray]:
    from safetensors.numpy import load_file

    weights = load_file(source / "model.safetensors")
    return {n: a.astype(np.float32) if a.dtype == np.float16 else a for n, a in weights.items()}


def _write(source: Path, folder: Path, weights: dict[str, np.ndarray], layers: int | None = None) -> None:
    from safetensors.numpy import save_file

    settings = json.loads((source / "config.json").read_text())
    if layers is not None:
        settings["num_hidden_layers"] = layers
    (folder / "config.json").write_text(json.dumps(settings, indent=2, sort_keys=True))
    for path in source.iterdir():
        if path.is_file() and path.suffix in {".json", ".txt"} and path.name not in {"config.json", "data_config.json"}:
            shutil.copy(path, folder / path.name)
        elif re.fullmatch(r"\d+_\w+", path.name):  # modules of sentence-transformers: pooling, normalisation
            shutil.copytree(path, folder / path.name, dirs_exist_ok=True)
    arrays = {name: np.ascontiguousarray(a.astype(np.float32) if a.ndim == 2 else a) for name, a in weights.items()}
    save_file(arrays, folder / "model.safetensors", metadata={"format": "pt"})
