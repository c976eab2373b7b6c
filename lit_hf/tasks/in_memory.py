"""Data that a Python caller holds, in the shapes that people hold them in, as a `datasets.Dataset`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lit_hf.errors import BadSetting

if TYPE_CHECKING:
    import datasets

EXPECTED = (
    "a name, a datasets.Dataset or DatasetDict, a DataFrame, a list of rows (dicts), a dict of columns, or a pair "
    "(inputs, labels)"
)


def as_dataset(data: Any) -> datasets.Dataset | datasets.DatasetDict | datasets.IterableDataset:
    """Return `data` as the datasets library holds it; what it made already is returned as it is.

    A DataFrame of pandas, polars or another library that speaks Arrow keeps its columns and loses its index. A pair
    (texts, labels) has the columns `text` and `label`. Raises `BadSetting` for anything else.
    """
    import datasets

    if isinstance(data, (datasets.Dataset, datasets.IterableDataset, datasets.DatasetDict)):
        return data
    if isinstance(data, Mapping) and data and all(_is_split(each) for each in data.values()):
        return datasets.DatasetDict(data)
    try:
        return _table(data)
    except (ValueError, TypeError) as error:  # of Arrow: columns of several lengths, or of values of several types
        text = " ".join(str(error).split())
        raise BadSetting("dataset", f"{_kind(data)} ({text[:160]})", EXPECTED) from error


def _table(data: Any) -> datasets.Dataset:
    import datasets

    if hasattr(data, "__arrow_c_stream__"):
        return _from_arrow(data)
    if isinstance(data, Mapping) and data:
        return datasets.Dataset.from_dict({str(name): _values(column) for name, column in data.items()})
    if isinstance(data, tuple) and len(data) == 2 and all(_is_column(each) for each in data):
        return datasets.Dataset.from_dict({"text": _values(data[0]), "label": _values(data[1])})
    if isinstance(data, Sequence) and data and all(isinstance(row, Mapping) for row in data):
        names = dict.fromkeys(str(name) for row in data for name in row)
        return datasets.Dataset.from_dict({name: [row.get(name) for row in data] for name in names})
    raise BadSetting("dataset", _kind(data), EXPECTED)


def _from_arrow(data: Any) -> datasets.Dataset:
    """Return a frame's columns without the index that pandas would add; views of strings become strings."""
    import datasets
    import pyarrow as pa

    table = pa.table(data)
    for place, field in enumerate(table.schema):
        if field.type in (pa.string_view(), pa.large_string()):
            table = table.set_column(place, field.name, table.column(place).cast(pa.string()))
    kept = [name for name in table.column_names if not name.startswith("__index_level_")]
    return datasets.Dataset(table.select(kept).replace_schema_metadata(None))


def _values(column: Any) -> list[Any]:
    """Return a column as Python values, whatever holds it: a list, an array, a Series."""
    return list(column.tolist() if hasattr(column, "tolist") else column)


def _is_split(value: Any) -> bool:
    import datasets

    return isinstance(value, (datasets.Dataset, datasets.IterableDataset))


def _is_column(value: Any) -> bool:
    return hasattr(value, "tolist") or (isinstance(value, Sequence) and not isinstance(value, str))


def _kind(data: Any) -> str:
    """Return what was given in a few words: its class, and that of what it holds."""
    inner = next(iter(data), None) if isinstance(data, (Sequence, Mapping)) and not isinstance(data, str) else None
    return type(data).__name__ + (f" of {type(inner).__name__}" if inner is not None else "")
