"""Records as `lit-hf eval` writes them, with numbers drawn, not measured: publishing needs their shape."""

from __future__ import annotations

from typing import Any

import numpy as np

from lit_hf.records.record import Record, record_id

CLASSES = 2


def record(
    model: str = "org/encoder",
    revision: str | None = "a" * 40,
    dataset: str = "org/reviews",
    bank: str = "b1c2d3e4f5a60718",
    quality: float = 0.5,
    examples: int = 400,
    orders: int = 2,
    seed: int = 0,
    fingerprint: str = "feedfacefeedface",
) -> Record:
    """A valid record of an encoder that pays `1 - quality` bits per label on average, and its arrays.

    The same `seed` gives the same stream: labels, orders and per-example difficulty, so that two records can be paired.
    """
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, CLASSES, examples)
    order = np.stack([rng.permutation(examples) for _ in range(orders)])
    difficulty = rng.gamma(4.0, 0.25, examples)
    position = np.argsort(order, axis=1)
    learning = 1 / np.sqrt(1 + position / 50)
    baseline = difficulty * (0.8 + 0.2 * learning)
    own = np.random.default_rng([seed, int(quality * 1000)]).normal(0, 0.05, (orders, examples))
    encoder = np.maximum(difficulty * (1 - quality + quality * learning) + own, 0.001)
    data = _data(model, revision, dataset, bank, fingerprint, encoder, baseline, seed)
    edges = np.unique(np.geomspace(1, examples, 12).astype(int))
    arrays = {
        "labels": labels,
        "order": order,
        "bits_encoder": encoder,
        "bits_baseline": baseline,
        "bits_raw": baseline[:1] * 0.95,
        "edges": edges,
    }
    return Record(data, arrays)


def _data(
    model: str,
    revision: str | None,
    dataset: str,
    bank: str,
    fingerprint: str,
    encoder: np.ndarray,
    baseline: np.ndarray,
    seed: int,
) -> dict[str, Any]:
    orders, examples = encoder.shape
    code, twin = float(encoder.sum(axis=1).mean()), float(baseline.sum(axis=1).mean())
    bits, half = twin - code, 20.0
    data_revision = None if dataset.startswith("/") else "d" * 40
    resolved = {
        "model": model,
        "dataset": dataset,
        "max_examples": examples,
        "orders": orders,
        "seed": seed,
        "twins": 1,
    }
    seen = [1, 10, 100, examples]
    return {
        "schema": "lit-hf/record/1",
        "id": record_id(
            {"id": model, "revision": revision}, {"id": dataset, "fingerprint": fingerprint}, f"{bank}/{seed}"
        ),
        "created": "2026-11-22T12:00:00+00:00",
        "model": {
            "id": model,
            "revision": revision,
            "architecture": "BertModel",
            "parameters": 22_713_216,
            "dim": 384,
            "layer": "last",
            "pooling": "mean",
            "prompt": None,
            "max_tokens": 256,
            "padding_side": "right",
            "dtype": "float32",
            "resolved_from": {"pooling": "1_Pooling/config.json"},
        },
        "dataset": {
            "id": dataset,
            "config": None,
            "split": "train",
            "revision": data_revision,
            "fingerprint": fingerprint,
            "examples": examples,
            "groups": examples,
            "duplicates": 0,
            "dropped": {"missing_labels": 0, "empty_inputs": 1},
            "classes": CLASSES,
            "class_names": ["neg", "pos"],
            "kind": "text-classification",
            "unit": "example",
            "columns": {"text": "text", "text_pair": None, "label": "label"},
            "truncated": 0.01,
        },
        "transfer": {
            "bits": bits,
            "interval": [bits - half, bits + half],
            "level": 0.95,
            "bits_per_label": bits / examples,
            "baseline": "random_twin",
            "frozen": True,
            "interval_parts": {"examples": 80.0, "orders": 12.0, "twins": None, "twins_reason": "one initialisation"},
            "degrees_of_freedom": 120.0,
            "estimand": "mean over new streams of as many examples from the same source",
            "verdict": f"transfer of {bits:.1f} bits",
        },
        "codelength": {
            "bits": code,
            "interval": [code - half, code + half],
            "bits_per_label": code / examples,
            "bits_per_order": [float(bits) for bits in encoder.sum(axis=1)],
        },
        "baselines": {
            "random_twin": {"bits": twin, "interval": [twin - half, twin + half], "initialisations": 1},
            "raw_input": {"bits": twin * 0.95, "kind": "hashed TF-IDF"},
            "class_prior": {"bits": examples + 4.0},
            "uniform": {"bits": float(examples)},
            "shuffled_labels": {"transfer_bits": 0.3, "code_minus_class_prior_bits": 0.9},
        },
        "measures": {"compression": code / examples},
        "holdout": {"metric": "accuracy", "value": 0.81, "examples": 200, "source": "validation split"},
        "curve": {
            "labels_seen": seen,
            "encoder_bits_per_label": [1.0, 0.9, 0.7, 0.6],
            "baseline_bits_per_label": [1.0, 0.99, 0.95, 0.9],
            "raw_input_bits_per_label": [1.0, 0.98, 0.9, 0.8],
            "class_prior_bits_per_label": [1.0, 1.0, 1.0, 1.0],
            "uniform_bits_per_label": 1.0,
        },
        "coder": {"version": "online/1", "bank": bank, "experts": [], "mixing_bits": 1.5},
        "contamination": "not declared",
        "stage": {"n": examples, "eliminated": False},
        "settings": {"given": {"max_examples": examples, "orders": orders}, "resolved": resolved},
        "environment": {
            "lit_hf": "0.1.0",
            "python": "3.11.9",
            "torch": "2.13.0",
            "transformers": "5.23.0",
            "datasets": "5.2.0",
            "platform": "Linux-x86_64",
            "device": "cpu",
            "processes": 1,
            "threads": 2,
        },
        "timings": {"load": 1.0, "embed": 2.0, "code": 3.0, "total": 6.0},
    }
