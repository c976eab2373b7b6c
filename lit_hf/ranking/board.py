"""Records as rankings with intervals and ties: one board for each set of records that may be compared."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lit_hf.errors import IncomparableRecords
from lit_hf.ranking.comparable import SAME, align, check_comparable, field_of
from lit_hf.ranking.intervals import beaten_by, compare_all, rank_intervals, ties_with_best
from lit_hf.ranking.names import display_name, reading
from lit_hf.records.record import Record


@dataclass(frozen=True)
class Row:
    """One checkpoint on one board. `rank` is the interval of ranks that the paired tests leave open; 1 is best.

    `reading`: layer, pooling and prompt, in words. `tied`: it cannot be told from the best. Bits with intervals are
    those of its record; a record without a baseline has no transfer.
    """

    model: str
    revision: str | None
    reading: str
    rank: tuple[int, int]
    tied: bool
    codelength: float
    codelength_interval: tuple[float, float]
    transfer: float | None
    transfer_interval: tuple[float, float] | None
    metric: str | None
    metric_value: float | None
    parameters: int | None
    record: str


@dataclass(frozen=True)
class Board:
    """Records on one stream, coded by one bank, shortest code first.

    `unpaired`: models that no paired test ranks; they have no bits per example, or a race stopped before their end.
    """

    dataset: str
    split: str | None
    revision: str | None
    fingerprint: str
    examples: int
    coder: str
    bank: str
    rows: tuple[Row, ...]
    unpaired: tuple[str, ...]


def boards(records: Sequence[Record], level: float = 0.95) -> list[Board]:
    """Sort records onto boards; records of different data, samples, orders, coders or banks never share one.

    Boards are ordered by dataset, the one with most checkpoints first. Of reruns of one checkpoint the newest counts.
    """
    sets: dict[tuple[str, ...], list[Record]] = {}
    for record in sorted(records, key=lambda record: not _paired(record)):
        sets.setdefault(_home(record, sets), []).append(record)
    made = [board(_newest(group), level) for group in sets.values()]
    return sorted(made, key=lambda b: (b.dataset, -len(b.rows), b.fingerprint, b.bank, b.examples))


def board(records: Sequence[Record], level: float = 0.95) -> Board:
    """Rank comparable records by codelength; raises `IncomparableRecords` when they are not comparable."""
    for other in records[1:]:
        if _key(other) != _key(records[0]):
            raise IncomparableRecords("they are of different data, samples, coders or banks")
    paired = [record for record in records if _paired(record)]
    dataset, coder = records[0]["dataset"], records[0]["coder"]
    return Board(
        dataset=display_name(dataset),
        split=dataset["split"],
        revision=dataset["revision"],
        fingerprint=dataset["fingerprint"],
        examples=dataset["examples"],
        coder=coder["version"],
        bank=coder["bank"],
        rows=_rows(paired, level),
        unpaired=tuple(record["model"]["id"] for record in records if not _paired(record)),
    )


def _rows(records: Sequence[Record], level: float) -> tuple[Row, ...]:
    if not records:
        return ()
    check_comparable(records)
    aligned = align(records)
    beaten = beaten_by(compare_all(aligned.bits, level, aligned.order), len(records))
    totals = [float(record["codelength"]["bits"]) for record in records]
    tied, ranks = set(ties_with_best(totals, beaten)), rank_intervals(beaten)
    by_total = sorted(range(len(records)), key=lambda m: totals[m])
    return tuple(_row(records[m], ranks[m], m in tied) for m in by_total)


def _row(record: Record, rank: tuple[int, int], tied: bool) -> Row:
    model, held, transfer = record["model"], record.data.get("holdout"), record.transfer
    low, high = record["codelength"]["interval"]
    return Row(
        model=model["id"],
        revision=model["revision"],
        reading=reading(model),
        rank=rank,
        tied=tied,
        codelength=record["codelength"]["bits"],
        codelength_interval=(low, high),
        transfer=None if transfer is None else transfer.bits,
        transfer_interval=None if transfer is None else transfer.interval,
        metric=held and held["metric"],
        metric_value=held and held["value"],
        parameters=model["parameters"],
        record=record["id"],
    )


def _newest(records: Sequence[Record]) -> list[Record]:
    """The newest record of each checkpoint and way of making features, in the order of their first appearance."""
    kept: dict[str, Record] = {}
    for record in records:
        same = repr(
            [
                record["model"].get(key)
                for key in ("id", "revision", "layer", "pooling", "prompt", "max_tokens", "dtype")
            ]
        )
        if same not in kept or record["created"] > kept[same]["created"]:
            kept[same] = record
    return list(kept.values())


def _key(record: Record) -> tuple[str, ...]:
    return tuple(repr(field_of(record, section, field)) for section, field in SAME)


def _home(record: Record, sets: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """What has to agree for a common board: data, unit, coder, bank, and the very orders.

    A record that cannot be ranked is named on the first board of its data, coder and bank.
    """
    if not _paired(record):
        return next((home for home in sets if home[:-1] == _key(record)), (*_key(record), ""))
    parts = (record.arrays[name] for name in ("labels", "order"))
    return (*_key(record), hashlib.blake2b(b"".join(part.astype("int64").tobytes() for part in parts)).hexdigest())


def _paired(record: Record) -> bool:
    return record.complete and {"bits_encoder", "order", "labels"} <= set(record.arrays)
