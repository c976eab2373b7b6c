"""The study of docs/datasets.md runs, and its page holds the table that it makes."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from docs import datasets_study as study

PAGE = (Path(__file__).parents[2] / "docs" / "datasets.md").read_text(encoding="utf-8")


def test_the_page_has_the_table_of_all_sets() -> None:
    part = PAGE.partition(study.MARK)[2].partition(study.ENDS)[0]
    assert all(name in part for name in study.NAMES.values())
    assert "`compare`, two halves" in part


def test_the_files_are_written(tmp_path: Path) -> None:
    study.main([str(tmp_path), "--files"])
    counts = {}
    for name in ("rotten", "half1", "half2", "r8", "r8_test", "bbc"):
        with (tmp_path / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        assert rows[0] == ["text", "label"]
        counts[name] = len(rows) - 1
    assert counts["half1"] + counts["half2"] == counts["rotten"] == 8_530
    assert (counts["r8"], counts["r8_test"], counts["bbc"]) == (5_485, 2_189, 2_225)


@pytest.mark.slow
def test_the_quick_study_ends_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIT_HF_CACHE", str(tmp_path / "cache"))
    study.main([str(tmp_path), "--quick"])
    text = capsys.readouterr().out
    assert "| | Rotten Tomatoes |" in text
    for words in ("best rule", "first in the list", "accuracy: now", "`dissect` by length", "are common"):
        assert words in text
    assert (tmp_path / "quick" / "datasets.png").stat().st_size > 10_000
