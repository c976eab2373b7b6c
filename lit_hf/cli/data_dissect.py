"""`lit-hf data dissect`: in which classes, lengths, columns or clusters the bits of a dataset are."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from lit_hf.cli.options import with_settings
from lit_hf.cli.output import Format
from lit_hf.cli.study import DataOrRecord, HowToPrint, Model, Output, Told, begin, finish

LEFT_OUT = ("twins", "sensitivity", "streaming", "classes", "shuffle_buffer", "code")
"""Settings of what these studies do not do."""
By = Annotated[
    list[str],
    typer.Option(
        "--by",
        help="label, length, cluster:K (k-means of the features), or a column (column:NAME if it is called like these);"
        " twice for a cross table.",
    ),
]


@with_settings(*LEFT_OUT)
def command(
    given: dict[str, Any],
    data: DataOrRecord,
    by: By,
    model: Model = None,
    output: Output = None,
    format: HowToPrint = Format.TABLE,
) -> None:
    """Show where the bits of a dataset are: in slices that add up to the total, the dearest first."""
    from lit_hf.studies.given import find_record, settings_of

    sink, progress = begin("dissect", output, format)
    record = find_record(data, model, given)
    from lit_hf.reports.dissection import report
    from lit_hf.studies.dissect import COLUMNS
    from lit_hf.studies.dissected import dissect_data, dissect_record

    if record is None:
        found = dissect_data(settings_of(data, model, given), by, progress)
    else:
        found = dissect_record(record, by, given, progress)
    tables = {"slices": (found.rows(), COLUMNS)}
    told = Told("dissection", found, report(found.to_dict()), repr(found.total.estimate), tables)
    finish(told, output, format, sink)
