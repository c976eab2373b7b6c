"""The terminal report: says what the record says, fits its width, and survives a terminal without Unicode."""

from __future__ import annotations

import io
import re
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from lit_hf.records.record import Record
from lit_hf.reports.ladder import bar, ladder
from lit_hf.reports.phrases import against_raw_input, bits, remarks, signed
from lit_hf.reports.terminal import report
from tests.support.records import make_record


def rendered(record: Record, width: int = 80, encoding: str = "utf-8") -> str:
    file = io.StringIO()
    console = Console(file=file, width=width, force_terminal=False, highlight=False)
    for part in report(record, width, encoding):
        console.print(part)
    return file.getvalue()


def with_part(path: str, value: Any) -> Record:
    record = make_record()
    *parents, last = path.split(".")
    place = record.data
    for key in parents:
        place = place[key]
    place[last] = value
    return record


@pytest.mark.parametrize("width", [80, 120])
def test_everything_that_was_asked_for_is_shown_and_fits(width: int) -> None:
    text = rendered(make_record(), width)
    assert max(len(line) for line in text.splitlines()) <= width
    told = ["all-MiniLM-L6-v2 @ c9745ed1", "mean pooling", "256 tokens", "rotten_tomatoes", "text → label", "negative"]
    found = ["L_IT (frozen)", "95 % interval", "bits per label", "codelength", "compression", "accuracy 74.4 %"]
    rungs = ["uniform code", "class prior", "raw input (hashed TF-IDF)", "random twin", "encoder", "shuffled labels"]
    for phrase in told + found + rungs + ["labels seen (log scale)"]:
        assert phrase in text, phrase


def test_a_narrow_terminal_still_gets_its_report() -> None:
    assert "L_IT (frozen)" in rendered(make_record(), 50)


def test_ascii_terminals_get_letters_for_dots() -> None:
    text = rendered(make_record(), encoding="ascii").split("bits per label")[-1]
    assert "e encoder" in text
    assert all(ord(character) < 0x2500 for character in text)


def test_an_interval_that_contains_zero_is_not_told_from_it() -> None:
    assert "no difference found; it could be up to 40 bits either way" in rendered(make_record(interval=[-20.0, 40.0]))


def test_a_checkpoint_below_raw_input_says_so() -> None:
    assert "does not beat raw input (hashed TF-IDF): it saves" in rendered(beside_raw(-0.2))


@pytest.mark.parametrize(
    ("gap", "said"),
    [(0.2, "beats raw input"), (0.0, "cannot be told from raw input"), (-0.2, "does not beat raw input")],
)
def test_raw_input_is_told_apart_by_a_paired_test(gap: float, said: str) -> None:
    """A gap that chance alone can make is no gap, whichever way it points."""
    line = against_raw_input(beside_raw(gap)) or ""
    assert line.startswith(f"{said} (hashed TF-IDF): it saves ")
    assert re.search(r"bits \(95 % interval -?[\d,.]+ to -?[\d,.]+, 1 order\)$", line)


def test_without_the_bits_of_each_example_raw_input_has_no_verdict() -> None:
    record = make_record()
    del record.arrays["bits_raw"]  # type: ignore[attr-defined]
    assert "no interval: the bits of each example are not stored with it" in (against_raw_input(record) or "")


def beside_raw(gap: float) -> Record:
    """Return a record whose raw input pays `gap` bits per label more than the features, give or take."""
    record = make_record()
    mine = record.arrays["bits_encoder"][:1]
    noise = np.random.default_rng(0).standard_normal(mine.shape)
    record.arrays["bits_raw"] = mine + gap + noise - noise.mean()  # type: ignore[index]
    return record


def test_a_run_without_a_forward_pass_says_so() -> None:
    record = with_part("timings.embedded_now", 0)
    record["timings"]["from_the_store"] = 6000
    assert "all 6,000 reused from the cache, no forward pass" in rendered(record)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("dataset.dropped", {"missing_labels": 3, "empty_inputs": 0}, "Dropped: 3 missing labels."),
        ("notes", ["the twin's BatchNorm collapsed"], "the twin's BatchNorm collapsed"),
    ],
)
def test_what_a_reader_should_know_is_remarked(path: str, value: Any, said: str) -> None:
    assert any(said in remark for remark in remarks(with_part(path, value)))


def test_nothing_to_remark_on_a_clean_record() -> None:
    assert remarks(make_record()) == []


def test_a_missing_part_of_the_interval_gives_its_reason() -> None:
    record = with_part("transfer.interval_parts.orders", None)
    record["transfer"]["interval_parts"]["orders_reason"] = "one order only"
    assert "Interval: one order only." in remarks(record)


def test_names_are_never_read_as_markup() -> None:
    assert "[red]boo[/red]" in rendered(with_part("dataset.id", "[red]boo[/red]"))


def test_the_ladder_stands_in_one_order_whatever_the_bits() -> None:
    keys = [rung.key for rung in ladder(make_record())]
    assert keys == ["uniform", "class_prior", "raw_input", "random_twin", "encoder"]
    record = with_part("baselines.raw_input.bits", None)
    assert [rung.key for rung in ladder(record)] == ["uniform", "class_prior", "random_twin", "encoder"]
    assert against_raw_input(record) is None


def test_bars_are_as_long_as_their_share() -> None:
    assert bar(1.0, 10) == "█" * 10
    assert bar(0.55, 10) == "█" * 5 + "▌"
    assert bar(0.5, 10, unicode=False) == "#" * 5
    assert bar(0.0, 10) == "▏"


def test_numbers_are_written_one_way() -> None:
    assert [bits(x) for x in (6345.4, 99.96, 12.34, 0.0, -0.04, -3.2)] == [
        "6,345",
        "100.0",
        "12.3",
        "0.0",
        "0.0",
        "-3.2",
    ]
    assert [signed(x) for x in (1.0, -1.0, 0.0)] == ["+1.0", "-1.0", "+0.0"]
