"""The same rows in every format are the same dataset: random tables, written by others, read back equal."""

from __future__ import annotations

import csv
import gzip
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from lit_hf.tasks.loading import read_columns
from lit_hf.tasks.tables import TableOptions, read_table
from lit_hf.tasks.tables.types import NOTHING, WRITTEN
from tests.support.tables import task_of

Table = Mapping[str, Sequence[Any]]


def write_csv(table: Table, path: Path, separator: str = ",", encoding: str = "utf-8", quoting: int = 0) -> None:
    opener: Any = gzip.open if path.suffix == ".gz" else open
    with opener(path, "wt", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=separator, quoting=quoting)  # type: ignore[arg-type]
        writer.writerow(table)
        writer.writerows(zip(*table.values(), strict=True))


def write_json(table: Table, path: Path, lines: bool, encoding: str = "utf-8") -> None:
    rows = [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]
    text = "\n".join(json.dumps(row) for row in rows) if lines else json.dumps(rows, indent=1)
    path.write_text(text, encoding=encoding)


def write_arrow(table: Table, path: Path) -> None:
    whole = pyarrow.table(dict(table))
    with pyarrow.OSFile(str(path), "wb") as out, pyarrow.ipc.new_stream(out, whole.schema) as writer:
        writer.write_table(whole)


WRITERS: dict[str, Callable[[Table, Path], None]] = {
    "plain.csv": write_csv,
    "quoted.csv": lambda table, path: write_csv(table, path, quoting=csv.QUOTE_ALL),
    "packed.csv.gz": write_csv,
    "plain.tsv": lambda table, path: write_csv(table, path, "\t"),
    "semicolons.csv": lambda table, path: write_csv(table, path, ";"),
    "bars.csv": lambda table, path: write_csv(table, path, "|"),
    "wide.csv": lambda table, path: write_csv(table, path, encoding="utf-16"),
    "marked.csv": lambda table, path: write_csv(table, path, encoding="utf-8-sig"),
    "list.json": lambda table, path: write_json(table, path, lines=False),
    "lines.jsonl": lambda table, path: write_json(table, path, lines=True),
    "wide.jsonl": lambda table, path: write_json(table, path, lines=True, encoding="utf-16"),
    "file.parquet": lambda table, path: parquet.write_table(pyarrow.table(dict(table)), path),
    "file.arrow": write_arrow,
}


def columns_of(path: Path) -> dict[str, list[Any]]:
    data, _ = read_table(path, TableOptions(folder=path.parent))
    names = [name for name in data.column_names if not name.startswith(WRITTEN)]
    return {name: list(values) for name, values in read_columns(data, names).items()}


def as_text(values: Sequence[Any]) -> list[str]:
    """Return values as an encoder gets them: nothing is an empty text, and a truth is what it was in the file."""
    return ["" if value is None else str(value) for value in values]


def expected(found: Sequence[Any], written: Sequence[str]) -> list[str]:
    """Return texts as they were written; words for nothing are none among numbers, and truths are Python's."""
    if any(isinstance(value, float) for value in found):
        return ["" if each in NOTHING else each for each in written]
    truths = any(isinstance(value, bool) for value in found)
    return [each.capitalize() if truths else each for each in written]


def plain_types(values: Sequence[Any]) -> list[type]:
    """Return the types of values; a number that remembers how it was written is one."""
    return [next(kind for kind in (bool, int, float, str, type(None)) if isinstance(value, kind)) for value in values]


def texts(size: int) -> st.SearchStrategy[list[str]]:
    # csv has no line ends of its own: what is no character of text in any encoding is left out
    letters = st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t\r\",;|'")
    words = st.sampled_from(["NA", "null", "None", "nan", "00024", "1.0", "true", "inf", "", " ", '"', 'a "b" c'])
    free = st.lists(st.one_of(st.text(letters, max_size=20), words), min_size=size, max_size=size)
    kinds = (["1", "2", "10", ""], ["1.0", "2.0"], ["True", "False"], ["3.5", "3.50", "-4", "NA"], ["01", "1"])
    return st.one_of(free, *(st.lists(st.sampled_from(each), min_size=size, max_size=size) for each in kinds))


