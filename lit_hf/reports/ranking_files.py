"""A ranking as files: JSON, CSV, Parquet, and its plots."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lit_hf.records.record import plain


def write_ranking(ranking: Mapping[str, Any], folder: Path) -> list[Path]:
    """Write `ranking.json`, `.csv`, `.parquet`, and `codelength` and `curves` as PNG and SVG; return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "ranking.json"
    path.write_text(json.dumps(plain(ranking), indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    rows = flat_rows(ranking)
    return [path, _write_csv(rows, folder), _write_parquet(rows, folder), *_write_plots(ranking, folder)]


def write_matrix(matrix: Mapping[str, Any], folder: Path) -> list[Path]:
    """Write `matrix.json`, and each ranking in a folder of its own, numbered and named after the dataset."""
    from lit_hf.reports.ranking_phrases import dataset_name

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "matrix.json"
    path.write_text(json.dumps(plain(matrix), indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    written = [path]
    for number, ranking in enumerate(matrix["rankings"], start=1):
        name = dataset_name(ranking["dataset"]).replace("/", "_").replace(":", "_")
        written += write_ranking(ranking, folder / f"{number}-{name}")
    return written


def flat_rows(ranking: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the ranking as a flat table: one dict a checkpoint, the same keys in all, None where there is nothing."""
    marks = sorted({each["labels"] for row in ranking["ranking"] for each in row["budgets"] or ()})
    rivals = ranking["rivals"] or {"names": (), "scores": ()}
    return [_flat(row, ranking, marks, rivals["names"], rivals["scores"]) for row in ranking["ranking"]]


def _flat(
    row: Mapping[str, Any],
    ranking: Mapping[str, Any],
    marks: Sequence[int],
    names: Sequence[str],
    scores: Sequence[Any],
) -> dict[str, Any]:
    code, stage, model = row["codelength"] or {}, row["stage"] or {}, row["model"]
    ends, ranks, transfer = code.get("interval") or (None, None), row["rank"] or (None, None), row["transfer"] or {}
    budgets, forecast = {each["labels"]: each for each in row["budgets"] or ()}, row["forecast"] or {}
    rival: Mapping[str, Any] = next((each for each in scores if each["entry"] == row["entry"]), {})
    return {
        "dataset": ranking["dataset"]["id"], "model": model["id"], "revision": model["revision"],
        "parameters": model["parameters"], "rank_low": ranks[0], "rank_high": ranks[1],
        "tied_with_best": row["tied_with_best"], "labels": code.get("labels"), "codelength_bits": code.get("bits"),
        "codelength_low": ends[0], "codelength_high": ends[1], "accuracy": row["accuracy"],
        "texts_per_second": row["speed"], "late_bits_per_label": code.get("late_bits_per_label"),
        "left": stage.get("left"), "left_at": _at(stage), "behind_per_label": forecast.get("behind"),
        "behind_low": forecast.get("low"), "behind_high": forecast.get("high"), "risk": row["risk"],
        "labels_to_separate": row["labels_to_separate"],
        "l_it_bits": transfer.get("bits"),
        **{f"bits_{mark}": budgets.get(mark, {}).get("bits") for mark in marks},
        **{f"accuracy_{mark}": budgets.get(mark, {}).get("accuracy") for mark in marks},
        **{name: rival.get(name) for name in names},
        "entry": row["entry"], "error": row["error"],
    }  # fmt: skip


def _at(stage: Mapping[str, Any]) -> int | None:
    return stage["n"] if stage.get("left") else None


def _write_csv(rows: Sequence[Mapping[str, Any]], folder: Path) -> Path:
    path = folder / "ranking.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def _write_parquet(rows: Sequence[Mapping[str, Any]], folder: Path) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / "ranking.parquet"
    pq.write_table(pa.Table.from_pylist([dict(row) for row in rows]), path)
    return path


def _write_plots(ranking: Mapping[str, Any], folder: Path) -> list[Path]:
    from lit_hf.reports.figure import style
    from lit_hf.reports.ranking_figure import codelength_figure, curves_figure

    paths = []
    for name, draw in (("codelength", codelength_figure), ("curves", curves_figure)):
        figure, png, svg = draw(ranking), folder / f"{name}.png", folder / f"{name}.svg"
        with style():
            figure.savefig(png, metadata={"Software": "lit-hf"})
            figure.savefig(svg, metadata={"Date": None, "Creator": "lit-hf"})
        paths += [png, svg]
    return paths
