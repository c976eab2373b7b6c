"""A ranking says what is known of the order, and no more."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lit_hf.errors import IncomparableRecords
from lit_hf.ranking.aggregate import combine
from lit_hf.ranking.table import CandidateResult, not_loaded, rank_rows
from lit_hf.records.record import Record
from lit_hf.reports.ranking_phrases import statements
from tests.support.records import noisy, raced, ranked_id, ranked_record, result


def ids(rows: list[dict[str, Any]]) -> list[str]:
    return [row["model"]["id"] for row in rows]


def test_order_is_by_codelength_and_close_ones_share_ranks() -> None:
    bits = {"far": noisy(0.5, seed=1), "best": noisy(0.0, seed=2), "close": noisy(0.001, seed=3)}
    rows = rank_rows([result(ranked_record(name, value)) for name, value in bits.items()])
    assert ids(rows)[2] == "far"
    assert [row["rank"] for row in rows] == [[1, 2], [1, 2], [3, 3]]
    assert [row["tied_with_best"] for row in rows] == [True, True, False]
    assert rows[0]["behind_best"] is None
    assert rows[2]["behind_best"]["bits"] == pytest.approx(300, abs=20)
    assert rows[2]["labels_to_separate"] is None
    assert rows[1]["labels_to_separate"] is None or rows[1]["labels_to_separate"] > 0


def test_after_a_race_the_chosen_one_is_first_and_the_others_follow_by_forecast() -> None:
    chosen = ranked_record("chosen", noisy(0.0, 500, seed=1), total=600)
    near = ranked_record("near", noisy(0.3, 500, seed=2), total=600)
    early = ranked_record("early", noisy(0.9, 300, seed=4), lost_to=ranked_id("chosen"), total=600)
    late = ranked_record("late", noisy(0.5, 400, seed=3), lost_to=ranked_id("chosen"), total=600)
    rows = rank_rows([raced(early, 0.9), raced(near, 0.3), raced(late, 0.5), raced(chosen, None)])
    assert ids(rows) == ["chosen", "near", "late", "early"]
    assert [row["forecast"] and row["forecast"]["behind"] for row in rows] == [None, 0.3, 0.5, 0.9]
    assert [row["risk"] for row in rows] == [None, 0.01, 0.01, 0.01]
    assert [row["stage"]["left"] for row in rows] == [False, False, True, True]
    assert [row["codelength"]["labels"] for row in rows] == [500, 500, 400, 300]  # what was paid: no extrapolated total


def test_who_left_is_tested_against_each_of_the_last_field_on_the_labels_of_both() -> None:
    """Both of the field are ahead of both that left, whose order among each other is not tested."""
    chosen = ranked_record("chosen", noisy(0.0, 500, seed=1), total=600)
    near = ranked_record("near", noisy(0.3, 500, seed=2), total=600)
    out = [
        ranked_record(f"out{gap}", noisy(gap, 300, seed=4), lost_to=ranked_id("chosen"), total=600)
        for gap in (0.9, 1.5)
    ]
    rows = rank_rows([raced(chosen, None), raced(near, 0.3), raced(out[0], 0.9), raced(out[1], 1.5)])
    assert [row["rank"] for row in rows] == [[1, 1], [2, 2], [3, 4], [3, 4]]
    assert [row["behind_best"]["labels"] for row in rows[1:]] == [500, 300, 300]
    assert rows[2]["behind_best"]["bits"] == pytest.approx(0.9 * 300, abs=15)
    first = out[0].arrays["bits_encoder"][0] - chosen.arrays["bits_encoder"][0][:300]
    assert rows[2]["behind_best"]["bits"] == pytest.approx(first.sum())  # order 0 alone


def test_where_the_chosen_one_failed_at_the_very_end_those_that_left_are_still_rows() -> None:
    """Nobody is in the race any more: the first of those that left stands for the field."""
    near = ranked_record("near", noisy(0.0, 400, seed=1, orders=1), lost_to=ranked_id("gone"), total=600)
    far = ranked_record("far", noisy(0.9, 300, seed=4, orders=1), lost_to=ranked_id("gone"), total=600)
    rows = rank_rows([raced(far, 0.9), raced(near, 0.3), not_loaded("gone", "weights vanished")])
    assert [row["error"] for row in rows] == [None, None, "weights vanished"]
    assert ids(rows)[:2] == ["near", "far"]
    assert [row["rank"] for row in rows[:2]] == [[1, 1], [2, 2]]


def test_one_that_left_and_cannot_be_told_from_the_field_shares_its_ranks() -> None:
    chosen = ranked_record("chosen", noisy(0.0, 500, seed=1), total=600)
    out = ranked_record("out", noisy(0.001, 300, seed=6), lost_to=ranked_id("chosen"), total=600)
    rows = rank_rows([raced(chosen, None), raced(out, 0.05)])
    assert [row["rank"] for row in rows] == [[1, 2], [1, 2]]
    assert rows[1]["tied_with_best"]
    assert rows[1]["labels_to_separate"] is None  # of one that is coded no further


def test_one_that_is_certainly_ahead_of_the_chosen_one_so_far_is_not_tied_with_it() -> None:
    """A race chooses by a forecast: a late bloomer may be behind on the labels that are there."""
    chosen = ranked_record("chosen", noisy(0.5, 500, seed=1), total=3_000)
    ahead = ranked_record("ahead", noisy(0.0, 500, seed=2), total=3_000)
    rows = rank_rows([raced(chosen, None), raced(ahead, 0.1)])
    assert [row["rank"] for row in rows] == [[2, 2], [1, 1]]
    assert [row["tied_with_best"] for row in rows] == [True, False]
    assert rows[1]["behind_best"]["bits"] < -200
    assert rows[1]["labels_to_separate"] is None
    ranking = {"ranking": rows, "race": None, "level": 0.95, "cost": {"work_share": None}}
    [said] = [line for line in statements(ranking) if "certainly" in line]
    assert said.startswith("ahead certainly ahead of chosen")
    assert not any("told apart from all others" in line for line in statements(ranking))


def test_after_a_race_all_say_what_they_paid_in_the_one_order_that_all_have() -> None:
    """The mean of a finalist's orders is of other streams: held against order 0 of another, it told a false gap."""
    bits = noisy(0.0, 600, seed=1, orders=3) + np.array([[0.0], [1.0], [2.0]])  # other orders cost more
    chosen = ranked_record("chosen", bits, total=600)
    out = ranked_record("out", noisy(0.5, 300, seed=4, orders=1), lost_to=ranked_id("chosen"), total=600)
    rows = rank_rows([raced(chosen, None), raced(out, 0.5)])
    assert [[each["labels"] for each in row["budgets"]] for row in rows] == [[300, 600], [300]]
    first = chosen.arrays["bits_encoder"][0]
    assert [each["bits"] for each in rows[0]["budgets"]] == pytest.approx([first[:300].sum(), first.sum()])
    assert rows[1]["budgets"][0]["bits"] == pytest.approx(out.arrays["bits_encoder"][0].sum())
    assert [row["accuracy"] for row in rows] == [0.9, None]
    alone = rank_rows([result(chosen)])[0]["budgets"]
    assert alone == chosen["budgets"]  # without a race all have all orders, and their mean is comparable


