"""What is read of a dataset: every split, every kind of inputs and labels, in the order of rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from datasets import ClassLabel, Dataset, DatasetDict, Features, List, Value

from lit_hf.checks import DataCheck, run_checks
from lit_hf.checks.read import read_data
from lit_hf.checks.request import Request
from lit_hf.errors import BadSetting, MissingColumn, NoUsableInputs, UnknownSplit
from scripts.assets.texts import random_texts
from tests.support import media

TEXTS = random_texts(40)
BINARY = np.random.default_rng(0).integers(0, 2, 40).tolist()


def store(folder: Path, rows: dict[str, Any], name: str = "data.jsonl") -> str:
    columns = list(rows)
    lines = [json.dumps(dict(zip(columns, row, strict=True))) for row in zip(*rows.values(), strict=True)]
    (folder / name).write_text("\n".join(lines) + "\n")
    return str(folder / name)


def found(folder: Path, rows: dict[str, Any], **options: Any) -> DataCheck:
    return run_checks(read_data(Request(store(folder, rows), **options)))


def test_texts_classes_and_other_columns(tmp_path: Path) -> None:
    result = found(tmp_path, {"text": TEXTS, "label": BINARY, "source": ["x", "y"] * 20})
    assert result.data.labels.kind == "classes"
    assert result.data.parts == ("text",)
    assert list(result.data.columns) == ["source"]
    assert list(result.data.lengths) == ["the length of text"]
    assert result.to_dict()["dataset"] == {"id": "data.jsonl", "config": None, "revision": None, "label": "label"}


def test_pairs(tmp_path: Path) -> None:
    rows = {"premise": TEXTS, "hypothesis": TEXTS[::-1], "label": BINARY}
    result = found(tmp_path, rows)
    assert result.data.parts == ("premise", "hypothesis")
    assert result.data.inputs[0] == (TEXTS[0], TEXTS[-1])


def test_numbers(tmp_path: Path) -> None:
    result = found(tmp_path, {"text": TEXTS, "label": [row / 8 for row in range(40)]})
    assert result.data.labels.kind == "numbers"
    assert [question.size for question in result.data.labels.questions()] == [8]


def test_whole_numbers_are_classes_unless_regression_is_asked(tmp_path: Path) -> None:
    rows = {"text": TEXTS, "label": list(range(40))}
    assert found(tmp_path, rows).data.labels.kind == "classes"
    assert found(tmp_path, rows, task="regression").data.labels.kind == "numbers"


def test_several_labels(tmp_path: Path) -> None:
    flags = found(tmp_path, {"text": TEXTS, "a": BINARY, "b": BINARY[::-1]}, label_column="a,b")
    lists = found(tmp_path, {"text": TEXTS, "labels": [["a"] if each else ["a", "b"] for each in BINARY]})
    for result in (flags, lists):
        assert (result.data.labels.kind, result.data.labels.names) == ("sets", ("a", "b"))
        assert len(result.data.labels.questions()) == 2


def test_words_with_tags_are_compared_and_have_no_shortcuts(tmp_path: Path) -> None:
    words = [text.split() for text in TEXTS]
    tags = [[int(word.endswith("1")) for word in row] for row in words]
    words.append(words[0])
    tags.append([1 - each for each in tags[0]])
    features = Features({"tokens": List(Value("string")), "ner_tags": List(ClassLabel(names=["O", "X"]))})
    Dataset.from_dict({"tokens": words, "ner_tags": tags}, features).save_to_disk(str(tmp_path / "tagged"))
    result = run_checks(read_data(Request(str(tmp_path / "tagged"))))
    assert (result.data.labels.kind, result.conflicts.groups) == ("tags", 1)
    assert {each.check: each.verdict for each in result.findings}["shortcuts"] == "not checked"
    assert "X" in result.pairs()[0]["label_a"] or "X" in result.pairs()[0]["label_b"]


def test_images_by_their_pixels(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (30, 12, 12), np.uint8)
    pixels[29] = pixels[0]
    media.image_data(pixels, [row % 10 for row in range(30)]).save_to_disk(str(tmp_path / "images"))
    result = run_checks(read_data(Request(str(tmp_path / "images"))))
    assert (result.duplicates.counts[0].exact, result.conflicts.groups) == (1, 1)
    assert list(result.data.lengths) == ["the number of pixels"]
    assert result.pairs()[0]["text_a"] is None


def test_sounds_by_their_samples(tmp_path: Path) -> None:
    for row in range(20):
        folder = tmp_path / "sounds" / "ab"[row % 2]
        folder.mkdir(parents=True, exist_ok=True)
        media.write_wav(folder / f"{row:02}.wav", media.tone(200 + 10 * max(row, 1), 0.1 if row % 2 else 0.2))
    result = run_checks(read_data(Request(str(tmp_path / "sounds"))))
    assert list(result.data.lengths) == ["the length of the sound"]
    assert result.shortcuts.by_bits[0].kind == "length"


@pytest.mark.parametrize("labels", [[0, 1] * 15, np.linspace(0, 1, 30).tolist()])
def test_features(tmp_path: Path, labels: list[Any]) -> None:
    rows = np.random.default_rng(0).normal(size=(30, 4)).astype(np.float32)
    np.savez(tmp_path / "train.npz", features=rows, labels=np.array(labels))
    np.savez(tmp_path / "test.npz", features=rows[:3], labels=np.array(labels[:3]))
    asked = Request(f"features:{tmp_path / 'train.npz'}", f"features:{tmp_path / 'test.npz'}")
    result = run_checks(read_data(asked))
    assert (result.duplicates.counts[1].exact, result.verdict) == (3, "unfair")


def test_all_splits_are_compared_and_the_first_is_the_one_that_is_learned_from(tmp_path: Path) -> None:
    part = {"text": TEXTS, "label": BINARY}
    bare = {"text": [*TEXTS[:2], *random_texts(38, seed=1)]}
    both = DatasetDict(test=Dataset.from_dict(bare), train=Dataset.from_dict(part))
    both.save_to_disk(str(tmp_path / "both"))
    data = read_data(Request(str(tmp_path / "both")))
    assert data.splits == ("train", "test")
    assert data.labels.known.tolist() == [True] * 40 + [False] * 40
    assert run_checks(data).duplicates.counts[1].exact == 2
    assert read_data(Request(str(tmp_path / "both"), split="train")).splits == ("train", "test")


def test_the_other_split_may_be_a_file_of_its_own(tmp_path: Path) -> None:
    other = store(tmp_path, {"text": TEXTS[:3], "label": [0, 1, 0]}, "other.jsonl")
    result = found(tmp_path, {"text": TEXTS, "label": BINARY}, test=other)
    assert (result.data.splits, result.duplicates.counts[1].exact) == (("train", "test"), 3)


def test_a_sample_keeps_the_order_and_the_numbers_of_rows(tmp_path: Path) -> None:
    rows = {"text": TEXTS, "label": np.sort(BINARY).tolist()}
    data = read_data(Request(store(tmp_path, rows), max_examples=10, seed=3))
    places = [data.place(row)[1] for row in range(10)]
    assert places == sorted(places)
    assert [data.inputs[row] for row in range(10)] == [TEXTS[place] for place in places]


@pytest.mark.parametrize(
    ("rows", "options", "error"),
    [
        ({"text": TEXTS, "label": BINARY}, {"label_column": "lable"}, MissingColumn),
        ({"text": TEXTS, "label": BINARY}, {"split": "tran"}, UnknownSplit),
        ({"text": [""] * 40, "label": BINARY}, {}, NoUsableInputs),
        ({"text": TEXTS, "label": BINARY}, {"test": "features:x.npz"}, BadSetting),
        ({"text": TEXTS, "label": BINARY}, {"task": "nonsense"}, BadSetting),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, rows: Any, options: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        found(tmp_path, rows, **options)


def test_a_test_file_without_the_input_column_is_refused(tmp_path: Path) -> None:
    other = store(tmp_path, {"words": TEXTS, "label": BINARY}, "other.jsonl")
    with pytest.raises(MissingColumn):
        found(tmp_path, {"text": TEXTS, "label": BINARY}, test=other)
