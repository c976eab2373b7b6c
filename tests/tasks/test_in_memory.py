"""Data that a Python caller holds give the task that the same rows give from a file, in whatever shape they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from lit_hf.config import Settings
from lit_hf.errors import BadSetting
from lit_hf.tasks.in_memory import as_dataset
from lit_hf.tasks.load import load_task

TEXTS = [f"a text of number {number}" for number in range(40)]
LABELS = ["good" if number % 3 else "bad" for number in range(40)]
ROWS = [{"text": text, "label": label} for text, label in zip(TEXTS, LABELS, strict=True)]


class Frame:
    """A frame of another library: it speaks Arrow, with views of strings, and nothing else."""

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        table = pa.table({"text": pa.array(TEXTS, pa.string_view()), "label": pa.array(LABELS, pa.large_string())})
        return table.__arrow_c_stream__(requested_schema)


FORMS = {
    "rows": lambda: ROWS,
    "columns": lambda: {"text": TEXTS, "label": LABELS},
    "columns of arrays": lambda: {"text": np.array(TEXTS), "label": np.array(LABELS)},
    "pair of lists": lambda: (TEXTS, LABELS),
    "pair of series": lambda: (pd.Series(TEXTS), pd.Series(LABELS)),
    "pandas": lambda: pd.DataFrame(ROWS),
    "pandas with an index": lambda: pd.DataFrame(ROWS, index=[f"row {n}" for n in range(40)]),
    "arrow": lambda: pa.table({"text": TEXTS, "label": LABELS}),
    "another frame": lambda: Frame(),
    "a dict of splits": lambda: {"train": datasets.Dataset.from_list(ROWS)},
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_task_of_the_file(form: str, tmp_path: Path) -> None:
    file = tmp_path / "data.csv"
    pd.DataFrame(ROWS).to_csv(file, index=False)
    expected = load_task(Settings("m", str(file)))
    found = load_task(Settings("m", "in memory"), FORMS[form]())  # type: ignore[no-untyped-call]
    assert found.dataset.fingerprint == expected.dataset.fingerprint
    assert found.target.names == expected.target.names
    np.testing.assert_array_equal(found.labels, expected.labels)


def test_truths_and_numbers_keep_their_kind() -> None:
    truths = load_task(Settings("m", "in memory"), (TEXTS, [label == "good" for label in LABELS]))
    assert truths.target.uniform_bits == 1
    numbers = load_task(
        Settings("m", "in memory", task="regression"), pd.DataFrame({"text": TEXTS, "y": np.arange(40) / 4})
    )
    assert len(numbers.labels) == 40


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (42, "int"),
        ([], "list"),
        ({}, "dict"),
        (TEXTS, "list of str"),
        ((TEXTS, LABELS, LABELS), "tuple of list"),
        ((TEXTS, LABELS[:-1]), "tuple of list"),
        (["text", 3], "list of str"),
        ((TEXTS, "label"), "tuple of list"),
        (b"text", "bytes of int"),
        ({"text": TEXTS, "label": LABELS[:-1]}, "dict of str"),
        ([{"text": "a", "label": 1}, {"text": 2, "label": "b"}], "list of dict"),
    ],
)
def test_anything_else_is_named(data: Any, named: str) -> None:
    with pytest.raises(BadSetting) as refused:
        as_dataset(data)
    assert named in str(refused.value)
    assert "a DataFrame, a list of rows (dicts)" in str(refused.value)
