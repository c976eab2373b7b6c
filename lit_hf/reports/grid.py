"""Names and values in two columns of a terminal."""

from __future__ import annotations

from collections.abc import Mapping

from rich.table import Table
from rich.text import Text


def grid_of(rows: Mapping[str, str | None]) -> Table:
    """Return a line for each of `rows` that has a value; one whose name is blank goes on with the line above."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim")
    grid.add_column(overflow="fold")
    for name, value in rows.items():
        if value:
            grid.add_row(name.strip(), Text(value, style="" if name.strip() else "dim"))
    return grid
