"""Curves: pooling keeps the bits, drawing keeps the order of the arms, files are the same for the same record."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lit_hf.reports.files import write_curve
from lit_hf.reports.scale import Logarithmic, linear
from lit_hf.reports.series import MIN_LABELS, Series, pool, series
from lit_hf.reports.terminal_curve import draw
from tests.support.records import make_record


@given(st.lists(st.integers(1, 400), min_size=1, max_size=60))
def test_pooling_covers_each_increment_once(sizes: list[int]) -> None:
    edges = [0]
    for size in sizes:
        edges.append(edges[-1] + size)
    bins = pool(edges)
    assert [index for a, b in bins for index in range(a, b)] == list(range(len(sizes)))
    if edges[-1] >= MIN_LABELS:
        assert all(edges[b] - edges[a] >= MIN_LABELS for a, b in bins)


def test_pooling_keeps_the_bits() -> None:
    record = make_record()
    edges = [*record["curve"]["labels_seen"], record["dataset"]["examples"]]
    encoder = series(record)[-1]
    pooled = sum(value * (edges[b] - edges[a]) for value, (a, b) in zip(encoder.bits, pool(edges), strict=True))
    assert pooled == pytest.approx(record["codelength"]["bits"], rel=1e-9)


def test_an_arm_that_the_record_lacks_is_left_out() -> None:
    record = make_record()
    record["curve"]["raw_input_bits_per_label"] = None
    assert [curve.key for curve in series(record)] == ["uniform", "class_prior", "random_twin", "encoder"]


def test_a_falling_curve_falls_from_left_to_right() -> None:
    falling = Series("encoder", "encoder", [8, 100, 1000], [1.0, 0.5, 0.2])
    rows = draw([falling], 60, 10).plain.splitlines()[1:11]
    drawn = [[i for i, c in enumerate(row[6:].removesuffix(" encoder")) if 0x2800 < ord(c) < 0x2900] for row in rows]
    assert min(min(columns) for columns in drawn if columns) == drawn[0][0]
    lowest = max(i for i, columns in enumerate(drawn) if columns)
    assert max(drawn[lowest]) == max(max(columns) for columns in drawn if columns)


@given(st.lists(st.floats(0.01, 8), min_size=5, max_size=5))
def test_each_name_has_a_row_of_its_own(ends: list[float]) -> None:
    keys = ["uniform", "class_prior", "raw_input", "random_twin", "encoder"]
    curves = [Series(key, f"name {key}", [8, 500], [1.0, end]) for key, end in zip(keys, ends, strict=True)]
    lines = draw(curves, 80, 12).plain.splitlines()
    for key in keys:
        assert sum(line.endswith(f" name {key}") for line in lines) == 1


def test_flat_and_single_point_curves_are_drawn() -> None:
    assert "encoder" in draw([Series("encoder", "encoder", [10], [0.0])], 60).plain


@given(st.lists(st.floats(-50, 5000), min_size=1, max_size=9))
def test_a_linear_axis_holds_its_values(values: list[float]) -> None:
    axis = linear(values)
    slack = 1e-6 * axis.step
    assert axis.low <= min(values) + slack
    assert axis.high >= max(values) - slack
    assert len(axis.ticks()) <= 8


@given(st.floats(1, 1e4), st.floats(1.5, 1e4))
def test_a_logarithmic_axis_is_inverted_by_its_values(low: float, ratio: float) -> None:
    axis = Logarithmic(low, low * ratio)
    assert axis.value(axis.place(low * ratio**0.3)) == pytest.approx(low * ratio**0.3)
    assert all(axis.low <= tick <= axis.high for tick in axis.ticks())


def test_files_are_drawn_the_same_twice(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_curve(make_record(), tmp_path / name)
    first, second = ([(tmp_path / run / name).read_bytes() for name in ("curve.png", "curve.svg")] for run in "ab")
    assert first == second
    assert first[0].startswith(b"\x89PNG")
    assert b"bits per label" in first[1] or b"<svg" in first[1]
