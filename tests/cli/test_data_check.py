"""`lit-hf data check`: what is printed, what is written, and how it ends."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pyarrow import parquet

from scripts.assets.texts import random_texts
from tests.support.command_line import Lit

TEXTS = random_texts(60)
HOSTILE = '=cmd|"x" \x1b[2Jwipe <b>text</b> [red]'


def write(path: Path, texts: list[str], labels: list[str]) -> str:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["text", "label"], *zip(texts, labels, strict=True)])
    return str(path)


@pytest.fixture
def train(tmp_path: Path) -> str:
    return write(tmp_path / "train.csv", TEXTS, ["good", "bad", "bad", "good", "good"] * 12)


def test_a_table_says_what_was_found(lit: Lit, train: str) -> None:
    code, out, err = lit("data", "check", train)
    assert (code, err) == (0, "")
    assert out.startswith("ok: train (60 rows)")
    for name in ("overlap", "duplicates", "conflicting labels", "shortcuts", "order of rows", "classes", "label drift"):
        assert name in out


def test_a_table_is_checked_without_torch(train: str) -> None:
    code = (
        "import sys; from lit_hf.cli.app import run; ended = run(['data', 'check', sys.argv[1], '--format', 'quiet']);"
        "print(ended, [name for name in ('torch', 'transformers', 'sklearn') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, train], capture_output=True, text=True, check=True)
    assert done.stdout == "ok\n0 []\n"


def test_json_is_one_object_and_quiet_one_word(lit: Lit, train: str) -> None:
    code, out, err = lit("data", "check", train, "--format", "json")
    assert (code, err, json.loads(out)["schema"]) == (0, "", "lit-hf/data-check/1")
    assert lit("data", "check", train, "--format", "quiet") == (0, "ok\n", "")


def test_strict_ends_with_one_when_something_is_unfair(lit: Lit, train: str, tmp_path: Path) -> None:
    leaked = write(tmp_path / "test.csv", TEXTS[:1] + random_texts(59, seed=1), ["good", "bad"] * 30)
    assert lit("data", "check", train, "--test", leaked, "--format", "quiet") == (0, "unfair\n", "")
    assert lit("data", "check", train, "--test", leaked, "--format", "quiet", "--strict") == (1, "unfair\n", "")
    assert lit("data", "check", train, "--format", "quiet", "--strict")[0] == 0


def test_a_folder_holds_json_tables_and_a_figure(lit: Lit, tmp_path: Path) -> None:
    data = write(tmp_path / "d.csv", [*TEXTS, HOSTILE, HOSTILE], ["good", "bad"] * 31)
    folder = tmp_path / "out"
    code, out, err = lit("data", "check", data, "--output", str(folder))
    assert code == 0
    assert str(folder) in err
    assert {path.name for path in folder.iterdir()} == {
        "check.json", "check.png", "check.svg", "pairs.csv", "pairs.parquet", "rules.csv", "rules.parquet"
    }  # fmt: skip
    pairs = parquet.read_table(folder / "pairs.parquet").to_pylist()
    assert [(each["row_a"], each["row_b"], each["conflict"]) for each in pairs] == [(60, 61, True)]
    assert pairs[0]["text_a"] == HOSTILE
    with (folder / "pairs.csv").open(encoding="utf-8", newline="") as file:
        assert next(csv.DictReader(file))["text_a"] == f"'{HOSTILE}"
    assert "\x1b" not in out
    assert "\\u001b[2Jwipe <b>text</b> [red]" in " ".join(out.split())


def test_words_of_another_script_are_drawn_without_a_warning(lit: Lit, tmp_path: Path) -> None:
    labels = np.random.default_rng(0).integers(0, 2, 60).tolist()
    texts = [text + (" 好" if label else "") for text, label in zip(TEXTS, labels, strict=True)]
    data = write(tmp_path / "d.csv", texts, [str(label) for label in labels])
    folder = str(tmp_path / "out")
    code, _, err = lit("data", "check", data, "--output", folder)
    assert (code, err.replace("\n", "")) == (0, f"Wrote {folder}.")


def test_a_table_without_rows_can_be_read(lit: Lit, train: str, tmp_path: Path) -> None:
    lit("data", "check", train, "--output", str(tmp_path / "out"))
    assert parquet.read_table(tmp_path / "out" / "pairs.parquet").num_rows == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["{train}x.csv"], 1, "Did you mean"),
        (["{train}", "--label-column", "lable"], 1, "Did you mean label?"),
        (["{train}", "--test", "{train}x.csv"], 1, "no dataset named"),
        (["{train}", "--max-examples", "0"], 2, "--max-examples"),
        (["{train}", "--output", "{train}"], 1, "train.csv"),
        (["{checkpoint}"], 2, "is a checkpoint"),
        ([], 2, "DATA"),
    ],
)
def test_a_wrong_command_leads_on(
    lit: Lit, train: str, tmp_path: Path, arguments: list[str], code: int, said: str
) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    ended, out, err = lit("data", "check", *(each.format(train=train, checkpoint=folder) for each in arguments))
    assert (ended, out) == (code, "")
    assert said in err
    assert "Traceback" not in err
