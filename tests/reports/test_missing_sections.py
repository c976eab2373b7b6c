"""Every function of a record on records of every kind: a result, or an error that says what to do; no traceback."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from lit_hf.errors import LacksPart, LitError
from lit_hf.hub import benchmark, cards, leaderboard, model, results
from lit_hf.hub.table import columns, from_parquet, to_parquet
from lit_hf.records.record import Record
from lit_hf.reports import phrases, plots, tracked
from lit_hf.reports.page.render import page
from lit_hf.studies.diff import compare
from tests.support.records import make_record, noisy, ranked_id, ranked_record, without_baseline

KINDS: dict[str, Callable[[], Record]] = {
    "whole": lambda: make_record(examples=400),
    "no baseline": without_baseline,
    "ranked": lambda: ranked_record("a", noisy(0.1, labels=300)),
    "eliminated": lambda: ranked_record("b", noisy(0.4, labels=200, orders=1), lost_to=ranked_id("a"), total=300),
    "no arrays": lambda: Record(make_record(examples=400).data),
}
NO_TRANSFER = ("no baseline", "ranked", "eliminated")
FUNCTIONS: dict[str, Callable[[Record], Any]] = {
    "card": lambda record: cards.update("", [record.data]),
    "benchmark": lambda record: benchmark.update("", record.data, "task", False),
    "table of results": lambda record: from_parquet(to_parquet(record), "here"),
    "columns": lambda record: columns(record.data),
    "same": lambda record: results._same(record.data, record.data, "a/b", False),
    "one model": lambda record: model.one_model([record.data]),
    "leaderboard": lambda record: leaderboard.as_json("a/b", "c", leaderboard.boards([record]), ()),
    "page": lambda record: page([record]),
    "tracked": lambda record: (tracked.scores(record), tracked.points(record), tracked.run_name(record)),
    "diff": lambda record: compare(record, record, 0),
    "repr": repr,
    "rerun": Record.rerun_settings,
    **{f"plot {name}": draw for name, draw in plots.EACH.items()},
    **{f"plot {name} of several": lambda record, draw=draw: draw([record]) for name, draw in plots.TOGETHER.items()},
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_takes_every_record(name: str, kind: str) -> None:
    said: LitError | None = None
    try:
        FUNCTIONS[name](KINDS[kind]())
    except LitError as error:
        said = error
    assert said is None or said.next_step


@pytest.mark.parametrize("kind", NO_TRANSFER)
@pytest.mark.parametrize("name", ["card", "benchmark"])
def test_a_card_of_what_was_compared_with_nothing_is_refused(name: str, kind: str) -> None:
    with pytest.raises(LacksPart, match="has no transfer"):
        FUNCTIONS[name](KINDS[kind]())


@pytest.mark.parametrize("kind", NO_TRANSFER)
def test_a_table_has_null_where_nothing_was_measured(kind: str) -> None:
    record = KINDS[kind]()
    row = columns(record.data)
    assert [row[name] for name in ("l_it_bits", "l_it_low", "l_it_high")] == [None, None, None]
    (back,) = from_parquet(to_parquet(record), "here")
    assert json.loads(back.to_json()) == json.loads(record.to_json())
    assert "nan" not in json.dumps(tracked.scores(record)).lower()
    assert phrases.bits(record["codelength"]["bits"])
