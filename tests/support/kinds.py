"""Tiny data of every kind of label and of input, two tiny encoders for each, and the names by which commands take them.

Every folder and file is written below one folder, in which the commands run, so that names are short and relative.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support import media, tiny

ROWS, COPIES, SENTENCES, PICTURES = 44, 3, 9, 24
GOOD, BAD = {"good", "bright", "moving", "heart", "wit"}, {"bad", "dull", "slow", "no", "not"}


@dataclass(frozen=True)
class Kind:
    """One kind of data: two checkpoints, and the dataset as eval takes it; features come with their labels.

    `alone`: the same features without a baseline. `options`: what eval has to be told.
    """

    name: str
    data: str
    first: str = "bert-a"
    second: str = "bert-b"
    options: tuple[str, ...] = ()
    alone: str = ""

    @property
    def given(self) -> tuple[str, ...]:
        """The dataset and its options, as they follow a checkpoint; nothing for features, which hold their labels."""
        return (self.data, *self.options) if self.data else ()


def _features(name: str) -> Kind:
    files = [f"features:features-{name}{ending}.npz" for ending in ("", "-other", "-alone")]
    return Kind(f"features-{name}", "", files[0], files[1], alone=files[2])


KINDS = (
    Kind("classes", "classes.csv"),
    Kind("pairs", "pairs.csv"),
    Kind("lists", "lists.jsonl"),
    Kind("flags", "flags.csv", options=("--label-column", "short,bad")),
    Kind("numbers", "numbers.csv"),
    Kind("steps", "steps.csv", options=("--task", "ordinal-classification", "--max-examples", "24")),
    Kind("tokens", "tokens.jsonl"),
    Kind("images", "images", "vit-a", "vit-b"),
    _features("classes"),
    _features("numbers"),
    _features("lists"),
)


def make(folder: Path) -> None:
    """Write encoders and data."""
    for place, letter in enumerate("ab"):
        tiny.save(folder / f"bert-{letter}", tiny.bert(place))
        media.save(folder / f"vit-{letter}", media.vit(place))
    rng = np.random.default_rng(5)
    _write_texts(folder, rng)
    _write_tokens(folder)
    _write_pictures(folder / "images", rng)
    _write_features(folder, rng)


@contextmanager
def working_in(folder: Path) -> Iterator[Path]:
    """Work in a folder that has all of it, with a cache of its own and few probes."""
    make(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("LIT_HF_CACHE", str(folder / "cache"))
        patch.setattr("lit_hf.probes.bank.KINDS", ("discriminant", "prototypes"))
        yield folder


def _write_texts(folder: Path, rng: np.random.Generator) -> None:
    texts = tiny.texts(ROWS - COPIES)
    texts += [f"{text.upper()}!" for text in texts[:COPIES]]  # of one group, each with a row of its own
    words = [text.lower().strip("!").split() for text in texts]
    moods = [sum(word in GOOD for word in each) - sum(word in BAD for word in each) for each in words]
    names = [("low", "middle", "high")[(mood > -1) + (mood > 0)] for mood in moods]
    _table(folder / "classes.csv", {"text": texts, "label": names})
    others = texts[7:] + texts[:7]
    same = [int(a == b) for a, b in zip(names, names[7:] + names[:7], strict=True)]
    _table(folder / "pairs.csv", {"text1": texts, "text2": others, "label": same})
    numbers = [mood + round(float(rng.normal()), 2) for mood in moods]
    _table(folder / "numbers.csv", {"text": texts, "label": numbers})
    _table(folder / "steps.csv", {"text": texts, "label": [min(3, max(0, mood + 1)) for mood in moods]})
    flags = {
        "short": [int(len(text.split()) < 7) for text in texts],
        "bad": [int(mood < 0) for mood in moods],
    }
    _table(folder / "flags.csv", {"text": texts, **flags})
    lists = [[name for name, column in flags.items() if column[row]] for row in range(ROWS)]
    _lines(folder / "lists.jsonl", [{"text": text, "labels": each} for text, each in zip(texts, lists, strict=True)])


def _write_tokens(folder: Path) -> None:
    sentences = [text.split()[:6] for text in tiny.texts(SENTENCES, start=3)]
    tags = [["GOOD" if word in GOOD else "BAD" if word in BAD else "NONE" for word in words] for words in sentences]
    _lines(folder / "tokens.jsonl", [{"tokens": a, "tags": b} for a, b in zip(sentences, tags, strict=True)])


def _write_pictures(folder: Path, rng: np.random.Generator) -> None:
    for number in range(PICTURES):
        pixels = rng.integers(0, 150, (28, 28, 3)).astype(np.uint8)
        pixels[:, 14 * (number % 2) :][:, :14] += np.uint8(80)
        file = folder / ("left", "right")[number % 2] / f"{number:02}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(media.png(pixels))


def _write_features(folder: Path, rng: np.random.Generator) -> None:
    classes = rng.integers(0, 3, ROWS)
    rows = rng.normal(size=(ROWS, 6)).astype(np.float32)
    rows[:, :3] += 2 * np.eye(3, dtype=np.float32)[classes]
    other, baseline = (rng.normal(size=(ROWS, 4)).astype(np.float32) for _ in range(2))
    labels = {"classes": classes, "numbers": rows[:, 0].round(1).astype(np.float64), "lists": np.int64(rows[:, :2] > 1)}
    for name, each in labels.items():
        np.savez(folder / f"features-{name}.npz", features=rows, labels=each, baseline_features=baseline)
        np.savez(folder / f"features-{name}-other.npz", features=other, labels=each, baseline_features=baseline)
        np.savez(folder / f"features-{name}-alone.npz", features=rows, labels=each)


def _table(file: Path, columns: Mapping[str, Sequence[Any]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))


def _lines(file: Path, rows: Sequence[Any]) -> None:
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
