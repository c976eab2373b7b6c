"""A ranking on a terminal and in figures: every column compares like with like, and the last line is an advice."""

from __future__ import annotations

import io
from typing import Any

import pytest
from matplotlib.figure import Figure
from rich.console import Console

from lit_hf.ranking.table import CandidateResult, rank_rows
from lit_hf.reports.ranking import report
from lit_hf.reports.ranking_figure import DASHES, MARKS, codelength_figure, curves_figure
from lit_hf.reports.ranking_phrases import statements
from tests.support.records import make_record, noisy, raced, ranked_id, ranked_record, result

RACE = {
    "rule": "forecast", "within": 0.02, "risk": 0.05, "ended": "risk", "stated_risk": 0.01, "n": 500, "of": 600,
    "labels": 500, "answers": 600, "started": 3, "cost": 0.5, "drift": 0.05, "drift_assumed": True,
    "chosen": ranked_id("chosen"),
}  # fmt: skip


def ranking_of(rows: list[dict[str, Any]], race: dict[str, Any] | None) -> dict[str, Any]:
    base = make_record(examples=200)
    return {
        "dataset": {**base["dataset"], "examples": 600}, "settings": {"resolved": {"orders": 2}}, "level": 0.95,
        "race": race, "ranking": rows, "rivals": None, "cost": {"work_share": 0.75, "work_share_all_parameters": 0.8},
    }  # fmt: skip


@pytest.fixture
def after_a_race() -> dict[str, Any]:
    chosen, near = (ranked_record(name, noisy(gap, 500), total=600) for name, gap in (("chosen", 0.0), ("near", 0.3)))
    out = [
        ranked_record(name, noisy(gap, 345, seed=4, orders=1), lost_to=ranked_id("chosen"), total=600)
        for name, gap in (("early", 0.9), ("first-out", 1.5))
    ]
    rows = rank_rows([raced(chosen, None), raced(near, 0.3), raced(out[0], 0.9), raced(out[1], 1.5)])
    return ranking_of(rows, RACE)


