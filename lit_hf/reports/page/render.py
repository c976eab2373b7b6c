"""The page: everything in one file, escaped by the template engine, under a policy that forbids all network."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from lit_hf.ranking.board import Board, boards
from lit_hf.records.record import Record
from lit_hf.records.said import said
from lit_hf.records.sections import Dataset
from lit_hf.reports.board_figure import names
from lit_hf.reports.differences import titles
from lit_hf.reports.fill_missing import fill_missing
from lit_hf.reports.page import leaderboard
from lit_hf.reports.page.charts import Chart
from lit_hf.reports.page.checkpoint import Checkpoint, checkpoint
from lit_hf.reports.page.hardest import Reader, hardest
from lit_hf.reports.ranking_phrases import rank_of
from lit_hf.runtime.visible import UNSEEN

Texts = Callable[[Record], "Reader | None"]
"""Returns what reads the inputs of a record, or None when its dataset is not here."""
NO_TEXTS = "The dataset is not here, or is not the one that was measured: numbers are places in the stream."
NO_BITS = "The record has no bits per example (arrays.npz)."


@dataclass(frozen=True)
class Section:
    """One board of the page, with an article for each of its checkpoints."""

    anchor: str
    title: str
    about: str
    headline: str
    board: Board
    scale: tuple[str, str]
    lines: list[leaderboard.Line]
    curves: Chart | None
    checkpoints: list[Checkpoint]
    unpaired: list[Checkpoint]


def page(
    records: Sequence[Record], texts: Texts | None = None, examples: int = 10, title: str = "lit-hf report"
) -> str:
    """Return the HTML of a report on `records`: one section for each set that may be compared.

    texts: reads the inputs of the hardest `examples`; without it they are numbers. The same records give the same page.
    """
    known = {record["id"]: record for record in records}
    made = boards(records)
    left = {record["id"] for record in records} - {row.record for board in made for row in board.rows}
    sections = [
        _section(n, board, known, left, texts, examples, title=called)
        for n, (board, called) in enumerate(zip(made, titles(made, records), strict=True), start=1)
    ]
    style, script = _file("report.css"), _file("report.js")
    policy = {"style": _hash(style), "script": _hash(script)}
    values = {"title": title, "sections": sections, "style": style, "script": script, "policy": policy}
    return render("report.html", values)


def render(template: str, values: Mapping[str, Any]) -> str:
    """Return one of the templates filled with `values`, each of which is escaped."""
    return str(_environment().get_template(template).render(values))


def _section(
    number: int, board: Board, known: dict[str, Record], left: set[str], texts: Texts | None, examples: int, title: str
) -> Section:
    records = [known[row.record] for row in board.rows]
    others = [record for id, record in known.items() if id in left and _unranked(record, board)]
    read = texts((records or others)[0]) if texts is not None and examples else None
    anchors = [f"c{number}-{place}" for place in range(1, len(records) + len(others) + 1)]

    def article(record: Record, anchor: str, name: str, rank: str) -> Checkpoint:
        hard = hardest(record, examples, read)
        return checkpoint(fill_missing(record), anchor, name, rank, hard, _no_texts(record, read))

    ranked = zip(records, anchors, names(board), board.rows, strict=False)
    dataset = (records or others)[0]["dataset"]
    return Section(
        anchor=f"board-{number}",
        title=title,
        about=_about(board, dataset),
        headline=leaderboard.headline(board) if records else "Nothing here can be ranked.",
        board=board,
        scale=leaderboard.scale_of(board) if records else ("", ""),
        lines=leaderboard.lines(board, [fill_missing(record) for record in records], anchors[: len(records)]),
        curves=leaderboard.curves(board, [fill_missing(record) for record in records]) if records else None,
        checkpoints=[
            article(r, anchor, name, rank_of(row.rank) if len(board.rows) > 1 else "")
            for r, anchor, name, row in ranked
        ],
        unpaired=[
            article(record, anchor, record["model"]["id"].rsplit("/", 1)[-1], "")
            for record, anchor in zip(others, anchors[len(records) :], strict=True)
        ],
    )


def _unranked(record: Record, board: Board) -> bool:
    """Tell whether a record is one of those that the board names without a rank."""
    found = (record["dataset"]["fingerprint"], record["dataset"]["examples"], record["coder"]["bank"])
    return record["model"]["id"] in board.unpaired and found == (board.fingerprint, board.examples, board.bank)


def _no_texts(record: Record, read: Reader | None) -> str:
    if "bits_encoder" not in record.arrays:
        return NO_BITS
    return "" if read is not None else NO_TEXTS


def _about(board: Board, dataset: Dataset) -> str:
    split = f", split {board.split}" if board.split else ""
    return f"{board.examples:,} labels, {said(dataset).labels_are}{split}; coder {board.coder}, bank {board.bank}"


def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    # Everything is escaped, whatever the file is called; a name that is misspelt in a template is an error.
    return Environment(
        loader=PackageLoader("lit_hf.reports", "templates"), autoescape=True, undefined=StrictUndefined,
        finalize=_visible, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip


def _visible(value: Any) -> Any:
    """Replace what is not seen but changes what is: control characters, turns of direction, halves of characters."""
    return UNSEEN.sub("\ufffd", value) if type(value) is str else value


def _file(name: str) -> Any:
    """Return our own style or script as text that is not escaped."""
    from markupsafe import Markup

    return Markup(resources.files("lit_hf.reports").joinpath(f"templates/{name}").read_text(encoding="utf-8"))


def _hash(text: str) -> str:
    """Return what a content security policy allows one inline style or script by."""
    digest = hashlib.sha256(str(text).encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"
