"""Information that datasets with the same labels share, in bits of k labels of one of them, A, beside another, B.

    own = L(A_k) - L(A_k | A_n)                 transfer = L(A_k) - L(A_k | B)
    unique = L(A_k | B) - L(A_k | B, A_n)       common = own - unique

Every L is the even mixture of the codes over all subsets of what it may know, so that transfer and unique are at least
-1 bit; `forced` is the same by codes that must use what they are given, and shows where it misleads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations, permutations
from typing import TYPE_CHECKING, Any

import numpy as np

from lit_hf.measures.intervals import Interval
from lit_hf.measures.side_information import may_know
from lit_hf.measures.tails import tail_interval

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

    from lit_hf.runtime.progress import Progress
    from lit_hf.studies.arms import Beside, Own, Way
    from lit_hf.studies.label_names import Matched
    from lit_hf.studies.sides import Arrays, Side

QUANTITIES = ("own", "transfer", "unique", "common")
ENOUGH_LABELS, ENOUGH_ORDERS = 500, 5


@dataclass(frozen=True)
class Quantities:
    """Bits of the k labels, with 95 % intervals, as the head of this module names them."""

    own: Interval
    transfer: Interval
    unique: Interval
    common: Interval

    def to_dict(self) -> dict[str, Any]:
        """Return its part of the JSON object."""
        found = {name: getattr(self, name) for name in QUANTITIES}
        return {name: {"bits": each.estimate, "interval": [each.low, each.high]} for name, each in found.items()}


@dataclass(frozen=True)
class SharedPair:
    """What `given` says about labels of `coded`.

    coded_labels: k; own_labels: n; given_labels, removed, unmatched: means over orders of labels of `given` that were
    known, whose inputs stand among the k, and that `coded` has no class for. cold: bits of the k labels. chain: bits
    of `given` and the k labels in one stream, `given` first and last, order 0; equal for an ideal coder.
    """

    coded: str
    given: str
    coded_labels: int
    own_labels: int
    given_labels: float
    removed: float
    unmatched: float
    cold: float
    mixed: Quantities
    forced: Quantities
    chain: tuple[float, float] | None

    def to_dict(self) -> dict[str, Any]:
        """Return its part of the JSON object."""
        named = ("coded", "given", "coded_labels", "own_labels", "given_labels", "removed", "unmatched")
        return {
            **{name: getattr(self, name) for name in named}, "cold_bits": self.cold, **self.mixed.to_dict(),
            "forced": self.forced.to_dict(),
            "chain": self.chain and {"given_first": self.chain[0], "given_last": self.chain[1]},
        }  # fmt: skip


@dataclass(frozen=True)
class SharedInformation:
    """All ordered pairs of the datasets `names`, and how labels were matched."""

    names: tuple[str, ...]
    orders: int
    pairs: tuple[SharedPair, ...]
    labels: tuple[Matched, ...]

    @property
    def notes(self) -> list[str]:
        """What a reader must be told."""
        return size_notes(min(each.coded_labels for each in self.pairs), self.orders)

    def to_dict(self) -> dict[str, Any]:
        """Return its part of the JSON object of `lit-hf data compare`."""
        return {
            "names": list(self.names), "orders": self.orders, "pairs": [each.to_dict() for each in self.pairs],
            "labels": [each.to_dict() for each in self.labels], "notes": self.notes,
        }  # fmt: skip

    def to_frame(self) -> pandas.DataFrame:
        """Return a row for each ordered pair: numbers of labels, and own, transfer, unique, common with limits."""
        import pandas

        return pandas.DataFrame(rows_of(self.to_dict()))

    def plot(self) -> Figure:
        """Return bars of unique and common for each pair, and transfer from each to each."""
        from lit_hf.reports.shared import figure

        return figure(self.to_dict())


def rows_of(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the table of a JSON object: a row for each ordered pair."""
    kept = ("coded", "given", "coded_labels", "own_labels", "given_labels", "removed", "unmatched", "cold_bits")
    rows = []
    for each in found["pairs"]:
        row = {name: each[name] for name in kept}
        for prefix, part in (("", each), ("forced_", each["forced"])):
            for name in QUANTITIES:
                low, high = part[name]["interval"]
                row |= {f"{prefix}{name}": part[name]["bits"], f"{prefix}{name}_low": low, f"{prefix}{name}_high": high}
        rows.append(row)
    return rows


