"""A short measured warm-up: a few batches of the real texts, and the beginning of an order."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from lit_hf.encoders.skeleton import token_lengths
from lit_hf.runtime.units import UNIT_THREADS, cores, side_by_side

if TYPE_CHECKING:
    from lit_hf.coding.rules import Rule
    from lit_hf.encoders import Encoder
    from lit_hf.runtime.inputs import Input

EMBED_SECONDS = 4.0
"""No larger sample is embedded once so many seconds have gone into one encoder."""
SAMPLES = (16, 64, 256)
"""Inputs of the samples, each larger one only if there is time for it; a shard of 256 is padded as all shards are."""
CODE_SECONDS = 8.0
CODE_MARKS = (256, 512, 1024, 2048)
"""Labels at which the time of coding is read, as far as `CODE_SECONDS` reach."""


@dataclass(frozen=True)
class EncoderSpeed:
    """Seconds to load the weights and to embed one input, and mean tokens of an input (None: not a text encoder)."""

    load: float
    each: float
    sample: int
    tokens: float | None


@dataclass(frozen=True)
class CoderSpeed:
    """Seconds after so many labels, of one order of as many as the cores code side by side."""

    labels: tuple[int, ...]
    seconds: tuple[float, ...]

    def of(self, labels: int) -> float:
        """Return the seconds of an order: between and beyond the marks the time grows in proportion to the labels.

        Refits look at all of the past (up to a cap), increments grow by 15 %, so that the sum over increments is
        proportional to the labels; a constant for the first, small increments comes on top.
        """
        if len(self.labels) > 1 and labels > self.labels[-1]:
            slope = (self.seconds[-1] - self.seconds[-2]) / (self.labels[-1] - self.labels[-2])
            return self.seconds[-1] + slope * (labels - self.labels[-1])
        return float(np.interp(labels, (0, *self.labels), (0.0, *self.seconds)))


def time_encoder(encoder: Encoder, inputs: Sequence[Input]) -> EncoderSpeed:
    """Embed samples of `inputs`, which are in random order; the first input pays for loading the weights."""
    began = time.perf_counter()
    encoder.encode(inputs[:1])
    load = time.perf_counter() - began
    spent, each, used = 0.0, load, 1
    for size in SAMPLES:
        sample = inputs[:size]
        if (each * len(sample) > EMBED_SECONDS - spent and used > 1) or len(sample) <= used < size:
            break
        began = time.perf_counter()
        encoder.encode(sample)
        took = time.perf_counter() - began
        spent, each, used = spent + took, took / len(sample), len(sample)
    lengths = token_lengths(encoder, inputs[:256])
    encoder.release()
    return EncoderSpeed(load, each, used, None if lengths is None else float(np.mean(lengths)))


def time_coder(dim: int, labels: np.ndarray, rule: Rule, device: str, limit: float = CODE_SECONDS) -> CoderSpeed:
    """Code the beginning of an order of `labels` [N] by `rule` on random features, on all cores at once, as units run.

    It takes about `limit` seconds at most, or as long as the first mark takes.
    """
    size = min(len(labels), CODE_MARKS[-1])
    many = cores() // UNIT_THREADS if device == "cpu" else 1
    found = side_by_side([partial(_marks, dim, labels[:size], rule, device, number, limit) for number in range(many)])
    shared = min(found, key=len)
    seconds = [max(each[place][1] for each in found) for place in range(len(shared))]
    return CoderSpeed(tuple(labels for labels, _ in shared), tuple(seconds))


def _marks(dim: int, labels: np.ndarray, rule: Rule, device: str, number: int, limit: float) -> list[tuple[int, float]]:
    """Return (labels coded, seconds) at each mark; times depend on the shapes, hardly on the values."""
    from lit_hf.coding.order import Code, Examples, Order
    from lit_hf.coding.rules import prepare_order

    size = len(labels)
    rows = np.random.default_rng(number).standard_normal((size, dim), dtype=np.float32)
    order = prepare_order(rows, Examples(labels, np.arange(size)), rule, Order(number), Code(device=device))
    coder = rule.coder(order, labels[order.index])
    found, began = list[tuple[int, float]](), time.perf_counter()
    for mark in (*(mark for mark in CODE_MARKS if mark < size), size):
        done = coder.advance(to=mark)
        found.append((done, time.perf_counter() - began))
        if found[-1][1] > limit / 2:  # the next mark takes about as long again
            break
    return found
