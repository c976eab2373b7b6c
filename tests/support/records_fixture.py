"""A realistic record from synthetic learning curves, for tests of everything that is a function of records."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from lit_hf.records.record import Record

# Population log-loss after i labels: floor + (1 - floor) / (1 + i / pace), in bits per label of two balanced classes.
ARMS = {"encoder": (0.58, 60.0), "baseline": (0.92, 200.0), "raw": (0.80, 500.0)}


def example_bits(arm: str, examples: int, orders: int) -> np.ndarray:
    """Return bits paid at each position [orders, examples]: the arm's curve with the noise of single examples."""
    floor, pace = ARMS[arm]
    expected = floor + (1 - floor) / (1 + np.arange(examples) / pace)
    noise = np.random.default_rng(7).gamma(8.0, 0.125, size=(orders, examples))
    return expected * noise


def curve_points(bits: np.ndarray, edges: np.ndarray) -> list[float]:
    """Return mean bits per label in each increment."""
    return [float(bits[:, a:b].mean()) for a, b in pairwise(edges)]


def make_record(examples: int = 2000, orders: int = 3, **transfer: Any) -> Record:
    """Return a valid record of two balanced classes; `transfer` overrides fields of its `transfer`."""
    edges = np.unique(np.concatenate([[0, 1, 2, 4, 8, 16], np.geomspace(24, examples, 24).astype(int)]))
    bits = {arm: example_bits(arm, examples, orders) for arm in ARMS}
    total = {arm: float(value.sum(axis=1).mean()) for arm, value in bits.items()}
    gain = total["baseline"] - total["encoder"]
    data = {
        "schema": "lit-hf/record/1",
        "id": "0123456789abcdef",
        "created": "2026-11-23T10:00:00+00:00",
        "model": _model(),
        "dataset": _dataset(examples),
        "transfer": {**_transfer(gain, examples), **transfer},
        "codelength": _codelength(bits["encoder"]),
        "baselines": _baselines(total, examples),
        "measures": {"compression": examples / total["encoder"]},
        "holdout": {"metric": "accuracy", "value": 0.7435, "examples": 2000, "source": "undrawn examples"},
        "curve": _curve(bits, edges, examples),
        "coder": {"version": "1", "bank": "5f2e", "experts": [], "mixing_bits": 2.5},
        "contamination": "unknown",
        "stage": {"n": examples, "eliminated": False},
        "settings": _settings(examples, orders),
        "environment": _environment(),
        "timings": {"load": 1.2, "embed": 9.5, "code": 4.1, "total": 14.8},
        "notes": [],
    }
    order = np.stack([np.random.default_rng(r).permutation(examples) for r in range(orders)])
    arrays = {"labels": np.arange(examples) % 2, "order": order, "edges": edges}
    arrays |= {f"bits_{arm}": value if arm != "raw" else value[:1] for arm, value in bits.items()}
    return Record(data, arrays)


def _model() -> dict[str, Any]:
    return {
        "id": "sentence-transformers/all-MiniLM-L6-v2",
        "revision": "c9745ed1d9f207416be6d2e6f8de32d1f16199bf",
        "architecture": "BertModel",
        "parameters": 22_713_216,
        "dim": 384,
        "layer": "last",
        "pooling": "mean",
        "prompt": "",
        "max_tokens": 256,
        "padding_side": "right",
        "dtype": "float32",
        "resolved_from": {"pooling": "1_Pooling/config.json", "max_tokens": "sentence_bert_config.json"},
    }


def _dataset(examples: int) -> dict[str, Any]:
    return {
        "id": "rotten_tomatoes",
        "config": None,
        "split": "train",
        "revision": None,
        "fingerprint": "9f86d081884c7d65",
        "examples": examples,
        "groups": examples - 6,
        "duplicates": 6,
        "dropped": {"missing_labels": 0, "empty_inputs": 0},
        "classes": 2,
        "class_names": ["negative", "positive"],
        "kind": "text-classification",
        "unit": "example",
        "columns": {"text": "text", "text_pair": None, "label": "label"},
        "truncated": 0.0,
    }


def _transfer(gain: float, examples: int) -> dict[str, Any]:
    half = 0.1 * abs(gain) + 1
    return {
        "bits": gain,
        "interval": [gain - half, gain + half],
        "level": 0.95,
        "bits_per_label": gain / examples,
        "baseline": "random_twin",
        "frozen": True,
        "interval_parts": {"examples": (half / 2) ** 2, "orders": 9.0, "twins": 25.0},
        "degrees_of_freedom": 11.4,
        "estimand": "a new stream of examples from the same source, over probe seeds and twin initialisations",
        "verdict": "transfer",
    }


def _codelength(bits: np.ndarray) -> dict[str, Any]:
    per_order = bits.sum(axis=1)
    mean = float(per_order.mean())
    return {
        "bits": mean,
        "interval": [mean - 30, mean + 30],
        "bits_per_label": mean / bits.shape[1],
        "bits_per_order": per_order.tolist(),
    }


def _baselines(total: dict[str, float], examples: int) -> dict[str, Any]:
    twin = total["baseline"]
    return {
        "random_twin": {"bits": twin, "interval": [twin - 20, twin + 20], "initialisations": 3},
        "raw_input": {"bits": total["raw"], "kind": "hashed TF-IDF"},
        "class_prior": {"bits": examples + 5.5},
        "uniform": {"bits": float(examples)},
        "shuffled_labels": {"transfer_bits": 0.4, "code_minus_class_prior_bits": 0.9},
    }


def _curve(bits: dict[str, np.ndarray], edges: np.ndarray, examples: int) -> dict[str, Any]:
    seen = edges[:-1]
    return {
        "labels_seen": seen.tolist(),
        "encoder_bits_per_label": curve_points(bits["encoder"], edges),
        "baseline_bits_per_label": curve_points(bits["baseline"], edges),
        "raw_input_bits_per_label": curve_points(bits["raw"], edges),
        "class_prior_bits_per_label": [1.0 + 0.72 / (i + 1) for i in seen.tolist()],
        "uniform_bits_per_label": 1.0,
    }


def _settings(examples: int, orders: int) -> dict[str, Any]:
    from lit_hf.config import Settings

    settings = Settings("sentence-transformers/all-MiniLM-L6-v2", "reviews.csv", max_examples=examples, orders=orders)
    return {"given": settings.given(), "resolved": settings.resolved()}


def _environment() -> dict[str, Any]:
    versions = {"lit_hf": "0.1.0", "python": "3.11.9", "torch": "2.13.0", "transformers": "5.23.0", "datasets": "5.2.0"}
    return {**versions, "platform": "Linux x86_64", "device": "cpu", "processes": 1, "threads": 2}
