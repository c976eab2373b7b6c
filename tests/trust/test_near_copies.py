"""Near-copies never vouch for each other: random labels of copies cost what random labels cost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lit_hf.config import from_mapping
from lit_hf.evaluation.run import run
from lit_hf.records.record import Record
from lit_hf.tasks import Task, load_task
from tests.support import tiny

FORMS = (str, str.upper, str.title, lambda text: f"  {text.replace(' ', '   ')} ")


def write(folder: Path, copies: bool) -> str:
    """Write 40 texts, each once or in four forms, with labels that chance gives to the text and its forms alike."""
    labels = np.random.default_rng(0).integers(2, size=40)
    texts = list(dict.fromkeys(tiny.texts(60)))[:40]
    forms = FORMS if copies else FORMS[:1]
    lines = [f"{form(text)},{label}" for text, label in zip(texts, labels, strict=True) for form in forms]
    file = folder / f"{'copies' if copies else 'once'}.csv"
    file.write_text("\n".join(["text,label", *lines]))
    return str(file)


def task_of(dataset: str, **more: object) -> Task:
    return load_task(from_mapping({"model": "m", "dataset": dataset, **more}, "the test"))


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    folder = tmp_path_factory.mktemp("copies")
    model = str(tiny.save(folder / "model", tiny.bert()))
    given = {"model": model, "dataset": write(folder, True), "orders": 2, "twins": 1, "cache_dir": str(folder)}
    return run(from_mapping(given, "the test"))


def test_copies_in_other_forms_are_coded_together(record: Record) -> None:
    record.validate()
    data = record["dataset"]
    assert (data["examples"], data["groups"], data["near_copies"]) == (160, 40, 160)
    assert "NFKC" in data["grouping"]
    assert any("coded together" in note for note in record["notes"])
    # Coded apart, all but the first copy of a text are known: 40 bits for 160 labels. Each pays for itself here.
    assert record["codelength"]["bits"] > 140
    assert record["codelength"]["bits"] <= record["baselines"]["uniform"]["bits"] + 2


def test_each_form_keeps_its_own_features(tmp_path: Path) -> None:
    task = task_of(write(tmp_path, True))
    assert len(set(task.inputs)) == len(task.inputs) == task.size == 160
    assert task.feature_rows.tolist() == list(range(160))
    assert task.group_count == 40
    assert {len(np.unique(task.labels[task.groups == group])) for group in range(40)} == {1}


def test_a_draw_never_cuts_a_group_and_holds_out_no_copy(tmp_path: Path) -> None:
    task = task_of(write(tmp_path, True), max_examples=101)
    assert len(task.labels) == 100
    assert task.holdout is not None
    coded = {" ".join(text.lower().split()) for text in task.inputs[: task.size]}
    assert not coded & {" ".join(text.lower().split()) for text in task.holdout.inputs}


def test_data_without_copies_say_nothing_of_them(tmp_path: Path) -> None:
    task = task_of(write(tmp_path, False))
    assert (task.dataset.near_copies, task.dataset.notes, task.own_inputs) == (0, (), None)


@pytest.mark.parametrize("casing", [True, False])
def test_the_task_is_the_same_whatever_reads_it(tmp_path: Path, casing: bool) -> None:
    """A cased, an uncased and a short-cut checkpoint have the same labels, order and groups."""
    dataset = write(tmp_path, True)
    mine, other = task_of(dataset, max_tokens=4 if casing else None), task_of(dataset)
    assert mine.dataset.fingerprint == other.dataset.fingerprint
    assert np.array_equal(mine.labels, other.labels)
    assert np.array_equal(mine.groups, other.groups)


def test_a_stream_counts_copies_and_groups_none(tmp_path: Path) -> None:
    order = np.random.default_rng(1).permutation(160)
    lines = Path(write(tmp_path, True)).read_text().splitlines()
    (tmp_path / "stream.csv").write_text("\n".join([lines[0], *(lines[1 + row] for row in order)]))
    task = task_of(str(tmp_path / "stream.csv"), streaming=True, classes="0,1")
    assert (task.dataset.near_copies, task.group_count) == (160, 160)
    assert any("groups nothing" in note for note in task.dataset.notes)
