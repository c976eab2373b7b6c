"""Plots of records: each function returns a matplotlib figure, in one style that can be read in grey.

    figure = lit_hf.plots.curve(record)
    figure.savefig("curve.svg")

All raise `LacksPart` where a record has not what the plot shows, and `IncomparableRecords` where several are compared
that must not be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from lit_hf.errors import IncomparableRecords, LacksPart
from lit_hf.records.record import Record

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from lit_hf.ranking.board import Board

__all__ = ["EACH", "TOGETHER", "curve", "curves", "ladder", "layers", "ranking", "switching"]


def curve(record: Record) -> Figure:
    """Bits per label against labels seen, of the checkpoint and all that it is compared with."""
    from lit_hf.reports.figure import curve_figure
    from lit_hf.reports.fill_missing import fill_missing

    return curve_figure(fill_missing(record))


def ladder(record: Record) -> Figure:
    """The codelength of the same labels with each code, from knowing nothing to the checkpoint."""
    from lit_hf.reports.fill_missing import fill_missing
    from lit_hf.reports.ladder_figure import ladder_figure

    return ladder_figure(fill_missing(record))


def switching(record: Record) -> Figure:
    """The weight of each kind of probe in the mixture, against labels seen."""
    from lit_hf.reports.switching import switching_figure

    figure = switching_figure(record)
    if figure is None:
        raise LacksPart(record["id"], "weights of its probes", "`lit-hf eval` records them, with its online code.")
    return figure


def layers(record: Record) -> Figure:
    """Bits per label with each hidden state, and with the mixture of all."""
    from lit_hf.reports.layers import layer_figure

    if not record.data.get("layers"):
        raise LacksPart(record["id"], "profile over layers", "Measure one: `lit-hf eval MODEL DATASET --layer all`.")
    return layer_figure(record)


def ranking(records: Sequence[Record]) -> Figure:
    """Codelengths of comparable records with ranks and intervals; those that tie with the best are marked."""
    from lit_hf.reports.board_figure import ranking_figure

    return ranking_figure(_one_board(records))


def curves(records: Sequence[Record]) -> Figure:
    """Bits per label against labels seen, of comparable records."""
    from lit_hf.reports.board_figure import curves_figure
    from lit_hf.reports.fill_missing import fill_missing

    board, known = _one_board(records), {record["id"]: record for record in records}
    return curves_figure(board, [fill_missing(known[row.record]) for row in board.rows])


EACH: dict[str, Callable[[Record], Figure]] = {
    "curve": curve, "ladder": ladder, "switching": switching, "layers": layers,
}  # fmt: skip
"""Kinds of which each record has a figure of its own."""
TOGETHER: dict[str, Callable[[Sequence[Record]], Figure]] = {"ranking": ranking, "curve": curves}
"""Kinds that show several records in one figure; `curve` shows the one that it is given."""


def _one_board(records: Sequence[Record]) -> Board:
    from lit_hf.ranking.board import boards

    made = boards(records)
    if len(made) != 1:
        from lit_hf.reports.differences import differences

        found = differences(records) or ["their labels, or the orders in which they were coded"]
        raise IncomparableRecords(f"they differ in {'; '.join(found)}")
    if not made[0].rows:
        raise LacksPart(
            records[0]["id"], "bits of all its labels", "A ranking needs the arrays.npz beside each record."
        )
    return made[0]
