"""`lit-hf plot`: figures of records as PNG and SVG."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lit_hf.cli.output import Sink
from lit_hf.cli.stored import CacheDir

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from lit_hf.records.record import Record


class Kind(StrEnum):
    """What is drawn."""

    CURVE = "curve"
    LADDER = "ladder"
    RANKING = "ranking"
    SWITCHING = "switching"
    LAYERS = "layers"


Records = Annotated[
    list[str], typer.Argument(metavar="RECORD...", help="Folders, record.json files, or ids of `lit-hf ls`.")
]
HowToDraw = Annotated[
    Kind,
    typer.Option(
        "--kind",
        "-k",
        help="curve (bits per label against labels), ladder (of baselines), ranking, switching (of readouts), layers.",
    ),
]
Folder = Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Write PNG and SVG here.")]


def command(
    records: Records, kind: HowToDraw = Kind.CURVE, output: Folder = Path("plots"), cache_dir: CacheDir = None
) -> None:
    """Draw records: one figure each, or one of them all for ranking and, with several, for curve."""
    from lit_hf.records.store import ResultsStore
    from lit_hf.reports.files import save

    sink, store = Sink(), ResultsStore.at(cache_dir)
    for name, figure in _figures(kind, [store.find(record) for record in records]).items():
        for path in save(figure, output, name):
            sink.text(str(path))


def _figures(kind: Kind, records: Sequence[Record]) -> dict[str, Figure]:
    """Return the figures by the names of their files."""
    from lit_hf import plots

    if kind in plots.TOGETHER and (len(records) > 1 or kind not in plots.EACH):
        return {kind: plots.TOGETHER[kind](records)}
    draw = plots.EACH[kind]
    if len(records) == 1:
        return {kind: draw(records[0])}
    return {f"{kind}-{record['id']}": draw(record) for record in records}
