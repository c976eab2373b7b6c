"""How much generalisable information n labels hold, in bits: L_IT^n of the same k labels, and the last doubling.

    L_IT^n = L(k labels, cold) - L(k labels after n others)    [bits]

Zhang, Li, Dou and Wu (2020), arXiv 2009.07624. k is a quarter of the data, at most 1,000: the last k of each order,
the same for every n, so that all differences are paired.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from lit_hf.measures.tails import tail_interval

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

    from lit_hf.codes.stream import Rows
    from lit_hf.coding.after import Tail
    from lit_hf.coding.order import Examples
    from lit_hf.measures.intervals import Interval
    from lit_hf.runtime.progress import Progress
    from lit_hf.studies.given import Given

AfterPast = Callable[[np.ndarray, np.ndarray, Sequence[int]], "dict[int, Tail]"]
"""What labels cost after others: past, tail and edges, as `lit_hf.coding.after.code_after` takes them."""
FIRST, MOST_TAIL, SHARE = 250, 1_000, 4
SATURATED = 0.005  # bits per label


@dataclass(frozen=True)
class Information:
    """L_IT^n in bits of `tail` labels for each of `labels` (n), with intervals, and the gain of the last doubling.

    cold: bits of the same labels after none. verdict: "still gaining", "saturated" (the gain is within 0.005 bits per
    label) or "cannot be told".
    """

    labels: tuple[int, ...]
    tail: int
    orders: int
    cold: float
    bits: tuple[Interval, ...]
    last: Interval
    verdict: str

    def to_dict(self) -> dict[str, Any]:
        """Return its part of the JSON object of `lit-hf data info`."""
        before, now = self.labels[-2:]
        return {
            "coded_labels": self.tail, "orders": self.orders, "cold_bits": self.cold,
            "information": [
                {"labels": n, "bits": each.estimate, "interval": [each.low, each.high],
                 "bits_per_label": each.estimate / self.tail}
                for n, each in zip(self.labels, self.bits, strict=True)
            ],
            "last_doubling": {
                "from": before, "to": now, "bits": self.last.estimate, "interval": [self.last.low, self.last.high],
                "verdict": self.verdict,
            },
        }  # fmt: skip

    def to_frame(self) -> pandas.DataFrame:
        """Return a row for each n: labels, bits, low, high."""
        import pandas

        rows = [(n, each.estimate, each.low, each.high) for n, each in zip(self.labels, self.bits, strict=True)]
        return pandas.DataFrame(rows, columns=["labels", "bits", "low", "high"])

    def plot(self) -> Figure:
        """Return the figure of bits against labels."""
        from lit_hf.reports.information import figure

        return figure(self.to_dict())


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
    from lit_hf.coding.after import code_after
    from lit_hf.coding.arrays import checked, occurring
    from lit_hf.coding.order import Code
    from lit_hf.errors import BadSetting
    from lit_hf.runtime.progress import NullProgress

    if orders < 1:
        raise BadSetting("orders", orders, "a whole number of at least 1")
    labels, num_classes = occurring(labels, num_classes)
    examples, rule = checked(features, labels, groups, num_classes)
    how = Code("online", tuple(kinds) if kinds else None, device)
    code = partial(code_after, features, examples, rule, how)
    return _measured(code, examples.groups, seed, orders, NullProgress())


def information_of(given: Given, progress: Progress) -> Information:
    """Return the information curve of a task of any kind of label, in the orders that its settings draw."""
    settings, task = given.job.settings, given.task
    code = partial(task.target.code_after, given.features, task.examples, given.code)
    return _measured(code, task.groups, settings.seed, settings.orders, progress)


def tail_size(count: int) -> int:
    """Return k: a quarter of the labels, at most 1,000."""
    return min(count // SHARE, MOST_TAIL)


def budgets(most: int) -> list[int]:
    """Return 0, 250, 500, 1,000, … up to `most`."""
    found = [0]
    while (now := 2 * found[-1] or FIRST) <= most:
        found.append(now)
    return found


def _measured(code: AfterPast, groups: np.ndarray, seed: int, orders: int, progress: Progress) -> Information:
    """Code all orders, or raise `TooFewExamples`."""
    from lit_hf.errors import TooFewExamples
    from lit_hf.runtime.units import run_units

    count = len(groups)
    if len(budgets(count - tail_size(count))) < 3:
        raise TooFewExamples(count, next(n for n in range(count, 10_000) if len(budgets(n - tail_size(n))) > 2))
    units = [partial(_one, code, groups, seed, number) for number in range(orders)]
    return _put_together(run_units(units, progress, "code the labels"), groups)


def _one(code: AfterPast, groups: np.ndarray, seed: int, number: int) -> dict[int, Tail]:
    """Code one order; keys are the budgets as asked for, edges move to the ends of groups."""
    from lit_hf.codes.orders import order_of
    from lit_hf.coding.after import group_end

    index = order_of(groups, seed, number, keep_first=False)
    wanted = budgets(len(index) - tail_size(len(index)))
    cut = group_end(groups, index, len(index) - tail_size(len(index)))
    edges = [group_end(groups, index, at) for at in wanted]
    found = code(index[:cut], index[cut:], sorted(set(edges)))
    return {at: found[edge] for at, edge in zip(wanted, edges, strict=True)}


def _put_together(coded: Sequence[dict[int, Tail]], groups: np.ndarray) -> Information:
    names = [groups[order[0].index] for order in coded]
    ladder = list(coded[0])
    bits = tuple(tail_interval([order[0].bits - order[n].bits for order in coded], names) for n in ladder)
    last = tail_interval([order[ladder[-2]].bits - order[ladder[-1]].bits for order in coded], names)
    tail = round(float(np.mean([len(each) for each in names])))
    cold = float(np.mean([order[0].total for order in coded]))
    return Information(tuple(ladder), tail, len(coded), cold, bits, last, verdict(last, tail))


def verdict(gain: Interval, tail: int) -> str:
    """Return what the last doubling's gain over `tail` labels says."""
    if gain.low > 0:
        return "still gaining"
    inside = -SATURATED * tail <= gain.low and gain.high <= SATURATED * tail
    return "saturated" if inside else "cannot be told"
