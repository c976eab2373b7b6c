"""Forgetting on features that the user brings: three states of one model, coded in the same orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from lit_hf.coding.arrays import codelength
from lit_hf.coding.codelength import Codelength
from lit_hf.errors import BadSetting
from lit_hf.measures import forgetting as measures

if TYPE_CHECKING:
    from lit_hf.codes.stream import Rows
    from lit_hf.measures.intervals import Interval


@dataclass(frozen=True, eq=False)
class Forgetting:
    """What a model lost of task A by learning B, in bits; intervals of this model, at 95 %.

    forgotten: bits to relearn. gained: bits that learning A had saved; None without the state before. share: forgotten
    / gained; None unless the gain's interval lies above 0.
    """

    forgotten: float
    interval: tuple[float, float]
    gained: float | None
    gained_interval: tuple[float, float] | None
    share: float | None
    codes: dict[str, Codelength] = field(repr=False)

    def _repr_html_(self) -> str:
        """Return it as a notebook shows it."""
        from lit_hf.records.views import html_of

        return html_of(self)


def forgetting(
    after_a: Rows,
    after_ab: Rows,
    labels: Sequence[int] | np.ndarray,
    *,
    before: Rows | None = None,
    num_classes: int | None = None,
    orders: int = 3,
    seed: int = 0,
    groups: Sequence[int] | np.ndarray | None = None,
    device: str = "cpu",
) -> Forgetting:
    """Return how many bits of task A a model forgot by learning B, from its features of A's labelled examples.

    Args:
        after_a: floats [N, d], features after learning A; of examples that it did not learn from.
        after_ab: floats [N, e], features of the same examples after learning B too.
        labels: A's labels, integers [N] from 0 on.
        before: floats [N, f], features before A was learned: with them, what was gained and the share of it.
        num_classes: C, of labels in 0 .. C - 1; by default the values that occur are the classes.
        orders: how many orders are coded; their mean is the result.
        seed: of the orders.
        groups: [N] ids; labels of one group are coded together and learned after it.
        device: where probes compute.

    Returns:
        A `Forgetting`: bits forgotten and gained with their intervals, the share, and the codes.

    Raises:
        BadSetting: another number of rows; and all that `codelength` raises.

    Example:
        >>> import lit_hf, numpy as np
        >>> labels = np.arange(40) % 2
        >>> knows = np.stack([labels, 1 - labels], 1).astype("float32")
        >>> found = lit_hf.forgetting(knows, np.ones((40, 1), "float32"), labels, orders=1)
        >>> found.forgotten > 10, found.gained
        (True, None)
    """
    states = {"after_a": after_a, "after_ab": after_ab} | ({} if before is None else {"before": before})
    for name, rows in states.items():
        if rows.shape[0] != after_a.shape[0]:
            raise BadSetting(name, f"{rows.shape[0]} rows", f"the {after_a.shape[0]} rows of `after_a`")
    codes = {
        name: codelength(
            rows, labels, num_classes=num_classes, orders=orders, seed=seed, groups=groups, device=device
        )
        for name, rows in states.items()
    }  # fmt: skip
    bits, order = {name: code.by_group()[0] for name, code in codes.items()}, codes["after_a"].by_group()[1]
    lost = measures.forgotten(bits["after_a"], bits["after_ab"], order)
    gain = None if before is None else measures.gained(bits["before"], bits["after_a"], order)
    return Forgetting(
        lost.estimate, _limits(lost), None if gain is None else gain.estimate, None if gain is None else _limits(gain),
        None if gain is None else measures.share(gain, lost), codes,
    )  # fmt: skip


def _limits(found: Interval) -> tuple[float, float]:
    return found.low, found.high
