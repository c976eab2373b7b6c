"""Sources of labelled streams whose estimand can be had by brute force, to see how often intervals hold what they
promise.

A source has a latent z ~ N(+-mean, I) for two classes. The encoder is one fixed map of z, each random twin a fresh
random one. Hundreds of thousands of streams are needed, so they are coded side by side by a small coder: increments
and top node are those of `lit_hf.codes`, the probe is a shrunk linear discriminant in batched numpy. An interval
knows bits, not probes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lit_hf.codes.nulls import with_nulls
from lit_hf.codes.schedule import increments


@dataclass(frozen=True)
class Source:
    """`n` labels; features of `dim` columns; `signal`: distance of a class mean from zero in the encoder's columns.

    latent: columns of z; the encoder sees the first `dim` (the classes differ there alone), a twin a random mixture of
    all. positive: share of class 1. blind: the encoder is a random map like its twins: the transfer is about zero.
    """

    n: int = 300
    dim: int = 16
    latent: int = 48
    signal: float = 1.5
    positive: float = 0.5
    blind: bool = False

    def draw(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return a fresh stream: z [n, latent] and labels int64 [n]."""
        labels = (rng.random(self.n) < self.positive).astype(np.int64)
        mean = np.where(np.arange(self.latent) < self.dim, self.signal / np.sqrt(self.dim), 0.0)
        return (2 * labels[:, None] - 1) * mean + rng.normal(size=(self.n, self.latent)), labels

    def encode(self, z: np.ndarray) -> np.ndarray:
        return self.twin(z, 12345) if self.blind else z[:, : self.dim]

    def twin(self, z: np.ndarray, initialisation: int) -> np.ndarray:
        """Return one layer of random weights: features [n, dim]."""
        weights = np.random.default_rng([77, initialisation]).normal(size=(self.latent, self.dim))
        return np.tanh(z @ weights / np.sqrt(self.latent))


AMOUNTS, HEATS = (3.0, 1.0, 0.3), (1.0, 0.5, 0.2)

SOURCES = {
    "strong": Source(signal=2.0, dim=24),
    "weak": Source(signal=0.7, dim=24),
    "zero": Source(signal=1.5, dim=24, blind=True),
    "imbalanced": Source(signal=1.5, dim=24, positive=0.15),
    "d > N": Source(n=80, dim=100, latent=128, signal=2.5),
}


def code_side_by_side(features: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return bits [B, n] of B streams at once: features [B, n, d], labels [B, n] of two classes.

    The probes are linear discriminants with within-class covariances shrunk by amount * d / n towards a multiple of the
    identity (`lit_hf.probes.discriminant`), halved in confidence or not, refitted at each increment and mixed by Bayes.
    """
    experts = [(amount, heat) for amount in AMOUNTS for heat in HEATS]
    paid = np.empty((len(experts), *labels.shape))
    known = np.zeros((len(experts), len(labels)))  # bits each expert has paid
    mixed = np.empty(labels.shape)
    for start, stop in increments(np.arange(labels.shape[1])):
        now = slice(start, stop)
        odds = {a: _discriminant(features[:, :start], labels[:, :start], features[:, now], a) for a in AMOUNTS}
        sign = 1 - 2 * labels[:, now]
        for row, (amount, heat) in zip(paid, experts, strict=True):
            row[:, now] = np.logaddexp(0.0, sign * heat * odds[amount]) / np.log(2)
        weights = np.exp2(known.min(0) - known)
        weights /= weights.sum(0)
        mixed[:, now] = -np.log2((weights[..., None] * np.exp2(-paid[:, :, now])).sum(0))
        known += paid[:, :, now].sum(2)
    groups = np.arange(labels.shape[1])
    return np.stack([with_nulls(row, mine, groups, 2)[0] for row, mine in zip(mixed, labels, strict=True)])


def _discriminant(past: np.ndarray, labels: np.ndarray, rows: np.ndarray, amount: float) -> np.ndarray:
    """Return log odds [B, b] of class 1 for `rows` [B, b, d] after `past` [B, m, d]; zero before 16 rows."""
    count, dim = past.shape[1:]
    if count < 16:
        return np.zeros(rows.shape[:2])
    ones = labels[..., None]
    sizes = np.stack([(1 - ones).sum(1), ones.sum(1)], 1)  # [B, 2, 1]
    mean = past.mean(1)
    sums = np.stack([(past * (1 - ones)).sum(1), (past * ones).sum(1)], 1)
    offsets = (sums - sizes * mean[:, None]) / (sizes + 1)
    residual = past - mean[:, None] - np.take_along_axis(offsets, np.broadcast_to(ones, past.shape), 1)
    within = residual.transpose(0, 2, 1) @ residual / count
    shrink = min(1.0, amount * dim / count)
    level = np.trace(within, axis1=1, axis2=2)[:, None, None] / dim
    system = (1 - shrink) * within + (shrink * level + 1e-9) * np.eye(dim)
    weights = np.linalg.solve(system, offsets.transpose(0, 2, 1))  # [B, d, 2]
    middle = 0.5 * (offsets.transpose(0, 2, 1) * weights).sum(1)  # [B, 2]
    prior = np.log((sizes[..., 0] + 0.5) / (count + 1))
    score = (rows - mean[:, None]) @ weights - middle[:, None] + prior[:, None]
    return score[..., 1] - score[..., 0]


ORDERS, TWINS, MORE = 3, 3, 8


@dataclass(frozen=True)
class Bits:
    """One arm as `compare_arms` reads it: bits by example and the order of examples, both [R, n]."""

    per_example: np.ndarray
    order: np.ndarray

    def by_group(self) -> tuple[np.ndarray, np.ndarray]:
        return self.per_example, self.order


@dataclass(frozen=True)
class Arms:
    """One dataset, coded as an evaluation codes it; `more`: its L_IT [MORE] in further orders, each with its own
    twin.
    """

    encoder: Bits
    twin: Bits
    part: int
    twin_parts: tuple[float, ...]
    more: np.ndarray


def replicate(name: str, seed: int, share: float = 1.0) -> Arms:
    """Draw and code one fresh dataset; the further twins code the first `share` of the first order."""
    source, rng = SOURCES[name], np.random.default_rng([seed, *name.encode()])
    z, labels = source.draw(rng)
    orders = np.stack([rng.permutation(source.n) for _ in range(ORDERS + MORE)])
    twins = [source.twin(z, 1000 * seed + t) for t in range(TWINS + MORE)]
    encoded = source.encode(z)
    first, further = orders[:ORDERS], orders[ORDERS:]
    jobs = [(encoded, order) for order in orders]
    jobs += [(twins[0], order) for order in first] + [(twins[t], first[0]) for t in range(1, TWINS)]
    jobs += list(zip(twins[TWINS:], further, strict=True))
    bits = code_side_by_side(np.stack([x[order] for x, order in jobs]), np.stack([labels[order] for _, order in jobs]))
    encoder, mine, others, more = np.split(bits, np.cumsum([len(orders), ORDERS, TWINS - 1]))
    part = round(share * source.n)
    return Arms(
        Bits(_by_example(encoder[:ORDERS], first), first),
        Bits(_by_example(mine, first), first),
        part,
        tuple(others[:, :part].sum(1).tolist()),
        more.sum(1) - encoder[ORDERS:].sum(1),
    )


def _by_example(bits: np.ndarray, orders: np.ndarray) -> np.ndarray:
    found = np.empty_like(bits)
    np.put_along_axis(found, orders, bits, 1)
    return found
