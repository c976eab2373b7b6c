"""What labels of one dataset, B, say about other labels of another, A: bits of k labels of A.

    transfer = L(A_k | features or features and permuted trunk) - L(A_k | features or features and trunk)

A trunk (`lit_hf.studies.trunk`) learns B's labels; its hidden layer stands beside A's features. Both arms are the even
mixture with the code on the features alone. Forced differences stand beside it: idle columns cost bits, so that the
difference of forced arms is no transfer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import partial
from itertools import permutations
from typing import TYPE_CHECKING, Any

import numpy as np

from lit_hf.measures.intervals import Interval
from lit_hf.measures.side_information import may_know
from lit_hf.measures.tails import tail_interval
from lit_hf.studies.shared import ENOUGH_ORDERS, require_one_width, size_notes

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

    from lit_hf.runtime.progress import Progress
    from lit_hf.studies.arms import Way
    from lit_hf.studies.sides import Arrays, Side

QUANTITIES = ("transfer", "trunk", "permuted")


@dataclass(frozen=True, eq=False)
class Beside:
    """Bits [k] of the same labels on the features alone, beside the trunk, and beside the permuted one."""

    alone: np.ndarray
    trunk: np.ndarray
    permuted: np.ndarray
    groups: np.ndarray
    labels: int
    removed: int


@dataclass(frozen=True)
class DifferentPair:
    """What labels of `given` say about those of `coded`, in bits of `coded_labels` labels with 95 % intervals.

    transfer: as the head of this module has it. trunk, permuted: what codes that must use the hidden layer save over
    the features alone. given_labels, removed: means over orders of labels that the trunk learned from, and of those
    left out since their inputs stand among the coded ones. cold: bits on the features alone.
    """

    coded: str
    given: str
    coded_labels: int
    given_labels: float
    removed: float
    cold_bits: float
    transfer: Interval
    trunk: Interval
    permuted: Interval

    def to_dict(self) -> dict[str, Any]:
        """Return its part of the JSON object."""
        found = {each.name: getattr(self, each.name) for each in fields(self)}
        return {
            name: {"bits": each.estimate, "interval": [each.low, each.high]} if name in QUANTITIES else each
            for name, each in found.items()
        }


@dataclass(frozen=True)
class DifferentLabels:
    """All ordered pairs of the datasets `names`, whose labels need not be the same."""

    names: tuple[str, ...]
    orders: int
    pairs: tuple[DifferentPair, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return its part of the JSON object of `lit-hf data compare --different-labels`."""
        notes = size_notes(min(each.coded_labels for each in self.pairs), self.orders)
        pairs = [each.to_dict() for each in self.pairs]
        return {"names": list(self.names), "orders": self.orders, "pairs": pairs, "notes": notes}

    def to_frame(self) -> pandas.DataFrame:
        """Return a row for each ordered pair: numbers of labels; transfer, trunk and permuted with limits."""
        import pandas

        return pandas.DataFrame(rows_of(self.to_dict()))

    def plot(self) -> Figure:
        """Return bars of transfer for each ordered pair."""
        from lit_hf.reports.different import figure

        return figure(self.to_dict())


