"""Races of hand-made curves through the product: who is chosen, what is asked for, what is said."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from lit_hf.config import from_mapping
from lit_hf.errors import BadSetting, BudgetTooSmall, UsageError
from lit_hf.records.ranking import schema
from lit_hf.records.record import plain
from lit_hf.reports.ranking import report
from lit_hf.reports.ranking_phrases import statements
from lit_hf.selection.plan import Options
from lit_hf.selection.run import select
from tests.ranking.race.fields import Gap, blooming, flat, losses
from tests.selection.rigged import Rigged
from tests.support import tiny
from tests.support.field import write_data

TOTAL, FIRST = 3000, 345
"""Labels, and how many are coded at the first verdict: increments end at 345 of the 362 that are embedded there."""
NAMES = ("a", "b", "c", "d", "e")
Held = tuple[dict[str, Any], Rigged]


@dataclass(frozen=True)
class Stage:
    """Checkpoints by name, data, and a folder of which every race takes a fresh part as its cache."""

    models: dict[str, str]
    data: str
    folder: Path

    def hold(self, rows: np.ndarray, fails: dict[str, tuple[int, int]] | None = None, **options: Any) -> Held:
        """Race as many checkpoints as there are rows."""
        names = NAMES[: len(rows)]
        cache = self.folder / str(len(list(self.folder.iterdir())))
        given = {"dataset": self.data, "orders": 2, "device": "cpu", "cache_dir": str(cache), "max_examples": TOTAL}
        plan = [from_mapping({"model": self.models[name], **given}, "test") for name in names]
        backend = Rigged(rows=rows, fails=fails or {}, names=list(names))
        return select(plan, Options(other_scores=False, **options), backend), backend


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    root = tmp_path_factory.mktemp("stage")
    for name in NAMES:
        (root / name).mkdir()
    models = {name: str(tiny.save(root / name, tiny.bert(k))) for k, name in enumerate(NAMES)}
    (root / "caches").mkdir()
    return Stage(models, write_data(root / "data.csv", TOTAL + 100), root / "caches")


def rows_of(*gaps: Gap | float, seed: int = 0, spread: float = 0.4) -> np.ndarray:
    return losses([flat(gap) if isinstance(gap, float) else gap for gap in gaps], TOTAL, seed, spread) + 1.0


def names_of(ranking: dict[str, Any]) -> list[str]:
    return [row["model"]["id"].rsplit("/", 1)[-1] for row in ranking["ranking"]]


def row_of(ranking: dict[str, Any], name: str) -> dict[str, Any]:
    return dict(ranking["ranking"][names_of(ranking).index(name)])


def said_of(ranking: dict[str, Any]) -> str:
    return "\n".join(statements(ranking))


def test_parallel_curves_end_at_the_first_verdict(stage: Stage) -> None:
    found, backend = stage.hold(rows_of(0.3, 0.0, 0.4, 0.5))
    jsonschema.Draft202012Validator(schema()).validate(plain(found))
    assert backend.asked == [(FIRST, tuple("abcd")), (FIRST, tuple("abcd"))]  # order 0, then all orders
    assert names_of(found) == ["b", "a", "c", "d"]
    race, first = found["race"], found["ranking"][0]
    assert (race["chosen"], race["ended"], race["n"], race["labels"]) == (first["entry"], "risk", FIRST, FIRST)
    assert race["cost"] == pytest.approx(found["cost"]["work_share"]) == pytest.approx(362 / (TOTAL + 100))
    assert first["forecast"] is None
    assert first["risk"] is None
    assert first["codelength"]["labels"] == FIRST
    assert first["accuracy"] is None
    assert first["codelength"]["late_bits_per_label"] == pytest.approx(1.0, abs=0.1)
    second = row_of(found, "a")["forecast"]
    assert second["low"] < 0.3 < second["high"]
    start = (
        r"Take \S*\bb: found after 345 of 3,000 labels, for 0\.12 of the cost of embedding all\. The chance that any of"
    )
    assert re.search(f"{start} the 3 others", said_of(found))
    assert "would end more than 0.02 bits per label (60.0 bits) shorter is at most 5 %, if gaps" in said_of(found)
    assert 3 <= race["pairs"] <= 6
    assert f"from {race['pairs']} pairs of 3 independent gaps" in said_of(found)


def test_a_wider_tie_ends_earlier_and_names_who_is_within_it(stage: Stage) -> None:
    rows = rows_of(0.0, 0.01, 0.3)
    wide, _ = stage.hold(rows, within=0.25)
    close, _ = stage.hold(rows, within=0.0)
    assert wide["race"]["n"] == FIRST < close["race"]["n"]
    assert wide["race"]["within"] == 0.25
    assert re.search(r"Forecast within 0\.25 bits per label of \S*\ba: \S*\bb\.", said_of(wide))
    assert close["race"]["labels_for_a_tie"] is None


def test_a_tie_goes_on_to_the_last_label_and_says_how_many_it_would_take(stage: Stage) -> None:
    first = rows_of(0.0)[0]
    rows = np.stack([first, first.reshape(-1, 2)[:, ::-1].ravel(), first + 0.8])
    found, backend = stage.hold(rows, within=0.001)
    race = found["race"]
    assert (race["ended"], race["n"]) == ("all labels", TOTAL)
    assert race["stated_risk"] < 1e-9
    s = (rows[1] - rows[0]).std()
    assert race["labels_for_a_tie"] == pytest.approx((1.64 * s / 0.001) ** 2, rel=0.01)
    assert "The race went on to the last label: to tell a tie within 0.001 bits per label takes about" in said_of(found)
    assert re.search(r"Take \S*\b[ab]: found after all 3,000 labels", said_of(found))
    assert 2 / 3 < race["cost"] < 0.8
    assert max(n for n, _ in backend.asked) == TOTAL


def test_the_chosen_one_goes_on_to_the_end_at_a_price_that_is_said_before(stage: Stage) -> None:
    found, backend = stage.hold(rows_of(0.0, 0.3, 0.4), finish=True)
    first = found["ranking"][0]
    assert first["codelength"]["labels"] == TOTAL
    assert first["stage"]["n"] == FIRST  # what it was compared on
    assert [row["codelength"]["labels"] for row in found["ranking"][1:]] == [FIRST, FIRST]
    (price,) = backend.said
    assert price.endswith("a goes on to the end, which costs 0.29 of embedding everything.")
    assert found["race"]["cost"] == pytest.approx(362 / (TOTAL + 100))
    assert found["cost"]["work_share"] == pytest.approx((2 * 362 + TOTAL + 100) / 3 / (TOTAL + 100))


def test_more_risk_ends_no_later(stage: Stage) -> None:
    rows = rows_of(0.0, 0.03, 0.06, 0.2)
    ends = [stage.hold(rows, risk=risk)[0]["race"] for risk in (0.001, 0.05, 0.5)]
    assert ends[0]["n"] >= ends[1]["n"] >= ends[2]["n"]
    assert ends[0]["n"] > ends[2]["n"]
    assert all(race["stated_risk"] <= race["risk"] for race in ends)


def test_a_budget_is_kept_and_states_the_risk_that_is_left(stage: Stage) -> None:
    rows = rows_of(0.0, 0.0, 0.01, 0.4)
    found, _ = stage.hold(rows, budget=0.15)
    race = found["race"]
    assert (race["rule"], race["risk"], race["ended"]) == ("budget", None, "budget")
    assert race["cost"] <= 0.15
    assert found["cost"]["work_share"] <= 0.15
    assert 0.05 < race["stated_risk"] < 1
    assert f"shorter is {100 * race['stated_risk']:.1f} %, if" in said_of(found)


def test_a_budget_that_ends_before_the_first_verdict_is_refused_with_the_least(stage: Stage) -> None:
    rows = rows_of(0.0, 0.0, 0.4)
    with pytest.raises(BudgetTooSmall) as caught:
        stage.hold(rows, budget=0.1)
    assert caught.value.least == pytest.approx(362 / (TOTAL + 100))
    assert caught.value.next_step == "Give `--budget 0.117` or more."
    assert stage.hold(rows, budget=0.117)[0]["race"]["n"] == FIRST
    with pytest.raises(BudgetTooSmall, match="too few checkpoints"):
        stage.hold(rows[:1], budget=0.5)


def test_a_proof_is_dearer_and_says_what_it_assumes(stage: Stage) -> None:
    rows = rows_of(0.0, 0.25, 0.4)
    forecast, _ = stage.hold(rows)
    found, _ = stage.hold(rows, certain=True)
    assert found["race"]["rule"] == "certain"
    assert found["race"]["chosen"] == forecast["race"]["chosen"]
    assert found["race"]["cost"] > forecast["race"]["cost"]
    assert "is excluded at 95 %, if no gap shrinks by more than" in said_of(found)


def test_one_that_fails_in_the_middle_is_a_row_and_counts_among_those_that_started(stage: Stage) -> None:
    found, _ = stage.hold(rows_of(0.0, 0.0, 0.01, 0.6), {"b": (500, 0)}, within=0.0)
    assert row_of(found, "b")["error"] == "it broke"
    assert names_of(found)[-1] == "b"
    assert found["race"]["started"] == 4
    assert [row["error"] for row in found["ranking"]] == [None, None, None, "it broke"]
    assert 0 < found["cost"]["work_share"] < 1


def test_one_that_fails_in_a_further_order_is_left_out_of_the_verdict(stage: Stage) -> None:
    rows = rows_of(0.0, 0.3, 0.5)
    found, backend = stage.hold(rows, {"a": (1, 1)})
    assert row_of(found, "a")["error"] == "it broke"
    assert found["race"]["chosen"] == row_of(found, "b")["entry"] == found["ranking"][0]["entry"]
    assert backend.asked[0] == (FIRST, ("a", "b", "c"))


def test_when_all_fail_nobody_is_chosen(stage: Stage) -> None:
    found, _ = stage.hold(rows_of(0.0, 0.3), {"a": (1, 0), "b": (1, 0)})
    assert [row["error"] for row in found["ranking"]] == ["it broke", "it broke"]
    assert (found["race"]["chosen"], found["race"]["ended"]) == (None, "failed")
    jsonschema.Draft202012Validator(schema()).validate(plain(found))
    assert report(found, 100, "utf-8")


def test_identical_codes_cost_once_from_the_first_verdict_on(stage: Stage) -> None:
    rows = rows_of(0.0, 0.02, 0.5)[[0, 1, 0, 2]]
    found, backend = stage.hold(rows, within=0.0)
    assert row_of(found, "c")["stage"]["like"] == row_of(found, "a")["entry"]
    assert row_of(found, "c")["risk"] == 0
    assert all("c" not in who for n, who in backend.asked if n > FIRST)
    assert "c: identical to" in said_of(found).replace(f"{stage.folder.parent.name}/", "")


def test_ties_to_the_bit_are_one_checkpoint(stage: Stage) -> None:
    found, backend = stage.hold(rows_of(0.0)[[0, 0]])
    assert {n for n, _ in backend.asked} == {FIRST}
    assert found["race"]["stated_risk"] == 0.0


def test_an_audit_finds_the_lone_late_bloomer(stage: Stage) -> None:
    late = np.vectorize(lambda i: 0.3 if i < 1024 else -0.4, otypes=[float])
    found, _ = stage.hold(rows_of(0.0, late, 0.6), audit=True)
    assert found["race"]["chosen"] == row_of(found, "a")["entry"]
    audit = row_of(found, "b")["audit"]
    assert audit["overtook"]
    assert audit["in_interval"] is False
    assert audit["final_bits"] < -60
    assert "ended further ahead of the chosen one than was to happen" in said_of(found)
    assert row_of(found, "b")["codelength"]["labels"] == FIRST  # what it was ranked on


@pytest.mark.parametrize("seed", range(3))
def test_a_late_bloomer_is_not_lost_where_the_whole_field_drifts_so(stage: Stage, seed: int) -> None:
    gaps = [blooming(*each, 32) for each in ((0.0, 0.0), (0.42, 0.1), (-0.1, -0.1), (0.5, 0.1), (-0.05, -0.1))]
    rows = rows_of(*gaps, seed=seed)
    found, _ = stage.hold(rows)
    chosen, totals = names_of(found)[0], rows.mean(axis=1)
    assert found["race"]["drift"] > 0.05
    assert not found["race"]["drift_assumed"]
    assert totals[NAMES.index(chosen)] <= totals.min() + found["race"]["within"]


def test_who_left_is_ranked_on_the_labels_that_both_have(stage: Stage) -> None:
    found, _ = stage.hold(rows_of(0.0, 0.0, 0.9, 1.2), within=0.0)
    gone = row_of(found, "d")
    assert gone["stage"] == {"n": FIRST, "of": TOTAL, "left": True, "like": None}
    assert gone["behind_best"]["labels"] == FIRST
    assert gone["rank"][0] >= 3
    assert not gone["tied_with_best"]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"within": -0.1}, BadSetting), ({"within": float("nan")}, BadSetting), ({"risk": 0.0}, BadSetting),
        ({"risk": 1.0}, BadSetting), ({"budget": 0.0}, BadSetting), ({"budget": 1.5}, BadSetting),
        ({"race": False, "within": 0.1}, UsageError), ({"race": False, "certain": True}, UsageError),
        ({"budget": 0.2, "risk": 0.1}, UsageError), ({"budget": 0.2, "certain": True}, UsageError),
    ],
)  # fmt: skip
def test_what_excludes_one_another_is_refused(options: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        Options(**options)
