"""The contract of a backend, by the same checks for each: this process, and a fleet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lit_hf.config import from_mapping
from lit_hf.runtime.fleet import FleetSettings
from lit_hf.selection import work_items
from lit_hf.selection.backend import Backend
from lit_hf.selection.candidate import Candidate
from lit_hf.selection.fleet import Fleet
from lit_hf.selection.local import Local
from lit_hf.selection.stages import inputs_for, stages
from lit_hf.tasks import Task, load_task
from tests.support.engines import Inline
from tests.support.field import Field

BACKENDS: dict[str, Callable[[], Backend]] = {"local": Local, "fleet": lambda: Fleet(Inline(), FleetSettings())}


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> Backend:
    work_items._kept.clear()
    return BACKENDS[request.param]()


def registered(backend: Backend, field: Field, cache: Path, size: int = 400) -> tuple[Task, list[Candidate], list[Any]]:
    given = {"dataset": field.data, "max_examples": size, "orders": 2, "device": "cpu", "cache_dir": str(cache)}
    models = [field.models["good"], field.models["other"], "/nowhere/at-all"]
    plan = [from_mapping({"model": model, **given}, "test") for model in models]
    task = load_task(plan[0])
    return task, *backend.register(plan, task)


def test_what_cannot_be_loaded_is_a_failure_and_the_others_are_registered(
    backend: Backend, field: Field, tmp_path: Path
) -> None:  # fmt: skip
    _, candidates, failed = registered(backend, field, tmp_path)
    assert [each.id for each in failed] == ["/nowhere/at-all"]
    assert "no model named" in str(failed[0].error)
    assert len({each.id for each in candidates}) == 2


def test_a_race_may_end_before_the_last_label(backend: Backend, field: Field, tmp_path: Path) -> None:
    task, (first, second), _ = registered(backend, field, tmp_path)
    stop = stages(task)[0]
    backend.advance([first, second], stop.labels)
    found = [len(each.group_bits(stop.labels)) for each in (first, second)]
    assert found == [stop.groups, stop.groups]
    assert [each.record for each in (first, second)] == [None, None]


def test_further_orders_are_those_that_the_record_has(backend: Backend, field: Field, tmp_path: Path) -> None:
    task, (first, second), _ = registered(backend, field, tmp_path)
    backend.advance([first], task.size, orders=(0, 1))
    raced = [first.curve(order, task.size).by_example for order in (0, 1)]
    backend.finish([first, second], transfer=False)
    assert first.record is not None
    assert second.record is not None
    np.testing.assert_array_equal(first.record.arrays["bits_encoder"], np.stack(raced))


def test_scores_are_of_each_candidate_in_order(backend: Backend, field: Field, tmp_path: Path) -> None:
    _, candidates, _ = registered(backend, field, tmp_path)
    backward = backend.score(candidates[::-1], 200)
    assert backward[::-1] == Local().score(candidates, 200)
    assert None not in backward


def test_the_groups_to_embed_are_whole_shells(field: Field, tmp_path: Path) -> None:
    task, _, _ = registered(Local(), field, tmp_path)
    assert [inputs_for(task, stop.labels) for stop in stages(task)] == [stop.shell for stop in stages(task)]
    assert inputs_for(task, 10) == 256


def test_further_orders_permute_what_was_raced_and_embed_no_more(
    backend: Backend, field: Field, tmp_path: Path
) -> None:  # fmt: skip
    task, (first, _), _ = registered(backend, field, tmp_path, 700)
    stop = stages(task)[0]
    backend.advance([first], stop.labels, orders=(0, 1))
    assert sorted(first.curve(1, stop.labels).index) == list(range(stop.labels))
    assert not np.array_equal(first.curve(1, stop.labels).index, np.arange(stop.labels))
    assert sum(len(np.load(file)) for file in (tmp_path / "features").rglob("*.npy")) == stop.shell
