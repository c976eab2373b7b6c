"""How much generalisable information n labels hold, in bits: L_IT^n of the same k labels, and the last doubling.

    L_IT^n = L(k labels, cold) - L(k labels after n others)    [bits]

Zhang, Li, Dou and Wu (2020), arXiv 2009.07624. k is a quarter of the data, at most 1,000: the last k of each order,
the same for every n, so that all differences are paired.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from lit_hf.measures.tails import tail_interval

if TYPE_CHECKING:
    import pandas

    from lit_hf.codes.stream import Rows
    from lit_hf.coding.after import Tail
    from lit_hf.coding.order import Code, Examples
    from lit_hf.coding.rules import Alphabet
    from lit_hf.measures.intervals import Interval

FIRST, MOST_TAIL, SHARE = 250, 1_000, 4
SATURATED = 0.005  # bits per label


@dataclass(frozen=True)
class Information:
    """L_IT^n in bits of `tail` labels for each of `labels` (n), with intervals, and the gain of the last doubling.

    verdict: "still gaining", "saturated" (the gain is within 0.005 bits per label) or "cannot be told".
    """

    labels: tuple[int, ...]
    tail: int
    bits: tuple[Interval, ...]
    last: Interval
    verdict: str

    def _repr_html_(self) -> str:
        """Return it as a notebook shows it."""
        from lit_hf.records.views import html_of

        return html_of(self)

    def to_frame(self) -> pandas.DataFrame:
        """Return a row for each n: labels, bits, low, high."""
        import pandas

        rows = [(n, each.estimate, each.low, each.high) for n, each in zip(self.labels, self.bits, strict=True)]
        return pandas.DataFrame(rows, columns=["labels", "bits", "low", "high"])


def information_curve(
    features: Rows,
    labels: Sequence[int] | np.ndarray,
    *,
    num_classes: int | None = None,
    orders: int = 3,
    seed: int = 0,
    groups: Sequence[int] | np.ndarray | None = None,
    device: str = "cpu",
    kinds: Sequence[str] | None = None,
) -> Information:
    """Return how many bits fewer the same k labels cost after n = 0, 250, 500, 1,000, … others, for classes.

    Args:
        features: floats [N, d].
        labels: integers [N] from 0 on.
        num_classes: C; by default the values that occur are the classes.
        orders: how many orders are coded.
        seed: of the orders.
        groups: [N] ids of copies, which are coded together.
        device: where probes compute.
        kinds: kinds of probes, for studies of the bank.

    Raises:
        TooFewExamples: below 500 labels or so: two budgets and the k labels must fit.
        BadSetting, TooFewClasses, NotFiniteFeatures: as for `lit_hf.codelength`.
    """
    from lit_hf.coding.after import code_all_after
    from lit_hf.coding.arrays import as_rows, checked, occurring
    from lit_hf.coding.order import Code
    from lit_hf.errors import BadSetting, TooFewExamples

    if orders < 1:
        raise BadSetting("orders", orders, "a whole number of at least 1")
    features = as_rows(features)
    labels, num_classes = occurring(labels, num_classes)
    examples, rule = checked(features, labels, groups, num_classes)
    count, tail = len(examples.labels), tail_size(len(examples.labels))
    if len(budgets(count - tail)) < 3:
        needed = next(n for n in range(count, 10_000) if len(budgets(n - tail_size(n))) > 2)
        raise TooFewExamples(count, needed)
    how = Code("online", tuple(kinds) if kinds else None, device)
    coded = code_all_after([partial(_one, features, examples, rule, how, seed, number) for number in range(orders)])
    return _put_together(coded, examples.groups)


def tail_size(count: int) -> int:
    """Return k: a quarter of the labels, at most 1,000."""
    return min(count // SHARE, MOST_TAIL)


def budgets(most: int) -> list[int]:
    """Return 0, 250, 500, 1,000, … up to `most`."""
    found = [0]
    while (now := 2 * found[-1] or FIRST) <= most:
        found.append(now)
    return found


def _one(features: Rows, examples: Examples, rule: Alphabet, how: Code, seed: int, number: int) -> dict[int, Tail]:
    """Code one order; keys are the budgets as asked for, edges move to the ends of groups."""
    from lit_hf.codes.orders import order_of
    from lit_hf.coding.after import code_after, group_end

    index = order_of(examples.groups, seed, number, keep_first=False)
    cut = group_end(examples.groups, index, len(index) - tail_size(len(index)))
    wanted = budgets(len(index) - tail_size(len(index)))
    edges = [group_end(examples.groups, index, at) for at in wanted]
    found = code_after(features, examples, rule, how, index[:cut], index[cut:], sorted(set(edges)))
    return {at: found[edge] for at, edge in zip(wanted, edges, strict=True)}


def _put_together(coded: Sequence[dict[int, Tail]], groups: np.ndarray) -> Information:
    names = [groups[order[0].index] for order in coded]
    ladder = list(coded[0])
    bits = tuple(tail_interval([order[0].bits - order[n].bits for order in coded], names) for n in ladder)
    last = tail_interval([order[ladder[-2]].bits - order[ladder[-1]].bits for order in coded], names)
    tail = round(float(np.mean([len(each) for each in names])))
    return Information(tuple(ladder), tail, bits, last, verdict(last, tail))


def verdict(gain: Interval, tail: int) -> str:
    """Return what the last doubling's gain over `tail` labels says."""
    if gain.low > 0:
        return "still gaining"
    inside = -SATURATED * tail <= gain.low and gain.high <= SATURATED * tail
    return "saturated" if inside else "cannot be told"
