"""`lit-hf data compare`: what datasets with the same labels say about each other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lit_hf.cli.options import with_settings
from lit_hf.cli.output import Format
from lit_hf.cli.study import HowToPrint, Model, Output, Told, begin, finish
from lit_hf.errors import UsageError

if TYPE_CHECKING:
    from lit_hf.runtime.progress import Progress
    from lit_hf.studies.given import Given

LEFT_OUT = ("twins", "sensitivity", "streaming", "classes", "shuffle_buffer", "code", "trained_on")
"""Settings of what it does not do."""
Data = Annotated[
    list[str],
    typer.Argument(
        metavar="DATA...", help="Two datasets or more, as for eval: alias, Hub id, local file or folder, features:FILE."
    ),
]
LabelMap = Annotated[
    Path | None,
    typer.Option("--label-map", metavar="FILE", help="CSV with rows `label,name`: labels of one name are the same."),
]


Different = Annotated[
    bool,
    typer.Option("--different-labels", help="Labels need not match: a network learns those of one, and is used."),
]


@with_settings(*LEFT_OUT, orders="5")
def command(
    given: dict[str, Any],
    data: Data,
    model: Model = None,
    label_map: LabelMap = None,
    different_labels: Different = False,
    output: Output = None,
    format: HowToPrint = Format.TABLE,
) -> None:
    """Compare datasets with the same labels: bits that one saves on labels of another, what is unique, what is common.

    Under --format quiet: bits that the first saves on the second.
    """
    from lit_hf.studies.data_compare import names_of
    from lit_hf.studies.given import embedded, settings_of
    from lit_hf.studies.label_names import read_label_map

    names = names_of(data)
    if different_labels and label_map is not None:
        raise UsageError("--different-labels matches no labels, so --label-map has no use.", "Leave one of them out.")
    settings = [settings_of(each, model, {"orders": 5, **given}) for each in data]
    called = {} if label_map is None else read_label_map(label_map)
    sink, progress = begin("compare", output, format)
    sides = {name: embedded(each, progress) for name, each in zip(names, settings, strict=True)}
    told = _different(sides, names, progress) if different_labels else _same(sides, names, called, progress)
    finish(told, output, format, sink)


def _same(sides: dict[str, Given], names: Sequence[str], called: dict[str, str], progress: Progress) -> Told:
    from lit_hf.reports.shared import report
    from lit_hf.studies.data_compare import COLUMNS, data_compare
    from lit_hf.studies.shared import rows_of

    found = data_compare(sides, called, progress)
    tables = {"pairs": (rows_of(found.data), COLUMNS)}
    return Told("compare", found, report(found.data), _first(found.data, names), tables)


def _different(sides: dict[str, Given], names: Sequence[str], progress: Progress) -> Told:
    from lit_hf.reports.different import report
    from lit_hf.studies.data_compare import COLUMNS_DIFFERENT, data_compare_different
    from lit_hf.studies.different import rows_of

    found = data_compare_different(sides, progress)
    tables = {"pairs": (rows_of(found.data), COLUMNS_DIFFERENT)}
    return Told("compare", found, report(found.data), _first(found.data, names), tables)


def _first(found: dict[str, Any], names: Sequence[str]) -> str:
    """Return what the first dataset saves on the second."""
    [pair] = [each for each in found["pairs"] if (each["coded"], each["given"]) == (names[1], names[0])]
    return repr(float(pair["transfer"]["bits"]))
