"""A selection from names to ranking, live: racing, resuming, failures. Encoders are tiny, everything else is real."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lit_hf.evaluation.run import evaluate
from lit_hf.features import FeatureStore
from lit_hf.records.store import ResultsStore
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


def test_the_loser_is_dropped_with_what_it_paid_so_far(raced: dict[str, Any]) -> None:
    row = row_of(raced, "blank")
    stage = row["stage"]
    assert stage["eliminated"]
    assert 400 < stage["n"] == row["codelength"]["labels"] < 1100
    assert stage["behind_bits"] > 0
    assert stage["needed_bits_per_label"] == pytest.approx(stage["behind_bits"] / (1100 - stage["n"]))
    assert raced["cost"]["work_share"] < 1


def test_an_eliminated_checkpoint_is_embedded_no_further(field: Field, raced: dict[str, Any], tmp_path: Path) -> None:
    models = [field.models["good"], field.models["blank"]]
    found = rank(field.data, models, options=PLAIN, cache_dir=str(tmp_path), **SETTINGS)
    row = row_of(found, "blank")
    record = ResultsStore.at(tmp_path).get(row["entry"])
    assert record is not None
    record.validate()
    assert not record.complete
    folders = FeatureStore.at(tmp_path).root.iterdir()
    rows = sorted(sum(len(np.load(file)) for file in folder.glob("*.npy")) for folder in folders)
    # 1,200 texts and 100 held-out ones of the winner; of the loser whole shells until it was dropped.
    shell = next(end for end in (512, 724, 1024) if end >= row["stage"]["n"])
    assert rows == [shell, 1300]


def test_the_audit_says_what_became_of_the_dropped(raced: dict[str, Any]) -> None:
    found = row_of(raced, "blank")["audit"]
    assert found["final_bits"] > row_of(raced, "blank")["stage"]["behind_bits"]
    assert found == {"final_bits": found["final_bits"], "overtook": False, "violation_at": None}


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
    more = rank(field.data, [*field.models.values(), new], options=PLAIN, cache_dir=field.cache, **SETTINGS)
    # One checkpoint in full is 1,200 texts and 100 held-out ones; a second one would be hundreds more.
    assert 0 < more["cost"]["embedded_now"] <= 1300
    assert row_of(more, "good")["codelength"] == row_of(raced, "good")["codelength"]


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


def test_transfer_adds_a_whole_record_for_finalists(field: Field, tmp_path: Path) -> None:
    settings = {**SETTINGS, "max_examples": 60, "cache_dir": str(tmp_path), "twins": 2}
    options = Options(other_scores=False, transfer=True)
    found = rank(field.data, [field.models["good"], field.models["other"]], options=options, **settings)
    record = ResultsStore.at(tmp_path).find(found["ranking"][0]["transfer"]["record"])
    assert record["transfer"]["bits"] == found["ranking"][0]["transfer"]["bits"]
    assert record["codelength"]["bits"] == found["ranking"][0]["codelength"]["bits"]
    again = rank(field.data, [field.models["good"], field.models["other"]], options=options, **settings)
    assert again["cost"]["embedded_now"] == 0
    assert again["ranking"][0]["transfer"] == found["ranking"][0]["transfer"]
