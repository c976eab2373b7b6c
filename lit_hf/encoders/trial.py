"""A few inputs read in several ways: does what an input's features are depend on what is read beside or before it?

All differences are the largest distance of a row from the same input read alone, over the root mean square distance
between different inputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from lit_hf.encoders.gather import Gathered
from lit_hf.encoders.text import TextEncoder
from lit_hf.encoders.tokenizing import Tokens
from lit_hf.errors import NotFiniteFeatures, UnsupportedModel, warn
from lit_hf.runtime.inputs import Input, rows_of
from lit_hf.runtime.units import side_by_side

INPUTS = 8
PADDING = 8
"""Tokens of padding beyond the longest input."""
LARGEST = 1e30
"""Beyond this the square of a number is no float32."""
ALLOWED = 1e-4
"""In float32: 30 architectures that padding does not change lie below 1.1e-6, FNet, YOSO, BigBird, ConvBERT above."""
TIMES = 4
"""In 16-bit types: how many times what the batch's size alone changes."""
COPIED = 1_000_000_000
"""Parameters up to which a network of a 16-bit type is judged by a copy in float32."""
SIXTEEN = ("float16", "bfloat16")


@dataclass(frozen=True)
class Differences:
    """By how much the rows of the same inputs differ: `padded`, beside others in any `order`, `after` other lengths.

    `size`: in a batch with another input of the same length, which changes the batch's size alone.
    """

    padded: float
    order: float
    after: float
    size: float

    @property
    def batch(self) -> float:
        """The larger one of what batches of several lengths change."""
        return max(self.padded, self.order)


@dataclass(frozen=True)
class Outcome:
    """How a checkpoint is read after its trial; `refused`: why it is not."""

    shortest: int
    widest: int
    """Tokens that were tried; inputs outside are tried anew."""
    found: Differences
    equal_lengths: bool = False
    restores: bool = False
    refused: str | None = None

    def said(self) -> dict[str, str]:
        """Return what the record says."""
        numbers = f"padded {self.found.padded:.1g}, order {self.found.order:.1g}, after others {self.found.after:.1g}"
        plan = (
            {
                "batches": "of equal length only: padding changes what this network gives",
                "padding_side": "none: texts of equal length share a pass",
            }
            if self.equal_lengths
            else {}
        )
        back = {"state": "put back before each pass: this network keeps some between calls"} if self.restores else {}
        return {"trial": f"{INPUTS} inputs, relative differences as planned: {numbers}", **plan, **back}


def try_out(encoder: TextEncoder, inputs: Sequence[Input]) -> Outcome | None:
    """Read a few inputs in several ways and return how the checkpoint is to be read; None where nothing differs.

    Raises `NotFiniteFeatures` or `UnsupportedModel` for features that are no numbers, or too large for arithmetic.
    """
    trial = Trial.of(encoder, inputs)
    if len({tuple(each) for each in trial.tokens.ids}) < 2:
        return None
    if trial.is_constant():
        return None
    judged = trial.in_float32() or trial
    return judged.outcome()


def judge(encoder: TextEncoder, outcome: Outcome) -> TextEncoder:
    """Return the encoder as its trial says that it is read; raise `UnsupportedModel` where it is not."""
    if outcome.refused is not None:
        step = "It has no features of a single text; give another checkpoint."
        raise UnsupportedModel(encoder.info.id, outcome.refused, step)
    return encoder.planned(outcome.equal_lengths, outcome.restores)


