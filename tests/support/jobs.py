"""Small jobs, one for each kind of target and option: files in a folder, and the settings that name them."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np

from lit_hf.config import Settings, from_mapping
from tests.support import tiny

ROWS = 150
JOBS = (
    "classes", "layers", "sensitivity", "one twin", "block code", "pairs", "label sets", "numbers", "tokens",
    "adapter",     "features", "features alone", "features of sets", "features of numbers",
)  # fmt: skip


def job_settings(name: str, folder: Path, **changes: Any) -> Settings:
    """Return the settings of a job, its files written to `folder`; `changes` on top."""
    model = {} if name.startswith("features") else {"model": _model(name, folder)}
    small = {"max_examples": 80, "orders": 2, "twins": 3, "device": "cpu", "cache_dir": str(folder / "cache")}
    return from_mapping({**small, **model, **_OPTIONS.get(name, {}), **_data(name, folder), **changes}, name)


def _model(name: str, folder: Path) -> str:
    base = tiny.save(folder / "model", tiny.bert())
    if name != "adapter":
        return str(base)
    from tests.support.adapters import adapt

    return str(adapt(base, folder / "adapter", tiny.bert()))


_OPTIONS: dict[str, dict[str, Any]] = {
    "layers": {"layer": "all"},
    "sensitivity": {"sensitivity": True, "twins": 1, "orders": 1},
    "one twin": {"twins": 1},
    "block code": {"code": "block"},
    "label sets": {"label_column": "good,long,dull"},
    "features of numbers": {"task": "regression"},
    "features of sets": {"sensitivity": True, "orders": 1},
}


def _data(name: str, folder: Path) -> dict[str, Any]:
    if name.startswith("features"):
        return {"model": f"features:{_features(name, folder / 'features.npz')}"}
    texts = tiny.texts(ROWS)
    good = ["good" in text or "wit" in text for text in texts]
    if name == "tokens":
        lines = [{"tokens": text.split(), "tags": [str(len(word) > 3) for word in text.split()]} for text in texts]
        file = folder / "data.jsonl"
        file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
        return {"dataset": str(file)}
    table: dict[str, list[Any]] = {"text": texts, "label": [str(value) for value in good]}
    if name == "pairs":
        table = {"sentence1": texts, "sentence2": texts[::-1], "label": table["label"]}
    if name == "label sets":
        sets = {"long": [len(text) > 40 for text in texts], "dull": ["dull" in text for text in texts]}
        table = {"text": texts, "good": [int(each) for each in good]}
        table |= {key: [int(each) for each in values] for key, values in sets.items()}
    if name == "numbers":
        table["label"] = [len(text) + 0.5 * each for text, each in zip(texts, good, strict=True)]
    return {"dataset": _table(table, folder / "data.csv")}


def _table(columns: dict[str, list[Any]], file: Path) -> str:
    with file.open("w", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return str(file)


def _features(name: str, file: Path) -> Path:
    draw = np.random.default_rng(0)
    rows = draw.normal(size=(ROWS, 6)).astype(np.float32)
    labels: np.ndarray = (rows[:, 0] > 0).astype(np.int64)
    if name.endswith("sets"):
        labels = (rows[:, :3] > 0.2).astype(np.int64)
    if name.endswith("numbers"):
        labels = np.round(rows[:, 0] + 0.1 * draw.normal(size=ROWS), 2)
    arrays = {"features": rows, "labels": labels}
    arrays |= {} if name.endswith("alone") else {"baseline_features": rows[:, 3:]}
    np.savez(file, **arrays)  # type: ignore[arg-type]
    return file
