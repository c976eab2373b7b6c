"""Two tasks of two classes each, of rows: Gaussian blobs, in a file of features."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lit_hf.continual.scenario import Scenario, Sizes, read_scenario

DIM = 8


def write(folder: Path, rows: int = 400) -> str:
    """Write rows of four classes; each class has a direction of its own. Return `features:FILE`."""
    random = np.random.default_rng(0)
    labels = np.arange(rows) % 4
    centres = 1.5 * np.eye(4, DIM, dtype=np.float32)
    features = centres[labels] + random.normal(0, 1, (rows, DIM)).astype(np.float32)
    np.savez(folder / "blobs.npz", features=features, labels=labels)
    return f"features:{folder / 'blobs.npz'}"


def tasks(file: str) -> list[str]:
    return [f"{file}:labels=0,1", f"{file}:labels=2,3"]


def scenario(folder: Path, kind: str = "task", rows: int = 400) -> Scenario:
    return read_scenario(tasks(write(folder, rows)), kind, "perceptron", {}, Sizes(200, 100))