@pytest.mark.parametrize("others", [["copy"], ["copy", "far"]])
def test_identical_codes_are_called_identical(others: list[str]) -> None:
    bits = {"a": noisy(0.0), "copy": noisy(0.0), "far": noisy(0.9, seed=3)}
    rows = rank_rows([result(ranked_record(name, bits[name])) for name in ["a", *others]])
    assert rows[1]["stage"]["like"] == rows[0]["entry"]
    assert rows[1]["labels_to_separate"] is None
    said = statements({"ranking": rows, "level": 0.95, "race": None, "cost": {"work_share": None}})
    assert said[0] == "copy: identical to a, the same bits for all 600 labels."
    assert not any("told apart" in line or "differs from the best" in line or "more labels" in line for line in said)
    end = "copy: no difference, the codes are identical"
    assert (end if others == ["copy"] else "a differs from all but copy, which is identical") in said[-1]


def test_failures_are_rows_with_their_reason() -> None:
    rows = rank_rows([CandidateResult("org/gated", "abc", None, "gated"), result(ranked_record("a", noisy(0.0)))])
    assert ids(rows) == ["a", "org/gated"]
    assert rows[0]["rank"] == [1, 1]
    assert (rows[1]["error"], rows[1]["rank"], rows[1]["codelength"]) == ("gated", None, None)
    assert set(rows[0]) == set(rows[1])
    assert rank_rows([CandidateResult("x", None, None, "no")])[0]["error"] == "no"


def test_one_that_ran_alone_beats_nobody() -> None:
    def said(*names: str) -> list[str]:
        rows = rank_rows([result(ranked_record(name, noisy(float(name != "a")))) for name in names])
        return statements({"ranking": rows, "level": 0.95, "race": None, "cost": {"work_share": None}})

    assert said("a") == ["One checkpoint, nothing to rank it against."]
    assert said("a", "b")[-1] == (
        "Take a: it has the shortest code; a differs from all others (95 % confidence, corrected for all comparisons)."
    )


def test_other_banks_are_never_mixed() -> None:
    other = ranked_record("b", noisy(0.1))
    other = Record({**other.data, "coder": {"version": "1", "bank": "0000"}}, other.arrays)
    with pytest.raises(IncomparableRecords, match=r"coder\.bank"):
        rank_rows([result(ranked_record("a", noisy(0.0))), result(other)])


def test_the_order_of_arrival_does_not_matter() -> None:
    records = [ranked_record(str(seed), noisy(0.1 * seed, seed=seed)) for seed in range(4)]
    forward = rank_rows([result(each) for each in records])
    assert rank_rows([result(each) for each in records[::-1]]) == forward


def test_several_rankings_make_a_matrix_of_ranks() -> None:
    first = rank_rows([result(ranked_record(name, noisy(gap))) for name, gap in (("a", 0.0), ("b", 0.5), ("c", 1.0))])
    second = rank_rows([result(ranked_record(name, noisy(gap))) for name, gap in (("b", 0.0), ("a", 0.5))])
    second += rank_rows([CandidateResult("c", None, None, "out of memory", reading=first[0]["reading"])])
    matrix = combine([{"ranking": first}, {"ranking": second}])
    assert [row["model"]["id"] for row in matrix["aggregate"]] == ["a", "b", "c"]
    assert [row["mean_rank"] for row in matrix["aggregate"]] == [[1.5, 1.5], [1.5, 1.5], None]
    assert matrix["aggregate"][0]["ranks"] == [[1, 1], [2, 2]]
    assert matrix["aggregate"][2]["error"] == "out of memory"


def test_ranked_records_survive_the_disk(tmp_path: Any) -> None:
    record = ranked_record("a", np.abs(noisy(0.0)))
    back = Record.load(record.save(tmp_path / "x"))
    assert back.data == record.data
    np.testing.assert_array_equal(back.arrays["bits_encoder"], record.arrays["bits_encoder"])
    assert back.complete
    assert "codelength" in repr(back)
