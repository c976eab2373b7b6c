"""`lit-hf data errors`: what is printed, exported and corrected, from a dataset and from a record."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import datasets
import numpy as np
import pytest

import lit_hf
from tests.support import kinds
from tests.support.command_line import Lit

HOSTILE = "=cmd \x1b[2J<b>$x$ film"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Tiny data and encoders, a record, and a file with a hostile text; probes are few."""
    with kinds.working_in(tmp_path_factory.mktemp("errors")) as made:
        lit_hf.evaluate("bert-a", "classes.csv", orders=2, twins=1).save("record")
        rows = [("good film " * (1 + n % 5) + str(n), "good") for n in range(20)]
        rows += [("bad plot " * (1 + n % 5) + str(n), "bad") for n in range(20)] + [(HOSTILE, "bad")]
        write(made / "data.csv", rows)
        yield made


def write(file: Path, rows: list[tuple[str, str]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([("text", "label"), *rows])


def errors(lit: Lit, *more: str, data: str = "data.csv", code: int = 0) -> str:
    ended, out, err = lit("data", "errors", data, *more)
    assert ended == code, err
    return err if code else out


CODED = ("--model", "bert-a", "--orders", "5")


def test_a_table_names_rows_labels_and_inputs(lit: Lit, folder: Path) -> None:
    out = errors(lit, *CODED, "--top", "3")
    assert "too few to say how many" in out
    assert "\x1b[2J" not in out
    lines = out.split("input")[1].splitlines()
    assert sum("good" in line and "bad" in line for line in lines) == 3


def test_a_folder_has_json_tables_and_figure(lit: Lit, folder: Path) -> None:
    out = errors(lit, *CODED, "-f", "json", "-o", "out")
    assert json.loads(out) == json.loads(Path("out/errors.json").read_text(encoding="utf-8"))
    assert {file.name for file in Path("out").iterdir()} == {
        "errors.json", "errors.png", "errors.svg", "labels.csv", "labels.parquet",
    }  # fmt: skip


@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl"])
def test_an_export_loads_as_a_dataset_of_all_rows(lit: Lit, folder: Path, ending: str) -> None:
    file = f"list.{ending}"
    errors(lit, *CODED, "--export", file)
    builder = {"jsonl": "json"}.get(ending, ending)
    found = datasets.load_dataset(builder, data_files=file, cache_dir="hf")["train"]
    assert sorted(found["row"]) == list(range(41))
    assert list(found["bits"]) == sorted(found["bits"], reverse=True)
    assert np.allclose(found["label_quality"], 2.0 ** -np.array(found["bits"]))
    given = dict(zip(found["row"], found["given_label"], strict=True))
    assert given == {n: "good" if n < 20 else "bad" for n in range(41)}
    texts = dict(zip(found["row"], found["input"], strict=True))
    assert texts[40] == (f"'{HOSTILE}" if ending == "csv" else HOSTILE)
    assert "exists" in errors(lit, *CODED, "--export", file, code=2)
    errors(lit, *CODED, "--export", file, "--overwrite")


def test_decisions_make_a_corrected_copy_and_leave_the_original(lit: Lit, folder: Path) -> None:
    before = Path("data.csv").read_bytes()
    Path("decisions.csv").write_text("row,label\n0,bad\n40,\n1,good\n", encoding="utf-8")
    code, _, err = lit("data", "errors", "data.csv", "--apply", "decisions.csv", "--export", "fixed.csv")
    assert code == 0, err
    assert "1 label changed, 1 row dropped" in " ".join(err.split())
    with Path("fixed.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 40
    assert [row["label"] for row in rows[:2]] == ["bad", "good"]
    assert Path("data.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("row,label\n99,bad\n", "no row 99"),
        ("row,label\n0,bed\n", "Did you mean bad"),
        ("row,label\nfirst,bad\n", "no number"),
        ("row,label\n0,bad\n0,good\n", "twice"),
        ("line,label\n0,bad\n", "no columns row and label"),
    ],
)
def test_decisions_that_do_not_fit_are_refused(lit: Lit, folder: Path, text: str, said: str) -> None:
    Path("wrong.csv").write_text(text, encoding="utf-8")
    err = errors(lit, "--apply", "wrong.csv", "--export", "never.csv", code=2)
    assert said in " ".join(err.split())
    assert not Path("never.csv").exists()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--apply", "decisions.csv"), "no file is named"),
        (("--apply", "nowhere.csv", "--export", "never.csv"), "cannot be read"),
        ((*CODED, "--export", "list.xlsx"), "ends in none of"),
        (("--model", "bert-a", "--orders", "3"), "at least 5"),
        ((), "no encoder is named"),
        ((*CODED, "--export", "data.csv", "--overwrite"), "is the dataset"),
        (("--apply", "decisions.csv", "--export", "./data.csv", "--overwrite"), "is the dataset"),
        ((*CODED, "--export", "taken.csv", "--overwrite"), "is no file"),
    ],
)
def test_a_wrong_request_says_what_to_do(lit: Lit, folder: Path, more: tuple[str, ...], said: str) -> None:
    Path("taken.csv").mkdir(exist_ok=True)
    before = Path("data.csv").read_bytes()
    code, _, err = lit("data", "errors", "data.csv", *more)
    assert code in (1, 2)
    assert Path("data.csv").read_bytes() == before
    assert said in " ".join(err.split())


