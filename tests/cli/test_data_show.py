"""`lit-hf data show`: what is printed of what is read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.support.command_line import Lit
from tests.support.tables import reviews, write

ROWS = [*reviews((-1, 0, 1)), ("", 1), ("no label", ""), ("no label either", "")]


def show(lit: Lit, path: Path, *words: str) -> tuple[int, str, str]:
    return lit("data", "show", str(path), "--cache-dir", str(path.parent / "cache"), *words)


def found(lit: Lit, path: Path, *words: str) -> dict[str, Any]:
    code, out, err = show(lit, path, "--format", "json", *words)
    assert (code, err) == (0, "")
    return dict(json.loads(out))


def test_rows_drops_with_their_values_labels_and_examples(lit: Lit, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", ROWS, delimiter=";", encoding="cp1252")
    shown = found(lit, path)
    assert (shown["rows"], shown["labels"], shown["groups"]) == (63, 60, 60)
    assert shown["dropped"] == {"without_label": {"rows": 2, "values": {"nothing": 2}}, "without_input": {"rows": 1}}
    assert shown["label_counts"] == {"-1": 20, "0": 20, "1": 20}
    assert shown["read_as"] == "csv, separated by semicolons, utf-8"
    texts = {text: str(label) for text, label in ROWS}
    assert [texts[each["input"]] for each in shown["examples"]] == [each["label"] for each in shown["examples"]]
    assert len(shown["examples"]) == 3
    assert any("--missing-label -1" in note for note in shown["notes"])


def test_a_label_that_stands_for_none_is_counted_as_such(lit: Lit, tmp_path: Path) -> None:
    shown = found(lit, write(tmp_path / "a.csv", ROWS), "--missing-label", "-1")
    assert shown["dropped"]["without_label"] == {"rows": 22, "values": {"-1": 20, "nothing": 2}}
    assert (shown["label_counts"], shown["notes"]) == ({"0": 20, "1": 20}, [])


def test_a_table_and_a_fingerprint(lit: Lit, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", ROWS)
    code, out, err = show(lit, path)
    assert (code, err) == (0, "")
    for words in ("rows read    63", "2 without a label (2 empty)", "'-1'", "first examples", "Note: -1 is a class"):
        assert words in out
    assert show(lit, path, "--format", "quiet") == (0, found(lit, path)["fingerprint"] + "\n", "")


def test_numbers_and_several_labels(lit: Lit, tmp_path: Path) -> None:
    numbers = write(tmp_path / "n.csv", [(f"t {place}", f"{place % 4 / 2}") for place in range(40)])
    shown = found(lit, numbers)
    assert (shown["kind"], shown["label_counts"]) == ("regression", {"0": 10, "0.5": 10, "1": 10, "1.5": 10})
    flags = write(tmp_path / "f.csv", [(f"t {n}", n % 2, int(n % 4 == 0)) for n in range(40)], ("text", "a", "b"))
    assert found(lit, flags, "--label-column", "a,b")["label_counts"] == {"a": 20, "b": 10}


def test_it_shows_the_whole_split_and_not_a_sample(lit: Lit, tmp_path: Path) -> None:
    assert found(lit, write(tmp_path / "a.csv", ROWS), "--max-examples", "20")["labels"] == 60


def test_what_cannot_be_shown_ends_in_two_lines(lit: Lit, tmp_path: Path) -> None:
    code, out, err = lit("data", "show")
    assert (code, out, len(err.splitlines())) == (2, "", 2)
    code, out, err = show(lit, write(tmp_path / "a.csv", [("only", "a", "row")]))
    assert (code, out) == (1, "")
    assert err.splitlines()[0] == "Error: line 2 of a.csv has 3 fields, and its first line names 2."
    assert "--separator" in err.splitlines()[1]
