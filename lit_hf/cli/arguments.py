"""What stands in whose place: a folder with a checkpoint where data belong, a file of data where a checkpoint does."""

from __future__ import annotations

from pathlib import Path

from lit_hf.errors import UsageError

_CHECKPOINT = ("config.json", "modules.json", "adapter_config.json")
_TEXT = (".csv", ".tsv", ".json", ".jsonl", ".ndjson")
_DATA = (*_TEXT, ".parquet", ".arrow", *(text + packed for text in _TEXT for packed in (".gz", ".bz2", ".xz")))


def is_checkpoint(name: str | None) -> bool:
    """Tell whether this is a local folder with a checkpoint."""
    return name is not None and any((Path(name).expanduser() / file).is_file() for file in _CHECKPOINT)


def is_data(name: str | None) -> bool:
    """Tell whether this is a local file of data."""
    return name is not None and name.lower().endswith(_DATA) and Path(name).expanduser().is_file()


def require_model_first(model: str | None, dataset: str | None) -> None:
    """Raise `UsageError` when the arguments of eval are the wrong way round."""
    if is_data(model):
        right = dataset if dataset is not None else "MODEL"
        raise UsageError(
            f"{model} is a file of data; eval takes the model first.", f"Try `lit-hf eval {right} {model}`."
        )


def require_dataset_first(dataset: str | None, models: list[str]) -> None:
    """Raise `UsageError` when rank is given a checkpoint in the place of its dataset."""
    if is_checkpoint(dataset):
        right = next((name for name in models if is_data(name)), "DATASET")
        others = " ".join(str(name) for name in (dataset, *models) if name != right)
        raise UsageError(
            f"{dataset} is a checkpoint; rank takes the dataset first.", f"Try `lit-hf rank {right} {others}`."
        )
