"""Several labels and numbers as files: the stated bits, the same labels back, and damage reported."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lit_hf
from lit_hf.codes.forecast import Forecast
from lit_hf.codes.marginal import marginal_bits
from lit_hf.coding.order import Code, Examples, Order
from lit_hf.coding.written import NO_END, Written
from lit_hf.errors import BadBitstream, BadSetting
from lit_hf.proof.file import decode_order, encode_order
from lit_hf.proof.header import DIGEST, LATEST, VERSION, unpack
from lit_hf.proof.numbers import Marginal, Whole, find_bin
from lit_hf.proof.quantised import WHOLE, Joint, integers
from lit_hf.proof.verify import decode_elsewhere
from lit_hf.tasks.targets import MultiLabel, Regression, written_of
from lit_hf.tasks.targets.ordinal import Ordinal
from tests.support.streams import gaussian

SLACK = 64  # bits: the range coder ends on a whole word of 32, and keeps up to one more in hand
N = 120


def rows(n: int = N, seed: int = 0) -> tuple[np.ndarray, np.random.Generator]:
    draw = np.random.default_rng(seed)
    return draw.normal(size=(n, 5)).astype(np.float32), draw


def holds(features: np.ndarray, labels: np.ndarray, groups: np.ndarray, classes: int, code: str = "online") -> bytes:
    """Write, read, compare, measure; return the file."""
    examples, order, how = Examples(labels, groups), Order(1, 3), Code(code)
    target = Regression(1.0) if classes == NO_END else MultiLabel(tuple("abcdef"[: labels.shape[1]]))
    stated = target.code_order(features, examples, order, how).total
    file = encode_order(features, examples, target.written, order, how)
    found, bits = decode_order(features, file, groups)
    np.testing.assert_array_equal(found, labels)
    assert bits == pytest.approx(stated, abs=0.1)
    assert abs(8 * len(unpack(file)[1]) - stated) <= 0.001 * stated + SLACK
    return file


@pytest.mark.parametrize("code", ["online", "block", "block-bank"])
@pytest.mark.parametrize("copies", [1, 3])
def test_several_labels_take_the_stated_bits(code: str, copies: int) -> None:
    features, draw = rows()
    labels = (features[:, :3] + 0.5 * draw.normal(size=(N, 3)) > 0.3).astype(np.int64)
    header, _ = unpack(holds(features, labels, np.arange(N) // copies, 2, code))
    assert (header.columns, header.labels, header.uniform_bits) == (3, N, 3 * N)


@pytest.mark.parametrize("columns", [1, 4])
def test_labels_without_structure_cost_one_bit_more_than_their_priors_at_most(columns: int) -> None:
    features, draw = rows()
    labels = draw.integers(2, size=(N, columns))
    labels[:, 0] = 0  # one that never holds
    holds(features, labels, np.arange(N), 2)


def test_the_joint_node_is_the_mixture_of_whole_products_and_knows_no_underflow() -> None:
    draw = np.random.default_rng(0)
    for scale in (0.4, 0.999):
        codes, priors = 0.5 + scale * (draw.random((2, 6000)) - 0.5)
        codes, priors = np.append(codes, np.full(6000, 0.2)), np.append(priors, np.full(6000, 0.9))
        joint, paid = Joint(), 0.0
        for code, prior in zip(codes, priors, strict=True):
            mixed = joint.mix(np.array([[code, 1 - code]]), np.array([[prior, 1 - prior]]))
            assert mixed.sum() == pytest.approx(1)
            paid -= np.log2(mixed[0, 0])
            joint.weigh(code, prior)
        whole = 1 - np.logaddexp2(np.log2(codes).sum(), np.log2(priors).sum())
        assert paid == pytest.approx(whole, abs=1e-6)


NUMBERS_OF: dict[str, Callable[[np.ndarray, np.random.Generator], np.ndarray]] = {
    "linear": lambda x, r: 1990 + 30 * x[:, 0] + 4 * r.normal(size=len(x)),
    "fine bins": lambda x, r: 1e9 * (30 * x[:, 0] + 4 * r.normal(size=len(x))),
    "far from 0": lambda x, r: 1e12 + 30 * x[:, 0],
    "as far as bins go": lambda x, r: np.clip(r.normal(size=len(x)) * 2.0**49, -(2.0**50), 2.0**50),
    "few targets": lambda x, r: r.choice([3, 1000, -50_000], size=len(x)),
    "one target": lambda x, r: np.full(len(x), 7),
    "outliers": lambda x, r: np.clip(r.standard_cauchy(len(x)) ** 3, -(2.0**50), 2.0**50),
}


@pytest.mark.parametrize("signal", [0.0, 3.0])
@pytest.mark.parametrize("copies", [1, 3])
def test_ordered_steps_take_the_stated_bits(signal: float, copies: int) -> None:
    features, draw = rows()
    labels = np.digitize(signal * features[:, 0] + draw.normal(size=N), (-1.5, -0.5, 0.5, 1.5))
    target, examples = Ordinal(tuple("12345"), (1, 2, 3, 4, 5)), Examples(labels, np.arange(N) // copies)
    stated = target.code_order(features, examples, Order(1, 3), Code()).total
    file = encode_order(features, examples, target.written, Order(1, 3), Code())
    found, bits = decode_order(features, file, examples.groups)
    np.testing.assert_array_equal(found, labels)
    assert bits == pytest.approx(stated, abs=0.1)
    header, payload = unpack(file)
    assert abs(8 * len(payload) - stated) <= 0.001 * stated + SLACK
    assert (header.version, header.mark, header.classes) == (LATEST, 1, 5)
    assert header.code.hex() == target.bank(Code())


@pytest.mark.parametrize("kind", NUMBERS_OF)
@pytest.mark.parametrize("copies", [1, 2])
def test_numbers_take_the_stated_bits(kind: str, copies: int) -> None:
    features, draw = rows()
    bins = np.round(NUMBERS_OF[kind](features, draw)).astype(np.int64)
    header, _ = unpack(holds(features, bins, np.arange(N) // copies, NO_END))
    assert (header.classes, header.uniform_bits) == (0, None)


def test_numbers_of_one_large_group_take_the_stated_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first increment in several pieces: the marginal stands in for the first, the prior's tails for the others."""
    monkeypatch.setattr("lit_hf.codes.loop.CHUNK", 16)
    features, draw = rows(60)
    bins = np.round(50 * draw.normal(size=60)).astype(np.int64)
    holds(features, bins, np.repeat([0, 1], [40, 20]), NO_END)


