"""`lit-hf rank`, `ls`, `show` and `diff` on tiny checkpoints."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from lit_hf.cli.app import run
from tests.support.command_line import Lit
from tests.support.field import Field, make_models, write_data

FAST = ("--max-examples", "80", "--orders", "1", "--no-rivals", "--device", "cpu")


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Field:
    root = tmp_path_factory.mktemp("field")
    return Field(make_models(root / "models"), write_data(root / "data.csv", 120), str(root / "cache"))


@pytest.fixture(autouse=True)
def _cache(monkeypatch: pytest.MonkeyPatch, field: Field) -> None:
    monkeypatch.setenv("LIT_HF_CACHE", field.cache)
    monkeypatch.setenv("COLUMNS", "120")


def ranked(lit: Lit, *arguments: str) -> dict[str, Any]:
    code, out, err = lit("rank", *arguments, *FAST, "--format", "json")
    assert code == 0, err
    return json.loads(out)


def test_the_table_shows_order_budgets_failures_and_what_is_known(lit: Lit, field: Field) -> None:
    models = [*field.models.values(), "/nowhere"]
    code, out, err = lit("rank", field.data, *models, "--max-examples", "80", "--orders", "1")
    assert code == 0, err
    assert out.index("models/good") < out.index("models/blank")
    for words in ("codelength in bits, less is better", "80 labels", "Kendall's tau", "failed", "no model named"):
        assert words in out
    assert "Take ./good: it has the shortest code" in out or "models/good: it has the shortest code" in out


def test_json_is_one_object_that_fits_the_schema(lit: Lit, field: Field) -> None:
    import jsonschema

    from lit_hf.records.ranking import schema

    found = ranked(lit, field.data, field.models["good"], field.models["blank"])
    jsonschema.Draft202012Validator(schema()).validate(found)
    assert found["schema"] == "lit-hf/ranking/2"
    assert found["rivals"] is None


def test_quiet_is_the_best_checkpoint_alone(lit: Lit, field: Field) -> None:
    models = field.models["blank"], field.models["good"]
    code, out, err = lit("rank", field.data, *models, *FAST, "--format", "quiet")
    assert (code, out) == (0, field.models["good"] + "\n")
    assert all(line.startswith("Warning: ") for line in err.splitlines())  # what may be wrong is said even then


def test_output_has_plots_and_tables(lit: Lit, field: Field, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    folder = tmp_path / "out"
    models = [field.models["good"], field.models["blank"], "/nowhere"]
    assert lit("rank", field.data, *models, *FAST, "-o", str(folder))[0] == 0
    drawn = {f"{name}.{kind}" for name in ("codelength", "curves") for kind in ("png", "svg")}
    assert {file.name for file in folder.iterdir()} == {"ranking.json", "ranking.csv", "ranking.parquet", *drawn}
    with (folder / "ranking.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["model"] for row in rows] == models
    assert float(rows[0]["codelength_bits"]) < float(rows[1]["codelength_bits"])
    assert rows[2]["error"].startswith("no model named")
    table = pq.read_table(folder / "ranking.parquet")
    assert table.column_names == list(rows[0])
    code, out, _ = lit("show", str(folder))
    assert code == 0
    assert "models/good" in out


def test_a_ranking_of_nothing_but_failures_ends_badly(lit: Lit, field: Field, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    code, out, err = lit("rank", field.data, "/nowhere", "/neither", *FAST, "-o", str(folder), "--format", "json")
    assert code == 2
    assert [row["error"][:14] for row in json.loads(out)["ranking"]] == ["no model named"] * 2
    assert "no checkpoint could be ranked" in err
    assert (folder / "ranking.json").is_file()


def test_models_from_a_file_with_their_own_settings(lit: Lit, field: Field, tmp_path: Path) -> None:
    good = field.models["good"]
    file = tmp_path / "models.yaml"
    file.write_text(f"models:\n  - {good}\n  - model: {good}\n    pooling: max\nseed: 5\n")
    found = ranked(lit, field.data, "--models", str(file))
    assert sorted(row["reading"]["pooling"] for row in found["ranking"]) == ["max", "mean"]
    assert found["settings"]["given"]["seed"] == 5


def test_several_datasets_make_a_matrix(lit: Lit, field: Field, tmp_path: Path) -> None:
    second = write_data(tmp_path / "second.csv", 100)
    good, blank = field.models["good"], field.models["blank"]
    found = ranked(lit, field.data, good, blank, "--dataset", second)
    assert [ranking["dataset"]["id"] for ranking in found["rankings"]] == ["data.csv", "second.csv"]
    assert [row["model"]["id"] for row in found["aggregate"]] == [good, blank]
    suite = tmp_path / "suite.yaml"
    suite.write_text(f"datasets:\n  - {field.data}\n  - dataset: {second}\n    max_examples: 60\n")
    same = ranked(lit, str(suite), good, blank)
    assert len(same["rankings"]) == 2
    code, out, _ = lit("rank", str(suite), good, blank, *FAST, "-o", str(tmp_path / "m"))
    assert code == 0
    assert "mean rank" in out
    assert (tmp_path / "m" / "2-second.csv" / "ranking.csv").is_file()
    assert lit("show", str(tmp_path / "m"))[0] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("d.csv",), "checkpoints to rank"),
        ((), "a dataset"),
        (("d.csv", "m", "--search", "minilm"), "--from-hub"),
        (("d.csv", "--from-hub", "--max-params", "huge"), "200M"),
    ],
)
def test_an_incomplete_command_says_what_is_missing(lit: Lit, arguments: tuple[str, ...], said: str) -> None:
    code, out, err = lit("rank", *arguments)
    assert (code, out) == (2, "")
    assert said in err


def test_unknown_keys_of_a_suite_are_refused(lit: Lit, field: Field, tmp_path: Path) -> None:
    file = tmp_path / "s.yaml"
    file.write_text("models:\n  - model: a\n    poling: cls\n")
    code, _, err = lit("rank", field.data, "--models", str(file))
    assert code == 1
    assert "Did you mean pooling" in err


def test_ls_lists_and_show_shows_by_the_beginning_of_an_id(lit: Lit, field: Field) -> None:
    found = ranked(lit, field.data, field.models["good"])
    id = found["ranking"][0]["entry"]
    assert id in lit("ls", "--format", "quiet")[1].split()
    listed = json.loads(lit("ls", "--format", "json")[1])["results"]
    assert next(each for each in listed if each["id"] == id)["model"] == field.models["good"]
    assert id in lit("ls")[1]
    code, out, _ = lit("show", id[:10])
    assert code == 0
    assert "codelength" in out
    assert json.loads(lit("show", id, "--format", "json")[1])["id"] == id
    code, _, err = lit("show", "zzzz")
    assert code == 1
    assert "lit-hf ls" in err


def test_an_evaluation_is_stored_and_compared_with_an_entry(
    field: Field, capsys: pytest.CaptureFixture[str], lit: Lit
) -> None:
    good, blank = field.models["good"], field.models["blank"]
    options = (
        "--dtype",
        "native",
        "--max-examples",
        "80",
        "--orders",
        "1",
        "--device",
        "cpu",
        "--twins",
        "1",
        "--cache-dir",
        field.cache,
    )
    assert run(["eval", good, field.data, *options, "--format", "json"]) == 0
    record = json.loads(capsys.readouterr().out)
    entries = {row["model"]["id"]: row["entry"] for row in ranked(lit, field.data, good, blank)["ranking"]}
    same = json.loads(lit("diff", record["id"], entries[good], "--format", "json")[1])
    assert same["difference"]["bits"] == 0.0
    code, out, err = lit("diff", record["id"], entries[blank], "--format", "json", "--examples", "3")
    assert code == 0, err
    found = json.loads(out)
    assert found["difference"]["interval"][1] < 0
    sizes = [abs(each["difference"]) for each in found["examples"]]
    assert sizes == sorted(sizes, reverse=True)
    first = found["examples"][0]
    assert first["difference"] == pytest.approx(first["bits_a"] - first["bits_b"])
    assert first["labels"] == [str(int("good" in first["input"] or "wit" in first["input"]))]
    code, out, _ = lit("diff", record["id"], entries[blank])
    assert "a has the shorter code" in out


def test_other_data_is_not_compared(lit: Lit, field: Field) -> None:
    one = ranked(lit, field.data, field.models["good"])["ranking"][0]["entry"]
    other = ranked(lit, field.data, field.models["good"], "--seed", "3")["ranking"][0]["entry"]
    code, _, err = lit("diff", one, other)
    assert code == 1
    assert "cannot be compared" in err
