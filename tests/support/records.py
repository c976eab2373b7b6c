"""Records of every kind from synthetic curves, each checked against the schema: the one maker for all tests.

`make_record`: an evaluation. `hub_record`: one of a checkpoint and a dataset that the test names, paired by `seed`.
`ranked_record`: what a ranking coded of a checkpoint. `without_baseline`: an evaluation of features from a file.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from lit_hf.measures.intervals import Variance, interval
from lit_hf.ranking.table import CandidateResult, Raced
from lit_hf.records.record import Record, record_id

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
        "transfer": _transfer(gain, examples),
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
    found = checked(data, with_intervals(data, arrays))
    found["transfer"].update(transfer)  # type: ignore[typeddict-item]
    return found


def with_intervals(data: dict[str, Any], arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Put the intervals into `data` that follow from the arrays, which are returned."""
    order, encoder, base = arrays["order"], arrays["bits_encoder"], arrays.get("bits_baseline")
    code = interval(encoder, order)
    data["codelength"]["interval"] = [code.low, code.high]
    raw = arrays.get("bits_raw")
    if raw is not None:
        data["baselines"]["raw_input"]["bits"] = float(raw.sum(axis=1).mean())
    if base is not None:
        twin, transfer = data["baselines"]["random_twin"], data["transfer"]
        parts = transfer["interval_parts"]
        many = twin["initialisations"] > 1 and parts["twins"] is not None
        twins = Variance(parts["twins"], twin["initialisations"] - 1) if many else None
        found = interval(base - encoder, order, level=transfer["level"], twins=twins)
        transfer["interval"] = [found.low, found.high]
    return arrays


def checked(data: dict[str, Any], arrays: dict[str, np.ndarray]) -> Record:
    """Return the record, which fits the schema."""
    found = Record(data, arrays)  # type: ignore[arg-type]
    found.validate()
    return found


def without_baseline(examples: int = 400) -> Record:
    """Return an evaluation of features from a file: nothing is compared with them."""
    base, why = make_record(examples=examples), "the features of a baseline were not given"
    nothing = {"bits": None, "bits_reason": why}
    transfer = {
        **nothing, "interval": None, "level": 0.95, "bits_per_label": None, "baseline": None, "frozen": True,
        "interval_parts": None, "degrees_of_freedom": None, "estimand": "L_IT", "verdict": "no transfer is measured",
    }  # fmt: skip
    baselines = {
        **base["baselines"], "random_twin": {**nothing, "interval": None, "interval_reason": why, "initialisations": 0},
        "raw_input": {**nothing, "kind": None},
        "shuffled_labels": {
            "transfer_bits": None, "transfer_bits_reason": why, "code_minus_class_prior_bits": 0.9,
        },
    }  # fmt: skip
    model = {**base["model"], "id": "features:rows.npz", "revision": None, "pooling": None, "max_tokens": None}
    curve = {**base["curve"], "baseline_bits_per_label": None, "raw_input_bits_per_label": None}
    arrays = {name: value for name, value in base.arrays.items() if name not in ("bits_baseline", "bits_raw")}
    data = {**base.data, "model": model, "transfer": transfer, "baselines": baselines, "curve": curve, "notes": []}
    return checked(data, with_intervals(data, arrays))


def ranked_record(name: str, bits: np.ndarray, lost_to: str | None = None, total: int | None = None) -> Record:
    """Return what a ranking coded of checkpoint `name`: it paid `bits` [R, n].

    lost_to: id of the record of the leader that it left a race against, after n of `total` labels.
    """
    base, labels = make_record(examples=200).data, bits.shape[1]
    found = interval(bits)
    stage: dict[str, Any] = {"n": labels, "of": total or labels, "eliminated": lost_to is not None}
    if lost_to is not None:
        stage["leader"] = lost_to
    data = {
        "schema": "lit-hf/record/1",
        "id": ranked_id(name),
        "created": "2026-11-23T10:00:00+00:00",
        "model": {**base["model"], "id": name, "revision": None},
        "dataset": {**base["dataset"], "examples": total or labels, "groups": total or labels},
        "codelength": {
            "bits": found.estimate, "interval": [found.low, found.high], "bits_per_label": found.estimate / labels,
            "bits_per_order": bits.sum(1).tolist(), "labels": labels,
        },
        "coder": {"version": "1", "bank": "5f2e"},
        "curve": {"labels_seen": [0, 8], "bits_per_label": [1.0, 0.5]},
        "budgets": [{"labels": labels, "bits": found.estimate, "accuracy": None if lost_to else 0.9}],
        "stage": stage,
        "contamination": "unknown",
        "speed": 100.0,
        "settings": base["settings"],
        "timings": {"embed": 1.0},
    }  # fmt: skip
    order = np.stack([np.arange(labels)] * len(bits))
    arrays = {"labels": np.arange(labels) % 2, "groups": np.arange(labels), "order": order, "bits_encoder": bits}
    return checked(data, arrays)


