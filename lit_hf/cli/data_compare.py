"""`lit-hf data compare`: what datasets with the same labels say about each other."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from lit_hf.cli.options import with_settings
from lit_hf.cli.output import Format
from lit_hf.cli.study import HowToPrint, Model, Output, Told, begin, finish

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


@with_settings(*LEFT_OUT, orders="5")
def command(
    given: dict[str, Any],
    data: Data,
    model: Model = None,
    label_map: LabelMap = None,
    output: Output = None,
    format: HowToPrint = Format.TABLE,
) -> None:
    """Compare datasets with the same labels: bits that one saves on labels of another, what is unique, what is common.

    Under --format quiet: bits that the first saves on the second.
    """
    from lit_hf.studies.data_compare import COLUMNS, data_compare, names_of
    from lit_hf.studies.given import embedded, settings_of
    from lit_hf.studies.label_names import read_label_map

    names = names_of(data)
    settings = [settings_of(each, model, {"orders": 5, **given}) for each in data]
    called = {} if label_map is None else read_label_map(label_map)
    sink, progress = begin("compare", output, format)
    sides = {name: embedded(each, progress) for name, each in zip(names, settings, strict=True)}
    found = data_compare(sides, called, progress)
    from lit_hf.reports.shared import report
    from lit_hf.studies.shared import rows_of

    pair = next(each for each in found.data["pairs"] if (each["coded"], each["given"]) == (names[1], names[0]))
    tables = {"pairs": (rows_of(found.data), COLUMNS)}
    told = Told("compare", found, report(found.data), repr(float(pair["transfer"]["bits"])), tables)
    finish(told, output, format, sink)
