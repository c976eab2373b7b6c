"""What keeps records apart is named: in the error of a figure, and in the titles of several boards of one dataset."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lit_hf import plots
from lit_hf.errors import IncomparableRecords
from lit_hf.ranking.board import boards
from lit_hf.records.record import Record
from lit_hf.reports.differences import differences, titles
from lit_hf.reports.page.render import page
from tests.support.command_line import Lit
from tests.support.records import hub_record

CASES = {
    "orders": ({"orders": 3}, "orders: 2 and 3", "3 orders"),
    "seed": ({"seed": 1}, "seed: 0 and 1", "seed 1"),
    "labels": ({"examples": 300}, "labels: 400 and 300", "300 labels"),
    "bank": ({"bank": "other"}, "bank: b1c2d3e4f5a60718 and other", "bank other"),
    "data": ({"fingerprint": "0" * 16}, f"data: contents feedfacefeedface and contents {'0' * 16}", "data contents"),
}


def pair(**other: object) -> list[Record]:
    return [hub_record(model="org/a"), hub_record(model="org/b", **other)]  # type: ignore[arg-type]


@pytest.mark.parametrize("part", CASES)
def test_the_error_of_a_figure_names_what_differs_and_nothing_else(part: str) -> None:
    other, said, _ = CASES[part]
    assert differences(pair(**other)) == [said]
    for draw in (plots.ranking, plots.curves):
        with pytest.raises(IncomparableRecords, match=re.escape(f"they differ in {said}.")):
            draw(pair(**other))


@pytest.mark.parametrize("part", CASES)
def test_two_boards_of_one_dataset_have_titles_of_their_own(part: str) -> None:
    other, _, title = CASES[part]
    records = pair(**other)
    found = titles(boards(records), records)
    assert len(set(found)) == 2
    assert any(title in each for each in found)
    html = page(records)
    headings = re.findall(r"<h2 id=\"board-\d-title\"><bdi>(.*?)</bdi>", html)
    assert sorted(headings) == sorted(found)


def test_boards_of_different_datasets_are_called_by_them_alone() -> None:
    records = pair(dataset="org/other", fingerprint="1" * 16)
    assert differences(records) == ["dataset: org/reviews and org/other"]
    assert sorted(titles(boards(records), records)) == ["org/other", "org/reviews"]


def test_records_of_one_board_differ_in_nothing() -> None:
    assert differences(pair()) == []


def test_the_page_says_once_that_it_quotes_or_cannot(tmp_path: Path, lit: Lit) -> None:
    records = [hub_record(model=f"org/{n}", dataset="reviews.csv", orders=n) for n in (2, 3)]
    for record in records:
        record["dataset"]["revision"] = None
    folders = [str(record.save(tmp_path / record["model"]["id"].replace("/", "-"))) for record in records]
    code, _, err = lit("report", *folders, "-o", str(tmp_path / "site"))
    assert code == 0
    assert err.count("reviews.csv is not here") == 1
