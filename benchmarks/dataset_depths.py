"""Label errors: how far to read by planted errors where others are hidden, whether the bound holds, what it costs."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

import numpy as np

from benchmarks.dataset_errors import SHARE, flip, runs
from benchmarks.dataset_kept import Kept, Target, show
from lit_hf.data import label_errors

SHARES = (0.0, 0.02, 0.05, 0.08)
"""Shares of wrong labels in the simulated populations, in turn."""


def how_far(kept: Kept) -> list[Target]:
    """Print what planted errors say of hidden ones, on the sets and in simulations; return the targets."""
    rows, shares, out = [], [], []
    for (name, kind), found in runs(kept).items():
        known = [one["depths"][kind] for one in found if kind in one["depths"]]
        if not known:
            continue
        held = float(np.mean([each["held"] for each in known]))
        spread = 0.25 * np.mean(
            [1 / each["planted"] + 1 / one["wrong"] for each, one in zip(known, found, strict=True)]
        )
        half = 2.576 * float(np.sqrt(spread / len(known)))
        shares.append(held)
        bound = min(each["bound"] for each in known)
        rows.append([name, kind, held, f"{0.5 - half:.3f} to {0.5 + half:.3f}", known[0]["about"], bound, SHARE])
        out.append(Target(abs(held - 0.5) <= half, f"{name}, {kind}: half of the planted holds {held:.3f} of hidden"))
        out.append(Target(bound >= SHARE, f"{name}, {kind}: bound {bound:.3f} over a true {SHARE}"))
    show(("set", "flips", "half holds", "99 % band", "about", "least bound", "true share"), rows)
    pooled = float(np.mean(shares))
    out.append(Target(0.45 <= pooled <= 0.55, f"pooled, half of the planted holds {pooled:.3f} of hidden"))
    return [*out, bounds(kept), *real_bounds(kept), cost(kept)]


def bounds(kept: Kept) -> Target:
    """Return whether the bound holds in fresh draws of simulated populations, clean ones among them."""
    size, held = kept.size, []
    for draw in range(size.draws):
        piece = kept.piece(f"bound-{size.population}-{draw}", partial(simulated, draw, size.population))
        held += [each >= piece["share"] for each in piece["bounds"]]
    share = float(np.mean(held))
    words = f"bound over the truth in {share:.3f} of {len(held)} (kinds of errors in {size.draws} populations of "
    return Target(share >= 0.95, f"{words}{size.population:,} labels; at least .95 of at least 100)")


def simulated(draw: int, count: int) -> dict[str, Any]:
    """Return the share of wrong labels in one population of four classes, and the bounds."""
    rng, share = np.random.default_rng([7, draw]), SHARES[draw % len(SHARES)]
    labels = rng.integers(0, 4, count)
    features = rng.normal(size=(count, 32)) + rng.normal(size=(4, 32))[labels] * rng.uniform(0.3, 0.8)
    return _bounded(features.astype(np.float32), labels, share, draw)


def _bounded(features: np.ndarray, labels: np.ndarray, share: float, seed: int) -> dict[str, Any]:
    flipped = flip(features, labels, "uniform", seed, share)
    found = label_errors(features, flipped.given, seed=seed)
    return {"share": share, "bounds": [each.bound for each in found.depths if each.kind == "uniform"]}


def real_bounds(kept: Kept) -> list[Target]:
    """Return whether the bound holds in fresh draws of wrong labels of Fashion-MNIST."""
    from benchmarks.sets import load

    if not kept.size.real_draws:
        return []
    data, held = load("fashion/pixels", 2_000), []
    for draw in range(kept.size.real_draws):
        work = partial(_bounded, data.features, data.labels, SHARES[1 + draw % 3], 1_000 + draw)
        piece = kept.piece(f"bound-fashion-{draw}", work)
        held += [each >= piece["share"] for each in piece["bounds"]]
    return [Target(all(held), f"fashion/pixels: bound over the truth in {sum(held)} of {len(held)} draws")]


def cost(kept: Kept) -> Target:
    """Return the processor time of ten orders and the planted coding's five over that of `eval`'s three."""
    from benchmarks.sets import load

    name, limit = next(iter(kept.size.errors.items()))
    ratio = kept.piece("cost", partial(_cost, load(name, limit)))["ratio"]
    return Target(ratio <= 5.5, f"{name}: {ratio:.2f} times the coding time of three orders, at most 5.5")


def _cost(data: Any) -> dict[str, float]:
    import lit_hf

    began = time.process_time()
    lit_hf.codelength(data.features, data.labels, orders=3)
    middle = time.process_time()
    label_errors(data.features, data.labels)
    return {"ratio": (time.process_time() - middle) / (middle - began)}
