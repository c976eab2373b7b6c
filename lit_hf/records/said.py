"""What a record says of its labels, for readers that ask nothing of their kind; older records are upgraded here.

Whoever writes a record lets its target speak (`lit_hf.tasks.targets.Target.section`): `labels_are`, `label_scale`,
`hub_task`, `null_name`. What records of earlier versions leave out is inferred by `said`, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Scale = Mapping[str, float]
"""`step` and `origin` of the number that a label stands for: origin + label * step."""


@dataclass(frozen=True)
class Said:
    """labels_are: "4 classes", "numbers". scale: of labels that stand for numbers, else None. names: of classes, or of
    the labels that may hold. null_name: the code that looks at no input. hub_task: the Hub's word for the task.
    """

    labels_are: str
    scale: Scale | None
    names: tuple[str, ...]
    null_name: str
    hub_task: str

    @property
    def many(self) -> str:
        """What the names are called together: "classes", or "labels" of which several may hold."""
        return self.labels_are.rpartition(" ")[2] if self.labels_are.endswith("classes") else "labels"

    def label(self, label: Any) -> str:
        """Return one label in words: the number it stands for, the names that hold, its name."""
        if self.scale is not None:
            return f"{self.scale['origin'] + label * self.scale['step']:.12g}"
        if isinstance(label, list):
            return ", ".join(name for name, holds in zip(self.names, label, strict=True) if holds) or "none"
        return self.names[int(label)] if self.names else f"{float(label):g}"


def said(dataset: Mapping[str, Any]) -> Said:
    """Return what the `dataset` of a record, or of a ranking, says of its labels, whichever version wrote it."""
    full = dict(dataset) if "labels_are" in dataset else _upgraded(dataset)
    names = tuple(full.get("class_names") or ())
    return Said(full["labels_are"], full.get("label_scale"), names, full["null_name"], full["hub_task"])


def metric_of(budget: Mapping[str, Any]) -> tuple[str, float] | None:
    """Return the held-out metric in a row of budgets, by name; None where nothing was held out."""
    found = ((name, value) for name, value in budget.items() if name not in _NO_METRIC and value is not None)
    return next(found, None)


_NO_METRIC = {"labels", "bits", "baseline_bits", "standard_error"}


def _upgraded(dataset: Mapping[str, Any]) -> dict[str, Any]:
    """Return the section of a record that was written before its labels spoke, with what they would have said."""
    classes, width, kind = dataset.get("classes"), dataset.get("bin_width"), dataset.get("kind", "")
    inputs = str(dataset.get("reads") or kind)
    numbers = classes is None
    holding = "that may hold together" if kind == "multi-label-classification" else "classes"
    inferred = {
        "labels_are": "numbers" if numbers else f"{classes} {holding}",
        "label_scale": None if width is None else {"step": width, "origin": dataset.get("bin_origin") or 0.0},
        "null_name": "marginal" if numbers else "class prior",
        "hub_task": _OF_NUMBERS.get(inputs, "other") if kind == "regression" else _OF_CLASSES.get(inputs, inputs),
    }
    return inferred | dict(dataset)


# The Hub's words as version 0.1.0 used them: a record that it wrote keeps them, whatever targets say today.
_OF_NUMBERS = {
    "text-classification": "text-scoring", "text-pair-classification": "text-scoring", "features": "tabular-regression",
}  # fmt: skip
_OF_CLASSES = {"text-pair-classification": "text-classification", "features": "tabular-classification"}
