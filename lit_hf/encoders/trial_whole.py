"""The trial of encoders that plan their own passes: images, sounds, and what a library reads.

A few inputs alone, together, and alone again in the other order; differences relative to the root mean square distance
between different inputs, as for texts (lit_hf/encoders/trial.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lit_hf.encoders.contract import Encoder, Input
from lit_hf.encoders.library import LibraryEncoder
from lit_hf.encoders.trial import ALLOWED, SIXTEEN, check_rows, spread_of
from lit_hf.errors import UnsupportedModel, warn

MEDIA_INPUTS = 4
"""Images or sounds that are tried: each is decoded and read three times."""


@dataclass(frozen=True)
class WholeOutcome:
    """What batches (`together`) and what was read before (`after`) change; `alone`: each input has its own pass."""

    together: float
    after: float
    alone: bool = False

    def said(self) -> dict[str, str]:
        """Return what the record says."""
        numbers = f"together {self.together:.1g}, after others {self.after:.1g}"
        plan = {"batches": "of one input: others beside it change what this network gives"} if self.alone else {}
        return {"trial": f"relative differences: {numbers}", **plan}


def try_whole(encoder: Encoder, inputs: Sequence[Input]) -> WholeOutcome | None:
    """Return how the checkpoint is to be read; None where all these inputs have the same features, which is warned of.

    Raises `NotFiniteFeatures` or `UnsupportedModel`. In 16-bit types a batch's size changes rows, and nothing tells
    this from what padding does, so only their values are looked at.
    """
    info = encoder.info
    alone = _alone(encoder, inputs)
    check_rows(alone, info.id, info.kind)
    if len(inputs) < 2:
        return None
    if not np.ptp(alone, axis=0).any():
        step = "Another `--layer` or `--pooling` may tell inputs apart; else check the checkpoint's weights."
        warn(f"the features that {info.id} gives to {len(inputs)} different inputs are all the same. {step}")
        return None
    order = list(range(len(inputs)))[::-1]
    after = _difference(alone, _alone(encoder, [inputs[place] for place in order])[order])
    together = encoder.encode(list(inputs)).rows.astype(np.float64)
    return WholeOutcome(_difference(alone, together), after)


def judge_whole(encoder: Encoder, found: WholeOutcome) -> tuple[Encoder, WholeOutcome]:
    """Return the encoder as it is to be read; raise `UnsupportedModel` where a text's features are not its own."""
    step = "It has no features of a single input; give another checkpoint."
    if encoder.info.dtype in SIXTEEN:
        return encoder, found
    if found.after > ALLOWED:
        why = f"its features of an input depend on what it read before (relative difference {found.after:.1g})"
        raise UnsupportedModel(encoder.info.id, why, step)
    if found.together <= ALLOWED:
        return encoder, found
    if isinstance(encoder, LibraryEncoder):
        return encoder.one_by_one(), WholeOutcome(found.together, found.after, alone=True)
    why = f"its features of an input depend on the inputs beside it (relative difference {found.together:.1g})"
    raise UnsupportedModel(encoder.info.id, why, step)


def _alone(encoder: Encoder, inputs: Sequence[Input]) -> np.ndarray:
    return np.concatenate([encoder.encode([value]).rows for value in inputs]).astype(np.float64)


def _difference(alone: np.ndarray, other: np.ndarray) -> float:
    return float(np.linalg.norm(other - alone, axis=1).max() / spread_of(alone))
