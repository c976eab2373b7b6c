"""A study of continual learning as a table: on a terminal, and in Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from lit_hf.reports import phrases

COLUMNS = (
    "method", "gained", "forgotten", "share", "kept beyond never", "own head, task given", "own head, all classes",
    "acc. given", "acc. all",
)  # fmt: skip


def report(found: dict[str, Any]) -> list[RenderableType]:
    """Return the parts of the report: a table for each task that others came after, then the usual figures."""
    parts = list[RenderableType]()
    for place, task in enumerate(found["tasks"][:-1]):
        parts += [Text(f"{task['name']}: {task['coded']:,} labels coded, bits", style="bold")]
        parts += [_table(COLUMNS, task_cells(found, place)), Text()]
    parts += [Text("All tasks", style="bold"), _table(_FIGURES, figure_cells(found))]
    seeds = phrases.counted(len(found["seeds"]), "training seed")
    parts.append(
        Text(f"mean ± deviation over {seeds}; scenario {found['scenario']}; + is bits lost to what came after.")
    )
    return parts


_FIGURES = ("method", "backward", "all together", "ACC", "BWT", "FWT", "forgetting")


def task_cells(found: dict[str, Any], place: int) -> list[list[str]]:
    """Return a row of words for each method: what became of the task at `place`."""
    return [_cells(each["method"], each["tasks"][place]) for each in found["methods"]]


def _cells(method: str, task: dict[str, Any]) -> list[str]:
    names = ("gained", "forgotten"), ("kept_beyond_never", "head_given", "head_free")
    share = "-" if task["share"] is None else f"{task['share']:.2f}"
    accuracy = [f"{task[name]:.2f}" for name in ("accuracy_given", "accuracy_free")]
    return [
        method,
        *(spread(task[name]) for name in names[0]),
        share,
        *(spread(task[name]) for name in names[1]),
        *accuracy,
    ]


def figure_cells(found: dict[str, Any]) -> list[list[str]]:
    """Return a row of words for each method: backward transfer and D_seen in bits, and the figures of accuracy."""
    return [
        [
            each["method"], spread(each["backward_bits"]), spread(each["seen_gained"]),
            *("-" if value is None else f"{value:+.2f}" for value in each["figures"].values()),
        ]
        for each in found["methods"]
    ]  # fmt: skip


def spread(found: dict[str, Any] | None) -> str:
    """Return bits, with their deviation over seeds where there are several."""
    if found is None:
        return "-"
    more = "" if found["deviation"] is None else f" ± {phrases.bits(found['deviation'])}"
    return phrases.bits(found["bits"]) + more


def markdown(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for place, name in enumerate(columns):
        table.add_column(name, justify="right" if place else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table
