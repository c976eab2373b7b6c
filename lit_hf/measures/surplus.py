"""Surplus description length and sample complexity for a wanted loss.

    SDL(eps) = sum_i (l_i - eps)_+                                      [bits]
    eSC(eps) = least n with expected loss after n labels <= eps         [labels]

Whitney, Song, Brandfonbrener, Altosaar, Cho (2020), "Evaluating representations by the complexity of learning
low-loss predictors", arXiv 2009.07368. l is the falling curve (lit_hf/measures/isotonic.py): its blocks hold at least
a tenth of the past, which is how finely n is told. Censored: when the curve does not come down to eps within the
stream, SDL is a lower bound (what is missing is paid beyond) and eSC is more than N. SDL(0) is the codelength; above
the first loss both are 0.
"""

from __future__ import annotations

from dataclasses import dataclass

from lit_hf.measures.isotonic import Isotonic, reached


@dataclass(frozen=True)
class Surplus:
    """`bits` above `eps` bits per label, after how many `labels` eps is reached; with `censored` both are lower
    bounds.
    """

    eps: float
    bits: float
    labels: int
    censored: bool


def surplus(curve: Isotonic, eps: float) -> Surplus:
    """Return SDL and eSC of a falling curve at `eps` bits per label."""
    bits = float(((curve.losses - eps).clip(min=0) * curve.sizes).sum())
    labels = reached(curve, eps)
    return Surplus(eps, bits, curve.labels if labels is None else labels, labels is None)
