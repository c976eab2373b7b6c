"""A selection from names to ranking, live: racing, resuming, failures. Encoders are tiny, everything else is real."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lit_hf.errors import BudgetTooSmall
from lit_hf.evaluation.run import evaluate
from lit_hf.features import FeatureStore
from lit_hf.records.store import ResultsStore
from lit_hf.reports.ranking_phrases import statements
from lit_hf.selection.plan import Options
from lit_hf.selection.run import rank
from tests.support.field import Field

SETTINGS: dict[str, Any] = {"max_examples": 1100, "orders": 1, "device": "cpu"}
PLAIN = Options(other_scores=False)


@pytest.fixture(scope="module")
def raced(field: Field) -> dict[str, Any]:
    """A race of three checkpoints, one of which says nothing, and a fourth that is not there."""
    models = [*field.models.values(), "/nowhere/at-all"]
    return rank(field.data, models, options=Options(audit=True), cache_dir=field.cache, **SETTINGS)


def row_of(ranking: dict[str, Any], name: str) -> dict[str, Any]:
    return next(row for row in ranking["ranking"] if row["model"]["id"].endswith(name))


def test_the_known_order_comes_out(raced: dict[str, Any]) -> None:
    assert [row["model"]["id"].split("/")[-1] for row in raced["ranking"][2:]] == ["blank", "at-all"]
    assert row_of(raced, "blank")["rank"][1] == 3
    assert row_of(raced, "blank")["rank"][0] >= 2
    assert not row_of(raced, "blank")["tied_with_best"]


def test_who_is_far_behind_leaves_with_what_it_paid_so_far(raced: dict[str, Any]) -> None:
    row = row_of(raced, "blank")
    stage = row["stage"]
    assert stage["left"]
    assert 256 <= stage["n"] == row["codelength"]["labels"] < raced["race"]["n"]
    assert row["forecast"]["low"] > 0.02
    assert row["risk"] < 0.05 / 6
    assert raced["cost"]["work_share"] < 1


def test_everybody_is_embedded_as_far_as_the_race_went_for_it(
    field: Field, raced: dict[str, Any], tmp_path: Path
) -> None:  # fmt: skip
    found = rank(field.data, list(field.models.values()), options=PLAIN, cache_dir=str(tmp_path), **SETTINGS)
    for row in found["ranking"]:
        record = ResultsStore.at(tmp_path).get(row["entry"])
        assert record is not None
        record.validate()
        assert not record.complete
    folders = FeatureStore.at(tmp_path).root.iterdir()
    rows = sorted(sum(len(np.load(file)) for file in folder.glob("*.npy")) for folder in folders)
    ends = (362, 512, 724, 1024, 1100)
    assert rows == sorted(next(e for e in ends if e >= row["stage"]["n"]) for row in found["ranking"])
    assert found["cost"]["work_share"] == pytest.approx(sum(rows) / 3 / 1200) == pytest.approx(found["race"]["cost"])
    assert found["race"] == {**raced["race"]}


def test_the_audit_says_what_became_of_those_that_left_and_of_the_runner_up(raced: dict[str, Any]) -> None:
    found, second = row_of(raced, "blank")["audit"], raced["ranking"][1]["audit"]
    assert found["final_bits"] > 0
    assert not found["overtook"]
    assert set(second) == {"final_bits", "overtook", "in_interval"}
    assert raced["ranking"][0]["audit"] is None
    assert raced["race"]["cost"] < raced["cost"]["work_share"] < 1


def test_a_missing_checkpoint_is_a_row(raced: dict[str, Any]) -> None:
    assert "no model named" in row_of(raced, "at-all")["error"]
    assert row_of(raced, "at-all")["rank"] is None


def test_the_ranking_fits_its_schema(raced: dict[str, Any]) -> None:
    import jsonschema

    from lit_hf.records.ranking import schema
    from lit_hf.records.record import plain

    jsonschema.Draft202012Validator(schema()).validate(plain(raced))


def test_other_scores_are_scored_on_labels_that_all_were_embedded_for(raced: dict[str, Any]) -> None:
    rivals = raced["rivals"]
    assert rivals["labels"] == row_of(raced, "blank")["stage"]["n"]
    assert len(rivals["scores"]) == 3
    assert rivals["kendall"]["codelength"]["codelength"] == 1.0
    assert set(rivals["kendall"]) == {"codelength", *rivals["names"]}


def test_the_same_again_embeds_and_codes_nothing(field: Field, raced: dict[str, Any]) -> None:
    again = rank(field.data, list(field.models.values()), options=PLAIN, cache_dir=field.cache, **SETTINGS)
    assert again["cost"]["embedded_now"] == 0
    kept = ("rank", "codelength", "budgets", "accuracy", "speed", "entry", "tied_with_best")
    for row in again["ranking"]:
        before = row_of(raced, row["model"]["id"])
        assert {name: row[name] for name in kept} == {name: before[name] for name in kept}


def test_adding_a_checkpoint_embeds_only_that_one(field: Field, raced: dict[str, Any], tmp_path: Path) -> None:
    from tests.support import tiny

    (tmp_path / "new").mkdir()
    new = str(tiny.save(tmp_path / "new", tiny.bert(7)))
    models = [*field.models.values(), new]
    more = rank(field.data, models, options=PLAIN, cache_dir=field.cache, **SETTINGS)
    fresh = rank(field.data, models, options=PLAIN, cache_dir=str(tmp_path / "cache"), **SETTINGS)
    assert 0 < more["cost"]["embedded_now"] < fresh["cost"]["embedded_now"]
    assert more["race"] == fresh["race"]  # replayed with four, whatever is stored
    assert more["race"]["started"] == 4
    assert [timeless(row) for row in more["ranking"]] == [timeless(row) for row in fresh["ranking"]]


def timeless(row: dict[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in row.items() if name != "speed"}


def test_what_an_earlier_selection_coded_to_the_end_changes_no_verdict(
    field: Field, raced: dict[str, Any], tmp_path: Path
) -> None:  # fmt: skip
    models, cache = list(field.models.values()), str(tmp_path)
    whole = rank(field.data, models, options=Options(race=False, other_scores=False), cache_dir=cache, **SETTINGS)
    assert whole["race"] is None
    assert {row["codelength"]["labels"] for row in whole["ranking"]} == {1100}
    again = rank(field.data, models, options=PLAIN, cache_dir=cache, **SETTINGS)
    assert again["cost"]["embedded_now"] == 0
    assert {**again["race"], "stated_risk": 0} == {**raced["race"], "stated_risk": 0}
    assert again["race"]["stated_risk"] == pytest.approx(raced["race"]["stated_risk"], rel=1e-6)
    assert [row["stage"] for row in again["ranking"]] == [row["stage"] for row in raced["ranking"][:3]]
    for row in whole["ranking"]:
        record = ResultsStore.at(tmp_path).get(row["entry"])
        assert record is not None
        assert record.complete  # the race replaces nothing that says more


def test_the_chosen_one_is_finished_and_the_others_are_not(field: Field, tmp_path: Path) -> None:
    models, cache = [field.models["good"], field.models["blank"]], str(tmp_path)
    found = rank(field.data, models, options=Options(other_scores=False, finish=True), cache_dir=cache, **SETTINGS)
    first, second = found["ranking"]
    assert first["codelength"]["labels"] == 1100
    assert first["accuracy"] is not None
    assert (first["stage"]["n"], second["codelength"]["labels"], second["accuracy"]) == (345, 345, None)
    record = ResultsStore.at(tmp_path).get(first["entry"])
    assert record is not None
    assert record.complete
    whole = rank(field.data, models[:1], options=Options(race=False, other_scores=False), cache_dir=cache, **SETTINGS)
    assert whole["cost"]["embedded_now"] == 0
    assert whole["ranking"][0]["codelength"]["bits"] == first["codelength"]["bits"]


def test_too_few_labels_hold_no_race_and_that_is_said(field: Field, tmp_path: Path) -> None:
    models = [field.models["good"], field.models["blank"]]
    settings = {**SETTINGS, "max_examples": 200, "cache_dir": str(tmp_path)}
    found = rank(field.data, models, options=PLAIN, **settings)
    assert found["race"] is None
    assert "No race: 200 distinct inputs are too few" in "\n".join(statements(found))
    assert {row["codelength"]["labels"] for row in found["ranking"]} == {200}
    with pytest.raises(BudgetTooSmall, match="too few"):
        rank(field.data, models, options=Options(budget=0.5), **settings)
    alone = rank(field.data, models[:1], options=PLAIN, **{**SETTINGS, "max_examples": 600, "cache_dir": str(tmp_path)})
    assert alone["race_reason"] == "one checkpoint has nobody to race against"


def test_an_interrupt_keeps_what_is_finished(field: Field, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lit_hf.encoders.text import TextEncoder

    settings = {**SETTINGS, "max_examples": 300, "cache_dir": str(tmp_path)}
    encode, calls = TextEncoder.encode, []

    def interrupted(self: TextEncoder, inputs: Any) -> Any:
        calls.append(len(inputs))
        if len(calls) == 3:
            raise KeyboardInterrupt
        return encode(self, inputs)

    models = [field.models["good"], field.models["other"]]
    monkeypatch.setattr(TextEncoder, "encode", interrupted)
    with pytest.raises(KeyboardInterrupt):
        rank(field.data, models, options=PLAIN, **settings)
    monkeypatch.undo()
    done = calls[0] + calls[1]
    whole = rank(field.data, models, options=PLAIN, **settings)
    fresh = rank(field.data, models, options=PLAIN, **{**settings, "cache_dir": str(tmp_path / "fresh")})
    assert whole["cost"]["embedded_now"] == fresh["cost"]["embedded_now"] - done
    assert [row["codelength"] for row in whole["ranking"]] == [row["codelength"] for row in fresh["ranking"]]


def test_out_of_memory_is_a_row_and_the_others_finish(
    field: Field, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lit_hf.encoders.text import TextEncoder

    encode = TextEncoder.encode

    def greedy(self: TextEncoder, inputs: Any) -> Any:
        if self.info.id.endswith("other"):
            raise RuntimeError(
                "[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"
            )
        return encode(self, inputs)

    monkeypatch.setattr(TextEncoder, "encode", greedy)
    settings = {**SETTINGS, "max_examples": 100, "cache_dir": str(tmp_path)}
    found = rank(field.data, [field.models["other"], field.models["good"]], options=PLAIN, **settings)
    assert found["ranking"][0]["model"]["id"] == field.models["good"]
    assert "out of memory" in found["ranking"][1]["error"]
    assert ResultsStore.at(tmp_path).get(found["ranking"][0]["entry"]) is not None


def test_no_race_codes_everything_and_equals_an_evaluation(field: Field, tmp_path: Path) -> None:
    settings = {**SETTINGS, "max_examples": 120, "orders": 2, "cache_dir": str(tmp_path)}
    found = rank(field.data, [field.models["good"]], options=Options(race=False, other_scores=False), **settings)
    record = evaluate(field.models["good"], field.data, twins=1, dtype="native", **settings)
    (row,) = found["ranking"]
    assert row["codelength"]["bits"] == record["codelength"]["bits"]
    assert row["accuracy"] == record["holdout"]["value"]
    assert row["rank"] == [1, 1]


def test_transfer_without_a_race_adds_a_whole_record_of_all(field: Field, tmp_path: Path) -> None:
    settings = {**SETTINGS, "max_examples": 60, "cache_dir": str(tmp_path), "twins": 2}
    options = Options(other_scores=False, transfer=True)
    found = rank(field.data, [field.models["good"], field.models["other"]], options=options, **settings)
    record = ResultsStore.at(tmp_path).find(found["ranking"][0]["transfer"]["record"])
    assert record["transfer"]["bits"] == found["ranking"][0]["transfer"]["bits"]
    assert record["codelength"]["bits"] == found["ranking"][0]["codelength"]["bits"]
    again = rank(field.data, [field.models["good"], field.models["other"]], options=options, **settings)
    assert again["cost"]["embedded_now"] == 0
    assert again["ranking"][0]["transfer"] == found["ranking"][0]["transfer"]


def test_transfer_after_a_race_is_of_the_chosen_one(field: Field, tmp_path: Path) -> None:
    settings = {**SETTINGS, "max_examples": 600, "cache_dir": str(tmp_path), "twins": 1}
    options = Options(other_scores=False, transfer=True)
    found = rank(field.data, [field.models["good"], field.models["blank"]], options=options, **settings)
    first, second = found["ranking"]
    record = ResultsStore.at(tmp_path).find(first["transfer"]["record"])
    assert record["codelength"]["bits"] == first["codelength"]["bits"]
    assert (first["codelength"]["labels"], second["codelength"]["labels"]) == (600, 345)
    assert second["transfer"] is None
