"""`lit-hf data compare`: what is printed and written, how labels are matched, and what is refused."""

from __future__ import annotations

import csv
import json
from importlib import resources
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from pyarrow import parquet

from tests.studies.test_information import population
from tests.support import kinds
from tests.support.command_line import Lit

SCHEMAS = {
    name: json.loads(resources.files("lit_hf").joinpath(f"records/schemas/{name}-1.json").read_text(encoding="utf-8"))
    for name in ("data-compare", "data-compare-different")
}


@pytest.fixture(autouse=True)
def few_probes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("lit_hf.probes.bank.KINDS", ("discriminant", "prototypes"))
    monkeypatch.setenv("LIT_HF_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)


def save(name: str, low: int, high: int, labels: tuple[object, ...] = ("no", "yes")) -> str:
    features, places = population(400, 0.3)
    np.savez(f"{name}.npz", features=features[low:high], labels=np.array(labels)[places[low:high]])
    return f"features:{name}.npz"


def compared(lit: Lit, *args: str) -> dict[str, object]:
    code, out, err = lit("data", "compare", *args, "--orders", "2", "--format", "json")
    assert code == 0, err
    found = json.loads(out)
    jsonschema.validate(found, SCHEMAS["data-compare-different" if "--different-labels" in args else "data-compare"])
    return found


def test_one_object_of_its_schema_and_all_files(lit: Lit) -> None:
    found = compared(lit, save("a", 0, 60), save("b", 60, 120), save("c", 50, 110), "-o", "out")
    pairs = [(each["coded"], each["given"]) for each in found["pairs"]]  # type: ignore[attr-defined]
    a, b, c = (f"features:{name}.npz" for name in "abc")
    assert pairs == [(a, b), (a, c), (b, a), (b, c), (c, a), (c, b)]
    names = {"compare.json", "compare.png", "compare.svg", "pairs.csv", "pairs.parquet"}
    assert {path.name for path in Path("out").iterdir()} == names
    assert parquet.read_table("out/pairs.parquet").num_rows == 6


def test_a_table_says_it_in_words_and_quiet_is_one_number(lit: Lit) -> None:
    data = [save("a", 0, 150), save("b", 100, 250)]
    code, out, err = lit("data", "compare", *data, "--orders", "1")
    assert code == 0, err
    text = " ".join(out.split())
    assert "Labels of features:b.npz save" in text
    assert "matched by name: no, yes" in text
    assert "left out beside features:a.npz" in text
    assert "under 500 labels or 5 orders intervals are wide" in text
    code, out, err = lit("data", "compare", *data, "--orders", "1", "--format", "quiet")
    assert code == 0, err
    assert float(out) >= -1


def test_a_file_says_which_labels_are_the_same(lit: Lit) -> None:
    data = [save("a", 0, 150), save("b", 150, 300, (0, 1))]
    code, _, err = lit("data", "compare", *data)
    assert code == 1
    assert "no label of features:a.npz (no, yes) is one of features:b.npz (0, 1)." in err
    assert "--label-map" in err
    Path("map.csv").write_text("0,no\n1,yes\n", encoding="utf-8")
    found = compared(lit, *data, "--label-map", "map.csv")
    assert found["labels"][0]["common"] == ["no", "yes"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("0,no\n1,yes\ntwo,no\n", "no dataset has a label 'two'"),
        ("0\n", "it must hold two columns"),
        ("", "it must hold two columns"),
        ("0,no\n0,yes\n", "two names, 'no' and 'yes'"),
        (None, "No such file"),
    ],
)
def test_a_file_of_names_that_does_not_fit(lit: Lit, written: str | None, said: str) -> None:
    if written is not None:
        Path("map.csv").write_text(written, encoding="utf-8")
    data = [save("a", 0, 150), save("b", 150, 300, (0, 1))]
    code, _, err = lit("data", "compare", *data, "--label-map", "map.csv")
    assert code == 1
    assert said in " ".join(err.split())


def test_what_cannot_be_compared_is_refused(lit: Lit) -> None:
    data = save("a", 0, 150)
    features, places = population(100, 0.3)
    np.savez("numbers.npz", features=features, labels=features[:, 0].astype(np.float64))
    np.savez("narrow.npz", features=features[:, :3], labels=np.array(["no", "yes"])[places])
    for others, said, ended in (
        ([], "compare needs at least two datasets", 2),
        (["features:numbers.npz"], "compare takes labels that are one of several classes", 2),
        (["features:narrow.npz"], "features:a.npz has 16 features, features:narrow.npz 3.", 2),
        (["b.csv"], "no encoder is named", 2),
    ):
        code, _, err = lit("data", "compare", data, *others)
        assert (code, said in " ".join(err.split())) == (ended, True), err


def test_a_dataset_beside_itself_has_a_name_of_its_own_and_lends_no_coded_input(lit: Lit) -> None:
    data = save("a", 0, 150)
    first, _ = compared(lit, data, data)["pairs"]  # type: ignore[misc]
    assert (first["coded"], first["given"]) == (data, f"{data} (2)")
    assert first["removed"] == first["coded_labels"] == 37


def test_texts_that_differ_in_spaces_are_one_input_and_nothing_is_embedded_twice(lit: Lit, tmp_path: Path) -> None:
    kinds.make(tmp_path)
    with open("classes.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    with open("wide.csv", "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([rows[0], *([text.replace(" ", "  "), label] for text, label in rows[1:])])
    first, second = compared(lit, "classes.csv", "wide.csv", "--model", "bert-a")["pairs"]  # type: ignore[misc]
    assert first["removed"] >= first["coded_labels"]
    assert second["removed"] >= second["coded_labels"]
    again = compared(lit, "classes.csv", "wide.csv", "--model", "bert-a")
    assert again["model"]["embedded_now"] == 0  # type: ignore[index]


def test_different_labels_need_no_names_in_common(lit: Lit) -> None:
    data = [save("a", 0, 150), save("b", 100, 250, (0, 1))]
    found = compared(lit, *data, "--different-labels", "-o", "out")
    assert [each["coded"] for each in found["pairs"]] == data  # type: ignore[attr-defined]
    assert found["pairs"][0]["removed"] > 0  # type: ignore[index]
    assert parquet.read_table("out/pairs.parquet").num_rows == 2
    code, out, err = lit("data", "compare", *data, "--different-labels", "--orders", "1")
    assert code == 0, err
    assert "left out beside features:a.npz" in " ".join(out.split())
    code, _, err = lit("data", "compare", *data, "--different-labels", "--label-map", "map.csv")
    assert code == 2
    assert "--label-map has no use" in err
