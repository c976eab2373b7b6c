"""The public functions of records and rankings: what their commands print, from Python."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import lit_hf
from lit_hf.cli.app import run
from lit_hf.errors import BadSetting, BudgetTooSmall, LacksPart, UsageError
from lit_hf.records.store import ResultsStore
from tests.selection.test_fleet import timeless
from tests.support.field import make_models, write_data


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two tiny checkpoints, data, and a cache."""
    root = tmp_path_factory.mktemp("doors")
    make_models(root / "models")
    write_data(root / "data.csv", 80)
    return root


def settings(place: Path) -> dict[str, Any]:
    return {"max_examples": 60, "orders": 1, "device": "cpu", "cache_dir": str(place / "cache")}


def models(place: Path) -> list[str]:
    return [str(place / "models" / name) for name in ("good", "blank")]


def test_rank_gives_what_the_command_prints(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = lit_hf.rank(str(place / "data.csv"), models(place), rivals=False, **settings(place))
    options = ["--max-examples", "60", "--orders", "1", "--device", "cpu", "--cache-dir", str(place / "cache")]
    capsys.readouterr()
    assert run(["rank", str(place / "data.csv"), *models(place), "--no-rivals", "--format", "json", *options]) == 0
    printed = json.loads(capsys.readouterr().out)
    mine, other = timeless(json.loads(json.dumps(found))), timeless(printed)
    assert {**mine, "cost": None} == {**other, "cost": None}


def test_the_rule_of_a_race_is_an_object(place: Path) -> None:
    """Of 60 labels there is no race, so that a budget for one is refused, and a rule that says its epsilon is not."""
    data, fast = str(place / "data.csv"), {"rivals": False, **settings(place)}
    with pytest.raises(BudgetTooSmall):
        lit_hf.rank(data, models(place), race=lit_hf.Race(budget=0.5), **fast)
    found = lit_hf.rank(data, models(place), race=lit_hf.Race(within=0.1, risk=0.01), **fast)
    assert found["race"] is None
    with pytest.raises(UsageError, match="--budget ends a race by its cost"):
        lit_hf.Race(budget=0.5, risk=0.1)
    with pytest.raises(BadSetting, match="within"):
        lit_hf.Race(within=-1)


def test_diff_takes_records_and_folders(place: Path) -> None:
    rows = lit_hf.rank(str(place / "data.csv"), models(place), rivals=False, **settings(place))["ranking"]
    store = ResultsStore.at(place / "cache")
    a, b = (store.find(row["entry"]) for row in rows)
    found = lit_hf.diff(a, store.root / b["id"], examples=2)
    assert found["difference"]["bits"] == pytest.approx(a["codelength"]["bits"] - b["codelength"]["bits"])
    assert len(found["examples"]) == 2
    assert found["schema"] == "lit-hf/diff/1"


def test_verify_takes_a_record_and_refuses_what_a_ranking_coded(place: Path) -> None:
    record = lit_hf.evaluate(models(place)[0], str(place / "data.csv"), twins=1, **settings(place))
    found = lit_hf.verify(record)
    assert found.written
    assert Path(found.file).is_file()
    assert not lit_hf.verify(Path(found.file).parent).written
    rows = lit_hf.rank(str(place / "data.csv"), models(place)[:1], rivals=False, **settings(place))["ranking"]
    with pytest.raises(LacksPart, match="what a ranking coded"):
        lit_hf.verify(ResultsStore.at(place / "cache").find(rows[0]["entry"]))


def test_plots_is_a_public_module() -> None:
    assert lit_hf.plots.curve.__doc__
    assert "plots" in dir(lit_hf)