def ranked_id(name: str) -> str:
    """Return the id that `ranked_record` gives to a checkpoint."""
    return record_id({"id": name}, {"id": "ranked"}, "")


def result(record: Record) -> CandidateResult:
    """Return a ranked record as the result of its checkpoint, without a race."""
    return CandidateResult(record["model"]["id"], None, record)


def raced(record: Record, behind: float | None, risk: float = 0.01) -> CandidateResult:
    """Return a ranked record as the result of its checkpoint in a race; `behind`: by forecast, None of the chosen."""
    stage, ends = record["stage"], None if behind is None else (behind - 0.1, behind + 0.1)
    found = Raced(
        stage["n"], stage["of"], stage["eliminated"], None, behind, ends, None if behind is None else risk
    )  # fmt: skip
    return CandidateResult(record["model"]["id"], None, record, raced=found)


def noisy(gap: float, labels: int = 600, seed: int = 0, orders: int = 2) -> np.ndarray:
    """Return bits [orders, labels]: shared between all checkpoints, plus the gap, plus noise of their own."""
    shared = np.random.default_rng(99).gamma(2.0, 0.4, (orders, labels))
    return shared + gap + 0.1 * np.random.default_rng(seed).standard_normal((orders, labels))


def hub_record(
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
    """Return an evaluation whose encoder pays `1 - quality` bits per label on average.

    The same `seed` gives the same stream: labels, orders and per-example difficulty, so that two records can be paired.
    """
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, examples)
    order = np.stack([rng.permutation(examples) for _ in range(orders)])
    difficulty = rng.gamma(4.0, 0.25, examples)
    learning = 1 / np.sqrt(1 + np.argsort(order, axis=1) / 50)
    baseline = difficulty * (0.8 + 0.2 * learning)
    own = np.random.default_rng([seed, int(quality * 1000)]).normal(0, 0.05, (orders, examples))
    encoder = np.maximum(difficulty * (1 - quality + quality * learning) + own, 0.001)
    base = make_record(examples=examples, orders=orders).data
    code, twin = float(encoder.sum(axis=1).mean()), float(baseline.sum(axis=1).mean())
    bits, half = twin - code, 20.0
    resolved = {
        "model": model, "dataset": dataset, "max_examples": examples, "orders": orders, "seed": seed, "twins": 1,
    }  # fmt: skip
    about = {"id": dataset, "revision": None if dataset.startswith("/") else "d" * 40, "fingerprint": fingerprint}
    data: dict[str, Any] = {
        **base,
        "id": record_id({"id": model, "revision": revision}, about, f"{bank}/{seed}"),
        "created": "2026-11-22T12:00:00+00:00",
        "model": {**base["model"], "id": model, "revision": revision, "prompt": None}
        | {"resolved_from": {"pooling": "1_Pooling/config.json"}},
        "dataset": {**base["dataset"], **about, "groups": examples, "duplicates": 0, "class_names": ["neg", "pos"]}
        | {"dropped": {"missing_labels": 0, "empty_inputs": 1}, "truncated": 0.01},
        "transfer": {
            **base["transfer"], "bits": bits, "interval": [bits - half, bits + half], "bits_per_label": bits / examples,
            "interval_parts": {
                "examples": 80.0, "orders": 12.0, "twins": None, "twins_reason": "one initialisation",
            },
            "verdict": f"transfer of {bits:.1f} bits",
        },
        "codelength": {
            "bits": code, "interval": [code - half, code + half], "bits_per_label": code / examples,
            "bits_per_order": encoder.sum(axis=1).tolist(),
        },
        "baselines": {
            **base["baselines"], "random_twin": {
                "bits": twin, "interval": [twin - half, twin + half], "initialisations": 1,
            },
            "raw_input": {"bits": twin * 0.95, "kind": "hashed TF-IDF"}, "class_prior": {"bits": examples + 4.0},
        },
        "measures": {"compression": code / examples},
        "holdout": {"metric": "accuracy", "value": 0.81, "examples": 200, "source": "validation split"},
        "curve": {
            "labels_seen": [1, 10, 100, examples],
            "encoder_bits_per_label": [1.0, 0.9, 0.7, 0.6],
            "baseline_bits_per_label": [1.0, 0.99, 0.95, 0.9],
            "raw_input_bits_per_label": [1.0, 0.98, 0.9, 0.8],
            "class_prior_bits_per_label": [1.0, 1.0, 1.0, 1.0],
            "uniform_bits_per_label": 1.0,
        },
        "coder": {"version": "online/1", "bank": bank, "experts": [], "mixing_bits": 1.5},
        "contamination": "not declared",
        "settings": {"given": {"max_examples": examples, "orders": orders}, "resolved": resolved},
    }  # fmt: skip
    del data["notes"]
    arrays = {
        "labels": labels, "order": order, "bits_encoder": encoder, "bits_baseline": baseline,
        "bits_raw": baseline[:1] * 0.95, "edges": np.unique(np.geomspace(1, examples, 12).astype(int)),
    }  # fmt: skip
    return checked(data, with_intervals(data, arrays))


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
