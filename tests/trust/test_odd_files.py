"""Files that are odd in one way each: every label is what stands in the file, or the file is refused in words."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet

from lit_hf.errors import FileUnreadable, LitError, NoRows, UnusableColumn
from lit_hf.tasks.tables.errors import InfiniteNumber, RaggedRow, RepeatedColumn, RepeatedKey, WrongEncoding
from tests.support.tables import task_of

TEXTS = [f"review number {place} is a text" for place in range(60)]
Made = tuple[str, bytes]


def turns(*values: Any) -> list[Any]:
    return [values[place % len(values)] for place in range(60)]


def table(labels: Any, texts: Any = TEXTS, name: str = "a.parquet") -> Made:
    out = pyarrow.BufferOutputStream()
    parquet.write_table(pyarrow.table({"text": texts, "label": labels}), out)
    return name, out.getvalue().to_pybytes()


def text(*labels: str, head: str = "text,label", end: str = "\n", tail: str = "", mark: str = "") -> Made:
    rows = zip(TEXTS, turns(*labels), strict=True)
    return "a.csv", (mark + head + end + "".join(f"{each},{label}{tail}{end}" for each, label in rows)).encode()


def lines(*labels: str, texts: Sequence[str] = TEXTS, name: str = "label") -> Made:
    rows = zip(texts, turns(*labels), strict=True)
    return "a.jsonl", "\n".join(f'{{"text": {json.dumps(each)}, "{name}": {label}}}' for each, label in rows).encode()


def array(kind: Any, *values: Any) -> pyarrow.Array:
    return pyarrow.array(turns(*values), kind)


def packed(size: int | None = None) -> Made:
    return "a.csv.gz", gzip.compress(text("a", "b")[1])[:size]


STRING, LARGE, VIEW = pyarrow.string(), pyarrow.large_string(), pyarrow.string_view()
BEYOND, NEXT, EXACT = str(2**63 + 1), str(2**63 + 2), str(2**53 + 1)
CLASSES: dict[str, tuple[Made, tuple[str | None, ...]]] = {
    "categories": (table(array(STRING, "b", "a").dictionary_encode()), ("b", "a")),
    "categories of numbers": (table(array(pyarrow.int64(), 30, 4).dictionary_encode()), ("30", "4")),
    "large strings": (table(array(LARGE, "b", "a"), pyarrow.array(TEXTS, LARGE)), ("b", "a")),
    "views of strings": (table(array(VIEW, "b", "a"), pyarrow.array(TEXTS, VIEW)), ("b", "a")),
    "whole numbers without a sign": (table(array(pyarrow.uint64(), 2**63 + 1, 2**63 + 2)), (BEYOND, NEXT)),
    "one byte": (table(array(pyarrow.int8(), -128, 127)), ("-128", "127")),
    "floats that are whole": (table(array(pyarrow.float32(), 1.0, 2.0, None)), ("1", "2", None)),
    "half floats": (table(array(pyarrow.float16(), *map(float, (1, 2)))), ("1", "2")),
    "decimals beyond 2^53": (
        table(array(STRING, EXACT, str(2**53)).cast(pyarrow.decimal128(20, 0))), (EXACT, str(2**53)),
    ),
    "bytes": (table(array(pyarrow.binary(), b"ab", "ü".encode())), ("ab", "ü")),
    "NaN in parquet": (table(array(pyarrow.float64(), 1.0, 2.0, float("nan"))), ("1", "2", None)),
    "null in json": (lines('"a"', '"b"', "null"), ("a", "b", None)),
    "NaN in json": (lines("1", "2", "NaN"), ("1", "2", None)),
    "truths and numbers in json": (lines("1", "true", "0"), ("1", "True", "0")),
    "numbers and text in json": (lines("1", '"1.0"', "2.5", '"b"'), ("1", "1.0", "2.5", "b")),
    "one number in two forms": (lines("1", "1.0", "2"), ("1", "1", "2")),
    "beyond 2^63 in json": (lines(BEYOND, NEXT), (BEYOND, NEXT)),
    "beyond 2^63 in csv": (text(BEYOND, NEXT), (BEYOND, NEXT)),
    "inf as a word": (lines('"inf"', '"a"'), ("inf", "a")),
    "a character of two halves": (lines('"a"', '"\\ud83d\\ude00"'), ("a", "😀")),
    "CR": (text("a", "b", end="\r"), ("a", "b")),
    "CRLF": (text("a", "b", end="\r\n"), ("a", "b")),
    "a mark": (text("a", "b", mark="\ufeff"), ("a", "b")),
    "a mark before quotes": (text("a", "b", mark="\ufeff", head='"text","label"'), ("a", "b")),
    "NUL": (text("a", "b\0"), ("a", "b\0")),
    "a comma at every end": (text("a", "b", head="text,label,", tail=","), ("a", "b")),
    "a comma after the names": (text("a", "b", head="text,label,"), ("a", "b")),
    "plus": (text("+1", "1"), ("+1", "1")),
    "minus zero": (text("-0", "0"), ("-0", "0")),
    "powers of ten": (text("1e3", "1000"), ("1e3", "1000")),
    "wide digits": (text("\uff11", "1"), ("\uff11", "1")),
    "a blank that does not break": (text("1\u00a0", "1", " 1"), ("1\u00a0", "1", " 1")),
    "a line mark of Unicode": (text("a\u2028b", "a\u0085b"), ("a\u2028b", "a\u0085b")),
    "a form feed": (text("a\fb", "a\vb", "a\x1cb"), ("a\fb", "a\vb", "a\x1cb")),
    "quotes within": (text('5" disk', '7" disk'), ('5" disk', '7" disk')),
    "quotes of quotes": (text('"a ""b"""', "b", '""'), ('a "b"', "b", None)),
}  # fmt: skip
NUMBERS: dict[str, tuple[Made, tuple[float | None, ...]]] = {
    "a power of ten among fractions": (text("1e3", "1000", "2.5"), (1000, 1000, 2.5)),
    "minus zero among fractions": (text("-0.0", "0.0", "1.5"), (0, 0, 1.5)),
    "plus among fractions": (text("+1.5", "1.5", "-.5", "3."), (1.5, 1.5, -0.5, 3)),
    "decimals": (table(array(STRING, "1.50", "-2.25").cast(pyarrow.decimal128(9, 2))), (1.5, -2.25)),
    "whole and not, and NaN": (lines("1", "2.5", "NaN", "null"), (1, 2.5, None, None)),
    "strings of numbers": (lines('"1"', '"2.5"', '""'), (1, 2.5, None)),
}
UTC, DAY = pyarrow.timestamp("s", "UTC"), pyarrow.date32()
REFUSED: dict[str, tuple[Made, type[LitError], str]] = {
    "infinity in json": (lines("1.5", "Infinity"), InfiniteNumber, "inf .row 2."),
    "infinity in strings of json": (lines('"1.5"', '"inf"'), InfiniteNumber, "inf .row 2."),
    "too large for a float": (lines("1.5", "1e400"), InfiniteNumber, "inf .row 2."),
    "times": (table(array(UTC, 0, 1)), UnusableColumn, "'label' holds times"),
    "texts of days": (table(array(STRING, "a", "b"), pyarrow.array(range(60), DAY)), UnusableColumn, "'text' .* dates"),
    "nulls alone": (table(pyarrow.nulls(60)), UnusableColumn, "nothing at all"),
    "names alone": (("a.csv", b"text,label\n"), NoRows, "no rows"),
    "names alone, parquet": (table(pyarrow.array([], STRING), pyarrow.array([], STRING)), NoRows, "no rows"),
    "no byte": (("a.csv", b""), FileUnreadable, "it is empty"),
    "blank lines": (("a.csv", b"\n \n\r\n"), FileUnreadable, "it is empty"),
    "one name twice": (text("a,c", "b,d", head="text,label,label"), RepeatedColumn, "several columns called 'label'"),
    "a key twice": (lines('"a", "label": "b"', '"c"'), RepeatedKey, "line 1 of a.jsonl has the key 'label' twice"),
    "a key twice within": (lines('{"k": 1, "k": 2}', '"c"'), RepeatedKey, "the key 'k' twice"),
    "a column twice": (("a.json", b'{"text": ["a"], "text": ["b"], "label": [1]}'), RepeatedKey, "'text' twice"),
    "deep json": (lines("[" * 90_000 + "]" * 90_000), FileUnreadable, "nested too deeply"),
    "lists of lists": (lines("[" * 90 + "]" * 90), UnusableColumn, "'label' holds objects"),
    "half a character": (lines('"a"', '"\\ud800"'), FileUnreadable, "half a character"),
    "half a character in a text": (lines('"a"', texts=turns("\ud800", "b")), FileUnreadable, "half a character"),
    "half a character in a name": (lines('"a"', name="\\ud800"), FileUnreadable, "surrogates"),
    "a comma too many": (text("a", "b", tail=","), RaggedRow, "line 2 of a.csv has 3 fields"),
    "packed in name alone": (("a.csv.gz", text("a", "b")[1]), FileUnreadable, "Not a gzipped file"),
    "packed and cut": (packed(-20), FileUnreadable, "ended before"),
    "packed and damaged": (("a.csv.gz", packed()[1][:40] + b"\xff" * 80), FileUnreadable, "data|decompressing|CRC"),
    "packed without saying so": (("a.csv", packed()[1]), FileUnreadable, "packed by gzip"),
    "parquet called csv": (table(array(STRING, "a", "b"), name="a.csv"), FileUnreadable, "a parquet file"),
    "parquet called jsonl": (table(array(STRING, "a", "b"), name="a.jsonl"), FileUnreadable, "a parquet file"),
    "csv called parquet": (("a.parquet", text("a", "b")[1]), FileUnreadable, "not a parquet file"),
    "a spreadsheet called csv": (("a.csv", b"PK\x03\x04" + bytes(range(256))), FileUnreadable, "zip archive"),
    "no text": (("a.csv", b"text,label\n" + b"\x00\xff\xfe" * 50), WrongEncoding, "no text"),
}


