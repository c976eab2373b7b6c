"""The kinds of inputs. A new kind is one module with the names of `Kind`, and one entry in `KINDS`."""

from __future__ import annotations

from collections.abc import Sequence

from lit_hf.errors import BadSetting, MissingColumn
from lit_hf.tasks import images, sounds, text_classification, text_pairs, tokens
from lit_hf.tasks.schema import Columns, Kind, Schema

__all__ = ["KINDS", "Kind", "choose_kind"]


KINDS: tuple[Kind, ...] = (tokens, images, sounds, text_pairs, text_classification)
"""In the order in which they are tried: what asks for more columns comes first."""


def choose_kind(
    schema: Schema, kind: str | None, text: str | None, text_pair: str | None, label: str | None
) -> tuple[Kind, Columns]:
    """Return the kind called `kind`, or the first that fits, with its columns.

    Raises `BadSetting` for an unknown kind, `MissingColumn` or `AmbiguousColumns` when no kind fits.
    """
    for candidate in _candidates(kind):
        columns = candidate.find_columns(schema, text, text_pair, label)
        if columns is not None:
            return candidate, columns
    needed = {text_pairs.NAME: "text pair", images.NAME: "image", sounds.NAME: "audio"}
    raise MissingColumn(needed.get(kind or "", text or "text"), list(schema))


def _candidates(kind: str | None) -> Sequence[Kind]:
    chosen = [candidate for candidate in KINDS if kind in (None, candidate.NAME)]
    if not chosen:
        raise BadSetting.one_of("task", kind, [candidate.NAME for candidate in KINDS])
    return chosen