@settings(max_examples=15, deadline=None)
@given(
    values=st.lists(st.integers(-(2**50), 2**50) | st.integers(-3, 3), min_size=20, max_size=40),
    copies=st.integers(1, 3),
)
def test_all_numbers_come_back(values: list[int], copies: int) -> None:
    bins, (features, _) = np.array(values, dtype=np.int64), rows(len(values))
    groups = np.arange(len(values)) // copies
    file = encode_order(features, Examples(bins, groups), written_of(NO_END), Order(), Code())
    np.testing.assert_array_equal(decode_order(features, file, groups)[0], bins)


def test_the_marginal_label_by_label_is_the_one_of_the_closed_form() -> None:
    bins = np.round(np.random.default_rng(0).standard_cauchy(80) * 5).astype(np.int64)
    groups = np.arange(80) // 3
    marginal, paid = Marginal(), []
    for at, label in enumerate(bins.tolist()):
        logs = marginal.forecast().log_mass(np.array([label]))[:, 0]
        paid.append(-marginal.log_mass(logs, label) / np.log(2))
        marginal.learn(logs, label, ends=at == 79 or groups[at + 1] != groups[at])
    np.testing.assert_allclose(paid, marginal_bits(bins, groups), rtol=1e-9)


class Path:
    """A side that writes nothing and adds up what the decisions cost."""

    def __init__(self) -> None:
        self.bits = 0.0

    def known(self, at: int) -> int:
        return at

    def code(self, weights: np.ndarray, symbol: int | None) -> int:
        assert symbol is not None
        assert weights.min() >= 1
        self.bits -= float(np.log2(weights[0, symbol] / weights.sum()))
        return symbol


def test_decisions_multiply_to_the_probability_of_the_bin() -> None:
    parts = Forecast(np.array([[3.0], [400.0]]), np.array([[20.0], [0.3]]), np.array([[4.0], [1.0]]))
    seen, atom, weights = [-5, -5, 2, 2, 2, 900], 0.05, np.array([0.5, 0.2])
    for label in (-5, -4, 0, 2, 3, 4, 23, 400, 401, 899, 900, 10_000):
        side = Path()
        assert find_bin(Whole(parts, weights, atom, seen), side, label) == label
        chance = weights @ np.exp(parts.log_mass(np.array([label])))[:, 0] + atom * seen.count(label)
        # each decision is off by at most two in 2^24, which the unlikely side feels
        assert 2**-side.bits == pytest.approx(chance, rel=1e-5, abs=4 / WHOLE)


