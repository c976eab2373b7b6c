"""What datasets share, where it is known: nothing, everything, a part, and what a closed form says."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from scipy.special import gammaln
from scipy.stats import binom

from lit_hf.coding.after import Tail
from lit_hf.coding.order import Code, Examples
from lit_hf.coding.rules import Rule
from lit_hf.errors import BadSetting, NoCommonLabels, UsageError
from lit_hf.runtime.progress import NullProgress
from lit_hf.studies.arms import Pair, Way, code_own, parts_of
from lit_hf.studies.shared import QUANTITIES, SharedPair, forced, mixed, shared_by, shared_information
from lit_hf.studies.sides import Side, side_of_arrays
from tests.studies.test_information import population
from tests.support.l6 import rotten_features

FEW = ("discriminant", "prototypes")
WAY = Way(Code(probes=FEW))
Labelled = tuple[np.ndarray, np.ndarray]


def sides(a: Labelled, b: Labelled) -> list[Side]:
    return [side_of_arrays(name, each) for name, each in (("a", a), ("b", b))]


def part(data: Labelled, low: int, high: int) -> Labelled:
    return data[0][low:high], data[1][low:high]


def pair_of(a: Labelled, b: Labelled, orders: int = 3) -> tuple[SharedPair, SharedPair]:
    first, second = shared_by(sides(a, b), WAY, orders, NullProgress()).pairs
    return first, second


@pytest.fixture(scope="module")
def rotten() -> Labelled:
    """Real features of real texts."""
    features, _, labels = rotten_features()
    return features, labels


def test_quantities_telescope_exactly_and_what_may_be_known_costs_at_most_a_bit() -> None:
    data = population(500, 0.3)
    noise = data[0][250:], np.random.default_rng(1).integers(0, 2, 250)
    for other in (part(data, 250, 500), noise):
        a, b = sides(part(data, 0, 250), other)
        own, beside = code_own(a, WAY, 0), Pair.of(a, b).code(WAY, 0)
        for code in (forced, mixed):
            own_bits, transfer, unique, common = (each.sum() for each in code(own, beside))
            assert own_bits == pytest.approx(unique + common, abs=1e-9)
            if code is forced:
                assert transfer + unique == pytest.approx(own.cold.sum() - beside.both.sum(), abs=1e-9)
            else:
                assert transfer >= -1 - 1e-9
                assert unique >= -1 - 1e-9


@pytest.mark.slow
def test_a_copy_holds_nothing_of_its_own(rotten: Labelled) -> None:
    data = part(rotten, 0, 600)
    found, _ = pair_of(data, data)
    assert found.removed == found.coded_labels == 150
    assert found.given_labels == found.own_labels == 450
    assert found.mixed.own.low > 0
    assert found.mixed.unique.low <= 0 <= found.mixed.unique.high
    assert found.mixed.transfer.estimate == pytest.approx(found.mixed.own.estimate, abs=15)


@pytest.mark.slow
def test_random_labels_share_nothing(rotten: Labelled) -> None:
    rng = np.random.default_rng(4)
    noise = rotten[0][500:], rng.integers(0, 2, 500)
    good, random = pair_of(part(rotten, 0, 500), noise)
    for each in (good, random):
        assert abs(each.mixed.transfer.estimate) <= 2
    assert good.mixed.transfer.estimate >= -1
    assert random.forced.own.low <= 0 <= random.forced.own.high
    assert good.mixed.unique.estimate == pytest.approx(good.mixed.own.estimate, abs=2)


@pytest.mark.slow
def test_a_superset_says_what_its_subset_says_and_more(rotten: Labelled) -> None:
    data, more, less = part(rotten, 0, 400), part(rotten, 400, 1_000), part(rotten, 400, 500)
    (much, _), (little, _) = pair_of(data, more, 2), pair_of(data, less, 2)
    assert much.mixed.transfer.estimate > little.mixed.transfer.estimate
    assert much.mixed.unique.estimate < little.mixed.unique.estimate
    contained, _ = pair_of(less, more)
    assert contained.mixed.unique.low <= 0 <= contained.mixed.unique.high


@pytest.mark.slow
def test_either_order_of_two_datasets_costs_the_same(rotten: Labelled) -> None:
    found = shared_information(part(rotten, 0, 500), part(rotten, 500, 1_000), orders=1)
    for each in found.pairs:
        assert each.chain is not None
        first, last = each.chain
        assert abs(first - last) <= 0.04 * max(first, last)


class Counted:
    """The KT code of labels in place of the bank: features are not looked at."""

    def __call__(
        self, features: object, examples: Examples, rule: Rule, code: Code, past: np.ndarray, tail: np.ndarray,
        edges: Sequence[int],
    ) -> dict[int, Tail]:  # fmt: skip
        found = {}
        for edge in edges:
            stream = examples.labels[np.concatenate([past[:edge], tail])]
            seen = np.stack([np.cumsum(stream == value) - (stream == value) for value in (0, 1)])
            mine = seen[stream, np.arange(len(stream))]
            bits = -np.log2((mine + 0.5) / (seen.sum(0) + 1))
            found[edge] = Tail(bits[edge:], np.empty(0, bool), float(bits[:edge].sum()), tail)
        return found


def closed_form(known: int, coded: int) -> float:
    """Bits that `known` labels of a fair coin save on `coded` others by the KT code, in expectation."""

    def cost(count: int) -> float:
        heads = np.arange(count + 1)
        nats = 2 * gammaln(0.5) - gammaln(heads + 0.5) - gammaln(count - heads + 0.5) + gammaln(count + 1)
        return float(binom.pmf(heads, count, 0.5) @ nats / np.log(2))

    return cost(coded) + cost(known) - cost(known + coded)


def test_a_code_that_counts_gives_the_closed_form() -> None:
    way, rng, found = Way(Code(), code_after=Counted()), np.random.default_rng(6), []
    features = np.arange(1_000, dtype=np.float32)[:, None]
    for draw in range(200):
        labels = rng.integers(0, 2, 1_000)
        first, second = sides((features[:400], labels[:400]), (features[400:], labels[400:]))
        own, beside = code_own(first, way, draw), Pair.of(first, second).code(way, draw)
        found.append(forced(own, beside)[1].sum())
    half = 2.6 * float(np.std(found, ddof=1) / np.sqrt(len(found)))  # 99 %
    assert abs(np.mean(found) - closed_form(600, 100)) <= half
    assert half < 0.5


def test_the_bank_on_features_that_say_nothing_comes_near_the_code_that_counts() -> None:
    labels = np.random.default_rng(3).integers(0, 2, 400)
    a, b = sides((np.ones((200, 4), np.float32), labels[:200]), (np.zeros((200, 4), np.float32), labels[200:]))
    ones = Pair.of(a, b)
    constant = Pair(a, b, np.ones((400, 4), np.float32), ones.examples)
    bank, counts = (constant.code(way, 0).given.sum() for way in (WAY, Way(Code(), code_after=Counted())))
    assert bank == pytest.approx(counts, abs=2)


def test_labels_are_matched_by_name_and_others_left_out() -> None:
    features, labels = population(400, 0.3)
    words = np.array(["no", "yes"])[labels]
    other = np.where(np.arange(200) % 4 == 0, "maybe", words[200:])
    found = shared_information((features[:200], words[:200]), (features[200:], other), orders=2, kinds=FEW)
    [labels_of] = found.labels
    assert (labels_of.common, labels_of.only_a, labels_of.only_b) == (("no", "yes"), (), ("maybe",))
    assert found.pairs[0].unmatched == 50
    assert found.pairs[0].given_labels == 150
    assert found.pairs[0].mixed.transfer.low > 0
    assert list(found.to_frame()["coded"]) == ["a", "b"]
    assert found.notes
    assert found.plot().axes


def test_copies_among_the_coded_labels_are_removed_with_their_group() -> None:
    features, labels = population(200, 0.3)
    a, b = sides((features[:100], labels[:100]), (features, labels))
    pair = Pair.of(a, b)
    _, tail = parts_of(a, 0, 0)
    found = pair.code(WAY, 0)
    assert (found.removed, found.labels) == (len(tail), 200 - len(tail))


def test_what_does_not_fit_is_refused() -> None:
    features, labels = population(100, 0.3)
    with pytest.raises(NoCommonLabels):
        shared_information((features, labels), (features, labels + 5))
    with pytest.raises(UsageError, match="features"):
        shared_information((features, labels), (features[:, :3], labels))
    with pytest.raises(BadSetting, match="orders"):
        shared_information((features, labels), (features, labels), orders=0)
    with pytest.raises(BadSetting, match="4 arrays"):
        shared_information((features, labels), (features, labels, labels, labels))


def test_quantities_have_one_order_everywhere() -> None:
    assert QUANTITIES == ("own", "transfer", "unique", "common")