def labels(size: int) -> st.SearchStrategy[list[Any]]:
    def many(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
        return st.lists(values, min_size=size, max_size=size)

    numbers = many(st.floats(-1e6, 1e6).map(lambda value: round(value, 3) + 0.0))
    return st.one_of(
        many(st.integers(-(2**63), 2**63 - 1)),
        many(st.booleans()),
        numbers.filter(lambda values: any(value != int(value) for value in values)),
        many(st.sampled_from(["01", "1", "001", "1.0", "NA", "a", "A", "a "])),
        many(st.sampled_from(["1", "2", "10"])),
    )


tables = st.integers(1, 12).flatmap(lambda size: st.fixed_dictionaries({"text": texts(size), "label": labels(size)}))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@example({"text": ["NA", "a\nb", "00024"], "label": [-1, 0, 1]})
@example({"text": ["a", "b", "c"], "label": [9, 10, 2]})
@example({"text": ["1", "2", "10"], "label": ["1", "2", "10"]})
@example({"label": [0, 0, 0], "text": ["", "", "\r\t"]})
@given(tables)
def test_every_format_gives_the_same_columns(table: Table) -> None:
    with tempfile.TemporaryDirectory() as folder:
        first: dict[str, list[Any]] = {}
        for name, write in WRITERS.items():
            path = Path(folder) / name
            write(table, path)
            found = columns_of(path)
            first = first or found
            assert found == first or as_text(found["text"]) == as_text(first["text"]) == [""] * len(first["text"]), name
            assert as_text(found["text"]) == expected(found["text"], table["text"]), name
            assert plain_types(found["label"]) == plain_types(first["label"]), name
            if not isinstance(table["label"][0], str):
                assert found["label"] == table["label"], name


LABELS: dict[str, list[str]] = {
    "whole": ["1", "2", "10"], "dotted": ["1.0", "2.0", "10.0"], "truths": ["true", "false"], "zeros": ["01", "1", "2"],
    "fractions": ["3.5", "3.50", "10", "NA"], "words": ["1", "2", "ten"], "large": [str(2**63), "1"],
}  # fmt: skip


@pytest.mark.parametrize("kind", LABELS)
def test_labels_in_strings_are_one_task_in_every_format(tmp_path: Path, kind: str) -> None:
    labels = [LABELS[kind][place % len(LABELS[kind])] for place in range(60)]
    table = {"text": [f"review {place}" for place in range(60)], "label": labels}
    found = set()
    for name, write in WRITERS.items():
        write(table, tmp_path / name)
        task = task_of(tmp_path / name)
        found.add((task.kind, task.classes, task.dataset.fingerprint, tuple(task.labels), task.dataset.missing_labels))
    assert len(found) == 1
    [(task_kind, classes, *_)] = found
    assert task_kind == ("regression" if kind == "fractions" else "text-classification")
    assert kind != "whole" or classes == ("1", "2", "10")


def test_a_text_of_digits_alone_is_read_as_it_is_written(tmp_path: Path) -> None:
    table = {"text": [f"{place}.0" for place in range(40)], "label": ["a", "b"] * 20}
    for name, write in WRITERS.items():
        write(table, tmp_path / name)
        assert set(task_of(tmp_path / name).inputs) == set(table["text"]), name


@pytest.mark.parametrize("name", ["a[1].csv", "*.csv", "what?.csv", "a.b:c.csv", "[!x].tsv", "{a,b}.jsonl"])
def test_a_name_is_a_name_and_no_pattern(tmp_path: Path, name: str) -> None:
    for other in ("b1.csv", "a1.csv"):
        write_csv({"text": ["wrong"], "label": ["wrong"]}, tmp_path / other)
    write = write_json if name.endswith("jsonl") else write_csv
    write({"text": ["right"], "label": ["x"]}, tmp_path / name, *([True] if write is write_json else []))  # type: ignore[operator]
    data, _ = read_table(tmp_path / name, TableOptions(separator="," if "sv" in name else None, folder=tmp_path))
    assert data["text"][:] == ["right"]
