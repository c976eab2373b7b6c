"""A record that does not say what its arrays say is found out, wherever it was changed."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lit_hf.config import from_mapping
from lit_hf.evaluation.run import run
from lit_hf.records.recompute import contradictions
from lit_hf.records.record import Record
from tests.support import assets


@pytest.fixture(scope="module", params=[{"orders": 2}, {"orders": 1}, {"orders": 1, "baseline": False}], ids=str)
def record(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Record:
    pixels, labels = assets.digits()
    folder = tmp_path_factory.mktemp("digits")
    given = dict(request.param)
    noise = np.random.default_rng(0).normal(size=(64, 8)).astype(np.float32)
    base = {"baseline_features": pixels[:200] @ noise} if given.pop("baseline", True) else {}
    np.savez(folder / "f.npz", features=pixels[:200], labels=labels[:200], **base)
    return run(from_mapping({"model": f"features:{folder / 'f.npz'}", "cache_dir": str(folder), **given}, "the test"))


def changed(record: Record, path: str, value: Any) -> Record:
    data = copy.deepcopy(record.data)
    *before, last = path.split(".")
    place = data
    for name in before:
        place = place[name]
    place[last] = value(place[last]) if callable(value) else value
    return Record(data, record.arrays)


def test_a_record_as_it_was_made_fits(record: Record, tmp_path: Path) -> None:
    assert contradictions(record.data, record.arrays) == []
    again = Record.load(record.save(tmp_path / "r"))
    assert contradictions(again.data, again.arrays) == []


LIES: dict[str, Any] = {
    "transfer.bits": 999.0,
    "transfer.bits_per_label": 0.5,
    "transfer.interval": lambda ends: [ends[0] + 0.1, ends[1] + 0.1],
    "codelength.bits": lambda bits: bits + 1e-3,
    "codelength.bits_per_order": lambda bits: [each + 1e-3 for each in bits],
    "codelength.interval": lambda ends: [ends[0], ends[1] - 0.5],
    "codelength.bits_per_label": float("nan"),
    "baselines.random_twin.bits": lambda bits: bits + 5,
    "dataset.examples": lambda count: count - 1,
}


@pytest.mark.parametrize("path", LIES)
def test_a_number_that_was_changed_is_named(record: Record, path: str) -> None:
    if record["transfer"]["bits"] is None and path.startswith(("transfer", "baselines")):
        pytest.skip("there is no baseline")
    lie = changed(record, path, LIES[path])
    assert contradictions(lie.data, lie.arrays)


BROKEN: dict[str, Callable[[dict[str, np.ndarray]], object]] = {
    "bits": lambda arrays: arrays.update(bits_encoder=arrays["bits_encoder"] + 1e-4),
    "one bit": lambda arrays: arrays["bits_encoder"].__setitem__((0, 3), arrays["bits_encoder"][0, 3] + 1),
    "NaN": lambda arrays: arrays["bits_encoder"].__setitem__((0, 3), np.nan),
    "negative": lambda arrays: arrays["bits_encoder"].__setitem__((0, 3), -1.0),
    "no labels": lambda arrays: arrays.pop("labels"),
    "no order": lambda arrays: arrays.pop("order"),
    "junk order": lambda arrays: arrays.update(order=np.zeros_like(arrays["order"])),
    "one dimension": lambda arrays: arrays.update(bits_encoder=arrays["bits_encoder"][0]),
    "words": lambda arrays: arrays.update(bits_encoder=arrays["bits_encoder"].astype(str)),
    "groups": lambda arrays: arrays.update(groups=np.array([1, 2])),
    "fewer": lambda arrays: arrays.update({name: each[..., :-1] for name, each in arrays.items()}),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_arrays_that_were_changed_are_named(record: Record, kind: str) -> None:
    arrays = {name: np.array(each) for name, each in record.arrays.items()}
    BROKEN[kind](arrays)
    assert contradictions(record.data, arrays)


def test_without_arrays_the_numbers_are_held_against_each_other(record: Record) -> None:
    assert contradictions(record.data, {}) == []
    assert contradictions(changed(record, "codelength.bits", 5.0).data, {})
    if record["transfer"]["bits"] is not None:
        assert contradictions(changed(record, "transfer.bits", 5.0).data, {})


def test_further_twins_are_no_contradiction(tmp_path: Path) -> None:
    from tests.support import tiny

    folder = tiny.save(tmp_path / "model", tiny.bert())
    lines = [f"{text} {'yes' if row % 2 else 'no'},{row % 2}" for row, text in enumerate(tiny.texts(120))]
    (tmp_path / "d.csv").write_text("\n".join(["text,label", *lines]))
    given = {"model": str(folder), "dataset": str(tmp_path / "d.csv"), "twins": 3, "orders": 2}
    found = run(from_mapping({**given, "cache_dir": str(tmp_path)}, "the test"))
    assert contradictions(found.data, found.arrays) == []
