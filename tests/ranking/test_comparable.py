"""Only records of the same data and coder are compared, and they are compared in pairs."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

from lit_hf.errors import IncomparableRecords
from lit_hf.ranking.comparable import align, check_comparable, diff, order_of_groups
from lit_hf.records.record import Record
from tests.support.records import make_record


def changed(section: str, field: str, value: Any) -> Record:
    record = make_record(examples=200)
    data = copy.deepcopy(record.data)
    data[section][field] = value
    return Record(data, record.arrays)


@pytest.mark.parametrize(
    ("section", "field", "value"),
    [
        ("coder", "bank", "0000"),
        ("coder", "version", "2"),
        ("dataset", "fingerprint", "ff"),
        ("dataset", "unit", "token"),
    ],
)
def test_other_data_or_coders_are_refused_by_name(section: str, field: str, value: Any) -> None:
    with pytest.raises(IncomparableRecords, match=f"{section}.{field}"):
        check_comparable([make_record(examples=200), changed(section, field, value)])


def test_other_orders_and_missing_arrays_are_refused() -> None:
    record = make_record(examples=200)
    reordered = Record(record.data, {**record.arrays, "order": record.arrays["order"][:, ::-1]})
    with pytest.raises(IncomparableRecords, match="orders differ"):
        check_comparable([record, reordered])
    with pytest.raises(IncomparableRecords, match="no arrays"):
        check_comparable([record, Record(record.data)])


def test_another_model_is_what_is_compared() -> None:
    check_comparable([make_record(examples=200), changed("model", "dim", 768)])


def test_diff_finds_the_examples_that_differ() -> None:
    record = make_record(examples=200)
    bits = record.arrays["bits_encoder"].copy()
    bits[:, [3, 50]] += np.array([5.0, -9.0])
    found = diff(Record(record.data, {**record.arrays, "bits_encoder": bits}), record, count=2)
    assert found.examples == [(50, pytest.approx(-9.0)), (3, pytest.approx(5.0))]
    assert found.interval.estimate == pytest.approx(-4.0)
    assert diff(record, record).interval.estimate == 0.0


def test_groups_are_summed_and_ordered_once() -> None:
    groups = np.array([0, 0, 1, 2, 2])
    assert order_of_groups(np.array([3, 4, 2, 0, 1]), groups).tolist() == [2, 1, 0]
    record = make_record(examples=100)
    pairs = np.arange(100) // 2
    order = np.stack([np.arange(100), np.arange(100).reshape(50, 2)[::-1].ravel(), np.arange(100)])
    aligned = align([Record(record.data, {**record.arrays, "groups": pairs, "order": order})])
    assert aligned.bits.shape == (1, 3, 50)
    assert aligned.order.shape == (3, 50)
    assert aligned.order[1].tolist() == list(range(49, -1, -1))
    np.testing.assert_allclose(aligned.bits.sum(), record.arrays["bits_encoder"].sum())
