"""`lit-hf data info`: what is printed and written for a dataset, features and a record, and what is refused."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from pyarrow import parquet

from tests.studies.test_information import population
from tests.support.command_line import Lit

SCHEMA = json.loads(resources.files("lit_hf").joinpath("records/schemas/data-info-1.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def few_probes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("lit_hf.probes.bank.KINDS", ("discriminant", "prototypes"))
    monkeypatch.setenv("LIT_HF_CACHE", str(tmp_path / "cache"))


def written(folder: Path, numbers: bool = False) -> str:
    features, labels = population(700, 0.3)
    given = features[:, 0].round(1).astype(np.float64) if numbers else labels
    np.savez(folder / "few.npz", features=features, labels=given)
    return f"features:{folder / 'few.npz'}"


def test_one_object_of_its_schema_and_all_files(lit: Lit, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    data = written(tmp_path)
    code, out, err = lit(
        "data", "info", data, "--orders", "2", "--format", "json", "-o", str(folder), "--target-accuracy", "0.999"
    )  # fmt: skip
    assert code == 0, err
    found = json.loads(out)
    jsonschema.validate(found, SCHEMA)
    assert [each["labels"] for each in found["information"]] == [0, 250, 500]
    assert found["forecast"]["labels_now"] == 700
    assert found["forecast"]["target"]["accuracy"] == 0.999
    names = {"info.json", "info.png", "info.svg", "information.csv", "information.parquet"}
    assert {path.name for path in folder.iterdir()} == names
    assert parquet.read_table(folder / "information.parquet").num_rows == 3


def test_a_table_says_verdict_and_forecast_in_words(lit: Lit, tmp_path: Path) -> None:
    code, out, err = lit("data", "info", written(tmp_path), "--orders", "1", "--target-accuracy", "0.5")
    assert code == 0, err
    text = " ".join(out.split())
    assert "The last doubling, from 250 to 500 labels, saved" in text
    assert "700 more would bring" in text
    assert "% right" in text
    assert "is reached already" in text


def test_numbers_have_bits_and_no_accuracy(lit: Lit, tmp_path: Path) -> None:
    data = written(tmp_path, numbers=True)
    code, out, err = lit("data", "info", data, "--orders", "1", "--format", "json")
    assert code == 0, err
    found = json.loads(out)
    jsonschema.validate(found, SCHEMA)
    assert found["forecast"]["accuracy"] is None
    code, _, err = lit("data", "info", data, "--orders", "1", "--target-accuracy", "0.9")
    assert code == 2
    assert "left out for" in err


@pytest.mark.parametrize("share", ["0", "1", "90"])
def test_a_target_that_is_no_share_is_refused_before_anything_is_read(lit: Lit, share: str) -> None:
    code, _, err = lit("data", "info", "nothing.csv", "--model", "nothing", "--target-accuracy", share)
    assert code == 2
    assert "a share between 0 and 1" in err


def test_too_few_labels_say_how_many_are_enough(lit: Lit, tmp_path: Path) -> None:
    features, labels = population(300, 0.3)
    np.savez(tmp_path / "few.npz", features=features, labels=labels)
    code, _, err = lit("data", "info", f"features:{tmp_path / 'few.npz'}")
    assert code != 0
    assert "300 labelled examples are too few; at least 666 are needed." in " ".join(err.split())


def test_a_record_gives_what_its_data_give(lit: Lit, tmp_path: Path) -> None:
    data, folder = written(tmp_path), tmp_path / "record"
    code, _, err = lit("eval", data, "--orders", "1", "--twins", "1", "-o", str(folder))
    assert code == 0, err
    ended = [lit("data", "info", *given, "--format", "json") for given in ([str(folder)], [data, "--orders", "1"])]
    assert [code for code, _, _ in ended] == [0, 0], ended[0][2]
    first, second = (json.loads(out) for _, out, _ in ended)
    assert first["information"] == second["information"]
    assert first["forecast"] == second["forecast"]
