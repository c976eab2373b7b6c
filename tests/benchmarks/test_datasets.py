"""The benchmark of dataset studies: what is made wrong, what is kept, and a name that it shares with a library."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.dataset_compare import closed_form
from benchmarks.dataset_errors import KINDS, error_targets, flip, measured
from benchmarks.dataset_kept import QUICK, Kept, mean_interval

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.mark.parametrize("kind", KINDS)
def test_as_many_labels_are_wrong_as_it_says(kind: str) -> None:
    rng = np.random.default_rng(0)
    labels = np.arange(1_200) % 4
    features = rng.normal(size=(1_200, 3)).astype(np.float32)
    features[:, 0] += labels // 2 * 12  # 0 and 1 look alike, so do 2 and 3
    found = flip(features, labels, kind, seed=1)
    assert found.wrong.sum() == 60
    assert ((found.given != labels) == found.wrong).all()
    alike = np.mean(found.given[found.wrong] // 2 == labels[found.wrong] // 2)
    assert alike > 0.6 if kind == "confusion" else alike < 0.6


def test_a_perfect_score_finds_all_and_its_opposite_none() -> None:
    wrong = np.arange(40) < 4
    assert measured(wrong.astype(float), wrong) == {"auc": 1.0, "ap": 1.0, "at_k": 1.0}
    assert measured(-wrong.astype(float), wrong)["at_k"] == 0.0


def test_a_score_that_is_behind_misses_its_targets() -> None:
    def gaps(far: float) -> dict[str, dict[tuple[str, str], dict[str, float]]]:
        one = {(name, kind): dict.fromkeys(("auc", "ap", "at_k"), far) for name in ("rotten", "bbc") for kind in KINDS}
        return {"logistic": one, "bank": one}

    assert [each.met for each in error_targets(gaps(0.05))] == [True] * 4
    assert [each.met for each in error_targets(gaps(-0.02))] == [False] * 4
    assert str(error_targets(gaps(-0.02))[0]).startswith("MISSED: rotten")


def test_a_piece_is_computed_once(tmp_path: Path) -> None:
    kept = Kept.at(tmp_path, QUICK)
    assert kept.piece("a/b", lambda: {"found": 1})["found"] == 1
    assert kept.piece("a/b", lambda: {"found": 2})["found"] == 1


def test_an_interval_is_students() -> None:
    middle, low, high = mean_interval([1.0, 2.0, 3.0])
    assert (middle, low, high) == pytest.approx((2.0, 2 - 2.484, 2 + 2.484), abs=1e-3)


def test_the_closed_form_by_hand() -> None:
    """Two labels cost log2(8/3) where they agree and 3 bits where they do not; one costs 1."""
    assert closed_form(1, 1) == pytest.approx(2 - (np.log2(8 / 3) + 3) / 2)
    assert closed_form(100, 1_000) == pytest.approx(closed_form(1_000, 100))


def test_a_script_beside_it_still_gets_the_library() -> None:
    line = f"import sys; sys.path.insert(0, {str(BENCHMARKS)!r}); import datasets; print(datasets.Dataset.__module__)"
    done = subprocess.run([sys.executable, "-c", line], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "datasets.arrow_dataset", done.stderr
