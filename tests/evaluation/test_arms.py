"""The list of arms: made without embedding anything, the same for who runs it and who weighs it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lit_hf.config import MeasurementSettings
from lit_hf.encoders import Encoder
from lit_hf.evaluation.arms import (
    CONTROL_EXAMPLES,
    ENCODER,
    HELD_OUT,
    LEAST_SHARE,
    RAW,
    TWIN,
    Arm,
    arms_of,
    control_name,
    embeddings_of,
    encoder_arm,
)
from lit_hf.evaluation.coded import CodedArms
from lit_hf.features import embed
from lit_hf.tasks import Task, load_task
from tests.support.counting import Counting
from tests.support.jobs import job_settings

MANY = 10_000


class Untouched(Counting):
    """An encoder that must not be asked for anything, and neither must its twins."""

    def encode(self, inputs: object) -> object:  # type: ignore[override]
        raise AssertionError("something was embedded")

    def twin(self, seed: int) -> Encoder:
        return Untouched(f"twin {seed}")


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> Task:
    return load_task(job_settings("classes", tmp_path_factory.mktemp("task")))


def stretched(task: Task, labels: int) -> Task:
    """The task with so many labels, two for each input."""
    return replace(
        task,
        inputs=[str(number) for number in range(labels // 2)],
        size=labels // 2,
        labels=np.arange(labels) % 2,
        groups=np.arange(labels) // 2,
        holdout=None,
    )


def by_name(task: Task, **changes: int | str | bool) -> dict[str, Arm]:
    found = arms_of(task, Untouched(), MeasurementSettings(**changes))  # type: ignore[arg-type]
    assert len({arm.name for arm in found}) == len(found)
    return {arm.name: arm for arm in found}


def test_nothing_is_embedded_and_the_twins_are_those_of_the_seed(task: Task) -> None:
    arms = by_name(task, seed=4, twins=2, orders=2)
    assert [arm.encoder.info.id for arm in arms.values()][:3] == ["a", "twin 4000", "twin 4001"]
    assert [arm.orders for arm in arms.values()][:3] == [(0, 1), (0, 1), (0,)]
    assert arms[ENCODER].held_out is task.holdout
    assert [name for name, arm in arms.items() if arm.held_out is not None] == [ENCODER]


def test_further_twins_and_the_control_take_a_part(task: Task) -> None:
    arms = by_name(stretched(task, MANY))
    assert {len(arms[name].labels) for name in (ENCODER, TWIN, RAW)} == {MANY}
    assert len(arms["twin 2"].labels) == MANY // 4 > LEAST_SHARE
    assert arms["twin 2"].size == MANY // 8
    control = arms[control_name(ENCODER)]
    assert len(control.labels) == CONTROL_EXAMPLES
    assert (control.labels != arms[ENCODER].labels[:CONTROL_EXAMPLES]).any()
    np.testing.assert_array_equal(control.labels, arms[control_name(TWIN)].labels)
    whole = by_name(stretched(task, MANY), code="block")  # its bits for a prefix depend on what follows
    assert len(whole["twin 2"].labels) == MANY


def test_an_encoder_is_embedded_once_as_far_as_any_arm_reads(task: Task) -> None:
    found = embeddings_of(reversed(by_name(stretched(task, MANY)).values()))
    counts = {each.encoder.info.id: each.count for each in found}
    assert len(found) == len(counts) == 5
    assert counts["a"] == counts["twin 0"] == MANY // 2
    assert counts["twin 1"] == MANY // 8
    held = embeddings_of([encoder_arm(task, Untouched(), MeasurementSettings())])
    assert [each.label for each in held] == [ENCODER, HELD_OUT]


@pytest.mark.parametrize("name", ["layers", "tokens", "features alone"])
def test_an_arm_says_which_columns_it_reads(name: str, tmp_path: Path) -> None:
    from lit_hf.evaluation.job import Job
    from lit_hf.runtime.progress import NullProgress

    job = Job.prepare(job_settings(name, tmp_path), NullProgress())
    arms = {arm.name: arm for arm in arms_of(job.task, job.encoder, job.settings)}
    for arm in arms.values():
        assert arm.dim == arm.encoder.info.dim
    if name == "layers":
        assert [arms[each].columns for each in ("layer 0", "layer 1", ENCODER)] == [
            slice(0, 16), slice(16, 32), slice(32, 48)
        ]  # fmt: skip
    assert (TWIN in arms) == (name != "features alone")
    assert embed(job.encoder, job.task.inputs, 3, store=None).dim == job.encoder.dim


def test_what_no_arm_paid_is_not_there() -> None:
    empty = CodedArms({}, {}, "")
    assert (empty.twin, empty.raw, empty.base, empty.raw_kind) == (None, None, None, None)
    assert empty.twin_parts == ()
    assert empty.without == {}
