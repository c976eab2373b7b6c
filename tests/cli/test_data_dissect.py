"""`lit-hf data dissect`: what is printed, what is written, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from pyarrow import parquet

from tests.support.command_line import Lit

HOSTILE = "=cmd \x1b[2J<b>$x$"


@pytest.fixture
def features(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return features of three classes, one of which the features do not tell."""
    monkeypatch.setattr("lit_hf.probes.bank.KINDS", ("discriminant", "prototypes"))
    monkeypatch.setenv("LIT_HF_CACHE", str(tmp_path / "cache"))
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 240)
    rows = rng.normal(size=(240, 6)).astype(np.float32)
    rows[labels == 0, 0] += 4
    names = np.array(["easy", "hard", HOSTILE])[labels]
    np.savez(tmp_path / "rows.npz", features=rows, labels=names)
    return f"features:{tmp_path / 'rows.npz'}"


def test_the_dearest_slices_come_first_and_the_total_last(lit: Lit, features: str) -> None:
    code, out, err = lit("data", "dissect", features, "--by", "label", "--orders", "2")
    assert code == 0, err
    lines = [line for line in out.splitlines() if line.startswith(("easy", "hard", "total"))]
    assert [line.split()[0] for line in lines] == ["hard", "easy", "total"]
    assert "\x1b[2J" not in out


def test_a_folder_has_json_table_and_figure(lit: Lit, features: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code, said, err = lit(
        "data", "dissect", features, "--by", "label", "--by", "cluster:2", "--orders", "1", "-f", "json", "-o", str(out)
    )
    assert code == 0, err
    assert json.loads(said) == json.loads((out / "dissection.json").read_text())
    assert {file.name for file in out.iterdir()} == {
        "dissection.json", "dissection.png", "dissection.svg", "slices.csv", "slices.parquet",
    }  # fmt: skip
    rows = parquet.read_table(out / "slices.parquet").to_pylist()
    assert sum(row["bits"] for row in rows) == pytest.approx(json.loads(said)["total"]["bits"])
    assert "'=cmd" in (out / "slices.csv").read_text(encoding="utf-8")


def test_quiet_is_the_total_alone(lit: Lit, features: str) -> None:
    code, out, err = lit("data", "dissect", features, "--by", "label", "--orders", "1", "-f", "quiet")
    assert (code, err) == (0, "")
    assert float(out) > 0


def test_a_wrong_request_ends_before_any_work(lit: Lit, features: str) -> None:
    code, _, err = lit("data", "dissect", features, "--by", "cluster:many")
    assert code == 2
    assert "cluster:8" in err
