"""Settings of the data: which dataset, and what of it is coded."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from lit_hf.config.fields import Part, require, require_counts, setting
from lit_hf.config.names import can_be_a_name

LEAST = 20
"""Held-out labels at least: below, a metric says nothing."""
_setting = partial(setting, group="Data")


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and can_be_a_name(value)


@dataclass(frozen=True, kw_only=True)
class DataSettings(Part):
    """What of a dataset is read and coded."""

    task: str | None = _setting(None, meaning="Kind of task, such as text-classification.", unset="inferred")
    text_column: str | None = _setting(None, meaning="Column of the text, image or sound.", unset="inferred")
    text_pair_column: str | None = _setting(None, meaning="Column of the second text of a pair.", unset="inferred")
    label_column: str | None = _setting(None, meaning="Column of the label.", unset="inferred")
    split: str | None = _setting(None, meaning="Split to code.", unset="train, or the only one")
    streaming: bool = _setting(
        False,
        meaning="Read the dataset as a stream, no further than --max-examples, in its own order.",
        as_before=False,
    )
    classes: str | None = _setting(
        None, meaning="All classes of a stream that declares none: negative,positive.", as_before=None
    )
    encoding: str | None = _setting(
        None, meaning="Encoding of a local csv, tsv or json file, such as cp1252.", unset="found", as_before=None
    )
    separator: str | None = _setting(
        None, meaning="What separates the fields of a local text file: `;`, tab.", unset="found", as_before=None
    )
    trained_on: tuple[str, ...] | None = _setting(
        None,
        meaning="Dataset that the checkpoint was trained on; shared inputs are counted. Repeatable.",
        as_before=None,
    )
    missing_label: str | None = _setting(None, meaning="A label that stands for none, such as -1.", as_before=None)
    shuffle_buffer: int = _setting(
        0, meaning="Of a stream: draw from so many rows at a time; the seed decides.", as_before=0
    )
    max_examples: int = _setting(10_000, meaning="Code at most so many labels, drawn by the seed.")
    held_out: int = _setting(500, meaning="Predict at most so many labels that are not coded.", as_before=2_000)
    bin_width: float | None = _setting(
        None, meaning="Regression: width of a bin.", unset="the smallest gap between targets", as_before=None
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        require_counts(self, "max_examples")
        require(self.held_out >= LEAST, "held_out", self.held_out, f"a whole number of at least {LEAST}")
        wide = self.bin_width is None or 0 < self.bin_width < float("inf")
        require(wide, "bin_width", self.bin_width, "a number above 0")
        require(self.streaming or not self.classes, "classes", self.classes, "left out without `--streaming`")
        require(self.shuffle_buffer >= 0, "shuffle_buffer", self.shuffle_buffer, "a whole number of at least 0")
        named = self.trained_on is None or (self.trained_on and all(map(_is_name, self.trained_on)))
        require(bool(named), "trained_on", self.trained_on, "names of datasets, or left out")
        buffered = self.streaming or not self.shuffle_buffer
        require(buffered, "shuffle_buffer", self.shuffle_buffer, "left out without `--streaming`")