@dataclass(frozen=True)
class Trial:
    """Some inputs as tokens, and the encoder that reads them."""

    encoder: TextEncoder
    tokens: Tokens
    starts: np.ndarray
    """int64 [n + 1]: the first row of each input."""

    @classmethod
    def of(cls, encoder: TextEncoder, inputs: Sequence[Input]) -> Trial:
        """Return the trial of `inputs`."""
        encoder.put_back_state()
        return cls(encoder, encoder.tokens_of(inputs), np.cumsum([0, *map(rows_of, inputs)]))

    @property
    def lengths(self) -> list[int]:
        """Tokens of each input."""
        return [len(each) for each in self.tokens.ids]

    @property
    def widest(self) -> int:
        """Tokens that inputs are filled up to: beyond the longest one as far as the checkpoint's limit allows."""
        return max(max(self.lengths), min(self.encoder.pipeline.max_tokens, max(self.lengths) + PADDING))

    def is_constant(self) -> bool:
        """Tell whether all inputs have the same features, which have a codelength, that of no features; warn of it.

        Raises what `check_rows` raises.
        """
        rows, info = self._rows(self._alone()), self.encoder.info
        check_rows(rows, info.id, info.kind)
        if np.ptp(rows, axis=0).any():
            return False
        step = "Another `--layer` or `--pooling` may tell inputs apart; else check the checkpoint's weights."
        warn(f"the features that {info.id} gives to {len(self.lengths)} different inputs are all the same. {step}")
        return True

    def in_float32(self) -> Trial | None:
        """Return the trial of a copy in float32, which decides for 16-bit types; None where it is not made."""
        pipeline = self.encoder.pipeline
        small = self.encoder.info.parameters <= COPIED and not pipeline.spread
        if pipeline.dtype not in SIXTEEN or not small or "quantised" in self.encoder.info.sources:
            return None
        return replace(self, encoder=self.encoder.in_float32())

    def outcome(self) -> Outcome:
        """Return how the checkpoint is to be read."""
        tried = self.found()
        restores = tried.after > self._allowed(tried)
        other = replace(self, encoder=self.encoder.planned(False, restores)) if restores else self
        tried = other.found() if restores else tried
        equal, refused = tried.batch > self._allowed(tried), None
        if tried.after > self._allowed(tried):
            refused = f"its features of a text depend on what it read before (relative difference {tried.after:.1g})"
        elif equal and tried.size > ALLOWED and self.encoder.pipeline.dtype not in SIXTEEN:
            refused = f"its features of a text depend on the texts beside it (relative difference {tried.size:.1g})"
        if equal and refused is None:
            tried = replace(tried, padded=0.0, order=tried.size)
        return Outcome(min(self.lengths), self.widest, tried, equal, restores, refused)

    def found(self) -> Differences:
        """Return the differences; the longest input is read first, so that what the others leave behind shows."""
        self.encoder.put_back_state()
        count, widest, longest = len(self.lengths), self.widest, max(self.lengths)
        alone = self._rows(self._alone())
        everyone = np.argsort(self.lengths, kind="stable")
        read = {
            "after": self._alone(reverse=True),
            "padded": [(np.array([index]), widest) for index in range(count)],
            "order": [(everyone, longest)],
            "reverse": [(everyone[::-1].copy(), longest)],
        }
        rows = {name: self._difference(alone, self._rows(batches)) for name, batches in read.items()}
        size = self._difference(alone, self._beside())
        return Differences(rows["padded"], max(rows["order"], rows["reverse"]), rows["after"], size)

    def _allowed(self, found: Differences) -> float:
        return max(ALLOWED, TIMES * found.size) if self.encoder.pipeline.dtype in SIXTEEN else ALLOWED

    def _alone(self, reverse: bool = False) -> list[tuple[np.ndarray, int]]:
        order = np.argsort([-each for each in self.lengths], kind="stable")
        return [(np.array([index]), self.lengths[index]) for index in (order[::-1] if reverse else order)]

    def _beside(self) -> np.ndarray:
        """Return the rows of each input in a batch with another one of its length, made of the longest one's tokens."""
        count, longest = len(self.lengths), int(np.argmax(self.lengths))
        ids = [*self.tokens.ids, *(self.tokens.ids[longest][:length] for length in self.lengths)]
        segments, words = self.tokens.segments, self.tokens.words
        if segments is not None:
            segments = [*segments, *(segments[longest][:length] for length in self.lengths)]
        both = Tokens(ids, segments, 0, None if words is None else [*words, *([-1] for _ in ids[count:])])
        starts = np.concatenate([self.starts, self.starts[-1] + 1 + np.arange(count)])
        pairs = [(np.array([index, count + index]), self.lengths[index]) for index in range(count)]
        return replace(self, tokens=both, starts=starts)._rows(pairs)[: self.starts[-1]]

    def _rows(self, batches: Sequence[tuple[np.ndarray, int]]) -> np.ndarray:
        rows = Gathered(int(self.starts[-1]), self.encoder.dim)

        def fill() -> None:
            for batch, width in batches:
                self.encoder.fill(rows, self.starts, self.tokens, batch, width)

        side_by_side([fill], threads=self.encoder.pipeline.threads, workers=1)
        return rows.rows().astype(np.float64)

    def _difference(self, alone: np.ndarray, other: np.ndarray) -> float:
        return float(np.linalg.norm(other - alone, axis=1).max() / spread_of(alone))


def spread_of(rows: np.ndarray) -> float:
    """Return the root mean square distance between two different rows of float64 [n, d]."""
    return float(np.sqrt(2 * ((rows - rows.mean(0)) ** 2).sum(1).mean() * len(rows) / max(len(rows) - 1, 1)))


def check_rows(rows: np.ndarray, name: str, kind: str) -> None:
    """Raise `NotFiniteFeatures` or `UnsupportedModel` for rows that no arithmetic is possible with."""
    broken = int((~np.isfinite(rows).all(axis=1)).sum())
    if broken:
        raise NotFiniteFeatures(broken, kind)
    largest = float(np.abs(rows).max(initial=0))
    if largest > LARGEST:
        step = "Try `--dtype float32`, another `--layer`, or check the checkpoint's weights."
        raise UnsupportedModel(name, f"its features are as large as {largest:.1g}, and arithmetic on them fails", step)
