"""Records: the schema holds, a trip over the disk changes nothing, words follow the interval."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from lit_hf.config import Settings
from lit_hf.errors import NotARecord
from lit_hf.records.record import Record, plain, record_id, schema, validate, verdict
from tests.support.records import make_record


def test_the_schema_is_a_schema_and_the_fixture_fits() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    make_record().validate()


def test_a_saved_record_is_loaded_again_bit_for_bit(tmp_path: Path) -> None:
    record = make_record(examples=200)
    loaded = Record.load(record.save(tmp_path / "r"))
    assert loaded.data == record.data
    assert set(loaded.arrays) == set(record.arrays)
    for name, array in record.arrays.items():
        np.testing.assert_array_equal(loaded.arrays[name], array)
    assert Record.load(tmp_path / "r" / "record.json").data == record.data


def test_saved_settings_rerun_the_pinned_revision(tmp_path: Path) -> None:
    record = make_record()
    settings = Settings.from_yaml(record.save(tmp_path) / "settings.yaml")
    assert settings.model == f"sentence-transformers/all-MiniLM-L6-v2@{record['model']['revision']}"
    assert settings.dataset == "reviews.csv"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["transfer", "bits"], "412"),
        (["transfer", "interval"], [1.0]),
        (["dataset", "classes"], 1),
        (["dataset", "unit"], "word"),
        (["contamination"], "maybe"),
        (["holdout"], None),  # a null needs its reason beside it
        (["baselines", "uniform", "bits"], None),
        (["schema"], "lit-hf/record/2"),
    ],
)
def test_a_wrong_value_is_named(path: list[str], value: Any) -> None:
    data = copy.deepcopy(make_record().data)
    place = data
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(NotARecord):
        validate(data)


def test_a_record_of_another_version_is_told_from_what_is_no_record() -> None:
    with pytest.raises(NotARecord, match="another version of lit-hf"):
        validate({**make_record().data, "schema": "lit-hf/record/2"})
    with pytest.raises(NotARecord, match="its schema is 'None', not 'lit-hf/record/1'\\."):
        validate({})


def test_a_null_with_its_reason_is_fine() -> None:
    data = copy.deepcopy(make_record().data)
    data["holdout"], data["holdout_reason"] = None, "every example was drawn"
    validate(data)


@pytest.mark.parametrize("key", ["schema", "id", "model", "transfer", "curve", "environment"])
def test_a_missing_part_is_named(key: str) -> None:
    data = {name: value for name, value in make_record().data.items() if name != key}
    with pytest.raises(NotARecord, match=key):
        validate(data)


def test_what_is_no_record_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotARecord, match="does not exist"):
        Record.load(tmp_path)
    (tmp_path / "record.json").write_text("{")
    with pytest.raises(NotARecord, match="not JSON"):
        Record.load(tmp_path)


def test_json_has_numbers_and_no_nan() -> None:
    record = Record({"a": np.float32(0.5), "b": np.arange(2), "c": (1, None)})
    assert json.loads(record.to_json()) == {"a": 0.5, "b": [0, 1], "c": [1, None]}
    assert plain({1: np.int64(3)}) == {"1": 3}
    with pytest.raises(ValueError, match="JSON"):
        Record({"a": float("nan")}).to_json()


def test_an_id_names_a_job() -> None:
    model, dataset = {"id": "m", "revision": "a"}, {"id": "d", "fingerprint": "f"}
    base = record_id(model, dataset, "s")
    assert base == record_id(dict(model), dict(dataset), "s")
    assert base != record_id({**model, "revision": "b"}, dataset, "s")
    assert base != record_id(model, {**dataset, "fingerprint": "g"}, "s")
    assert len(base) == 16


@pytest.mark.parametrize(
    ("interval", "words"),
    [
        ([300, 400], "the pretrained encoder helps (95 %)"),
        ([-400, -300], "negative transfer: these labels cost fewer bits with the random twin"),
        ([-20, 30], "no difference found; it could be up to 30 bits either way"),
        ([-11, 5], "no difference found; it could be up to 11 bits either way"),
        ([-8.5, 9], "no transfer"),
        ([-9, 9], "no transfer"),
        ([1, 9], "no transfer"),
    ],
)
def test_the_words_follow_the_interval(interval: list[float], words: str) -> None:
    assert verdict(interval, labels=2000).startswith(words)


def test_a_record_introduces_itself() -> None:
    assert "L_IT (frozen)" in repr(make_record())
