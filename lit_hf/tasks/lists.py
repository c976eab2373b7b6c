"""Texts and labels that lie in Python lists, as a dataset."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lit_hf.errors import BadSetting


def as_dataset(data: Any, labels: Sequence[int | str] | None) -> Any:
    """Return `data` if it is a dataset already, else one of texts, or pairs of texts, with their `labels`.

    Raises `BadSetting` when there is not one label for each text, or labels beside a dataset that has its own.
    """
    import datasets

    if isinstance(data, datasets.Dataset | datasets.DatasetDict):
        if labels is not None:
            raise BadSetting("labels", "a list", "left out beside a dataset, which has its own")
        return data
    texts = list(data)
    if labels is None or len(labels) != len(texts):
        raise BadSetting("labels", None if labels is None else f"{len(labels)} values", f"one for each of {len(texts)}")
    paired = bool(texts) and not isinstance(texts[0], str)
    columns = {"text": [a for a, _ in texts], "text_pair": [b for _, b in texts]} if paired else {"text": texts}
    return datasets.Dataset.from_dict({**columns, "label": list(labels)})
