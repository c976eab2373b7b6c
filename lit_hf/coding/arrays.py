"""Codelengths on features that the user brings: `codelength` and `transfer` on arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from lit_hf.coding.codelength import Codelength, code_order, difference, gather
from lit_hf.coding.given import LARGEST, group_ids, plain, require_arguments
from lit_hf.coding.order import Code, Examples, Order
from lit_hf.coding.rules import Alphabet
from lit_hf.errors import BadSetting, NotFiniteFeatures, TooFewClasses, TooFewExamples
from lit_hf.runtime.arrays import EXACT, feature_rows

if TYPE_CHECKING:
    from lit_hf.codes.stream import Rows

Labels = Sequence[int] | Sequence[str] | Sequence[bool] | np.ndarray
NEEDED = 20
MOST_BINS = 2.0**50
"""Between 0 and the farthest number: beyond, float64 does not tell neighbouring bins apart."""


@dataclass(frozen=True, eq=False)
class Transfer:
    """L_IT (frozen) in bits: codelength of `baseline` minus that of `encoder`, with a 95 % interval; never clipped."""

    bits: float
    interval: tuple[float, float]
    bits_per_label: float
    encoder: Codelength
    baseline: Codelength

    def _repr_html_(self) -> str:
        """Return it as a notebook shows it."""
        from lit_hf.records.views import html_of

        return html_of(self)


def codelength(
    features: Rows,
    labels: Labels,
    *,
    num_classes: int | None = None,
    orders: int = 3,
    seed: int = 0,
    groups: Sequence[int] | np.ndarray | None = None,
    device: str = "cpu",
    shuffle: bool = True,
    kinds: Sequence[str] | None = None,
    code: str = "online",
) -> Codelength:
    """Return the prequential codelength of `labels` given `features` under the default bank of probes, in bits.

    Args:
        features: floats [N, d] (array, memory map, tensor, frame, lists or feature store).
        labels: [N] integers from 0 on, strings or truths; the result's `classes` says what stands for which.
        num_classes: C, of labels in 0 .. C - 1; by default the values that occur are the classes.
        orders: how many orders are coded; their mean is the result.
        seed: of the orders.
        groups: [N] ids; labels of one group are coded together and learned after it (copies of an input, tokens of a
            sentence).
        device: where probes compute.
        shuffle: False codes order 0 as given, for examples that come in random order already.
        kinds: kinds of probes, for studies of the bank.
        code: `online`, or a block code for reference (`lit_hf.config.CODES`).

    Returns:
        A `Codelength`: bits, their interval, and what each example cost in each order.

    Raises:
        TooFewExamples: below 20 labels.
        TooFewClasses: all labels are alike, and `num_classes` says no more.
        NotFiniteFeatures: rows hold NaN or infinity.
        BadSetting: shapes, types or names that do not fit.

    Example:
        >>> import lit_hf, numpy as np
        >>> labels = np.arange(40) % 2
        >>> features = np.stack([labels, 1 - labels], 1).astype("float32")
        >>> found = lit_hf.codelength(features, labels, orders=1)
        >>> 8 < found.bits < 25  # of 40 bits: the first 8 labels teach which column says what
        True
    """
    from lit_hf.runtime.units import side_by_side

    checked_code(code)
    codes, known = occurring(labels, num_classes)
    features, examples, rule = read_classes(features, codes, groups, known, orders, seed, device)
    how = Code(code, tuple(kinds) if kinds else None, device)
    curves = side_by_side([
        partial(code_order, features, examples, rule, Order(number, seed, keep_first=not shuffle), how)
        for number in range(orders)
    ])  # fmt: skip
    found = gather(tuple(curves), examples.groups, rule.digest(how))
    return replace(found, classes=classes_of(labels, num_classes))


def transfer(
    features: Rows,
    baseline_features: Rows,
    labels: Labels,
    *,
    num_classes: int | None = None,
    orders: int = 3,
    seed: int = 0,
    groups: Sequence[int] | np.ndarray | None = None,
    device: str = "cpu",
    shuffle: bool = True,
    code: str = "online",
) -> Transfer:
    """Return how many bits fewer `labels` cost given `features` than given `baseline_features`, both [N, ...].

    Both are coded in the same orders. The interval treats both feature maps as given; with a random twin as the
    baseline it is conditional on its initialisation.

    Args:
        features: floats [N, d] (array, memory map, tensor, frame, lists or feature store).
        baseline_features: floats [N, e], rows of the same examples.
        labels: [N] integers from 0 on, strings or truths, as for `codelength`.
        num_classes: C, of labels in 0 .. C - 1; by default the values that occur are the classes.
        orders: how many orders are coded; their mean is the result.
        seed: of the orders.
        groups: [N] ids; labels of one group are coded together and learned after it.
        device: where probes compute.
        shuffle: False codes order 0 as given, for examples that come in random order already.
        code: `online`, or a block code for reference (`lit_hf.config.CODES`).

    Returns:
        A `Transfer`: bits, their interval, bits per label, and both codelengths.

    Raises:
        BadSetting: the baseline has another number of rows; and all that `codelength` raises.

    Example:
        >>> import lit_hf, numpy as np
        >>> labels = np.arange(40) % 2
        >>> features = np.stack([labels, 1 - labels], 1).astype("float32")
        >>> lit_hf.transfer(features, np.ones((40, 1), "float32"), labels, orders=1).bits > 10
        True
    """
    features, baseline_features = as_rows(features), as_rows(baseline_features, "baseline_features")
    if features.shape[0] != baseline_features.shape[0]:
        given = f"{features.shape[0]} and {baseline_features.shape[0]} rows"
        raise BadSetting("baseline_features", given, "as many rows as `features`")
    arms = [
        codelength(
            rows,
            labels,
            num_classes=num_classes,
            orders=orders,
            seed=seed,
            groups=groups,
            device=device,
            shuffle=shuffle,
            code=code,
        )
        for rows in (features, baseline_features)
    ]
    found = difference(arms[1], arms[0])
    return Transfer(found.estimate, (found.low, found.high), found.estimate / len(arms[0].groups), *arms)


def occurring(labels: Labels, num_classes: int | None) -> tuple[np.ndarray, int | None]:
    """Return labels and C; where C is not given, labels by their place among the values that occur, and their number.

    So a scale from 1 to 5 has five classes, and pays for no sixth. Strings and truths are always classes by their place
    in sorted order. What is no row of classes is returned as it is, for `checked` to refuse.
    """
    found = plain(labels, "labels")
    names = found.ndim == 1 and len(found) and found.dtype.kind in "Ub"
    whole = found.ndim == 1 and len(found) and found.dtype.kind in "iu" and found.min() >= 0
    if not names and (num_classes is not None or not whole):
        return found, num_classes
    values, places = np.unique(found, return_inverse=True)
    return places, len(values) if num_classes is None else num_classes


def classes_of(labels: Labels, num_classes: int | None) -> tuple[Any, ...]:
    """Return what the classes 0 .. C - 1 stand for among `labels`: the mapping that `occurring` makes."""
    found = plain(labels, "labels")
    if num_classes is not None and found.dtype.kind not in "Ub":
        return tuple(range(num_classes))
    return tuple(np.unique(found).tolist())


def as_rows(features: Any, name: str = "features") -> Any:
    """Return rows [N, d] that can be sliced: stores, and arrays whose values are float32, as they are.

    Everything else is read as `feature_rows` reads it, and refused where float32 does not hold it.
    """
    if isinstance(features, np.ndarray) and not isinstance(features, np.ma.MaskedArray):
        kept = features.dtype in EXACT and features.ndim == 2 and features.shape[1] > 0  # a memory map stays one
    else:
        kept = hasattr(features, "shape") and not any(
            map(partial(hasattr, features), ("to_numpy", "detach", "toarray"))
        )
    return features if kept and not isinstance(features, np.ma.MaskedArray) else feature_rows(features, name)


def checked_code(code: str) -> None:
    """Raise `BadSetting` unless `code` is the name of one."""
    from lit_hf.config import CODES

    if code not in CODES:
        raise BadSetting("code", code, f"one of {', '.join(CODES)}")


def read_classes(
    features: Any, labels: Any, groups: Any, num_classes: Any, orders: Any, seed: Any, device: Any
) -> tuple[Rows, Examples, Alphabet]:
    """Return rows, examples and the rule of their C classes, of what the caller of a public function gave, or raise.

    Every function that takes features and classes reads them here, so that all refuse the same.
    """
    require_arguments(orders, seed, num_classes, device)
    rows = as_rows(features)
    return (rows, *checked(rows, plain(labels, "labels"), groups, num_classes))


def checked(
    features: Rows,
    labels: Sequence[int] | np.ndarray,
    groups: Sequence[int] | np.ndarray | None,
    num_classes: int | None,
) -> tuple[Examples, Alphabet]:
    """Return the examples, and the rule of their C classes, or raise."""
    found = _labels_of(features, labels, 1)
    if not np.issubdtype(found.dtype, np.integer) or found.min() < 0:
        raise BadSetting("labels", found.dtype, "integers from 0 on, strings or truths")
    classes = int(found.max()) + 1 if num_classes is None else num_classes
    if classes < 2:
        raise TooFewClasses(len(np.unique(found)))
    if found.max() >= classes:
        raise BadSetting("num_classes", classes, f"at least {int(found.max()) + 1}, one more than the largest label")
    return Examples(found.astype(np.int64), _groups_of(features, groups)), Alphabet(classes)


def checked_flags(
    features: Rows, labels: Sequence[Sequence[int]] | np.ndarray, groups: Sequence[int] | np.ndarray | None
) -> Examples:
    """Return examples with several labels each, [N, L] of 0 and 1, or raise."""
    found = _labels_of(features, labels, 2)
    if found.shape[1] < 1 or not np.isin(found, (0, 1)).all():
        raise BadSetting("labels", f"shape {found.shape}", "rows of 0 and 1, one column for each label")
    return Examples(found.astype(np.int64), _groups_of(features, groups))


def checked_bins(
    features: Rows, labels: Sequence[float] | np.ndarray, groups: Sequence[int] | np.ndarray | None, width: float
) -> Examples:
    """Return examples whose labels are the bins of numbers, round(y / width), or raise."""
    found = _labels_of(features, labels, 1)
    if not (np.issubdtype(found.dtype, np.number) and np.isreal(found).all() and np.isfinite(found).all()):
        raise BadSetting("labels", found.dtype, "finite numbers")
    if not 0 < width < np.inf or np.abs(found).max() / width > MOST_BINS:
        raise BadSetting("bin_width", width, "above 0, and wide enough for at most 2^50 bins between 0 and any label")
    return Examples(np.round(found / width).astype(np.int64), _groups_of(features, groups))


def _labels_of(features: Rows, labels: Sequence[Any] | np.ndarray, dimensions: int) -> np.ndarray:
    if len(features.shape) != 2:
        raise BadSetting("features", f"shape {tuple(features.shape)}", "rows of numbers, [N, d]")
    found = np.asarray(labels)
    if found.ndim != dimensions or len(found) != features.shape[0]:
        raise BadSetting("labels", f"shape {found.shape}", f"one label for each of the {features.shape[0]} rows")
    if len(found) < NEEDED:
        raise TooFewExamples(len(found), NEEDED)
    return found


def _groups_of(features: Rows, groups: Sequence[int] | np.ndarray | None) -> np.ndarray:
    found = group_ids(groups, features.shape[0])
    _require_finite(features)
    return found


def _require_finite(features: Rows) -> None:
    broken = large = 0
    for start in range(0, features.shape[0], 65_536):
        rows = np.asarray(features[start : start + 65_536])
        broken += int((~np.isfinite(rows).all(axis=1)).sum())
        with np.errstate(over="ignore"):  # LARGEST is infinite in half precision
            large += int((np.abs(rows) > LARGEST).any(axis=1).sum())
    if broken:
        raise NotFiniteFeatures(broken, "features")
    if large:
        raise BadSetting("features", f"beyond {LARGEST:g} in {large:,} rows", "smaller numbers; scale them")
