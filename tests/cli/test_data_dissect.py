"""`lit-hf data dissect`: what is printed, what is written, and how it ends."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from pyarrow import parquet
from rich.console import Console

from lit_hf.reports.dissection import report
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


def test_no_number_is_cut_for_a_long_name() -> None:
    """At 80 columns the name wraps: a cut number is another number."""
    slices = [
        {"values": [f"{place} a long name of a slice, as texts have"], "labels": 870, "bits": -3812.4 - place,
         "low": -7523.1, "high": -2110.7, "bits_per_label": -12.25, "code_bits": 1.0, "reference_bits": 1.0,
         "prior_bits": 85412.0, "share_left": 10.064, "differs": True}
        for place in range(2)
    ]  # fmt: skip
    total = {"labels": 1740, "bits": -7625.8, "interval": [-9000.0, -5000.0], "bits_per_label": -4.38,
             "reference_bits": 2.0, "share_left": 1.0, "further_twins_bits": None}  # fmt: skip
    found = {"total": total, "dataset": None, "model": None, "reference": "random twin", "by": ["text"],
             "slices": slices, "notes": []}  # fmt: skip
    console = Console(file=io.StringIO(), width=80)
    for part in report(found):
        console.print(part)
    assert isinstance(console.file, io.StringIO)
    out = console.file.getvalue()
    for number in ("-3,812", "-7,523 to -2,111", "85,412", "1006.4 %*", "-7,626", "-12.25"):
        assert number in out


def test_quiet_is_the_total_alone(lit: Lit, features: str) -> None:
    code, out, err = lit("data", "dissect", features, "--by", "label", "--orders", "1", "-f", "quiet")
    assert (code, err) == (0, "")
    assert float(out) > 0


def test_a_wrong_request_ends_before_any_work(lit: Lit, features: str) -> None:
    code, _, err = lit("data", "dissect", features, "--by", "cluster:many")
    assert code == 2
    assert "cluster:8" in err