def test_a_number_beyond_all_that_is_likely_is_an_escape_of_many_bits_and_comes_back() -> None:
    sure = Whole(Forecast(np.zeros((1, 1)), np.ones((1, 1)), np.full((1, 1), 1e6)), np.ones(1), 0.0, [])
    side = Path()
    assert find_bin(sure, side, 2**50) == 2**50
    assert 100 < side.bits < 24 * 120


def written(kind: str) -> Written:
    return written_of(2, 2) if kind == "sets" else written_of(NO_END)


@pytest.mark.parametrize("kind", ["sets", "numbers"])
def test_a_flipped_bit_or_a_cut_is_reported(kind: str) -> None:
    features, draw = rows(60)
    labels = draw.integers(2, size=(60, 2)) if kind == "sets" else np.round(9 * features[:, 0]).astype(np.int64)
    groups = np.arange(60)
    file = encode_order(features, Examples(labels, groups), written(kind), Order(), Code())
    for at in range(0, len(file), 9):
        broken = bytearray(file)
        broken[at] ^= 1 << (at % 8)
        with pytest.raises(BadBitstream):
            decode_order(features, bytes(broken), groups)
    for kept in (12, 95, 110, -40, -4, -1):
        with pytest.raises(BadBitstream):
            decode_order(features, file[:kept], groups)
    with pytest.raises(BadBitstream, match="not the features"):
        decode_order(features[::-1].copy(), file, groups)


def test_a_header_of_no_known_kind_is_refused() -> None:
    with pytest.raises(BadBitstream, match="of a kind that this lit-hf does not know"):
        written_of(2, 0, mark=9)
    with pytest.raises(BadBitstream, match="of a kind"):
        written_of(NO_END, 3)


def test_arrays_of_flags_and_of_numbers_come_back() -> None:
    features, draw = rows(40)
    flags = draw.integers(2, size=(40, 3))
    np.testing.assert_array_equal(lit_hf.decode_labels(features, lit_hf.encode_labels(features, flags)), flags)
    numbers = 20 + draw.normal(size=40)
    found = lit_hf.decode_labels(features, lit_hf.encode_labels(features, numbers, bin_width=0.25))
    np.testing.assert_array_equal(found, np.round(numbers / 0.25) * 0.25)
    assert np.abs(found - numbers).max() <= 0.125


@pytest.mark.parametrize(
    ("labels", "options"),
    [
        (np.full((40, 2), 2), {}),
        (np.zeros((40, 0)), {}),
        (np.zeros((39, 2)), {}),
        (np.zeros((40, 2), int), {"num_classes": 2}),
        (np.zeros((40, 2)), {"bin_width": 1.0}),
        (np.full(40, np.nan), {"bin_width": 1.0}),
        (np.arange(40.0), {"bin_width": 0.0}),
        (np.arange(40.0), {"bin_width": 1e-15}),
        (np.arange(40.0), {"bin_width": 1.0, "code": "block"}),
        (np.arange(40.0), {"bin_width": 1.0, "num_classes": 40}),
        (np.array(["a"] * 40), {"bin_width": 1.0}),
        (np.arange(40.0), {}),
    ],
)
def test_arrays_that_cannot_be_written_are_refused(labels: np.ndarray, options: dict[str, Any]) -> None:
    with pytest.raises(BadSetting):
        lit_hf.encode_labels(rows(40)[0], labels, **options)


@pytest.mark.parametrize("kind", ["sets", "numbers"])
def test_another_process_reads_them(kind: str) -> None:
    features, draw = rows(60)
    labels = draw.integers(2, size=(60, 2)) if kind == "sets" else np.round(9 * features[:, 0]).astype(np.int64)
    file = encode_order(features, Examples(labels, np.arange(60), np.arange(60)), written(kind), Order(), Code())
    np.testing.assert_array_equal(decode_elsewhere(features, np.arange(60), file, "cpu")[0], labels)


def test_files_of_classes_are_of_version_1_as_they_always_were() -> None:
    features, labels = gaussian(60, 5, 3)
    file = lit_hf.encode_labels(features, labels, num_classes=3)
    header, payload = unpack(file)
    fixed = struct.Struct("<8sHIQQIB8s8s8s16sI8sI")
    magic, version, classes, count, *_ = fixed.unpack_from(file)
    assert (magic, version, classes, count) == (b"LIT-BITS", VERSION, 3, 60)
    assert len(file) == fixed.size + DIGEST * len(header.digests) + 8 + len(payload)
    newer = bytearray(file)
    newer[8] = LATEST + 1
    with pytest.raises(BadBitstream, match="version 3 of the format, and this lit-hf reads 1 to 2"):
        unpack(bytes(newer))


def test_integers_of_decisions_are_at_least_one() -> None:
    assert integers(np.array([[1.0, 0.0]])).min() == 1
