"""Records and rankings are read by the datasets library as any other file is."""

from __future__ import annotations

from pathlib import Path

import datasets

from lit_hf.ranking.table import rank_rows
from lit_hf.reports.ranking_files import _write_parquet, flat_rows
from tests.support.records import make_record, noisy, ranked_record, result

NAMES = (("good", 0.0), ("bad", 0.3))


def load(builder: str, files: Path, cache: Path) -> datasets.Dataset:
    return datasets.load_dataset(builder, data_files=str(files), split="train", cache_dir=str(cache / "cache"))


def test_records_of_several_runs_are_one_dataset(tmp_path: Path) -> None:
    records = [make_record(examples=200), make_record(examples=300)]
    # What one record lacks does not stand in the way; the first file decides the types, so there it must be present.
    records[1].data["holdout"], records[1].data["transfer"]["bits"] = None, None
    for number, record in enumerate(records):
        record.save(tmp_path / f"run{number}")
    rows = load("json", tmp_path / "run*" / "record.json", tmp_path)
    assert len(rows) == 2
    assert (rows[1]["transfer"]["bits"], rows[1]["holdout"]) == (None, None)
    assert rows[0]["transfer"]["bits"] == records[0]["transfer"]["bits"]
    assert rows[1]["curve"]["labels_seen"] == records[1]["curve"]["labels_seen"]
    assert rows[1]["settings"]["resolved"]["model"] == records[1]["settings"]["resolved"]["model"]


def test_a_ranking_is_a_table(tmp_path: Path) -> None:
    rows = rank_rows([result(ranked_record(name, noisy(gap, seed=seed))) for seed, (name, gap) in enumerate(NAMES)])
    table = flat_rows({"ranking": rows, "rivals": None, "dataset": make_record(examples=200)["dataset"]})
    _write_parquet(table, tmp_path)
    found = load("parquet", tmp_path / "ranking.parquet", tmp_path)
    assert [row["model"] for row in found] == ["good", "bad"]
    assert found.column_names == list(table[0])
