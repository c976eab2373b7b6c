"""Which labels are probably wrong: what each costs given all others, by rotated orders, and how far to read the list.

features, labels ─> rotated orders ─> `together` ─> bits of each label, suggested label
                 └> the same with labels that we made wrong ─> `Depth` ─> how far to read, at most how many

Rotated orders: lit_hf/codes/orders.py. Score and counts: lit_hf/coding/opinion.py, lit_hf/measures/planted.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from lit_hf.errors import BadSetting, UsageError
from lit_hf.measures.planted import Depth, depth_of

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

    from lit_hf.codes.stream import Rows
    from lit_hf.coding.opinion import Opinion, Verdict
    from lit_hf.coding.order import Code, Examples
    from lit_hf.runtime.progress import Progress
    from lit_hf.studies.unfinished import Unfinished
    from lit_hf.tasks.targets import Target

SCHEMA = "lit-hf/data-errors/1"
ORDERS, LEAST_ORDERS, AGAIN = 10, 5, 5
"""Rotated orders by default and at least, and those of the coding with planted errors."""
SHARE, FEWEST, MOST = 0.02, 50, 500
"""Of the labels, planted of each kind; at least and at most."""
COUNTED, BOTH = 1_000, 2_000
"""Labels from which on errors are planted, and from which on in two ways."""
LISTED = 100
"""Rows in the JSON object; the table has all."""
COLUMNS = {
    "rank": "whole", "row": "whole", "given_label": "text", "suggested_label": "text", "bits": "number",
    "suggested_bits": "number", "label_quality": "number", "deviation": "number", "conflict": "truth",
    "input": "text", "input_2": "text",
}  # fmt: skip
"""Columns of the table of labels, and what they hold."""


@dataclass(frozen=True, eq=False)
class About:
    """What the labels belong to: sections of the JSON object and, for each label, its row in the split and its input.

    Null and empty where arrays were given: rows are then those of the arrays. A record whose dataset is not here has
    neither rows nor inputs.
    """

    dataset: Mapping[str, Any] | None = None
    model: Mapping[str, Any] | None = None
    record: str | None = None
    rows: np.ndarray | None = None
    inputs: Sequence[tuple[str, ...]] | None = None
    orders: int = 0
    seed: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class LabelErrors:
    """What each of N labels costs given the others, dearest first in `order`.

    bits: float64 [N] of the label as given; deviation: [N], its standard deviation over orders, in bits. given,
    suggested: [N], labels in words; suggested is None where it is not known. suggested_bits: [N] or None. conflicts:
    bool [N], labels whose copies have another label. depths: of each kind of planted errors; none below 1,000 labels.
    """

    bits: np.ndarray
    deviation: np.ndarray
    given: tuple[str, ...]
    suggested: tuple[str, ...] | None
    suggested_bits: np.ndarray | None
    conflicts: np.ndarray
    depths: tuple[Depth, ...] = ()
    about: About = field(default_factory=About)

    @property
    def order(self) -> np.ndarray:
        """Labels [N] from the dearest on."""
        return np.argsort(-self.bits, kind="stable")

    @property
    def in_sight(self) -> bool | None:
        """Whether these features show label errors at all; None where that was not tried."""
        return any(each.in_sight for each in self.depths) if self.depths else None

    def rows(self, most: int | None = None) -> list[dict[str, Any]]:
        """Return a row for each label (the first `most`), dearest first, with the columns of the table."""
        return [self._row(rank, int(place)) for rank, place in enumerate(self.order[:most], start=1)]

    def confusions(self) -> list[dict[str, Any]]:
        """Return pairs of given and suggested label among the rows that hold half of what is found, most rows first."""
        if self.suggested is None or not self.depths:
            return []
        first = self.order[: max(each.half for each in self.depths)]
        pairs = Counter((self.given[place], self.suggested[place]) for place in first)
        bits = Counter[tuple[str, str]]()
        for place in first:
            bits[self.given[place], self.suggested[place]] += self.bits[place]
        return [
            {"given_label": pair[0], "suggested_label": pair[1], "rows": count, "mean_bits": float(bits[pair] / count)}
            for pair, count in sorted(pairs.items(), key=lambda each: (-each[1], each[0]))
        ]

    def to_frame(self) -> pandas.DataFrame:
        """Return a row for each label, dearest first."""
        import pandas

        return pandas.DataFrame(self.rows(), columns=list(COLUMNS))

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of `lit_hf/records/schemas/data-errors-1.json`."""
        from lit_hf._version import __version__

        about = self.about
        return {
            "schema": SCHEMA, "version": __version__, "dataset": about.dataset, "model": about.model,
            "record": about.record, "labels": len(self.bits), "orders": about.orders, "seed": about.seed,
            "rotated": about.record is None, "in_sight": self.in_sight,
            "depths": [_depth(each) for each in self.depths], "confusions": self.confusions(),
            "conflicts": int(self.conflicts.sum()), "first": self.rows(LISTED),
            "notes": [*about.notes, *_notes(len(self.bits), self.depths, about)],
        }  # fmt: skip

    def plot(self) -> Figure:
        """Return the share of planted errors found against the rows read, or the bits along the list without them."""
        from lit_hf.reports.label_errors import figure

        return figure(self.to_dict(), np.sort(self.bits)[::-1])

    def _place_in_split(self, place: int) -> int | None:
        """Return the row of a label: of the arrays where these were given, None where the dataset is not here."""
        if self.about.rows is not None:
            return int(self.about.rows[place])
        return place if self.about.dataset is None else None

    def _row(self, rank: int, place: int) -> dict[str, Any]:
        about, known = self.about, self.suggested is not None
        texts = () if about.inputs is None else about.inputs[place]
        return {
            "rank": rank, "row": self._place_in_split(place),
            "given_label": self.given[place],
            "suggested_label": self.suggested[place] if self.suggested is not None else None,
            "bits": float(self.bits[place]),
            "suggested_bits": float(self.suggested_bits[place]) if known and self.suggested_bits is not None else None,
            "label_quality": float(np.exp2(-self.bits[place])), "deviation": float(self.deviation[place]),
            "conflict": bool(self.conflicts[place]),
            "input": texts[0] if texts else None, "input_2": texts[1] if len(texts) > 1 else None,
        }  # fmt: skip


