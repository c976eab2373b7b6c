"""What is wrong with a table is said in one line, with the next thing to do in another."""

from __future__ import annotations

from pathlib import Path

import pytest

from lit_hf.cli.errors import explain
from lit_hf.errors import LitError
from lit_hf.tasks.stream_order import SortedStream
from lit_hf.tasks.tables import errors

HERE = Path("folder") / "a.csv"
KNOWN = [
    errors.RaggedRow(HERE, 7, 3, ["text", "label"], ","),
    errors.OpenQuotes(HERE, [2, 5, 9, 11], 4),
    errors.InfiniteNumber("score", "inf", "line 9"),
    errors.RepeatedColumn("label", HERE),
    errors.RepeatedKey(HERE, "label"),
    errors.RepeatedKey(HERE, "label", 7),
    errors.WrongEncoding(HERE, None),
    errors.OddShape(HERE, "a list of lists"),
    SortedStream(100, ["0"], 0),
]


@pytest.mark.parametrize("error", KNOWN, ids=lambda error: type(error).__name__)
def test_each_is_two_lines_with_a_step_to_take(error: LitError) -> None:
    ending = explain(error)
    assert ending.message == str(error)
    assert "\n" not in ending.message + str(ending.next_step)
    assert ending.next_step
    assert ending.message.endswith(".")


def test_all_errors_of_tables_are_tried_here() -> None:
    made = {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, LitError)}
    assert made - {LitError} <= {type(error) for error in KNOWN}
