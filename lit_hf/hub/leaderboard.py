"""A results dataset as rankings, and these as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from lit_hf.ranking.board import Board, Row, board, boards

__all__ = ["SCHEMA", "Board", "Row", "as_json", "board", "boards"]

SCHEMA = "lit-hf/leaderboard/1"


def as_json(repo: str, revision: str, made: Sequence[Board], unreadable: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """One object: what was read, and the boards with rows as `lit-hf rank --format json` has them."""
    return {
        "schema": SCHEMA,
        "results": {"id": repo, "revision": revision},
        "boards": [_board_json(board) for board in made],
        "unreadable": [{"path": path, "reason": reason} for path, reason in unreadable],
    }


def _board_json(board: Board) -> dict[str, Any]:
    about = {key: value for key, value in asdict(board).items() if key not in {"rows", "coder", "bank", "dataset"}}
    dataset = {"id": board.dataset} | {k: about[k] for k in ("split", "revision", "fingerprint", "examples")}
    coder = {"version": board.coder, "bank": board.bank}
    ranking = [_row_json(row) for row in board.rows]
    return {"dataset": dataset, "coder": coder, "ranking": ranking, "unpaired": list(board.unpaired)}


def _row_json(row: Row) -> dict[str, Any]:
    return {
        "model": {"id": row.model, "revision": row.revision, "parameters": row.parameters, "reading": row.reading},
        "rank": list(row.rank),
        "tied_with_best": row.tied,
        "codelength": {"bits": row.codelength, "interval": list(row.codelength_interval)},
        "transfer": {"bits": row.transfer, "interval": row.transfer_interval and list(row.transfer_interval)},
        "holdout": None if row.metric is None else {"metric": row.metric, "value": row.metric_value},
        "record": row.record,
    }
