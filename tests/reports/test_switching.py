"""Who carried the code: the weights in the table and the figure are the record's."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from lit_hf.records.record import Record
from lit_hf.reports.files import write_curve
from lit_hf.reports.switching import shares, switching_figure, switching_table
from tests.support.records import make_record


def with_shares(examples: int = 2000) -> Record:
    record = make_record(examples)
    edges = [0, 8, 100, 500, examples]
    ridge = [0.25, 0.3, 0.8, 0.95]
    record.data["coder"] |= {
        "edges": edges,
        "experts": [
            {"name": "ridge(10)", "bits": 900.0, "share": []},
            {"name": "ridge", "bits": 880.0, "share": ridge},
            {"name": "uniform", "bits": 2000.0, "share": [1 - weight for weight in ridge]},
        ],
    }
    return record


def test_shares_are_looked_up_in_their_increment() -> None:
    found = shares(with_shares())
    assert found is not None
    assert [found.at(label)["ridge"] for label in (0, 7, 8, 99, 100, 499, 500, 1999)] == [
        0.25, 0.25, 0.3, 0.3, 0.8, 0.8, 0.95, 0.95,
    ]  # fmt: skip


def test_the_table_says_who_carried_weight() -> None:
    table = switching_table(with_shares())
    assert table is not None
    console = Console(width=80, record=True, file=None, quiet=False)
    with console.capture() as captured:
        console.print(table)
    lines = captured.get().splitlines()
    assert lines[0].split() == ["who", "made", "the", "predictions", "after", "100", "500", "all", "labels"]
    assert lines[1].split() == ["ridge", "80", "%", "95", "%", "95", "%"]
    assert lines[2].split() == ["uniform", "20", "%", "5", "%", "5", "%"]


def test_the_figure_stacks_to_one() -> None:
    figure = switching_figure(with_shares())
    assert figure is not None
    axes = figure.axes[0]
    assert {text.get_text() for text in axes.get_legend().get_texts()} == {"ridge", "uniform"}
    top = max(path.vertices[:, 1].max() for area in axes.collections for path in area.get_paths())
    assert top == pytest.approx(1.0)
    assert "labels" in axes.get_xlabel()


def test_files_are_written_where_there_are_shares(tmp_path: Path) -> None:
    names = {path.name for path in write_curve(with_shares(), tmp_path)}
    assert {"experts.png", "experts.svg", "curve.png"} <= names
    assert not {path.name for path in write_curve(make_record(), tmp_path)} & {"experts.png"}


def test_a_record_without_shares_has_neither() -> None:
    assert shares(make_record()) is None
    assert switching_table(make_record()) is None
    assert switching_figure(make_record()) is None
