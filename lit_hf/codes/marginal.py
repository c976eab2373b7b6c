"""The null code of numbers: a marginal distribution that is learned from the labels before, and looks at no input.

Normal data of unknown mean and variance under conjugate priors whose scales are 32^k bins, k = 0 .. 11, and whose means
lie within 1, 10^2, 10^4 or 10^6 scales of 0, mixed by Bayes: neither is known in advance, and finding both costs about
log2 48 bits. The predictive distributions are Student's t in closed form. Beside it Cauchy distributions of all scales
with weight 1 / (n + 2), a floor for outliers; and two urns for targets that repeat, P(k) = (n_k + a Q(k)) / (n + a),
a = 1 and 100, Q being the former. Weights 1/2, 1/4, 1/4.
Bernardo and Smith (1994), "Bayesian Theory", 5.2; Blackwell and MacQueen (1973).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np

from lit_hf.codes.baselines import group_starts
from lit_hf.codes.curve import Curve
from lit_hf.codes.forecast import Forecast

SCALES = 32.0 ** np.arange(12)
PSEUDO_MEANS = (1.0, 1e-4, 1e-8, 1e-12)  # labels' worth of the prior's mean 0
SHAPE = 0.5  # of the prior of the variance: half its degrees of freedom
URNS = (1.0, 100.0)
NULLS = ("marginal",)


def marginal_bits(bins: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return the bits [N] that each label costs under the marginal code; `bins` int64 [N] in stream order.

    `groups` int64 [N], non-decreasing: what is counted moves at the end of a group.
    """
    starts = group_starts(groups)
    normal = _normal(bins, starts)
    urns = [_urn(bins, starts, normal, size) for size in URNS]
    parts = np.stack([normal, *urns])
    return -bayes(parts, np.array([0.5, 0.25, 0.25]))[0] / np.log(2)


def bayes(logs: np.ndarray, prior: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mix codes by Bayes' rule: `logs` [P, N], natural logarithms of what each gave to the labels.

    Returns the mixture's logarithms [N] and its weights before each label, [P, N].
    """
    before = np.log(prior)[:, None] + np.cumsum(logs, 1) - logs
    before -= _log_sum(before)
    return _log_sum(before + logs), np.exp(before)


def beside_marginal(probes: Curve, bins: np.ndarray) -> Curve:
    """Return the curve under the Bayes node over (marginal, probes), 1/2 each: code <= marginal + 1 bit, always.

    The probes' first increment, of which they know nothing, is the marginal's, who learns from label to label.
    """
    null, starts = marginal_bits(bins, probes.groups), probes.edges[:-1]
    paid, experts = probes.bits.copy(), probes.expert_bits.copy()
    first = probes.edges[1]
    paid[:first], experts[0] = null[:first], null[:first].sum()
    logs, weights = bayes(-np.stack([null, paid]) * np.log(2), np.array([0.5, 0.5]))
    top = weights[:, starts].T
    return replace(
        probes,
        bits=-logs / np.log(2),
        names=(*probes.names, *NULLS),
        expert_bits=np.column_stack([experts, np.add.reduceat(null, starts)]),
        parts=(*probes.parts, *NULLS),
        weights=np.column_stack([probes.weights * top[:, 1:], top[:, :1]]),
    )


def prior_forecast(rows: int) -> Forecast:
    """Return what is known before any label: Cauchy distributions about 0 of all `SCALES`, for `rows` numbers."""
    scale = np.repeat(SCALES[:, None], rows, 1)
    return Forecast(np.zeros_like(scale), scale, np.ones_like(scale))


def _normal(bins: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Return natural logarithms [N]: the scales mixed, and the prior beside them."""
    found = np.concatenate([_conjugate(bins, starts, pseudo).log_mass(bins) for pseudo in PSEUDO_MEANS])
    learned = bayes(found, np.full(len(found), 1 / len(found)))[0]
    wide = _log_sum(prior_forecast(len(bins)).log_mass(bins) - np.log(len(SCALES)))
    share = 1 / (starts + 2)
    return np.logaddexp(learned + np.log1p(-share), wide + np.log(share))


def _conjugate(bins: np.ndarray, starts: np.ndarray, pseudo: float) -> Forecast:
    """Return the predictive distributions [12, N] given the labels of earlier groups, for one prior of the mean."""
    values = bins.astype(np.float64)
    shifted = values - values[0]  # sums of squares about a label: numbers far from 0 lose no digits
    sums, squares = (np.append(0.0, np.cumsum(part))[starts] for part in (shifted, shifted * shifted))
    return conjugate(starts.astype(np.float64), values[0], sums, squares, pseudo)


def conjugate(n: np.ndarray, first: float, sums: np.ndarray, squares: np.ndarray, pseudo: float) -> Forecast:
    """Return the predictive distributions [12, m] after `n` [m] labels; sums and squares are of labels minus `first`.

    pseudo: how many labels' worth the prior's mean 0 is.
    """
    mean = np.where(n > 0, first + sums / np.maximum(n, 1), 0.0)
    spread = np.maximum(squares - sums * sums / np.maximum(n, 1), 0.0)
    weight, shape = pseudo + n, SHAPE + n / 2
    about = spread + pseudo * n / weight * mean * mean
    rate = SHAPE * SCALES[:, None] ** 2 + 0.5 * about
    scale = np.sqrt(rate * (weight + 1) / (shape * weight))
    centre = np.broadcast_to(n * mean / weight, scale.shape)
    return Forecast(centre, scale, np.broadcast_to(2 * shape, scale.shape))


def _urn(bins: np.ndarray, starts: np.ndarray, base: np.ndarray, size: float) -> np.ndarray:
    """Return natural logarithms [N] of the urn; `base` [N]: logarithms of Q for each label."""
    counts, seen, done, values = np.empty(len(bins)), Counter[int](), 0, bins.tolist()
    for place, start in enumerate(starts.tolist()):
        seen.update(values[done:start])
        counts[place], done = seen[values[place]], max(done, start)
    return np.log((counts + size * np.exp(base)) / (starts + size))


def _log_sum(logs: np.ndarray) -> np.ndarray:
    """Return log sum exp over the first axis."""
    top = logs.max(0)
    return np.asarray(top + np.log(np.exp(logs - top).sum(0)))
