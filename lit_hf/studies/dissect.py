"""Where the bits of a dataset are: L_IT, or what is saved of the class prior, in slices that add up to the total.

Zhang, Li, Dou and Wu (2020), arXiv 2009.07624. Less the class prior, the mean over the labels of a slice is the mean
of pointwise V-information (Ethayarajh et al. 2022, arXiv 2110.08420) of a prequential code.

a record, or codelengths ─> Costs ┐
values by label, length, column ──┴> slices: bits, bits per label, share of the reference that is left
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lit_hf.errors import BadSetting
from lit_hf.measures.slices import LEAST, Costs, Slice, slices, whole
from lit_hf.records.record import Record
from lit_hf.studies.slicing import Slicing, cross, slicing

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

    from lit_hf.coding.codelength import Codelength
    from lit_hf.measures.intervals import Interval

SCHEMA = "lit-hf/data-dissect/1"
LEVEL = 0.95
FEW = 500
"""Labels below which a dissection warns."""
COLUMNS = {
    "value": "text", "value_2": "text", "labels": "whole", "bits": "number", "low": "number", "high": "number",
    "bits_per_label": "number", "code_bits": "number", "reference_bits": "number", "prior_bits": "number",
    "share_left": "number", "differs": "truth",
}  # fmt: skip
"""Columns of the table of slices, and what they hold."""


@dataclass(frozen=True, eq=False)
class About:
    """What is dissected: sections of the JSON object, null where arrays were given.

    prior: bits [N] or [R, N] under the code that looks at no input, or None. twins: bits by which the mean over
    further random twins differs from the first one, which is not known for single labels.
    """

    dataset: Mapping[str, Any] | None = None
    model: Mapping[str, Any] | None = None
    record: str | None = None
    reference: str = "reference"
    prior: np.ndarray | None = None
    twins: float | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Dissection:
    """Bits in slices, those of which the largest share is left first.

    by: what the labels are cut by. names: of each slice, a value for each of `by`. slices: bits saved with interval,
    bits of code and reference, share left. total: bits saved of all labels, to which the slices add up. differs: for
    each slice whether its share left differs from that of the rest (Holm over slices, 0.05); None where that is not
    told. prior_bits: of each slice, or None.
    """

    by: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]
    slices: tuple[Slice, ...]
    total: Interval
    differs: tuple[bool | None, ...]
    prior_bits: tuple[float, ...] | None
    about: About

    def rows(self) -> list[dict[str, Any]]:
        """Return a row for each slice, with the columns of the table."""
        return [self._row(place) for place in range(len(self.slices))]

    def to_frame(self) -> pandas.DataFrame:
        """Return a row for each slice: value, labels, bits with limits, share left."""
        import pandas

        return pandas.DataFrame(self.rows(), columns=list(COLUMNS))

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of `lit_hf/records/schemas/data-dissect-1.json`."""
        from lit_hf._version import __version__

        about, labels = self.about, sum(each.labels for each in self.slices)
        code, reference = (float(sum(getattr(each, name) for each in self.slices)) for name in ("code", "reference"))
        return {
            "schema": SCHEMA, "version": __version__, "dataset": about.dataset, "model": about.model,
            "record": about.record, "by": list(self.by), "reference": about.reference, "level": LEVEL,
            "total": {
                "labels": labels, "bits": self.total.estimate, "interval": _limits(self.total),
                "bits_per_label": self.total.estimate / labels, "code_bits": code, "reference_bits": reference,
                "share_left": code / reference if reference > 0 else None, "further_twins_bits": about.twins,
            },
            "slices": [
                {"values": list(name), **{key: value for key, value in row.items() if not key.startswith("value")}}
                for name, row in zip(self.names, self.rows(), strict=True)
            ],
            "notes": [*about.notes, *_notes(self.by, labels, self.slices, about.reference)],
        }  # fmt: skip

    def plot(self) -> Figure:
        """Return bars of the share left of each slice, or a heat map of a cross table."""
        from lit_hf.reports.dissection import figure

        return figure(self.to_dict())

    def _row(self, place: int) -> dict[str, Any]:
        found, name = self.slices[place], self.names[place]
        low, high = _limits(found.saved) or (None, None)
        return {
            "value": name[0], "value_2": name[1] if len(name) > 1 else None, "labels": found.labels,
            "bits": found.saved.estimate, "low": low, "high": high,
            "bits_per_label": found.saved.estimate / found.labels, "code_bits": found.code,
            "reference_bits": found.reference,
            "prior_bits": None if self.prior_bits is None else self.prior_bits[place],
            "share_left": found.left, "differs": self.differs[place],
        }  # fmt: skip


