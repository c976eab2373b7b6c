"""Selections on labels that are no classes: they race by forecasts as classes do, but nothing can be proved of them."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lit_hf.config import from_mapping
from lit_hf.errors import NoProof
from lit_hf.evaluation.run import evaluate
from lit_hf.hub import leaderboard
from lit_hf.hub.table import from_parquet, to_parquet
from lit_hf.records.ranking import schema
from lit_hf.records.record import Record, plain
from lit_hf.records.store import ResultsStore
from lit_hf.reports.page.render import page
from lit_hf.reports.ranking import report
from lit_hf.reports.ranking_files import write_ranking
from lit_hf.reports.ranking_phrases import statements
from lit_hf.runtime.fleet import FleetSettings
from lit_hf.selection import work_items
from lit_hf.selection.fleet import Fleet
from lit_hf.selection.local import Local
from lit_hf.selection.plan import Options
from lit_hf.selection.run import select
from lit_hf.studies.diff import compare
from tests.selection.test_fleet import timeless
from tests.support import tiny
from tests.support.engines import Inline
from tests.support.field import Field

LABELS = {"sets": {"label_column": "good,wit"}, "numbers": {"label_column": "length"}}
SIZES = {"sets": 900, "numbers": 700}


@dataclass(frozen=True)
class Ranked:
    """A ranking of `good` and `blank`, the plan that it is of, and its cache."""

    ranking: dict[str, Any]
    plan: list[Any]
    cache: Path

    def records(self) -> list[Record]:
        return [ResultsStore.at(self.cache).find(row["entry"]) for row in self.ranking["ranking"]]


def write_data(path: Path, count: int) -> str:
    """Write texts, whether they hold each of two words, and a number that depends on how long they are."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "good", "wit", "length"])
        writer.writerows([t, int("good" in t), int("wit" in t), len(t.split()) / 4 + 0.1] for t in tiny.texts(count))
    return str(path)


def plan_of(field: Field, data: str, cache: Path, kind: str) -> list[Any]:
    given = {"dataset": data, "orders": 1, "device": "cpu", "cache_dir": str(cache), **LABELS[kind]}
    models = [field.models["good"], field.models["blank"]]
    return [from_mapping({"model": model, "max_examples": SIZES[kind], **given}, "test") for model in models]


@pytest.fixture(scope="module", params=LABELS)
def ranked(request: pytest.FixtureRequest, field: Field, tmp_path_factory: pytest.TempPathFactory) -> Ranked:
    folder = tmp_path_factory.mktemp(request.param)
    plan = plan_of(field, write_data(folder / "data.csv", 1000), folder / "cache", request.param)
    return Ranked(select(plan, Options(), Local()), plan, folder / "cache")


def test_the_ranking_fits_its_schema_and_says_what_these_labels_have_not(ranked: Ranked) -> None:
    import jsonschema

    found = ranked.ranking
    jsonschema.Draft202012Validator(schema()).validate(plain(found))
    assert [row["model"]["id"].split("/")[-1] for row in found["ranking"]] == ["good", "blank"]
    assert [row["error"] for row in found["ranking"]] == [None, None]
    assert found["rivals"] is None
    assert "defined for classes" in found["rivals_reason"]
    assert "Infinity" not in json.dumps(plain(found))


def test_they_race_by_bits_per_answer_and_say_which_scores_they_have_not(ranked: Ranked) -> None:
    numbers, race = ranked.ranking["dataset"]["classes"] is None, ranked.ranking["race"]
    said = "\n".join(statements(ranked.ranking))
    assert (race["rule"], race["ended"], race["n"] < race["of"]) == ("forecast", "risk", True)
    assert race["within"] == (0.05 if numbers else 0.02)
    assert race["answers"] == (SIZES["numbers"] if numbers else 2 * SIZES["sets"])
    assert "No race" not in said
    assert "No other scores" in said


def test_nothing_is_proved_of_them(ranked: Ranked) -> None:
    with pytest.raises(NoProof) as caught:
        select(ranked.plan, Options(certain=True), Local())
    assert "--risk" in caught.value.next_step


def test_a_checkpoint_costs_what_an_evaluation_says(ranked: Ranked) -> None:
    plan = [ranked.plan[0].replace(max_examples=150)]
    settings = {name: value for name, value in plan[0].given().items() if name not in ("model", "dataset")}
    record = evaluate(plan[0].model, plan[0].dataset, twins=1, **settings)
    (row,) = select(plan, Options(), Local())["ranking"]
    mine = ResultsStore.at(ranked.cache).find(row["entry"])
    np.testing.assert_array_equal(mine.arrays["bits_encoder"], record.arrays["bits_encoder"])
    assert mine["coder"]["bank"] == record["coder"]["bank"]
    assert record["holdout"] is not None
    assert row["budgets"][-1][record["holdout"]["metric"]] == record["holdout"]["value"]
    assert compare(mine, record, 3)["difference"]["bits"] == 0


def test_a_fleet_gives_the_same(ranked: Ranked, field: Field, tmp_path: Path) -> None:
    work_items._kept.clear()
    plan = [each.replace(cache_dir=str(tmp_path)) for each in ranked.plan]
    assert timeless(select(plan, Options(), Fleet(Inline(), FleetSettings()))) == timeless(ranked.ranking)


def test_what_was_eliminated_is_a_prefix(ranked: Ranked, tmp_path: Path) -> None:
    plan = [each.replace(cache_dir=str(tmp_path)) for each in ranked.plan[1:]]
    whole = select(plan, Options(race=False), Local())["ranking"][0]["entry"]
    bits = ResultsStore.at(tmp_path).find(whole).arrays["bits_encoder"]
    raced = ranked.records()[1].arrays["bits_encoder"]
    np.testing.assert_allclose(raced[0], bits[0][: raced.shape[1]], rtol=1e-9)


def test_everything_shows_it(ranked: Ranked, tmp_path: Path) -> None:
    records = ranked.records()
    assert report(ranked.ranking, 100, "utf-8")
    write_ranking(ranked.ranking, tmp_path)
    assert "good" in page(records)
    (back,) = from_parquet(to_parquet(records[0]), "here")
    np.testing.assert_array_equal(back.arrays["labels"], records[0].arrays["labels"])
    (board,) = leaderboard.boards([back, records[1]])
    assert [name.rsplit("/", 1)[-1] for name in board.unpaired] == ["good", "blank"]  # neither was coded to the end