@dataclass(frozen=True)
class How:
    """How labels are coded: rotated orders and their seed, the code, whether errors are planted to know how far.

    keep: whether orders that are coded are kept on disk, in the cache at `cache_dir`, until all are.
    """

    code: Code
    orders: int = ORDERS
    seed: int = 0
    planted: bool = True
    keep: bool = False
    cache_dir: str | None = None


def label_errors(
    features: Rows,
    labels: Sequence[int] | np.ndarray,
    *,
    num_classes: int | None = None,
    orders: int = ORDERS,
    seed: int = 0,
    groups: Sequence[int] | np.ndarray | None = None,
    device: str = "cpu",
    kinds: Sequence[str] | None = None,
    planted: bool = True,
) -> LabelErrors:
    """Return what each of N labels, classes, costs given all others; the dearest are probably wrong.

    Args:
        features: floats [N, d].
        labels: integers [N] from 0 on.
        num_classes: C; by default one more than the largest label.
        orders: how many rotated orders are coded, at least 5.
        seed: of the orders, and of the errors that are planted.
        groups: [N] ids of copies: copies never vouch for each other.
        device: where probes compute.
        kinds: kinds of probes, for studies of the bank.
        planted: whether the labels are coded once more with some of them made wrong, to know how far to read.

    Returns:
        A `LabelErrors`; its `bits` is an array [N].

    Raises:
        BadSetting: fewer than 5 orders; shapes, types or names that do not fit.
        UsageError: fewer than two groups a fold.
        TooFewExamples, TooFewClasses, NotFiniteFeatures: as for `lit_hf.codelength`.

    Example:
        >>> import lit_hf.data, numpy as np
        >>> labels = np.arange(60) % 2
        >>> features = np.stack([labels, 1 - labels], 1).astype("float32")
        >>> labels[7] = 0
        >>> int(lit_hf.data.label_errors(features, labels, orders=5).order[0])
        7
    """
    from lit_hf.coding.arrays import read_classes
    from lit_hf.coding.order import Code
    from lit_hf.tasks.targets import numbered_classes

    features, examples, rule = read_classes(features, labels, groups, num_classes, orders, seed, device)
    how = How(Code("online", tuple(kinds) if kinds else None, device), orders, seed, planted)
    return find_errors(features, examples, numbered_classes(rule.classes), how)


def find_errors(
    features: Rows, examples: Examples, target: Target, how: How, progress: Progress | None = None
) -> LabelErrors:
    """Return what each label costs given all others, and how far the list is to be read."""
    if how.orders < LEAST_ORDERS:
        raise BadSetting("orders", how.orders, f"at least {LEAST_ORDERS} for label errors: each fold comes last once")
    _require_folds(examples, how.orders)
    kept = list["Unfinished"]()
    found = _verdict(features, examples, target, how, how.orders, kept, progress)
    suggested, bits = target.suggested(examples.labels, found.table)
    depths = _depths(features, examples, target, how, found, kept, progress) if how.planted else ()
    for each in kept:
        each.finish()
    return LabelErrors(
        found.bits, found.deviation, tuple(map(target.speak, examples.labels)), tuple(map(target.speak, suggested)),
        bits, conflicting(examples), depths, About(orders=how.orders, seed=how.seed),
    )  # fmt: skip


def _require_folds(examples: Examples, folds: int) -> None:
    groups = len(np.unique(examples.groups))
    if groups < 2 * folds:
        raise UsageError(
            f"{groups} groups of labels (copies are one, and so are the words of a sentence) in {folds} folds are less "
            "than two a fold.",
            f"Give at least {2 * LEAST_ORDERS}."
            if folds == LEAST_ORDERS
            else f"Give at least {2 * folds}, or ask for fewer orders: `--orders {LEAST_ORDERS}` is the least.",
        )


