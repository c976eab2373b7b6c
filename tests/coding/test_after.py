"""Labels coded after others: the same prefix gives the same floats, and the bits of both parts are one code."""

from itertools import pairwise

import numpy as np
import pytest

from lit_hf.coding.after import Tail, code_after, group_end, spans_with_edges
from lit_hf.coding.order import Code, Examples
from lit_hf.coding.rules import Alphabet

FEW = Code(probes=("discriminant", "prototypes"))


@pytest.fixture(scope="module")
def data() -> tuple[np.ndarray, Examples]:
    rng = np.random.default_rng(3)
    labels = rng.integers(0, 3, 260)
    features = (rng.normal(size=(260, 6)) + 1.5 * np.eye(3, 6)[labels]).astype(np.float32)
    return features, Examples(labels, np.arange(260))


def coded(data: tuple[np.ndarray, Examples], edges: list[int], past: np.ndarray | None = None) -> dict[int, Tail]:
    index = np.arange(200) if past is None else past
    return code_after(*data, Alphabet(3), FEW, index, np.arange(200, 260), edges)


def test_many_edges_in_one_pass_are_those_of_passes_of_their_own_where_edges_agree(
    data: tuple[np.ndarray, Examples],
) -> None:
    found = coded(data, [0, 50, 200])
    assert np.array_equal(found[0].bits, coded(data, [0])[0].bits)
    assert np.array_equal(found[50].bits, coded(data, [50])[50].bits)
    assert np.array_equal(found[200].bits, coded(data, [50, 200])[200].bits)


def test_what_lies_beyond_an_edge_has_no_part_in_it(data: tuple[np.ndarray, Examples]) -> None:
    shuffled = np.concatenate([np.arange(50), np.random.default_rng(0).permutation(np.arange(50, 200))])
    assert np.array_equal(coded(data, [50, 200])[50].bits, coded(data, [50, 200], shuffled)[50].bits)


def test_labels_cost_less_after_others(data: tuple[np.ndarray, Examples]) -> None:
    found = coded(data, [0, 50, 200])
    assert found[200].total < found[50].total < found[0].total - 10


def test_the_past_and_the_tail_add_up_to_one_code_with_the_bound_of_all_codes(
    data: tuple[np.ndarray, Examples],
) -> None:
    found = coded(data, [200])[200]
    assert found.before + found.total <= 260 * np.log2(3) + 2
    past = code_after(*data, Alphabet(3), FEW, np.arange(200), np.arange(200, 210), [200])[200]
    assert found.before == pytest.approx(past.before, abs=1e-9)


def test_spans_end_at_edges_and_start_anew_at_the_last() -> None:
    groups = np.arange(150)
    spans = spans_with_edges(groups, [0, 30, 100])
    ends = [stop for _, stop in spans]
    assert {30, 100} <= set(ends)
    assert spans[0][0] == 0
    assert ends[-1] == 150
    assert all(before[1] == after[0] for before, after in pairwise(spans))
    assert [(low - 100, high - 100) for low, high in spans if low >= 100] == list(spans_with_edges(np.arange(50), [0]))


def test_an_edge_never_cuts_a_group() -> None:
    groups = np.array([0, 0, 1, 1, 1, 2])
    assert [group_end(groups, np.arange(6), at) for at in range(7)] == [0, 2, 2, 5, 5, 5, 6]
