"""The bank for numbers: which probes predict them, as a pure function of (dimension, device)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from lit_hf.probes.number import Heavy, NumberProbe

NUMBER_VERSION = "1"
NUMBER_KINDS = ("bayes", "plain", "fourier", "perceptron")
GRID = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)  # times the columns: from 300 times the noise to a thirtieth
FOURIER = 384


@dataclass(frozen=True)
class NumberBank:
    """Probes in families, one for each kind."""

    families: tuple[NumberProbe, ...]
    kinds: tuple[str, ...]


def number_hash(device: str = "cpu", kinds: Sequence[str] = NUMBER_KINDS) -> str:
    """Return 16 hex digits over the rule by which banks for numbers are made."""
    rule = f"number bank {NUMBER_VERSION}: {' '.join(kinds)}, on {torch.device(device).type}"
    return hashlib.blake2b(rule.encode(), digest_size=8).hexdigest()


def number_bank(dim: int, *, device: str = "cpu", kinds: Sequence[str] = NUMBER_KINDS) -> NumberBank:
    """Return fresh probes for features of `dim` columns."""
    return NumberBank(tuple(Heavy(_BUILDERS[kind](dim, device)) for kind in kinds), tuple(kinds))


def _refit(dim: int) -> float:
    return 1.0 if dim <= 1024 else 1.5


def _bayes(dim: int, device: str) -> NumberProbe:
    from lit_hf.probes.bayes_linear import BayesLinear

    return BayesLinear(dim, [dim * share for share in GRID], refit=_refit(dim), device=device)


def _plain(dim: int, device: str) -> NumberProbe:
    """Columns as they are: directions of large variance are believed more. Features come with a variance of about 1."""
    from lit_hf.probes.bayes_linear import BayesLinear

    penalties = [dim * share for share in GRID]
    return BayesLinear(dim, penalties, name="plain", standard=False, refit=_refit(dim), device=device)


def _fourier(dim: int, device: str) -> NumberProbe:
    from lit_hf.probes.fourier_bayes import FourierBayes

    return FourierBayes(dim, [FOURIER * share for share in (0.003, 0.03, 0.3, 3.0)], features=FOURIER, device=device)


def _perceptron(dim: int, device: str) -> NumberProbe:
    from lit_hf.probes.number_mlp import NumberPerceptron

    return NumberPerceptron(dim, device=device)


_BUILDERS: dict[str, Callable[[int, str], NumberProbe]] = {
    "bayes": _bayes,
    "plain": _plain,
    "fourier": _fourier,
    "perceptron": _perceptron,
}