def shared_information(
    a: Arrays,
    b: Arrays,
    *,
    orders: int = ENOUGH_ORDERS,
    seed: int = 0,
    device: str = "cpu",
    kinds: Sequence[str] | None = None,
) -> SharedInformation:
    """Return what two sets of labelled features say about each other, in bits.

    Args:
        a: features [N, d] and labels [N] (and group ids [N] where there are copies). Labels are matched by their text.
        b: the same, with features of the same encoder.
        orders: how many orders are coded.
        seed: of the orders.
        device: where probes compute.
        kinds: kinds of probes, for studies of the bank.

    Raises:
        NoCommonLabels: no label of `a` occurs in `b`.
        UsageError: features of other widths. TooFewExamples, NotFiniteFeatures, BadSetting: as `lit_hf.codelength`.
    """
    from lit_hf.runtime.progress import NullProgress
    from lit_hf.studies.arms import read_pair

    sides, way = read_pair(a, b, orders, seed, device, kinds)
    return shared_by(sides, way, orders, NullProgress())


def shared_by(sides: Sequence[Side], way: Way, orders: int, progress: Progress) -> SharedInformation:
    """Return the shared information of all ordered pairs of sides.

    Raises `NoCommonLabels`, and `UsageError` for features of several widths.
    """
    from lit_hf.runtime.units import run_units
    from lit_hf.studies.arms import Pair, code_own
    from lit_hf.studies.label_names import match

    matched = tuple(match(a, b) for a, b in combinations(sides, 2))
    require_one_width(sides)
    units = [partial(code_own, side, way, number) for side in sides for number in range(orders)]
    coded = run_units(units, progress, "code each dataset")
    own = {side.name: coded[place * orders :][:orders] for place, side in enumerate(sides)}
    pairs = []
    for first, second in permutations(sides, 2):
        pair = Pair.of(first, second)
        arms = [partial(pair.code, way, number, number == 0) for number in range(orders)]
        beside = run_units(arms, progress, f"code {first.name} after {second.name}")
        pairs.append(_pair(first.name, second.name, own[first.name], beside))
    return SharedInformation(tuple(side.name for side in sides), orders, tuple(pairs), matched)


def size_notes(coded: int, orders: int) -> list[str]:
    """Return what to say of too few coded labels, or orders."""
    if coded >= ENOUGH_LABELS and orders >= ENOUGH_ORDERS:
        return []
    return [
        f"{coded:,} labels were coded in {orders} order{'' if orders == 1 else 's'}; under {ENOUGH_LABELS} labels or "
        f"{ENOUGH_ORDERS} orders intervals are wide, and with few orders they are rough."
    ]


def require_one_width(sides: Sequence[Side]) -> None:
    """Raise `UsageError` unless all features have the same columns."""
    from lit_hf.errors import UsageError

    for side in sides[1:]:
        if side.features.shape[1] != sides[0].features.shape[1]:
            raise UsageError(
                f"{sides[0].name} has {sides[0].features.shape[1]} features, {side.name} {side.features.shape[1]}.",
                "Give features of one encoder, in the same columns.",
            )


def _pair(coded: str, given: str, own: Sequence[Own], beside: Sequence[Beside]) -> SharedPair:
    names, arms = [each.groups for each in own], list(zip(own, beside, strict=True))
    return SharedPair(
        coded, given,
        coded_labels=round(_mean([len(each) for each in names])),
        own_labels=round(_mean([each.labels for each in own])),
        given_labels=_mean([each.labels for each in beside]), removed=_mean([each.removed for each in beside]),
        unmatched=_mean([each.unmatched for each in beside]), cold=_mean([float(each.cold.sum()) for each in own]),
        mixed=_quantities([mixed(*each) for each in arms], names),
        forced=_quantities([forced(*each) for each in arms], names), chain=beside[0].chain,
    )  # fmt: skip


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))


def forced(own: Own, beside: Beside) -> list[np.ndarray]:
    """Return own, transfer, unique, common [k] each, by codes that must use what they are given."""
    return _from_arms(own.cold, own.own, beside.given, beside.both)


def mixed(own: Own, beside: Beside) -> list[np.ndarray]:
    """Return own, transfer, unique, common [k] each, by mixtures over subsets of what may be known."""
    with_own, with_given = may_know([own.cold, own.own]), may_know([own.cold, beside.given])
    return _from_arms(own.cold, with_own, with_given, may_know([own.cold, own.own, beside.given, beside.both]))


def _from_arms(cold: np.ndarray, own: np.ndarray, given: np.ndarray, both: np.ndarray) -> list[np.ndarray]:
    return [cold - own, cold - given, given - both, cold - own - (given - both)]


def _quantities(arms: Sequence[Sequence[np.ndarray]], names: Sequence[np.ndarray]) -> Quantities:
    return Quantities(*(tail_interval([each[place] for each in arms], names) for place in range(len(QUANTITIES))))