def conflicting(examples: Examples) -> np.ndarray:
    """Return which labels have copies with another label, bool [N]."""
    labels = examples.labels.reshape(len(examples.labels), -1)
    groups = np.unique(examples.groups, return_inverse=True)[1]
    first = labels[np.unique(groups, return_index=True)[1]][groups]
    odd = np.zeros(int(groups.max()) + 1, dtype=bool)
    odd[groups[(labels != first).any(1)]] = True
    return odd[groups]


def _verdict(
    features: Rows, examples: Examples, target: Target, how: How, orders: int, kept: list[Unfinished],
    progress: Progress | None,
) -> Verdict:  # fmt: skip
    """Code the labels in so many orders; `kept` gets where they lie until the whole study is finished."""
    from lit_hf.coding.opinion import together
    from lit_hf.coding.order import Order

    units = [
        partial(target.opinion, features, examples, Order(number, how.seed, False, orders), how.code)
        for number in range(orders)
    ]
    if not how.keep:
        return together(_in_turn(units, progress))
    from lit_hf.studies.unfinished import Unfinished

    told = f"{target.bank(how.code)} {target.section()} {orders} orders of seed {how.seed}"
    unfinished = Unfinished.of(features, examples, told, how.cache_dir)
    kept.append(unfinished)
    return together(_in_turn([partial(unfinished.kept, place, unit) for place, unit in enumerate(units)], progress))


def _in_turn(units: Sequence[Any], progress: Progress | None) -> Iterator[Opinion]:
    """Yield opinions in the order of the units; no more of their tables are held than processors work on."""
    from lit_hf.runtime.progress import NullProgress
    from lit_hf.runtime.units import cores, side_by_side

    with (progress or NullProgress()).task("code the labels", len(units)) as advance:
        for start in range(0, len(units), cores()):
            yield from side_by_side(units[start : start + cores()], advance=advance)


def _depths(
    features: Rows, examples: Examples, target: Target, how: How, found: Verdict, kept: list[Unfinished],
    progress: Progress | None,
) -> tuple[Depth, ...]:  # fmt: skip
    """Code the labels once more with some made wrong; return how far to read for each kind of error."""
    labels, planted = plant(target, examples.labels, found.table, how.seed)
    if not planted:
        return ()
    bits = _verdict(features, examples.with_labels(labels), target, how, AGAIN, kept, progress).bits
    clean = np.ones(len(bits), dtype=bool)
    clean[np.concatenate([*planted.values()])] = False
    return tuple(depth_of(kind, bits[rows], bits[clean]) for kind, rows in planted.items())


def plant(
    target: Target, labels: np.ndarray, table: np.ndarray, seed: int
) -> tuple[np.ndarray, dict[str, np.ndarray]]:  # fmt: skip
    """Return labels of which some were made wrong, and the rows of each kind of error; none below 1,000 labels."""
    count = len(labels)
    if count < COUNTED:
        return labels, {}
    rng, wrong = np.random.default_rng([seed, 1 << 21]), labels.copy()
    each = min(max(round(SHARE * count), FEWEST), MOST)
    rows = rng.choice(count, each, replace=False)
    wrong[rows] = target.mistaken(labels, rows, rng)
    planted, rest = {"uniform": rows}, np.setdiff1d(np.arange(count), rows)
    confused = target.confused(labels[rest], table[rest], each, rng) if count >= BOTH else None
    if confused is not None:
        wrong[rest[confused[0]]] = confused[1]
        planted["confusion"] = rest[confused[0]]
    return wrong, planted


def _depth(found: Depth) -> dict[str, Any]:
    return {
        "kind": found.kind, "planted": found.planted, "auc": found.auc, "auc_interval": list(found.interval),
        "in_sight": found.in_sight, "rows_with_half": found.half, "rows_with_80_percent": found.most,
        "wrong_share_at_most": found.bound, "wrong_share_about": found.estimate,
        "curve": [{"rows": rows, "found": share} for rows, share in found.curve],
    }  # fmt: skip


def _notes(labels: int, depths: Sequence[Depth], about: About) -> list[str]:
    notes = []
    if about.record is not None:
        notes.append(
            "This is the weaker list, of a record's own orders: no label is suggested, and nothing says how far to "
            "read. `lit-hf data errors DATA --model MODEL` codes rotated orders."
        )
        if about.rows is None:
            notes.append("Which rows of the dataset these are is not known: it is not here any more, or is a stream.")
    elif labels < COUNTED:
        notes.append(f"{labels:,} labels are too few to say how many are wrong, or how far to read: {COUNTED:,} do.")
    if depths:
        notes.append("Counts are of errors as visible as the planted ones: a wrong label that these features find "
                     "plausible is in none.")  # fmt: skip
    return notes
