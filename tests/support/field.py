"""Tiny checkpoints whose order is known, and data that tell them apart."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import torch

from tests.support import tiny


@dataclass(frozen=True)
class Field:
    """Folders of checkpoints by name, a data file, and a cache of their own."""

    models: dict[str, str]
    data: str
    cache: str


def write_data(path: Path, count: int) -> str:
    """Write texts whose label is whether they hold one of two words."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label"])
        writer.writerows([text, int("good" in text or "wit" in text)] for text in tiny.texts(count))
    return str(path)


def make_models(folder: Path) -> dict[str, str]:
    """Save `good` and `other` (random features), and `blank`, whose features are the same for all texts."""
    blank = tiny.bert(2)
    with torch.no_grad():
        for parameter in blank.parameters():
            parameter.zero_()
    models = {"good": tiny.bert(0), "other": tiny.bert(1), "blank": blank}
    for name, model in models.items():
        (folder / name).mkdir(parents=True)
        tiny.save(folder / name, model)
    return {name: str(folder / name) for name in models}