def written(made: Made, folder: Path) -> Path:
    (folder / made[0]).write_bytes(made[1])
    return folder / made[0]


def expected(values: Sequence[Any]) -> dict[str, Any]:
    return {text: value for text, value in zip(TEXTS, turns(*values), strict=True) if value is not None}


@pytest.mark.parametrize("case", CLASSES)
def test_labels_are_what_stands_in_the_file(case: str, tmp_path: Path) -> None:
    made, values = CLASSES[case]
    task = task_of(written(made, tmp_path))
    found = zip(task.groups, task.labels, strict=True)
    assert {task.inputs[group]: task.classes[label] for group, label in found} == expected(values)
    assert task.dataset.missing_labels == 60 - len(expected(values))


@pytest.mark.parametrize("case", NUMBERS)
def test_numbers_are_what_stands_in_the_file(case: str, tmp_path: Path) -> None:
    made, values = NUMBERS[case]
    task = task_of(written(made, tmp_path), bin_width=0.25)
    found = zip(task.groups, task.labels, strict=True)
    assert task.kind == "regression"
    assert {task.inputs[group]: float(task.target.speak(label)) for group, label in found} == expected(values)


@pytest.mark.parametrize("case", REFUSED)
def test_others_are_refused_in_words(case: str, tmp_path: Path) -> None:
    made, kind, said = REFUSED[case]
    with pytest.raises(LitError, match=said) as caught:
        task_of(written(made, tmp_path))
    assert type(caught.value) is kind
    assert caught.value.next_step


@pytest.mark.parametrize("made", [text('"1,5"', '"2,5"'), text('"1,000"', "25", '"-3,125"'), lines('"1,5"', '"2"')])
def test_numbers_with_commas_are_classes_and_that_is_said(made: Made, tmp_path: Path) -> None:
    [note] = task_of(written(made, tmp_path)).dataset.notes
    assert "look like numbers with commas" in note
    assert 'decimal=","' in note


@pytest.mark.parametrize("made", [text("a,b".join('""'), "c"), text("1", "2"), text('"1,a"', '"2,5"')])
def test_of_other_labels_nothing_is_said(made: Made, tmp_path: Path) -> None:
    assert task_of(written(made, tmp_path)).dataset.notes == ()
