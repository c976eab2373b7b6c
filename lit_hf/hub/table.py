"""A record as one row of Parquet, with the bits of each example, and back."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from lit_hf.config import outside
from lit_hf.errors import NotARecord
from lit_hf.records.record import Record, current
from lit_hf.records.sections import Sections

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

# Per-example arrays: as many dimensions as they have, and the type in the file.
ARRAYS = {
    "labels": (1, "int64"),
    "groups": (1, "int64"),
    "edges": (1, "int64"),
    "order": (2, "int64"),
    "bits_encoder": (2, "float64"),
    "bits_baseline": (2, "float64"),
    "bits_raw": (2, "float64"),
}


def to_parquet(record: Record) -> bytes:
    """One row: what a table of results shows, the record as JSON, and its arrays (null where the record has none)."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    row = columns(record.data) | {"record": record.to_json(indent=None)}
    row |= {name: _listed(record.arrays.get(name), ARRAYS[name][0]) for name in ARRAYS}
    table = pa.Table.from_pylist([row], schema=schema())
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def from_parquet(content: bytes, where: str) -> list[Record]:
    """The records of a file; raises `NotARecord` when it is not one of ours."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        rows = pq.read_table(io.BytesIO(content)).to_pylist()
        found = [(outside.parse_json(row["record"]), row) for row in rows]
    except (pa.ArrowException, KeyError, TypeError, ValueError) as error:
        raise NotARecord(where, "it is not a Parquet file of lit-hf records") from error
    records = [Record(current(data), _arrays(row)) for data, row in found]
    for record in records:
        record.validate()
    return records


def columns(data: Sections) -> dict[str, Any]:
    """What a reader filters and sorts by, flat."""
    model, dataset, code, held = data["model"], data["dataset"], data["codelength"], data.get("holdout")
    transfer = data.get("transfer")
    low, high = (transfer and transfer["interval"]) or (None, None)
    return {
        "id": data["id"],
        "created": data["created"],
        "model": model["id"],
        "model_revision": model["revision"],
        "parameters": model["parameters"],
        "dataset": dataset["id"],
        "dataset_config": dataset["config"],
        "dataset_split": dataset["split"],
        "dataset_revision": dataset["revision"],
        "fingerprint": dataset["fingerprint"],
        "examples": dataset["examples"],
        "seed": data["settings"]["resolved"].get("seed"),
        "coder": data["coder"]["version"],
        "bank": data["coder"]["bank"],
        "l_it_bits": transfer and transfer["bits"],
        "l_it_low": low,
        "l_it_high": high,
        "codelength_bits": code["bits"],
        "codelength_low": code["interval"][0],
        "codelength_high": code["interval"][1],
        "holdout_metric": held and held["metric"],
        "holdout_value": held and held["value"],
        "contamination": data["contamination"],
    }


def schema() -> pa.Schema:
    """The columns with their types: the same in every file, also where a value is null."""
    import pyarrow as pa

    whole = {"parameters", "examples", "seed"}
    real = {
        "l_it_bits",
        "l_it_low",
        "l_it_high",
        "codelength_bits",
        "codelength_low",
        "codelength_high",
        "holdout_value",
    }
    names = _COLUMNS
    kinds = [pa.int64() if n in whole else pa.float64() if n in real else pa.string() for n in names]
    fields = [pa.field(name, kind) for name, kind in zip(names, kinds, strict=True)]
    fields.append(pa.field("record", pa.string()))
    for name, (dimensions, kind) in ARRAYS.items():
        item = pa.list_(pa.type_for_alias(kind))
        fields.append(pa.field(name, item if dimensions == 1 else pa.list_(item)))
    return pa.schema(fields)


_COLUMNS = (
    *("id", "created", "model", "model_revision", "parameters"),
    *("dataset", "dataset_config", "dataset_split", "dataset_revision", "fingerprint", "examples", "seed"),
    *("coder", "bank", "l_it_bits", "l_it_low", "l_it_high", "codelength_bits", "codelength_low", "codelength_high"),
    *("holdout_metric", "holdout_value", "contamination"),
)


def _listed(array: np.ndarray | None, dimensions: int) -> list[Any] | None:
    """Return an array as the file has it: rows of several labels one after the other, as one label is."""
    if array is None:
        return None
    return array.ravel().tolist() if dimensions == 1 else array.tolist()


def _arrays(row: dict[str, Any]) -> dict[str, np.ndarray]:
    import numpy as np

    present = {name: row[name] for name in ARRAYS if row.get(name) is not None}
    found = {name: np.array(values, dtype=ARRAYS[name][1]) for name, values in present.items()}
    if "labels" in found and "order" in found and len(found["labels"]) != found["order"].shape[1]:
        found["labels"] = found["labels"].reshape(found["order"].shape[1], -1)  # several labels a row
    return found
