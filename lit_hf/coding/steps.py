"""The prequential loop as an iterator: test, then train, one label after another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from lit_hf.codes.stream import Rows
    from lit_hf.coding.order import PreparedOrder


@dataclass(frozen=True, eq=False)
class Step:
    """One label as it was coded.

    position: its place in the stream, from 0. example: its row in what was given. probabilities: float64 [C], what the
    code gave to each class, from labels of earlier groups and, of its own group, only how well parts of the code did.
    bits: -log2 of the probability of the label that it was.
    """

    position: int
    example: int
    probabilities: np.ndarray
    bits: float


def prequential(
    features: Rows,
    labels: Sequence[int] | np.ndarray,
    *,
    num_classes: int | None = None,
    order: int = 0,
    seed: int = 0,
    groups: Sequence[int] | np.ndarray | None = None,
    device: str = "cpu",
    shuffle: bool = True,
    kinds: Sequence[str] | None = None,
    code: str = "online",
) -> Iterator[Step]:
    """Iterate over one order of `lit_hf.codelength`: each label is predicted, paid for, and only then learned.

    Args:
        features: floats [N, d] (array, memory map, tensor or feature store).
        labels: integers [N] from 0 on.
        num_classes: C, of labels in 0 .. C - 1; by default the values that occur are the classes.
        order: which of the orders that `codelength` takes the mean over.
        seed: of the orders.
        groups: [N] ids; labels of one group are coded together and learned after it.
        device: where probes compute.
        shuffle: False codes order 0 as given, for examples that come in random order already.
        kinds: kinds of probes, for studies of the bank.
        code: `online`, or a block code for reference (`lit_hf.config.CODES`).

    Returns:
        An iterator of N `Step`s: position, example, probabilities and bits. The bits add up to
        `codelength(...).bits_per_order[order]`. Nothing is computed before a step is asked for.

    Raises:
        BadSetting, TooFewExamples, TooFewClasses, NotFiniteFeatures: for arguments that cannot be coded, at the call.

    Example:
        >>> import lit_hf, numpy as np
        >>> labels = np.arange(40) % 2
        >>> features = np.stack([labels, 1 - labels], 1).astype("float32")
        >>> steps = list(lit_hf.prequential(features, labels))
        >>> len(steps), steps[0].probabilities.round(3).tolist()
        (40, [0.5, 0.5])
        >>> bool(np.isclose(sum(s.bits for s in steps), lit_hf.codelength(features, labels, orders=1).bits))
        True
    """
    from lit_hf.coding.arrays import as_rows, checked, checked_code, occurring
    from lit_hf.coding.given import require_arguments, require_whole
    from lit_hf.coding.order import Code, Order
    from lit_hf.coding.rules import prepare_order

    checked_code(code)
    require_whole("order", order, 0)
    require_arguments(1, seed, num_classes, device)
    features = as_rows(features)
    labels, num_classes = occurring(labels, num_classes)
    examples, rule = checked(features, labels, groups, num_classes)
    how = Code(code, tuple(kinds) if kinds else None, device)
    made = prepare_order(features, examples, rule, Order(order, seed, keep_first=not shuffle), how)
    return _steps(made, examples.labels[made.index], rule.classes)


def _steps(order: PreparedOrder, labels: np.ndarray, classes: int) -> Iterator[Step]:
    """Yield the steps of `labels` int64 [N] by position, under the top node where the code has one."""
    from lit_hf.codes.loop import Loop
    from lit_hf.codes.mixture import Top
    from lit_hf.runtime.units import side_by_side

    loop, top = Loop(order.stream, order.code), Top(classes)
    ends = np.append(np.diff(order.groups) != 0, True)
    began = 0
    while not loop.done:
        [chunk] = side_by_side([loop.predict])  # on one thread, as `codelength` does: the same floats
        tables = np.exp(chunk.table.double().cpu().numpy())
        for at in range(chunk.start, chunk.stop):
            parts = top.table(tables[at - chunk.start])
            chances = top.weights @ parts if order.code.nulls else parts[2]
            yield Step(at, int(order.index[at]), chances, -float(np.log2(chances[labels[at]])))
            top.weigh(parts[:, labels[at]])
            if ends[at]:
                top.count(labels[began : at + 1])
                began = at + 1
        side_by_side([partial(loop.pay, labels[chunk.start : chunk.stop])])
