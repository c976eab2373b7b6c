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
from lit_hf.studies.next_labels import NextLabels, next_labels

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

    from lit_hf.codes.curve import Curve
    from lit_hf.codes.stream import Rows
    from lit_hf.coding.after import Tail
    from lit_hf.coding.order import Code, Order
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
    label) or "cannot be told". ahead: what the next labels buy.
    """

    labels: tuple[int, ...]
    tail: int
    orders: int
    cold: float
    bits: tuple[Interval, ...]
    last: Interval
    verdict: str
    ahead: NextLabels

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
            "forecast": self.ahead.to_dict(),
        }  # fmt: skip

    def _repr_html_(self) -> str:
        """Return it as a notebook shows it."""
        from lit_hf.records.views import html_of

        return html_of(self)

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
    target_accuracy: float | None = None,
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
        target_accuracy: between 0 and 1; `ahead.reached` says how many labels reach it.

    Raises:
        TooFewExamples: below 666 labels or so: 500 of them, and the k that are coded after these, must fit.
        BadSetting, TooFewClasses, NotFiniteFeatures: as for `lit_hf.codelength`.
    """
    from lit_hf.coding.after import code_after
    from lit_hf.coding.arrays import occurring, read_classes
    from lit_hf.coding.codelength import code_order
    from lit_hf.coding.order import Code
    from lit_hf.runtime.progress import NullProgress

    require_target(target_accuracy)
    codes, known = occurring(labels, num_classes)
    features, examples, rule = read_classes(features, codes, groups, known, orders, seed, device)
    how = Code("online", tuple(kinds) if kinds else None, device)
    after = partial(code_after, features, examples, rule, how)
    along = partial(_along, partial(code_order, features, examples, rule), seed, how)
    return _measured(Coding(after, along, examples.groups, True), seed, orders, target_accuracy, NullProgress())


def information_of(given: Given, progress: Progress, target_accuracy: float | None = None) -> Information:
    """Return the information curve of a task of any kind of label, in the orders that its settings draw.

    Raises `BadSetting` for a target of accuracy where labels are judged by something else.
    """
    from lit_hf.errors import BadSetting

    settings, task = given.job.settings, given.task
    judged = task.target.one_class
    require_target(target_accuracy)
    if target_accuracy is not None and not judged:
        raise BadSetting("target_accuracy", target_accuracy, f"left out for {task.target.spoken}")
    after = partial(task.target.code_after, given.features, task.examples, given.code)
    order = partial(task.target.code_order, given.features, task.examples)
    coding = Coding(after, partial(_along, order, settings.seed, given.code), task.groups, judged)
    return _measured(coding, settings.seed, settings.orders, target_accuracy, progress)


def require_target(accuracy: float | None) -> None:
    """Raise `BadSetting` unless it is None or between 0 and 1."""
    from lit_hf.errors import BadSetting

    if accuracy is not None and not 0 < accuracy < 1:
        raise BadSetting("target_accuracy", accuracy, "a share between 0 and 1, such as 0.9")


@dataclass(frozen=True, eq=False)
class Coding:
    """How labels are coded: after others, and along one whole order, of this number.

    judged: whether it is known if the likeliest class was right.
    """

    after: AfterPast
    along: Callable[[int], Curve]
    groups: np.ndarray
    judged: bool


def _along(code: Callable[[Order, Code], Curve], seed: int, how: Code, number: int) -> Curve:
    from lit_hf.coding.order import Order

    return code(Order(number, seed, keep_first=False), how)


def tail_size(count: int) -> int:
    """Return k: a quarter of the labels, at most 1,000."""
    return min(count // SHARE, MOST_TAIL)


def budgets(most: int) -> list[int]:
    """Return 0, 250, 500, 1,000, … up to `most`."""
    found = [0]
    while (now := 2 * found[-1] or FIRST) <= most:
        found.append(now)
    return found


def _measured(coding: Coding, seed: int, orders: int, target_accuracy: float | None, progress: Progress) -> Information:
    """Code all orders, or raise `TooFewExamples`."""
    from lit_hf.errors import TooFewExamples
    from lit_hf.runtime.units import run_units

    count, groups = len(coding.groups), coding.groups
    if len(budgets(count - tail_size(count))) < 3:
        raise TooFewExamples(count, next(n for n in range(count, 10_000) if len(budgets(n - tail_size(n))) > 2))
    units = [partial(_one, coding.after, groups, seed, number) for number in range(orders)]
    tails = run_units(units, progress, "code the labels")
    curves = run_units([partial(coding.along, number) for number in range(orders)], progress, "code whole orders")
    correct = np.stack([each.correct for each in curves]) if coding.judged else None
    ahead = next_labels(np.stack([each.bits for each in curves]), correct, target_accuracy)
    return _put_together(tails, groups, ahead)


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


def _put_together(coded: Sequence[dict[int, Tail]], groups: np.ndarray, ahead: NextLabels) -> Information:
    names = [groups[order[0].index] for order in coded]
    ladder = list(coded[0])
    bits = tuple(tail_interval([order[0].bits - order[n].bits for order in coded], names) for n in ladder)
    last = tail_interval([order[ladder[-2]].bits - order[ladder[-1]].bits for order in coded], names)
    tail = round(float(np.mean([len(each) for each in names])))
    cold = float(np.mean([order[0].total for order in coded]))
    return Information(tuple(ladder), tail, len(coded), cold, bits, last, verdict(last, tail), ahead)


def verdict(gain: Interval, tail: int) -> str:
    """Return what the last doubling's gain over `tail` labels says."""
    if gain.low > 0:
        return "still gaining"
    inside = -SATURATED * tail <= gain.low and gain.high <= SATURATED * tail
    return "saturated" if inside else "cannot be told"
