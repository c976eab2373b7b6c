"""Entries with bits that a test chooses."""

from __future__ import annotations

import numpy as np

from lit_hf.measures.intervals import interval
from lit_hf.ranking.table import CandidateResult
from lit_hf.records.entry import SCHEMA, Entry
from tests.support.records_fixture import make_record


def make_entry(name: str, bits: np.ndarray, dropped_by: str | None = None, total: int | None = None) -> Entry:
    """Return the entry of checkpoint `name` that paid `bits` [R, n]; `dropped_by`: id of the leader that it lost to."""
    base, labels = make_record(examples=200).data, bits.shape[1]
    found = interval(bits)
    stage = {"n": labels, "of": total or labels, "eliminated": dropped_by is not None}
    if dropped_by is not None:
        stage |= {"behind_bits": 30.0, "needed_bits_per_label": 0.1, "leader": dropped_by}
    data = {
        "schema": SCHEMA,
        "id": f"id-{name}",
        "created": "2026-11-23T10:00:00+00:00",
        "model": {**base["model"], "id": name, "revision": None},
        "dataset": {**base["dataset"], "examples": total or labels, "groups": total or labels},
        "codelength": {
            "bits": found.estimate, "interval": [found.low, found.high], "bits_per_label": found.estimate / labels,
            "bits_per_order": bits.sum(1).tolist(), "labels": labels,
        },
        "coder": {"version": "1", "bank": "5f2e"},
        "curve": {"labels_seen": [0, 8], "bits_per_label": [1.0, 0.5]},
        "budgets": [{"labels": labels, "bits": found.estimate, "accuracy": None if dropped_by else 0.9}],
        "stage": stage,
        "contamination": "unknown",
        "speed": 100.0,
        "settings": base["settings"],
        "timings": {"embed": 1.0},
    }  # fmt: skip
    order = np.stack([np.arange(labels)] * len(bits))
    return Entry(
        data, {"labels": np.arange(labels) % 2, "groups": np.arange(labels), "order": order, "bits_encoder": bits}
    )


def result(entry: Entry) -> CandidateResult:
    """Return the standing of an entry."""
    return CandidateResult(entry["model"]["id"], None, entry)


def noisy(gap: float, labels: int = 600, seed: int = 0, orders: int = 2) -> np.ndarray:
    """Return bits [orders, labels]: shared between all checkpoints, plus the gap, plus noise of their own."""
    shared = np.random.default_rng(99).gamma(2.0, 0.4, (orders, labels))
    return shared + gap + 0.1 * np.random.default_rng(seed).standard_normal((orders, labels))
