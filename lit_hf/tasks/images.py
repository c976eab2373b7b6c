"""Image classification: one image, one class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lit_hf.runtime.inputs import Image
from lit_hf.tasks.contract import Input
from lit_hf.tasks.media import decode_image, digest, each_decoded, find_media
from lit_hf.tasks.schema import Columns, Schema

NAME = "image-classification"
UNIT = "example"


def find_columns(schema: Schema, text: str | None, text_pair: str | None, label: str | None) -> Columns | None:
    """Return the columns of an image classification; None when the dataset has no images."""
    return find_media(schema, "image", text, text_pair, label)


def read_inputs(table: Mapping[str, Sequence[Any]], columns: Columns) -> list[Input | None]:
    """Return one image per row; None where there is none. Each is decoded once here, for its hash, and let go."""
    found = each_decoded(table[columns.text], decode_image)
    return [each and Image(digest(repr(each[0].shape).encode(), each[0].tobytes()), *each[1:]) for each in found]
