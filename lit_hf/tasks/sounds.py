"""Audio classification: one sound, one class."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lit_hf.runtime.inputs import Sound, Waveform
from lit_hf.tasks.contract import Input
from lit_hf.tasks.media import decode_sound, digest, each_decoded, find_media
from lit_hf.tasks.schema import Columns, Schema

NAME = "audio-classification"
UNIT = "example"


def find_columns(schema: Schema, text: str | None, text_pair: str | None, label: str | None) -> Columns | None:
    """Return the columns of an audio classification; None when the dataset has no sounds."""
    return find_media(schema, "sound", text, text_pair, label)


def read_inputs(table: Mapping[str, Sequence[Any]], columns: Columns) -> list[Input | None]:
    """Return one sound per row; None where there is none. Each is decoded once here, for its hash, and let go."""
    found = each_decoded(table[columns.text], decode_sound)
    return [None if each is None or not len(each[0].samples) else _refer(*each) for each in found]


def _refer(sound: Waveform, load: Callable[[], Waveform], name: str) -> Sound:
    return Sound(digest(str(sound.rate).encode(), sound.samples.tobytes()), load, name)
