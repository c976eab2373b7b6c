"""What a ranking coded, on a terminal: what one checkpoint paid, without a twin to compare it with."""

from __future__ import annotations

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from lit_hf.records.record import Record
from lit_hf.records.said import metric_of
from lit_hf.records.sections import Budget, Stage
from lit_hf.reports import phrases
from lit_hf.reports.grid import grid_of


def report(record: Record) -> list[RenderableType]:
    """Return the parts of the report, top first."""
    model, dataset, code = record["model"], record["dataset"], record["codelength"]
    rows = {
        "model": phrases.model_line(model),
        "": phrases.model_shape(model),
        "reading": phrases.reading_line(model),
        "dataset": phrases.dataset_line(dataset),
        "task": phrases.task_line(dataset),
        "coder": phrases.coder_line(record),
        "codelength": f"{phrases.bits(code['bits'])} bits [{phrases.interval(code['interval'])}]",
        "labels": f"{code['labels']:,}",
        "race": _stage(record["stage"]),
    }
    return [grid_of(rows), Text(), _budgets(record["budgets"])]


def _stage(stage: Stage) -> str | None:
    total = stage.get("of", stage["n"])
    if not stage["eliminated"]:
        return None if stage["n"] == total else f"ended at n={stage['n']:,} of {total:,}, with this one in it"
    lost = f", behind by {phrases.bits(stage['behind_bits'])} bits" if "behind_bits" in stage else ""
    return f"it left at n={stage['n']:,} of {total:,}{lost}"


def _budgets(budgets: list[Budget]) -> Table:
    from rich import box

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    held = [metric_of(each) for each in budgets]
    metric = next((found[0] for found in held if found is not None), "accuracy")
    for name in ("labels", "bits", f"held-out {phrases.METRICS.get(metric, metric)}"):
        table.add_column(name, justify="right")
    for each, found in zip(budgets, held, strict=True):
        error = f" ± {each['standard_error']:.3f}" if "standard_error" in each else ""
        value = "" if found is None else f"{found[1]:.3f}{error}"
        table.add_row(f"{each['labels']:,}", phrases.bits(each["bits"]), value)
    return table
