"""Training sets that the user names: what they share with the coded inputs is counted, and said everywhere."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from lit_hf.config import Settings, from_mapping, read_yaml
from lit_hf.errors import BadSetting, UnknownDataset
from lit_hf.evaluation.run import run
from lit_hf.hub.section import render
from lit_hf.records.record import Record
from lit_hf.selection.run import rank
from tests.support import tiny
from tests.support.command_line import call, replace_run
from tests.support.tables import reviews, task_of, write

DATA = reviews(("bad", "good"))


def seen(folder: Path) -> tuple[str, str]:
    """Write two training sets: 15 of the 60 texts under another name, and 10 with other case, 5 of them seen twice."""
    first = [(text, "x") for text, _ in DATA[:15]]
    other = [*DATA[10:20], *((text.upper(), "x") for text, _ in DATA[20:30]), ("good", "good")]
    return (
        str(write(folder / "first.csv", first, ("body", "kind"))),
        str(write(folder / "second.csv", other)),
    )


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    folder = tmp_path_factory.mktemp("trained")
    model = str(tiny.save(folder / "model", tiny.bert()))
    data = str(write(folder / "data.csv", DATA))
    given = {"model": model, "dataset": data, "orders": 1, "cache_dir": str(folder / "cache")}
    return run(from_mapping({**given, "trained_on": list(seen(folder))}, "a test"))


def test_the_record_counts_what_is_shared(record: Record) -> None:
    record.validate()
    found = record["dataset"]["trained_on"]
    assert (found["shared"], found["inputs"]) == (20, 60)
    assert [(each["id"], each["rows"], each["shared"]) for each in found["sets"]] == [
        ("first.csv", 15, 15), ("second.csv", 21, 10),
    ]  # fmt: skip
    assert [note for note in record["notes"] if "20 of the 60 inputs" in note and "may not be honest" in note]
    assert "20 of the 60 inputs" in render(record.data)


def test_settings_with_training_sets_survive_their_file(record: Record, tmp_path: Path) -> None:
    settings = from_mapping(record["settings"]["resolved"], "a test")
    settings.to_yaml(tmp_path / "settings.yaml")
    assert Settings.from_yaml(tmp_path / "settings.yaml") == settings
    assert len(read_yaml(tmp_path / "settings.yaml")["trained_on"]) == 2
    assert settings.fingerprint() != settings.replace(trained_on=None).fingerprint()


def test_a_ranking_says_it_once(tmp_path: Path) -> None:
    model, data = str(tiny.save(tmp_path / "model", tiny.bert())), str(write(tmp_path / "data.csv", DATA))
    with pytest.warns(match="20 of the 60 inputs"):
        found = rank(data, [model], trained_on=seen(tmp_path), cache_dir=str(tmp_path / "cache"))
    assert found["dataset"]["trained_on"]["shared"] == 20
    json.dumps(found)


def test_sets_that_share_nothing_are_named_too(tmp_path: Path) -> None:
    write(tmp_path / "data.csv", DATA)
    other = str(write(tmp_path / "other.csv", [(f"another {place}", place % 2) for place in range(30)]))
    task = task_of(tmp_path / "data.csv", trained_on=[other])
    assert task.dataset.trained_on is not None
    assert (task.dataset.trained_on.shared, task.dataset.trained_on.inputs) == (0, 60)
    assert "0 of the 60 inputs" in task.dataset.notes[-1]
    assert "honest" not in task.dataset.notes[-1]


def test_only_what_is_drawn_counts(tmp_path: Path) -> None:
    task = task_of(write(tmp_path / "data.csv", DATA), trained_on=[str(tmp_path / "data.csv")], max_examples=25)
    assert task.dataset.trained_on is not None
    assert (task.dataset.trained_on.shared, task.dataset.trained_on.inputs) == (25, 25)


def test_a_pair_is_shared_where_both_its_texts_are(tmp_path: Path) -> None:
    names = ("premise", "hypothesis", "label")
    rows = [(f"premise {place}", f"claim {place}", place % 2) for place in range(40)]
    write(tmp_path / "data.csv", rows, names)
    swapped = [(two, one) for one, two, _ in rows[:7]] + [(one, "other") for one, _, _ in rows[7:20]]
    other = str(write(tmp_path / "other.csv", swapped, ("one", "two")))
    task = task_of(tmp_path / "data.csv", trained_on=other)
    assert task.dataset.trained_on is not None
    assert task.dataset.trained_on.shared == 7


@pytest.mark.parametrize("wrong", [[], [""], [3], {"a": 1}, 4])
def test_what_names_no_dataset_is_refused(wrong: object) -> None:
    with pytest.raises(BadSetting, match="trained_on"):
        from_mapping({"model": "m", "dataset": "d", "trained_on": wrong}, "a test")


def test_what_cannot_be_counted_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownDataset):
        task_of(write(tmp_path / "data.csv", DATA), trained_on=[str(tmp_path / "none.csv")])
    np.savez(tmp_path / "mine.npz", features=np.random.default_rng(0).normal(size=(40, 3)), labels=np.arange(40) % 2)
    with pytest.raises(BadSetting, match="trained_on"):
        task_of("d", model=f"features:{tmp_path / 'mine.npz'}", trained_on=["imdb"])


def test_the_option_may_be_given_more_than_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[Settings]()

    def fake(settings: Settings, **more: object) -> Record:
        asked.append(settings)
        raise BadSetting("model", "m", "another")

    replace_run(monkeypatch, fake)
    for more in (["--trained-on", "one", "--trained-on", "two"], ["--trained-on", "one"], []):
        call("eval", "m", "d", *more)
    assert [each.trained_on for each in asked] == [("one", "two"), ("one",), None]
