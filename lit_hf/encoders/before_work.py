"""Before the work: do the inputs' words mean anything to the checkpoint, and does it read each input for itself?

What the trial finds is kept beside the features that it is about, so it is done once.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lit_hf.encoders.contract import Encoder
from lit_hf.encoders.library import LibraryEncoder
from lit_hf.encoders.media import MediaEncoder
from lit_hf.encoders.objects import LiveEncoder
from lit_hf.encoders.static import StaticEncoder
from lit_hf.encoders.text import TextEncoder
from lit_hf.encoders.trial import INPUTS, Differences, Outcome, judge, try_out
from lit_hf.encoders.trial_whole import MEDIA_INPUTS, WholeOutcome, judge_whole, try_whole
from lit_hf.encoders.vocabulary import judge_known
from lit_hf.runtime.cache import write_json
from lit_hf.runtime.inputs import Input, Words

VERSION = 1
COUNTED = 512
"""Inputs whose tokens are counted."""
LOOKED_AT = 10_000
"""Inputs among which those of the trial are chosen, by their lengths."""


def tried(
    encoder: Encoder, inputs: Sequence[Input], beside: Callable[[Mapping[str, Any]], Path], keep: bool = True
) -> Encoder:
    """Return the encoder as it is to be read, with what was found in its `info.sources`.

    `beside`: the folder of the features of a key, where the outcome is kept if `keep`. Raises
    `UnsupportedModel` or `NotFiniteFeatures`, and warns, for what at most 8 inputs show.
    """
    if isinstance(encoder, MediaEncoder | LibraryEncoder):
        return _tried_whole(encoder, inputs, beside(encoder.key) / "trial.json", keep)
    if isinstance(encoder, TextEncoder | StaticEncoder):
        counted = inputs[:COUNTED]
        encoder.note(judge_known(encoder.count_known(counted), len(counted), encoder.info.id))
    if not isinstance(encoder, TextEncoder):
        return encoder
    chosen = choose(inputs)
    note = beside(encoder.key) / "trial.json"
    lengths = [len(each) for each in encoder.tokens_of(chosen).ids]
    outcome = _known(note, lengths) or try_out(encoder, chosen)
    if outcome is None:
        return encoder
    if encoder.stored and keep:
        write_json(note, {"version": VERSION, **dataclasses.asdict(outcome)})
    found = judge(encoder, outcome)
    found.note(outcome.said())
    return found


def tried_live(
    encoder: LiveEncoder, inputs: Sequence[Input], known: Outcome | None
) -> tuple[TextEncoder, Outcome | None]:
    """Return a model in training as it is to be read, and how; `known`: what its first trial found, which stays.

    So every measurement of one training plans its passes alike. Raises and warns as `tried` does.
    """
    if known is None:
        counted = inputs[:COUNTED]
        encoder.note(judge_known(encoder.count_known(counted), len(counted), encoder.info.id))
        known = try_out(encoder.as_computed(), choose(inputs))
    if known is None:
        return encoder, None
    found = judge(encoder, known)
    found.note(known.said())
    return found, known


def _tried_whole(
    encoder: MediaEncoder | LibraryEncoder, inputs: Sequence[Input], note: Path, keep: bool
) -> Encoder:  # fmt: skip
    """Return an encoder that plans its own passes, as it is to be read; what was found of it before is believed."""
    texts = isinstance(encoder, LibraryEncoder)
    outcome = _known_whole(note)
    if outcome is None:
        distinct = list(dict.fromkeys(inputs[:MEDIA_INPUTS]))
        outcome = try_whole(encoder, choose(inputs) if texts else distinct)
    if outcome is None:
        return encoder
    found, outcome = judge_whole(encoder, outcome)
    if encoder.stored and keep:
        write_json(note, {"version": VERSION, **dataclasses.asdict(outcome)})
    assert isinstance(found, MediaEncoder | LibraryEncoder)
    found.note(outcome.said())
    return found


def _known_whole(note: Path) -> WholeOutcome | None:
    """Return what an earlier trial found; None for a note that is damaged, of another version, or not there."""
    try:
        values = json.loads(note.read_text())
        if values.pop("version") != VERSION:
            return None
        found = WholeOutcome(**values)
        float(found.together), float(found.after)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return found


def choose(inputs: Sequence[Input]) -> list[Input]:
    """Return up to 8 different inputs, from the shortest to the longest of the first 10,000."""
    distinct = list(dict.fromkeys(inputs[:LOOKED_AT]))
    order = sorted(range(len(distinct)), key=lambda index: (_size(distinct[index]), index))
    places = np.linspace(0, len(order) - 1, min(INPUTS, len(order))).round().astype(int)
    return [distinct[order[place]] for place in places]


def _size(value: Input) -> int:
    parts: Any = value.words if isinstance(value, Words) else (value,) if isinstance(value, str) else value
    return sum(len(part) for part in parts if isinstance(part, str))


def _known(note: Path, lengths: Sequence[int]) -> Outcome | None:
    """Return what an earlier trial found, unless it saw no inputs as short or as long as these."""
    try:
        values = json.loads(note.read_text())
        if values.pop("version") != VERSION:
            return None
        found = Outcome(**{**values, "found": Differences(**values["found"])})
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return found if found.shortest <= min(lengths) and max(lengths) <= found.widest else None
