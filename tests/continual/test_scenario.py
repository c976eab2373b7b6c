"""Tasks are split by content, and what is no scenario is refused."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from lit_hf.continual.scenario import Scenario, Sizes, read_scenario
from lit_hf.errors import LitError
from tests.continual import blobs
from tests.support import tiny

WORDS = ("red", "green", "blue", "grey")


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table of four classes, in which every text comes twice, once in capitals."""
    folder = tmp_path_factory.mktemp("texts")
    tiny.save(folder / "bert", tiny.bert(0))
    with (folder / "data.csv").open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["text", "label"])
        for place, text in enumerate(tiny.texts(240)):
            out.writerow([text, WORDS[place % 4]])
            out.writerow([text.upper(), WORDS[place % 4]])
    return folder


def read(folder: Path, *labels: str, kind: str = "task", sizes: Sizes | None = None) -> Scenario:
    specs = [f"{folder / 'data.csv'}{each and f':labels={each}'}" for each in labels]
    return read_scenario(specs, kind, str(folder / "bert"), {}, sizes or Sizes())


def test_copies_fall_on_one_side_whatever_the_seed(texts: Path) -> None:
    found = read(texts, "red,green", "blue,grey")
    for lesson in found.lessons:
        learned, coded = ({item.lower() for item in part} for part in (lesson.learned, lesson.coded))
        assert not learned & coded
        assert len(lesson.learned) == 2 * len(learned)
        assert len(np.unique(lesson.groups)) == len(coded)
        assert (np.diff(lesson.groups) >= 0).all()
        assert 0.3 < len(coded) / (len(coded) + len(learned)) < 0.7


def test_labels_are_places_among_the_outputs(texts: Path) -> None:
    found = read(texts, "grey,red", "blue,green")
    assert found.classes == ("grey", "red", "blue", "green")
    assert [lesson.outputs.tolist() for lesson in found.lessons] == [[0, 1], [2, 3]]
    assert set(found.lessons[1].learned_labels.tolist()) == {2, 3}
    assert set(found.lessons[1].coded_labels.tolist()) == {0, 1}


def test_what_competes_is_what_the_scenario_knows(texts: Path) -> None:
    task, free = (read(texts, "red,green", "blue,grey", kind=kind) for kind in ("task", "class"))
    assert task.allowed(0, 1).tolist() == [True, True, False, False]
    assert free.allowed(0, 1).tolist() == [True] * 4
    assert free.allowed(0, 0).tolist() == [True, True, False, False]


def test_tasks_with_equal_names_share_their_outputs(tmp_path: Path) -> None:
    files = []
    for name in "ab":
        (tmp_path / name).mkdir()
        files.append(blobs.write(tmp_path / name))
    found = read_scenario(files, "domain", "perceptron", {}, Sizes())
    assert found.classes == ("0", "1", "2", "3")
    assert [lesson.outputs.tolist() for lesson in found.lessons] == [[0, 1, 2, 3]] * 2
    # The same content in two tasks falls on the same side: a row that is learned is coded in neither.
    rows = [{item.tobytes() for item in part} for part in (found.lessons[0].learned, found.lessons[1].coded)]
    assert not rows[0] & rows[1]


def test_sizes_are_kept_and_no_group_is_cut(texts: Path) -> None:
    [lesson, _] = read(texts, "red,green", "blue,grey", sizes=Sizes(30, 25)).lessons
    assert len(lesson.learned) == 30
    assert len(lesson.coded) == 24  # pairs of copies
    assert len(np.unique(lesson.groups)) == 12


@pytest.mark.parametrize(
    ("labels", "kind", "said"),
    [
        (["red,green"], "task", "at least two tasks, and 1 is given"),
        ([], "task", "at least two tasks, and 0 is given"),
        (["red,green", "red,green"], "task", "given twice"),
        (["red,green", "green,blue"], "task", "overlap: both have green"),
        (["red,green", "green,red"], "class", "the same classes"),
        (["red,green", "blue,grey"], "domain", "different classes"),
        (["red,green", "blue"], "task", "class"),
        (["red,green", "blue,pink"], "task", "pink"),
        (["red,green", "blue,grey"], "tsk", "scenario"),
    ],
)
def test_what_is_no_scenario_is_refused(texts: Path, labels: list[str], kind: str, said: str) -> None:
    with pytest.raises(LitError, match=said) as found:
        read(texts, *labels, kind=kind)
    assert found.value.next_step


def test_fewer_than_twenty_examples_to_code_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LitError, match="at least 20"):
        blobs.scenario(tmp_path, rows=40)


def test_each_model_has_its_data(texts: Path, tmp_path: Path) -> None:
    with pytest.raises(LitError, match="perceptron"):
        read_scenario(blobs.tasks(blobs.write(tmp_path)), "task", str(texts / "bert"), {}, Sizes())
    specs = [f"{texts / 'data.csv'}:labels={each}" for each in ("red,green", "blue,grey")]
    with pytest.raises(LitError, match="text encoder"):
        read_scenario(specs, "task", "perceptron", {}, Sizes())


def test_labels_that_are_no_classes_are_refused(texts: Path) -> None:
    for name, label in (("numbers", "{0}.5"), ("others", "{0}.25")):
        rows = [f"{text},{label.format(place)}" for place, text in enumerate(tiny.texts(60))]
        (texts / f"{name}.csv").write_text("\n".join(["text,label", *rows]) + "\n")
    specs = [str(texts / f"{name}.csv") for name in ("numbers", "others")]
    with pytest.raises(LitError, match="one of classes of texts") as found:
        read_scenario(specs, "task", str(texts / "bert"), {}, Sizes())
    assert found.value.next_step
