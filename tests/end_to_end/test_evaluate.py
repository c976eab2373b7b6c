"""The whole job on a real encoder and real labelled text, without network."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path

import numpy as np
import pytest

import lit_hf
from lit_hf.config import Settings
from lit_hf.evaluation.run import run
from lit_hf.records.record import Record
from tests.support import assets

SMALL = {"orders": 2, "twins": 2}


def write(path: Path, rows: list[tuple[str, int]]) -> str:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label"])
        writer.writerows(rows)
    return str(path)


def reviews(count: int) -> list[tuple[str, int]]:
    texts, labels, _ = assets.rotten()
    return random.Random(0).sample(list(zip(texts, labels, strict=True)), count)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("evaluate")


@pytest.fixture(scope="module")
def small(folder: Path) -> str:
    return write(folder / "reviews.csv", reviews(120))


@pytest.fixture(scope="module")
def record(folder: Path, small: str) -> Record:
    return lit_hf.evaluate(str(assets.l6_folder()), small, cache_dir=str(folder / "cache"), **SMALL)


def bits(found: Record) -> np.ndarray:
    return np.concatenate([found.arrays["bits_encoder"], found.arrays["bits_baseline"], found.arrays["bits_raw"]])


def test_the_record_validates_and_comes_back_from_disk(record: Record, tmp_path: Path) -> None:
    record.validate()
    back = Record.load(record.save(tmp_path / "out"))
    assert json.loads(back.to_json()) == json.loads(record.to_json())
    for name, values in record.arrays.items():
        np.testing.assert_array_equal(back.arrays[name], values)


def test_the_parts_of_the_record_agree(record: Record) -> None:
    transfer, baselines = record["transfer"], record["baselines"]
    low, high = transfer["interval"]
    assert low < transfer["bits"] < high
    assert transfer["bits"] == pytest.approx(baselines["random_twin"]["bits"] - record["codelength"]["bits"])
    assert record["codelength"]["bits"] == pytest.approx(record.arrays["bits_encoder"].sum(1).mean())
    assert baselines["uniform"]["bits"] == record["dataset"]["examples"] == 120
    assert record["measures"]["compression"] == pytest.approx(120 / record["codelength"]["bits"])
    for bound in ("uniform", "class_prior"):
        assert max(record["codelength"]["bits_per_order"]) <= baselines[bound]["bits"] + 2
    assert abs(baselines["shuffled_labels"]["transfer_bits"]) <= 5
    assert baselines["shuffled_labels"]["code_minus_class_prior_bits"] <= 2
    assert record["coder"]["edges"][-1] == 120
    shares = [expert["share"] for expert in record["coder"]["experts"] if expert["share"]]
    np.testing.assert_allclose(np.sum(shares, axis=0), 1.0, atol=1e-3)  # rounded to four digits


def test_the_measures_of_the_record(record: Record) -> None:
    found = record["measures"]
    assert [point["labels"] for point in found["budgets"]] == [100, 120]
    assert found["last_block"]["labels"] == 12
    assert [round(point["eps"], 6) for point in found["surplus"]] == [0.75, 0.5, 0.25]
    assert [(span["start"], span["stop"]) for span in found["calibration"]["encoder"]] == [
        (0, 10),
        (10, 100),
        (100, 120),
    ]
    assert found["excess_description_length"] is None
    assert "held-out" in found["excess_description_length_reason"]
    assert found["sensitivity"] is None
    assert found["sensitivity_reason"]
    assert {"labels", "loss", "saved", "censored"} == set(found["labels_saved"][0])


def test_a_second_run_does_no_forward_pass_and_gives_the_same_bits(
    record: Record, folder: Path, small: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lit_hf.encoders.text import TextEncoder

    def refuse(*_: object) -> None:
        raise AssertionError("a forward pass")

    monkeypatch.setattr(TextEncoder, "encode", refuse)
    again = lit_hf.evaluate(str(assets.l6_folder()), small, cache_dir=str(folder / "cache"), **SMALL)
    np.testing.assert_array_equal(bits(again), bits(record))
    assert again["timings"]["embedded_now"] == 0
    assert again["id"] == record["id"]


def test_fresh_features_give_the_bits_of_cached_ones(record: Record, tmp_path: Path, small: str) -> None:
    fresh = lit_hf.evaluate(str(assets.l6_folder()), small, cache_dir=str(tmp_path), **SMALL)
    assert fresh["timings"]["embedded_now"] > 0
    np.testing.assert_array_equal(bits(fresh), bits(record))


def test_its_settings_run_it_again(record: Record, tmp_path: Path) -> None:
    saved = record.save(tmp_path / "out")
    again = run(Settings.from_yaml(saved / "settings.yaml"))
    assert again["transfer"] == record["transfer"]
    np.testing.assert_array_equal(bits(again), bits(record))


def test_the_order_of_the_rows_does_not_matter(record: Record, folder: Path, tmp_path: Path) -> None:
    rows = reviews(120)
    random.Random(1).shuffle(rows)
    moved = write(tmp_path / "moved.csv", rows)
    again = lit_hf.evaluate(str(assets.l6_folder()), moved, cache_dir=str(folder / "cache"), **SMALL)
    assert again["timings"]["embedded_now"] == 0
    np.testing.assert_array_equal(bits(again), bits(record))


def test_other_labels_embed_nothing(folder: Path, record: Record, tmp_path: Path) -> None:
    flipped = write(tmp_path / "flipped.csv", [(text, 1 - label) for text, label in reviews(120)])
    again = lit_hf.evaluate(str(assets.l6_folder()), flipped, cache_dir=str(folder / "cache"), **SMALL)
    assert again["timings"]["embedded_now"] == 0


def test_sensitivity_when_it_is_asked_for(folder: Path, record: Record, small: str) -> None:
    from lit_hf.probes.bank import KINDS

    found = lit_hf.evaluate(
        str(assets.l6_folder()), small, cache_dir=str(folder / "cache"), orders=1, twins=1, sensitivity=True
    )
    assert [entry["kind"] for entry in found["measures"]["sensitivity"]] == list(KINDS)
    whole = found.arrays["bits_baseline"][0].sum() - found.arrays["bits_encoder"][0].sum()
    for entry in found["measures"]["sensitivity"]:
        assert entry["change_bits"] == pytest.approx(entry["transfer_bits"] - whole)
    assert found["transfer"]["interval_parts"]["orders"] is None
    assert found["transfer"]["dataset_interval"] is None


@pytest.mark.slow
def test_transfer_is_real_on_rotten_tomatoes(tmp_path: Path) -> None:
    """all-MiniLM-L6 on 2,000 labels: its code is shorter than its twin's, and that shorter than the class prior."""
    from lit_hf.demo import find_demo

    demo = find_demo(str(tmp_path))
    found = lit_hf.evaluate(demo.model, demo.dataset, max_examples=2000, orders=2, twins=2)
    encoder, twin = found["codelength"]["bits"], found["baselines"]["random_twin"]["bits"]
    assert encoder < twin < found["baselines"]["class_prior"]["bits"]
    assert found["transfer"]["interval"][0] > 100
    assert found["transfer"]["bits"] > 200
    assert found["holdout"]["value"] > 0.68
    excess = found["measures"]["excess_description_length"]
    assert excess["held_out"] == found["holdout"]["examples"]
    assert abs(found["baselines"]["shuffled_labels"]["transfer_bits"]) <= 5