def lines_of(ranking: dict[str, Any], width: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    for part in report(ranking, width, "utf-8"):
        console.print(part)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


@pytest.mark.parametrize("width", [80, 120])
def test_who_stopped_early_stands_below_a_rule_with_the_labels_it_had(after_a_race: dict[str, Any], width: int) -> None:
    lines = lines_of(after_a_race, width)
    place = next(k for k, line in enumerate(lines) if line.split() == ["stopped", "early:"])
    assert set(lines[place - 1].strip()) == {"─"}
    above, below = lines[place - 3 : place - 1], lines[place + 1 : place + 3]
    assert [line.split()[-1 if width == 80 else -3] for line in (*above, *below)] == ["500", "500", "345", "345"]
    assert ["chosen" in above[0], "near" in above[1], "early" in below[0], "first-out" in below[1]] == [True] * 4
    assert all(len(line) <= width for line in lines)


def test_names_are_whole_at_80_columns(after_a_race: dict[str, Any]) -> None:
    after_a_race["ranking"][1]["model"]["id"] = "org/a-name-of-20-chars"
    assert any("org/a-name-of-20-chars" in line for line in lines_of(after_a_race, 80))


def test_a_column_without_values_is_left_out() -> None:
    some = [result(ranked_record(name, noisy(gap))) for name, gap in (("a", 0.0), ("b", 0.5))]
    with_it = rank_rows(some)
    assert "accuracy" in " ".join(lines_of(ranking_of(with_it, None), 80)[1:3])
    without = rank_rows(
        [result(ranked_record(name, noisy(gap), lost_to="x")) for name, gap in (("a", 0.0), ("b", 0.5))]
    )
    assert "accuracy" not in " ".join(lines_of(ranking_of(without, None), 120))


def test_a_failure_is_said_in_one_column_and_adds_none(after_a_race: dict[str, Any]) -> None:
    failed = CandidateResult("gone", None, None, "no model named 'gone'")
    rows = rank_rows([result(ranked_record("a", noisy(0.0))), result(ranked_record("b", noisy(0.5))), failed])
    whole = ranking_of([*after_a_race["ranking"], rows[-1]], RACE)
    for ranking, foreign in ((ranking_of(rows, None), "risk"), (whole, "bits")):
        lines = lines_of(ranking, 120)
        assert next(line.split() for line in lines if "failed" in line)[:3] == ["-", "gone", "failed"]
        assert foreign not in lines[1].split()


@pytest.mark.parametrize(("orders", "said"), [(1, "(the same order of the labels for all"), (2, "(mean of 2 orders")])
def test_tables_say_of_which_orders_they_are(orders: int, said: str) -> None:
    ranking = ranking_of(
        rank_rows([result(ranked_record(name, noisy(0.0, seed=k))) for k, name in enumerate("ab")]), None
    )
    ranking["settings"]["resolved"]["orders"] = orders
    assert said in "\n".join(lines_of(ranking, 120))


def test_the_last_line_says_which_one_to_take_and_what_is_smaller(after_a_race: dict[str, Any]) -> None:
    after_a_race["ranking"][1] |= {"tied_with_best": True, "speed": 250.0}
    after_a_race["ranking"][1]["model"] |= {"parameters": 4_000_000}
    last = statements(after_a_race)[-1]
    assert last.startswith("Take chosen: found after 500 of 600 labels, for 0.50 of the cost of embedding all.")
    assert last.endswith(
        "Of these, near is smaller (4.0M parameters against 22.7M) and near is faster (250 texts/s against 100)."
    )
    assert statements(after_a_race)[-2].startswith("On the first 500 labels: near may be just as good (95 % confidence")


def test_what_stopping_early_saved_is_said_by_both_counts(after_a_race: dict[str, Any]) -> None:
    assert any("Stopping early saved 25.0 % of the embedding work" in line for line in statements(after_a_race))
    assert any("with tables of embeddings 20.0 %" in line for line in statements(after_a_race))


def test_of_one_that_stopped_early_no_number_of_labels_is_said(after_a_race: dict[str, Any]) -> None:
    after_a_race["ranking"][2] |= {"tied_with_best": True}
    assert not any(line.startswith("early:") for line in statements(after_a_race))


def test_who_stopped_early_is_hollow_and_named_as_such_in_the_figure(after_a_race: dict[str, Any]) -> None:
    after_a_race["ranking"][2] |= {"tied_with_best": True}
    axes = codelength_figure(after_a_race).axes[0]
    assert len(axes.get_yticks()) == 4
    assert [text.get_text() for text in axes.texts if text.get_text().startswith("rank")][2:] == [
        "rank 3-4, stopped at 345", "rank 3-4, stopped at 345",
    ]  # fmt: skip
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    assert dots[2].get_markerfacecolor() == "white"
    assert any("stopped early" in text for text in words(axes.figure))


def test_totals_of_fewer_labels_are_not_drawn_beside_whole_ones_but_counted(after_a_race: dict[str, Any]) -> None:
    for row in after_a_race["ranking"]:
        row["forecast"] = None
    figure = codelength_figure(after_a_race)
    assert len(figure.axes[0].get_yticks()) == 2
    assert any("2 stopped early, not drawn" in text for text in words(figure))


def test_curves_can_be_told_apart_without_colour() -> None:
    rows = rank_rows([result(ranked_record(f"m{k:02}", noisy(0.1 * k, seed=k))) for k in range(10)])
    lines = curves_figure(ranking_of(rows, None)).axes[0].lines
    looks = {(str(DASHES[k % len(DASHES)]), line.get_marker()) for k, line in enumerate(lines)}
    assert len(looks) == 10
    drawn = {(str(line._dash_pattern), line.get_marker()) for line in lines}  # type: ignore[attr-defined]
    assert len(drawn) == 10
    assert len(set(map(str, DASHES))) * len(set(MARKS)) == 32


def words(figure: Figure) -> list[str]:
    from matplotlib.text import Text

    return [found.get_text() for found in figure.findobj(Text)]
