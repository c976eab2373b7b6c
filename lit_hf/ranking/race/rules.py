"""The rules of a race, and its constants. They were fixed before the replays that docs/ranking.md reports."""

from __future__ import annotations

from dataclasses import dataclass

SHRINK = 0.9
"""A gap is expected to keep this share of itself on what is left (rho)."""
LEAST_DRIFT = 0.02
"""q0 [bits per label and square root of a doubling]: no field drifts less."""
NOISE_DRIFT = 0.03
"""kappa: how much the drift of a gap is taken to grow with the standard deviation of a group's difference."""
NEAR = 0.3
"""Only pairs whose gap is smaller [bits per label] tell how the gaps that matter drift."""
LEAST_PAIRS = 3
"""With fewer pairs no drift is measured."""
LEAST_CODED = 256
"""Groups that must be coded before a verdict: below, forecasts were off by 2 to 6 of their standard errors."""
LEAST_GROUPS = 512
"""A stream with fewer groups holds no race."""
FEW_CLASSES = 4
"""Up to so many, a difference of two losses varies little (a standard deviation of .55 bits with two classes)."""


@dataclass(frozen=True)
class Certain:
    """A proof under the assumption that gaps shrink by no more than s per doubling, in place of the forecast's risk.

    `bound` [bits]: the largest loss of a group; the losses must be bounded by it.
    """

    bound: float


@dataclass(frozen=True)
class Rules:
    """What a race is asked.

    `within` [bits per label]: who ends by no more than this behind the best is as good (epsilon). `risk`: how likely
    somebody may end further ahead of the chosen one (delta). `budget`: the race ends before the next shell would cost
    more than this share of embedding everything, whatever the risk is then. `assumed` [bits per label and square root
    of a doubling]: the drift of a field of which none can be measured. `corrected`: whether the measured drift is put
    right for its windows (`Drift.square`); the other form is kept for comparison.
    """

    within: float = 0.02
    risk: float = 0.05
    budget: float | None = None
    assumed: float = 0.05
    certain: Certain | None = None
    corrected: bool = True

    @property
    def name(self) -> str:
        """Return what it goes by: forecast, budget or certain."""
        return "certain" if self.certain else "forecast" if self.budget is None else "budget"

    def leaves(self, started: int) -> float:
        """Return the risk below which one of `started` candidates leaves."""
        return self.risk / (2 * started)

    def returns(self, started: int) -> float:
        """Return the risk above which one that left comes back."""
        return self.risk / started


def default_within(classes: int | None) -> float:
    """Return epsilon: .02 with up to four classes, .05 with more and for numbers (None).

    A tie within epsilon needs about (1.64 s / epsilon)^2 labels: 2,000 with two classes (s = .55 bits) and .02, but
    13,000 with ten (s = 1.4).
    """
    return 0.02 if _few(classes) else 0.05


def assumed_drift(classes: int | None) -> float:
    """Return q for a field of which no drift can be measured: .05 with up to four classes, .11 with more, or none."""
    return 0.05 if _few(classes) else 0.11


def _few(classes: int | None) -> bool:
    return classes is not None and classes <= FEW_CLASSES
