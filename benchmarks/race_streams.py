"""Streams for benchmarks/racing.py: what each encoder pays in each order, coded once and stored; rules are replays."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import field
from lit_hf.runtime.progress import NullProgress
from lit_hf.runtime.units import run_units


@dataclass(frozen=True)
class Reading:
    """A checkpoint read at one layer: what a cut of it after that layer gives. `weight`: parameters that work there."""

    checkpoint: str
    layer: int
    weight: float

    @property
    def name(self) -> str:
        """Return `L6/4`."""
        return f"{self.checkpoint}/{self.layer}"


@dataclass(frozen=True)
class Streams:
    """Losses float64 [R, M, N] of M readings in R orders, by position [bits]; tokens [R, N]; seconds [M, R]."""

    data: field.Texts
    readings: tuple[Reading, ...]
    losses: np.ndarray
    tokens: np.ndarray
    seconds: np.ndarray


def make(data: field.Texts, checkpoints: Sequence[str], layers: int, orders: int, tokens: int, keep: Path) -> Streams:
    """Code readings of `checkpoints` (at most their last `layers`) in so many orders; what is stored is read back."""
    found = [each for name in checkpoints for each in _checkpoint(data, name, layers, orders, tokens, keep)]
    readings = tuple(reading for reading, _, _ in found)
    counts = field.token_counts(data.texts, tokens)
    index = np.stack([_order(data, number) for number in range(orders)])
    losses = np.stack([rows for _, rows, _ in found], axis=1)
    return Streams(data, readings, losses, counts[index], np.stack([spent for _, _, spent in found]))


def _checkpoint(
    data: field.Texts, name: str, layers: int, orders: int, tokens: int, keep: Path
) -> Iterator[tuple[Reading, np.ndarray, np.ndarray]]:
    """Yield the readings of a checkpoint from its last layer down: all layers come from one pass over the texts."""
    encoder = field.open_encoder(name, tokens, layer="all")
    top, rows = max(encoder.layers), None
    for layer in range(top, max(top - layers, 0), -1):
        reading = Reading(name, layer, encoder.info.working * layer / top)
        files = [_file(data, reading, number, tokens, keep) for number in range(orders)]
        missing = [number for number, file in enumerate(files) if not file.is_file()]
        if missing and rows is None:
            rows = field.embed(encoder, data.texts)
        if rows is not None:
            part = np.ascontiguousarray(rows[:, encoder.layers[layer]])
            run_units([partial(_code, data, part, number, files[number]) for number in missing], NullProgress(), name)
        stored = [np.load(file) for file in files]
        paid, spent = np.stack([each["bits"] for each in stored]), np.array([float(each["seconds"]) for each in stored])
        print(f"{data.name:14s} {reading.name:16s} {paid.mean():.4f} bits per label", flush=True)
        yield reading, paid, spent


def _code(data: field.Texts, rows: np.ndarray, number: int, file: Path) -> None:
    from lit_hf.coding.codelength import code_order
    from lit_hf.coding.order import Code, Examples
    from lit_hf.coding.rules import Alphabet

    began = time.thread_time()
    examples = Examples(data.labels, np.arange(len(data.labels)))
    curve = code_order(rows, examples, Alphabet(data.classes), _numbered(number), Code())
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.stem}.part.npz")
    np.savez(part, bits=curve.bits, seconds=time.thread_time() - began)
    part.replace(file)


def _numbered(number: int) -> Any:
    from lit_hf.coding.order import Order

    return Order(number, keep_first=False)


def _order(data: field.Texts, number: int) -> np.ndarray:
    from lit_hf.codes.orders import order_of

    return order_of(np.arange(len(data.labels)), 0, number, keep_first=False)


def _file(data: field.Texts, reading: Reading, number: int, tokens: int, keep: Path) -> Path:
    from lit_hf.probes.bank import bank_hash

    folder = keep / f"{data.name}-{len(data.labels)}-{tokens}-{bank_hash()}"
    return folder / f"{reading.name.replace('/', '-').replace(' ', '_')}-{number}.npz"
