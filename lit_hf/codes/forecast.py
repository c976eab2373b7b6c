"""Predictive distributions of numbers, and what they give to bins of a stated width.

    P(bin k) = F((k + 1/2) d) - F((k - 1/2) d)

F: the distribution function of Student's t with a location, a scale and degrees of freedom. Never a bare density, which
repeated targets send to infinity. Everything is in units of the bin width d, so that bin k is [k - 1/2, k + 1/2].
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

NODES, NODE_WEIGHTS = np.polynomial.legendre.leggauss(5)
NARROW = (
    0.5  # of the scale: bins below are integrated over the density, which no cancellation touches (1e-10, relative)
)


@dataclass(frozen=True)
class Forecast:
    """E predictive distributions for each of b numbers: `location`, `scale`, `freedom`, float64 [E, b], in bins."""

    location: np.ndarray
    scale: np.ndarray
    freedom: np.ndarray

    def log_mass(self, bins: np.ndarray) -> np.ndarray:
        """Return the natural logarithm of what each distribution gives to `bins` int64 [b]: float64 [E, b]."""
        centre = -np.abs((bins - self.location) / self.scale)  # symmetric: the tail below is the exact one
        width = 1 / self.scale
        narrow = width < NARROW
        found = np.empty_like(centre)
        found[narrow] = _over_density(centre[narrow], width[narrow], self.freedom[narrow])
        found[~narrow] = _by_difference(centre[~narrow], width[~narrow], self.freedom[~narrow])
        return found

    def below(self, bins: np.ndarray) -> np.ndarray:
        """Return the probability of all below the middle of `bins` int64 [b]: float64 [E, b]."""
        from scipy.special import stdtr

        return np.asarray(stdtr(self.freedom, (bins - self.location) / self.scale))


def log_density(z: np.ndarray, freedom: np.ndarray) -> np.ndarray:
    """Return the natural logarithm of Student's density at standardised `z`."""
    from scipy.special import gammaln

    constant = gammaln((freedom + 1) / 2) - gammaln(freedom / 2) - 0.5 * np.log(freedom * np.pi)
    return np.asarray(constant - (freedom + 1) / 2 * np.log1p(z * z / freedom))


def _over_density(centre: np.ndarray, width: np.ndarray, freedom: np.ndarray) -> np.ndarray:
    """Integrate the density over narrow bins: Gauss and Legendre's rule of five nodes."""
    at = centre + 0.5 * width * NODES[:, None]
    logs = log_density(at, freedom) + np.log(NODE_WEIGHTS / 2)[:, None]
    top = logs.max(0)
    return np.asarray(top + np.log(np.exp(logs - top).sum(0)) + np.log(width))


def _by_difference(centre: np.ndarray, width: np.ndarray, freedom: np.ndarray) -> np.ndarray:
    """Subtract distribution functions; where both underflow, take the least density of the bin times its width.

    That is less than the bin's probability, so that all bins together still have at most one.
    """
    from scipy.special import stdtr

    mass = stdtr(freedom, centre + width / 2) - stdtr(freedom, centre - width / 2)
    least = log_density(centre - width / 2, freedom) + np.log(width)
    return np.asarray(np.where(mass > 1e-290, np.log(np.maximum(mass, 1e-290)), least))
