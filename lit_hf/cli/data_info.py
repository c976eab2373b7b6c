"""`lit-hf data info`: how much generalisable information n labels hold."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from lit_hf.cli.options import with_settings
from lit_hf.cli.output import Format
from lit_hf.cli.study import DataOrRecord, HowToPrint, Model, Output, Told, begin, finish

LEFT_OUT = ("twins", "sensitivity", "streaming", "classes", "shuffle_buffer", "code")
"""Settings of what these studies do not do."""


TargetAccuracy = Annotated[
    float | None,
    typer.Option("--target-accuracy", metavar="P", help="Forecast how many labels reach this share of right labels."),
]


@with_settings(*LEFT_OUT)
def command(
    given: dict[str, Any],
    data: DataOrRecord,
    model: Model = None,
    target_accuracy: TargetAccuracy = None,
    output: Output = None,
    format: HowToPrint = Format.TABLE,
) -> None:
    """Measure how much information n labels hold: bits that other labels cost less after n = 250, 500, 1,000, …"""
    from lit_hf.studies.given import embedded, find_record, settings_of, settings_of_record
    from lit_hf.studies.information import require_target

    require_target(target_accuracy)
    sink, progress = begin("info", output, format)
    record = find_record(data, model, given)
    settings = settings_of(data, model, given) if record is None else settings_of_record(record, given)
    from lit_hf.reports.information import report
    from lit_hf.studies.data_info import COLUMNS, data_info, rows_of

    found = data_info(embedded(settings, progress, record), progress, target_accuracy)
    last = found.data["last_doubling"]["bits"]
    tables = {"information": (rows_of(found.data), COLUMNS)}
    finish(Told("info", found, report(found.data), repr(float(last)), tables), output, format, sink)
