"""What keeps records from standing on one board, in words: for an error, and for the titles of several boards."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lit_hf.ranking.board import Board
from lit_hf.ranking.names import display_name
from lit_hf.records.record import Record

Said = Callable[[Record], str]


def _orders(record: Record) -> str:
    order = record.arrays.get("order")
    return f"{len(record['codelength']['bits_per_order']) if order is None else len(order)}"


def _data(record: Record) -> str:
    return f"contents {record['dataset']['fingerprint']}"


def _seed(record: Record) -> str:
    return f"{record['settings']['resolved'].get('seed')}"


PARTS: tuple[tuple[str, Said], ...] = (
    ("dataset", lambda record: display_name(record["dataset"])),
    ("split", lambda record: str(record["dataset"]["split"])),
    ("data", _data),
    ("kind of task", lambda record: record["dataset"]["kind"]),
    ("unit", lambda record: record["dataset"]["unit"]),
    ("labels", lambda record: f"{record['dataset']['examples']:,}"),
    ("classes", lambda record: ", ".join(record["dataset"]["class_names"] or ["none"])),
    ("coder", lambda record: f"version {record['coder']['version']}"),
    ("bank", lambda record: record["coder"]["bank"]),
    ("orders", _orders),
    ("seed", _seed),
)  # fmt: skip
_IMPLIED = {"dataset": {"split", "data", "kind of task", "unit", "classes"}, "coder": {"bank"}, "split": {"data"}}
"""What differs of itself where another part does, and says nothing more."""


def differences(records: Sequence[Record]) -> list[str]:
    """Return the parts in which records differ, each as `name: value and value`; nothing where none of them does."""
    return [f"{name}: {_listed([said(record) for record in records])}" for name, said in _parts(records)]


def titles(made: Sequence[Board], records: Sequence[Record]) -> list[str]:
    """Return a title for each board: its dataset, and what tells it from the other boards of the same dataset."""
    known = {record["id"]: record for record in records}
    firsts = [next((known[row.record] for row in board.rows), None) for board in made]
    return [_title(board, first, made, firsts) for board, first in zip(made, firsts, strict=True)]


def _title(board: Board, first: Record | None, made: Sequence[Board], firsts: Sequence[Record | None]) -> str:
    same = [one for other, one in zip(made, firsts, strict=True) if other.dataset == board.dataset and one is not None]
    if first is None or len(same) < 2:
        return board.dataset
    return " · ".join([board.dataset, *(_short(name, said(first)) for name, said in _parts(same))])


def _short(name: str, value: str) -> str:
    return (
        f"{value} {name if value != '1' else name.removesuffix('s')}"
        if name in ("orders", "labels")
        else f"{name} {value}"
    )


def _parts(records: Sequence[Record]) -> list[tuple[str, Said]]:
    found = [(name, said) for name, said in PARTS if len({said(record) for record in records}) > 1]
    implied = {each for name, _ in found for each in _IMPLIED.get(name, ())}
    return [(name, said) for name, said in found if name not in implied]


def _listed(values: Sequence[str]) -> str:
    return " and ".join(dict.fromkeys(values))