def dissect(
    coded: Record | Codelength,
    by: Mapping[str, Sequence[Any]],
    reference: Codelength | Sequence[float] | np.ndarray | None = None,
) -> Dissection:
    """Return where the bits are that `coded` saves of a reference, by one or two values of each label.

    Args:
        coded: a record with arrays, or what `lit_hf.codelength` returns.
        by: one or two names with a value for each label, in the order of the labels. More than 20 different numbers
            are cut into eighths, of more than 20 other values the rarest are one slice, None is one.
        reference: what the labels cost otherwise: a `Codelength` of the same labels, orders and groups, or bits for
            each label, [N]. A record has its random twin.

    Returns:
        A `Dissection`; `bits` of its slices add up to `total`.

    Raises:
        UsageError: a value for all labels, or a value of its own for each.
        BadSetting: lengths that do not fit, or no reference.
        LacksPart: a record without arrays.

    Example:
        >>> import lit_hf.data, numpy as np
        >>> labels = np.arange(60) % 2
        >>> features = np.stack([labels, 1 - labels], 1).astype("float32")
        >>> coded = lit_hf.codelength(features, labels, orders=1)
        >>> found = lit_hf.data.dissect(coded, {"label": labels}, np.ones(60))
        >>> [each.labels for each in found.slices]
        [30, 30]
    """
    costs, about = costs_of(coded, reference)
    count = costs.code.shape[1]
    for name, values in by.items():
        if len(values) != count:
            raise BadSetting("by", f"{len(values)} values of {name}", f"one for each of {count:,} labels")
    return put_together(costs, cross([slicing(name, list(values)) for name, values in by.items()]), about)


def costs_of(
    coded: Record | Codelength, reference: Codelength | Sequence[float] | np.ndarray | None = None
) -> tuple[Costs, About]:
    """Return what the labels cost, and what is known of it; see `dissect`."""
    if isinstance(coded, Record):
        return _of_record(coded, reference)
    groups = np.unique(coded.groups, return_inverse=True)[1]
    if reference is None:
        raise BadSetting("reference", None, "a codelength, or bits for each label, to compare with")
    return Costs(coded.per_example, _bits(reference, coded.per_example), coded.order, groups), About()


def _of_record(
    record: Record, reference: Codelength | Sequence[float] | np.ndarray | None
) -> tuple[Costs, About]:  # fmt: skip
    from lit_hf.studies.given import require_arrays

    require_arrays(record, "labels", "order", "bits_encoder", *(("bits_baseline",) if reference is None else ()))
    arrays = record.arrays
    code = np.asarray(arrays["bits_encoder"])
    groups = np.unique(arrays.get("groups", np.arange(code.shape[1])), return_inverse=True)[1]
    other = arrays["bits_baseline"] if reference is None else reference
    costs = Costs(code, _bits(other, code), np.asarray(arrays["order"]), groups)
    found = record.data.get("transfer")
    twins, name = None, "reference"
    if reference is None and found is not None and found["bits"] is not None:
        name = str(found["baseline"] or "random twin").replace("_", " ")
        rest = float(found["bits"] - costs.saved.sum(1).mean())
        twins = rest if abs(rest) > 1e-6 else None
    dataset = {key: record["dataset"].get(key) for key in _DATASET}
    model = {key: record["model"].get(key) for key in ("id", "revision")}
    return costs, About(dataset, model, record["id"], name, twins=twins)


_DATASET = ("id", "config", "split", "fingerprint", "examples")


def _bits(reference: Any, code: np.ndarray) -> np.ndarray:
    found = np.asarray(getattr(reference, "per_example", reference), dtype=np.float64)
    if found.shape not in (code.shape, code.shape[1:]):
        raise BadSetting("reference", f"shape {found.shape}", f"bits of the same labels, {code.shape}")
    return np.broadcast_to(found, code.shape)


def put_together(costs: Costs, cut: Slicing, about: About) -> Dissection:
    """Return the dissection of coded labels that are cut already."""
    from lit_hf.ranking.intervals import holm

    found = slices(costs, cut.members)
    left = [-np.inf if each.left is None else each.left for each in found]
    place = sorted(range(len(found)), key=lambda each: -left[each])
    tested = [each for each in range(len(found)) if found[each].p is not None]
    separate = dict(zip(tested, holm([found[each].p or 0.0 for each in tested], 1 - LEVEL), strict=True))
    prior = None if about.prior is None else np.broadcast_to(about.prior, costs.code.shape).mean(0)
    bits = None if prior is None else tuple(float(prior[cut.members == each].sum()) for each in place)
    return Dissection(
        cut.by, tuple(cut.names[each] for each in place), tuple(found[each] for each in place), whole(costs),
        tuple(separate.get(each) for each in place), bits, about,
    )  # fmt: skip


def _limits(found: Interval) -> list[float] | None:
    return None if np.isnan(found.low) else [found.low, found.high]


def _notes(by: Sequence[str], labels: int, found: Sequence[Slice], reference: str) -> list[str]:
    notes = []
    if reference == "random twin":
        notes.append("The intervals hold for the first initialisation of the random twin.")
    if labels < FEW:
        notes.append(f"{labels:,} labels are few: below {FEW} the intervals of slices are not to be trusted.")
    small = sum(each.labels < LEAST for each in found)
    if small:
        notes.append(f"No interval is given for {small} of {len(found)} slices, which have fewer than {LEAST} labels.")
    if "label" in by:
        notes.append(
            "Slices by label look at the outcome: a code that favours the large class makes it cheap and the others "
            "dear; the class prior, which knows nothing of the inputs, does so too."
        )
    return notes
