"""Curves drawn with characters: braille dots where the terminal has them, letters where it has not."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from rich.text import Text

from lit_hf.reports.scale import Linear, Logarithmic, linear
from lit_hf.reports.series import Series

STYLES = {
    "uniform": "bright_black",
    "class_prior": "bright_black",
    "raw_input": "magenta",
    "random_twin": "yellow",
    "encoder": "bold cyan",
}
_LETTERS = {"uniform": "u", "class_prior": "p", "raw_input": "r", "random_twin": "t", "encoder": "e"}
# Reference codes are dotted: one dot, then so many gaps.
_GAPS = {"uniform": 5, "class_prior": 2}
# Bits of a braille cell, [row][column]; U+2800 is the empty cell.
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))


class Canvas:
    """A grid of cells; each holds dots and belongs to the arm that drew in it last."""

    def __init__(self, columns: int, rows: int, *, unicode: bool) -> None:
        self.columns, self.rows, self.unicode = columns, rows, unicode
        self.per_cell = (2, 4) if unicode else (1, 1)
        self._dots = [[0] * columns for _ in range(rows)]
        self._owner = [[""] * columns for _ in range(rows)]

    @property
    def size(self) -> tuple[int, int]:
        """Return dots across and dots down."""
        return self.columns * self.per_cell[0], self.rows * self.per_cell[1]

    def dot(self, x: int, y: int, owner: str) -> None:
        """Set the dot at `x` from the left and `y` from the bottom."""
        column, row = x // self.per_cell[0], (self.size[1] - 1 - y) // self.per_cell[1]
        inside = (self.size[1] - 1 - y) % self.per_cell[1]
        self._dots[row][column] |= _DOTS[inside][x % self.per_cell[0]]
        self._owner[row][column] = owner

    def line(self, row: int) -> Text:
        """Return one row of cells."""
        text = Text()
        for dots, owner in zip(self._dots[row], self._owner[row], strict=True):
            text.append(self._character(dots, owner), STYLES.get(owner, ""))
        return text

    def _character(self, dots: int, owner: str) -> str:
        if not dots:
            return " "
        return chr(0x2800 + dots) if self.unicode else _LETTERS[owner]


def draw(curves: Sequence[Series], width: int, height: int = 14, *, unicode: bool = True) -> Text:
    """Return the plot of bits per label against labels seen (logarithmic), `width` characters wide.

    Each curve's name stands at its right end. In ASCII a curve is drawn with its letter, which stands before its name.
    """
    y = linear([value for curve in curves for value in curve.bits])
    first = max(1.0, min(curve.seen[0] for curve in curves))
    x = Logarithmic(first, max(2 * first, *(curve.seen[-1] for curve in curves)))
    gutter = max(len(_tick(value, y)) for value in y.ticks())
    names = {curve.key: curve.name if unicode else f"{_LETTERS[curve.key]} {curve.name}" for curve in curves}
    columns = max(20, width - gutter - 3 - max(len(name) for name in names.values()))
    canvas = Canvas(columns, height, unicode=unicode)
    for curve in curves:
        _trace(canvas, curve, x, y)
    labels = _spread({curve.key: y.place(curve.bits[-1]) for curve in curves}, height)
    lines = [Text("bits per label", style="dim")]
    for row in range(height):
        line = _axis(row, height, y, gutter, unicode) + canvas.line(row)
        if row in labels:
            line.append(f" {names[labels[row]]}", STYLES[labels[row]])
        lines.append(line)
    return Text("\n").join([*lines, *_foot(x, columns, gutter, unicode)])


def _trace(canvas: Canvas, curve: Series, x: Logarithmic, y: Linear) -> None:
    """Draw one curve: a dot in each column, and a vertical run where it is steep."""
    across, down = canvas.size
    heights = [round(y.place(_interpolate(curve, x.value(i / (across - 1)))) * (down - 1)) for i in range(across)]
    gap = _GAPS.get(curve.key, 0) if canvas.unicode else 0
    for i, (before, here) in enumerate(pairwise([heights[0], *heights])):
        if i % (gap + 1):
            continue
        run = range(before + 1, here) if here > before else range(here + 1, before)
        for level in [here, *(run if not gap else [])]:
            canvas.dot(i, level, curve.key)


def _interpolate(curve: Series, seen: float) -> float:
    """Return the curve's bits at `seen`; the points are close enough that straight lines in labels do."""
    for (a, low), (b, high) in pairwise(zip(curve.seen, curve.bits, strict=True)):
        if seen <= b:
            return low + (high - low) * max(0.0, (seen - a) / (b - a))
    return curve.bits[-1]


def _spread(places: dict[str, float], height: int) -> dict[int, str]:
    """Return which name stands in which row: near its curve's end, no two in one row."""
    order = sorted(places, key=lambda key: places[key], reverse=True)
    rows = [round((1 - places[key]) * (height - 1)) for key in order]
    for i in range(1, len(rows)):
        rows[i] = max(rows[i], rows[i - 1] + 1)
    overshoot = max(0, rows[-1] - (height - 1))
    for i in reversed(range(len(rows))):
        limit = height - 1 if i == len(rows) - 1 else rows[i + 1] - 1
        rows[i] = min(rows[i], limit) if overshoot else rows[i]
    return dict(zip(rows, order, strict=True))


def _axis(row: int, height: int, y: Linear, gutter: int, unicode: bool) -> Text:
    """Return the left edge of one row: a tick's value where one falls, and the axis."""
    here = [value for value in y.ticks() if round((1 - y.place(value)) * (height - 1)) == row]
    mark = ("┤" if here else "│") if unicode else ("+" if here else "|")
    return Text(f"{_tick(here[0], y) if here else '':>{gutter}} {mark}", style="dim")


def _tick(value: float, y: Linear) -> str:
    decimals = 0 if y.step >= 1 else 1 if y.step >= 0.1 else 2
    return f"{value:.{decimals}f}"


def _foot(x: Logarithmic, columns: int, gutter: int, unicode: bool) -> list[Text]:
    """Return the lower edge, and the ticks' values below it."""
    rule, numbers = ["─" if unicode else "-"] * columns, [" "] * (columns + 8)
    end = -1
    for value in x.ticks():
        at, name = round(x.place(value) * (columns - 1)), f"{value:,.0f}"
        start = max(0, at - len(name) // 2)
        if start > end:
            rule[at] = "┬" if unicode else "+"
            numbers[start : start + len(name)] = name
            end = start + len(name)
    corner = "└" if unicode else "+"
    edge = Text(f"{'':>{gutter}} {corner}{''.join(rule)}", style="dim")
    below = "".join(numbers).rstrip()
    title = "labels seen (log scale)"
    return [
        edge,
        Text(f"{'':>{gutter + 2}}{below}", style="dim"),
        Text(f"{title:>{gutter + 2 + columns}}", style="dim"),
    ]
