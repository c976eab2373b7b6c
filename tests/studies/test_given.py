"""What a study is given: a record by itself, a dataset with an encoder, and nothing in between."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lit_hf
from lit_hf.config import from_mapping
from lit_hf.errors import LacksPart, RecordChanged, UsageError
from lit_hf.records.record import Record
from lit_hf.studies.given import embedded, find_record, require_arrays, settings_of, settings_of_record
from tests.support import kinds


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Tiny data and encoders, and one record of them."""
    with kinds.working_in(tmp_path_factory.mktemp("given")) as made:
        lit_hf.evaluate("bert-a", "classes.csv", orders=1, twins=1).save("record")
        yield made


def test_a_record_is_found_by_folder_file_and_id(folder: Path) -> None:
    found = [find_record(name, None, {}) for name in ("record", "record/record.json")]
    assert all(each is not None and each["model"]["id"] == "bert-a" for each in found)
    assert found[0] is not None
    assert find_record(found[0]["id"][:8], None, {}) is not None


def test_data_with_an_encoder_are_no_record(folder: Path) -> None:
    assert find_record("classes.csv", "bert-a", {}) is None
    assert find_record("features:features-classes.npz", None, {}) is None
    assert settings_of("features:features-classes.npz", None, {}).model == "features:features-classes.npz"
    assert settings_of("classes.csv", "bert-a", {"orders": 2}).orders == 2


@pytest.mark.parametrize(
    ("data", "model", "given", "said"),
    [
        ("classes.csv", None, {}, "no encoder is named"),
        ("org/nothing", None, {}, "no encoder is named"),
        ("record", "bert-a", {}, "is a record, and has its encoder"),
        ("record", None, {"max_examples": 30}, "not by --max-examples"),
    ],
)
def test_what_does_not_fit_is_refused(
    folder: Path, data: str, model: str | None, given: dict[str, Any], said: str
) -> None:
    with pytest.raises(UsageError, match=said) as error:
        find_record(data, model, given)
    assert error.value.next_step


def test_features_of_a_file_take_no_encoder(folder: Path) -> None:
    with pytest.raises(UsageError, match="holds features already"):
        settings_of("features:features-classes.npz", "bert-a", {})


def test_nothing_is_embedded_twice(folder: Path) -> None:
    settings = from_mapping({"model": "bert-b", "dataset": "classes.csv"}, "the test")
    first, second = embedded(settings), embedded(settings)
    assert (first.features.computed, second.features.computed) == (len(first.task.inputs), 0)
    assert np.array_equal(first.features.array(), second.features.array())
    assert len(first.features) == first.task.size


def test_the_features_of_a_record_come_from_the_store(folder: Path) -> None:
    record = Record.load("record")
    given = embedded(settings_of_record(record, {}), record=record)
    assert given.features.computed == 0
    assert np.array_equal(given.task.labels, record.arrays["labels"])


def test_a_dataset_that_has_changed_is_not_taken_for_the_old_one(folder: Path) -> None:
    record = Record.load("record")
    settings = settings_of_record(record, {}).replace(dataset="pairs.csv", model="bert-a")
    with pytest.raises(RecordChanged, match="holds other examples now"):
        embedded(settings, record=record)


def test_a_record_without_arrays_says_which(folder: Path) -> None:
    record = Record.load("record", arrays=False)
    with pytest.raises(LacksPart, match=r"arrays\.npz"):
        require_arrays(record, "labels", "order")
    require_arrays(Record.load("record"), "labels", "order")