def test_a_record_gives_the_weaker_list_without_its_encoder(
    lit: Lit, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("nothing is embedded")

    monkeypatch.setattr("lit_hf.studies.errors_found.embedded", refuse)
    found = json.loads(errors(lit, "-f", "json", data="record"))
    assert found["rotated"] is False
    assert found["first"][0]["suggested_label"] is None
    assert found["first"][0]["input"]
    assert any("weaker list" in note for note in found["notes"])
    assert "--orders" in errors(lit, "--orders", "5", data="record", code=2)


def test_rows_of_a_record_whose_dataset_is_gone_are_not_known(lit: Lit, folder: Path) -> None:
    """The place of a label in the stream is not its row."""
    write(folder / "gone.csv", [(f"a film {n}", "good" if n % 3 else "bad") for n in range(30)])
    lit_hf.evaluate("bert-a", "gone.csv", orders=1, twins=1).save("record-gone")
    here = json.loads(errors(lit, "-f", "json", data="record-gone"))["first"]
    texts = [f"a film {each['row']}" for each in here]
    assert [each["input"] for each in here] == texts
    (folder / "gone.csv").unlink()
    found = json.loads(errors(lit, "-f", "json", "-o", "out-gone", data="record-gone"))
    assert [each["bits"] for each in found["first"]] == [each["bits"] for each in here]
    assert {(each["row"], each["input"]) for each in found["first"]} == {(None, None)}
    assert any("not known" in note for note in found["notes"])
    assert "film" not in errors(lit, data="record-gone")


def test_rows_of_a_record_of_features_are_those_of_its_file(lit: Lit, folder: Path) -> None:
    lit_hf.evaluate("features:features-classes.npz", "features:features-classes.npz", orders=1, twins=1).save(
        "record-features"
    )
    found = json.loads(errors(lit, "-f", "json", data="record-features"))["first"]
    labels = np.load("features-classes.npz")["labels"]
    names = [str(label) for label in labels]
    assert [each["given_label"] for each in found] == [names[each["row"]] for each in found]
    assert sorted(each["row"] for each in found) == list(range(len(labels)))


def test_rows_are_those_of_the_file_with_gaps_and_copies(lit: Lit, folder: Path) -> None:
    """Rows lie in another order than labels do; some have no label or no text, some are copies."""
    rng = np.random.default_rng(2)
    rows = [(f"film number {n}", ("zeta", "alpha", "middle")[n % 3]) for n in range(45)]
    rows += [(rows[3][0], "alpha"), (rows[3][0], "zeta"), (rows[4][0].upper(), rows[4][1])]
    rows += [("", "alpha"), ("no label", ""), ("  ", "zeta"), ("none here", "")]
    rows = [rows[place] for place in rng.permutation(len(rows))]
    write(folder / "gaps.csv", rows)
    found = errors(lit, *CODED, "--export", "gaps.jsonl", data="gaps.csv")
    assert found
    listed = [json.loads(line) for line in Path("gaps.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(each["input"], each["given_label"]) for each in listed] == [rows[each["row"]] for each in listed]
    whole = [place for place, (text, label) in enumerate(rows) if text.strip() and label]
    assert sorted(each["row"] for each in listed) == whole
    assert {each["input"] for each in listed if each["conflict"]} == {"film number 3"}


def test_quiet_is_one_number_and_none_is_made_up(lit: Lit, folder: Path) -> None:
    """41 labels are too few to say how far to read."""
    assert errors(lit, *CODED, "-f", "quiet") == "nan\n"


def test_nothing_is_embedded_twice(lit: Lit, folder: Path) -> None:
    found = [json.loads(errors(lit, *CODED, "-f", "json"))["model"] for _ in range(2)]
    assert found[1]["embedded_now"] == 0
    assert found[1]["from_the_store"] == 41