def rows_of(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the table of a JSON object: a row for each ordered pair."""
    rows = []
    for each in found["pairs"]:
        row = {name: value for name, value in each.items() if name not in QUANTITIES}
        for name in QUANTITIES:
            low, high = each[name]["interval"]
            row |= {name: each[name]["bits"], f"{name}_low": low, f"{name}_high": high}
        rows.append(row)
    return rows


def different_labels(
    a: Arrays,
    b: Arrays,
    *,
    orders: int = ENOUGH_ORDERS,
    seed: int = 0,
    device: str = "cpu",
    kinds: Sequence[str] | None = None,
) -> DifferentLabels:
    """Return what labels of two sets say about each other through a network trained on one; labels may be different.

    Args:
        a: features [N, d] and labels [N] (and group ids [N] where there are copies).
        b: the same, with features of the same encoder.
        orders: how many orders are coded, each with a trunk of its own.
        seed: of orders, trunks and permutations.
        device: where probes compute.
        kinds: kinds of probes, for studies of the bank.

    Raises:
        UsageError: features of other widths. TooFewExamples, NotFiniteFeatures, BadSetting: as `lit_hf.codelength`.
    """
    from lit_hf.runtime.progress import NullProgress
    from lit_hf.studies.arms import read_pair

    sides, way = read_pair(a, b, orders, seed, device, kinds)
    return different_by(sides, way, orders, NullProgress())


def different_by(sides: Sequence[Side], way: Way, orders: int, progress: Progress) -> DifferentLabels:
    """Return it for all ordered pairs of sides; raise `UsageError` for features of several widths."""
    from lit_hf.runtime.units import run_units

    require_one_width(sides)
    pairs = []
    for coded, given in permutations(sides, 2):
        units = [partial(code_beside, coded, given, way, number) for number in range(orders)]
        pairs.append(_pair(coded.name, given.name, run_units(units, progress, f"{coded.name} beside {given.name}")))
    return DifferentLabels(tuple(side.name for side in sides), orders, tuple(pairs))


def code_beside(coded: Side, given: Side, way: Way, number: int) -> Beside:
    """Code the last labels of `coded` in order `number`, alone and beside both trunks of `given`."""
    from lit_hf.studies.arms import known_of, parts_of
    from lit_hf.studies.trunk import train_trunk

    _, tail = parts_of(coded, way.seed, number)
    known, removed = known_of(given, way, number, coded.keys[tail])
    own = np.asarray(coded.features[coded.rows[tail]])
    learned = np.asarray(given.features[given.rows[known]])
    labels = given.examples.labels[known]
    seed, classes = (way.seed, number), len(given.names)
    trunk = train_trunk(learned, labels, classes, seed)
    mixed_up = np.random.default_rng((*seed, 1)).permutation(labels)
    idle = train_trunk(learned, mixed_up, classes, seed, trunk.epochs)
    beside = [np.concatenate([own, each.hidden(own)], axis=1) for each in (trunk, idle)]
    alone, with_trunk, with_idle = (_cold(coded, each, way, tail) for each in (own, *beside))
    return Beside(alone, with_trunk, with_idle, coded.examples.groups[tail], len(known), removed)


def _cold(coded: Side, features: np.ndarray, way: Way, tail: np.ndarray) -> np.ndarray:
    """Return the bits [k] of the labels of `tail`, whose features these rows are, in their order."""
    from lit_hf.coding.order import Examples
    from lit_hf.coding.rules import Alphabet

    examples = Examples(coded.examples.labels[tail], coded.examples.groups[tail])
    index, nothing = np.arange(len(tail)), np.empty(0, np.int64)
    return way.code_after(features, examples, Alphabet(len(coded.names)), way.code, nothing, index, [0])[0].bits


def saved(each: Beside) -> list[np.ndarray]:
    """Return transfer, trunk and permuted [k] each."""
    with_trunk, with_idle = (may_know([each.alone, other]) for other in (each.trunk, each.permuted))
    return [with_idle - with_trunk, each.alone - each.trunk, each.alone - each.permuted]


def _pair(coded: str, given: str, beside: Sequence[Beside]) -> DifferentPair:
    names, arms = [each.groups for each in beside], [saved(each) for each in beside]
    labels, removed, count = (
        float(np.mean([value(each) for each in beside]))
        for value in (lambda one: one.labels, lambda one: one.removed, lambda one: len(one.groups))
    )
    cold = float(np.mean([each.alone.sum() for each in beside]))
    limits = [tail_interval([each[place] for each in arms], names) for place in range(len(QUANTITIES))]
    return DifferentPair(coded, given, round(count), labels, removed, cold, *limits)
