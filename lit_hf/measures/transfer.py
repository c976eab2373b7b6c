"""Information transfer: how many bits fewer the labels cost with the encoder than with its random twin.

    L_IT = E over initialisations of L_preq(M_0) - L_preq(M)    [bits]

Zhang, Li, Dou, Wu (2020), "Measuring Information Transfer in Neural Networks", arXiv 2009.07624. With a frozen
encoder only the probes learn, and the value is called L_IT (frozen). It may be negative, and is never clipped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from lit_hf.measures.intervals import Interval, interval, twin_terms


class Coded(Protocol):
    """Bits of one arm over its orders."""

    def by_group(self) -> tuple[np.ndarray, np.ndarray]: ...

    @property
    def per_example(self) -> np.ndarray: ...

    @property
    def order(self) -> np.ndarray: ...


class BothArms(Protocol):
    """The arms that are compared; `twin_parts` are the bits of further twins for the first `part` labels of order 0."""

    @property
    def encoder(self) -> Coded: ...
    @property
    def twin(self) -> Coded | None: ...
    @property
    def part(self) -> int: ...
    @property
    def twin_parts(self) -> tuple[float, ...]: ...


@dataclass(frozen=True)
class Comparison:
    """Intervals of the transfer, and of the mean codelength over twins."""

    transfer: Interval
    twin: Interval


def compare_arms(arms: BothArms, level: float = 0.95) -> Comparison:
    """Return L_IT with its interval, paired by group and order.

    The twin's codelength is that of the first initialisation plus the mean paired difference of all T on the first
    part of order 0, scaled to the whole: an estimate of the mean over initialisations.
    """
    assert arms.twin is not None
    (twin, order), (encoder, _) = arms.twin.by_group(), arms.encoder.by_group()
    first = float(arms.twin.per_example[0][arms.twin.order[0][: arms.part]].sum())
    scale = arms.twin.per_example.shape[1] / arms.part
    shift, spread = twin_terms(first, list(arms.twin_parts), scale)
    return Comparison(
        interval(twin - encoder, order, level=level, twins=spread, shift=shift),
        interval(twin, order, level=level, twins=spread, shift=shift),
    )
