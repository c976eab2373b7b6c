"""What the Space says of a results dataset: choices, rows and sentences; no layout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lit_hf.hub import results
from lit_hf.hub.connection import client
from lit_hf.ranking.board import Board, Row, boards
from lit_hf.records.record import Record
from lit_hf.reports import phrases
from lit_hf.reports.board_figure import names
from lit_hf.reports.differences import titles
from lit_hf.reports.page.leaderboard import headline
from lit_hf.reports.ranking_phrases import rank_of

HEADERS = (
    *("rank", "checkpoint", "codelength [bits]", "interval", "L_IT (frozen) [bits]", "interval of L_IT"),
    *("bits per label", "held out", "size"),
)


@dataclass(frozen=True)
class Found:
    """A results dataset as read: its commit, its boards by the words that name them, and its records by id."""

    repo: str
    revision: str
    boards: dict[str, Board]
    records: dict[str, Record]
    unreadable: int


def read(repo: str) -> Found:
    """Download the dataset, or what is new in it; raises the errors of `lit_hf.hub.errors`."""
    found = results.read(client(), repo)
    made = [board for board in boards(found.records) if board.rows]
    named: dict[str, Board] = {}
    for board, called in zip(made, titles(made, found.records), strict=True):
        name, same = title(board, called), sum(each.startswith(title(board, called)) for each in named)
        named[f"{name}, other orders ({same + 1})" if same else name] = board
    known = {record["id"]: record for record in found.records}
    return Found(repo, found.revision, named, known, len(found.unreadable))


def title(board: Board, called: str) -> str:
    """Return which data, sample and bank a board is of; `called`: its dataset, told from others of the same one."""
    split = f", {board.split}" if board.split else ""
    return f"{called}{split}: {board.examples:,} labels (data {board.fingerprint[:6]}, bank {board.bank[:6]})"


def members(board: Board) -> dict[str, str]:
    """Return the checkpoints of a board, best first, with the ids of their records."""
    found: dict[str, str] = {}
    for name, row in zip(names(board), board.rows, strict=True):
        found[name if name not in found else f"{name} ({row.record})"] = row.record
    return found


def table(board: Board, found: Found) -> list[list[Any]]:
    """Return a row of cells for each checkpoint, as `HEADERS` has them; null where something was not measured."""
    return [_cells(name, row, found.records[row.record]) for name, row in zip(names(board), board.rows, strict=True)]


def about(board: Board) -> str:
    """Return what the tests say of a board."""
    return headline(board)


def source(found: Found) -> str:
    """Return what was read."""
    left = f"; {found.unreadable} files are no records" if found.unreadable else ""
    count = phrases.counted(len(found.records), "record")
    return f"{count} of {found.repo} at {found.revision[:8]}{left}"


def _cells(name: str, row: Row, record: Record) -> list[Any]:
    return [
        rank_of(row.rank) + (" =" if row.tied else ""),
        name,
        round(row.codelength, 1),
        phrases.interval(row.codelength_interval),
        None if row.transfer is None else round(row.transfer, 1),
        "" if row.transfer_interval is None else phrases.interval(row.transfer_interval),
        round(record["codelength"]["bits_per_label"], 4),
        "" if row.metric_value is None else f"{row.metric} {row.metric_value:.3f}",
        phrases.count(row.parameters) if row.parameters else "",
    ]
