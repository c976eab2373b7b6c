"""Information curves on real features: do 80 % bands of forecasts cover what came, and does L_IT^n grow with n?"""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks.dataset_kept import Kept, Target, show
from lit_hf.studies.next_labels import TIMES

ORDERS, LEAST = 3, 500
AROUND = 2**0.25
"""A block of labels about n reaches from n / AROUND to n * AROUND: half a doubling, as the blocks of the forecast."""


def info(kept: Kept) -> list[Target]:
    """Print coverage and error of forecasts for each quantity and distance, and the curves; return the targets."""
    found = {
        name: kept.piece(f"info-{name}-{limit}", partial(one, name, limit)) for name, limit in kept.size.curves.items()
    }
    rows, out = [], []
    for quantity in ("bits", "errors"):
        for times in TIMES:
            known = {name: _of(piece, quantity, times) for name, piece in found.items()}
            known = {name: each for name, each in known.items() if each}
            covered = float(np.mean([np.mean([one["inside"] for one in each]) for each in known.values()]))
            ours, still = (
                float(np.median([np.mean([one[key] for one in each]) for each in known.values()]))
                for key in ("error", "no_change")
            )
            rows.append([quantity, f"{times} x", len(known), sum(map(len, known.values())), covered, ours, still])
            out.append(Target(0.70 <= covered <= 0.93, f"{quantity} at {times} x: 80 % bands cover {covered:.2f}"))
            out.append(Target(ours < still, f"{quantity} at {times} x: median error {ours:.3f}, no change {still:.3f}"))
    show(("forecast of", "at", "sets", "forecasts", "covered", "median relative error", "of no change"), rows)
    show(("set", "k", "L_IT^n, half-width"), [[name, piece["tail"], _spoken(piece)] for name, piece in found.items()])
    falls = [name for name, piece in found.items() if _falls(piece)]
    return [
        *out,
        Target(not falls, f"L_IT^n monotone within its intervals on {len(found) - len(falls)} of {len(found)}"),
    ]


def _of(piece: dict[str, Any], quantity: str, times: int) -> list[dict[str, Any]]:
    return [each for each in piece["forecasts"] if (each["quantity"], each["times"]) == (quantity, times)]


def _spoken(piece: dict[str, Any]) -> str:
    curve = zip(piece["labels"], piece["bits"], strict=True)
    return ", ".join(f"{n:,}: {middle:.0f} ± {middle - low:.0f}" for n, (middle, low, _) in curve if n)


def _falls(piece: dict[str, Any]) -> bool:
    bits = piece["bits"]
    return any(after[2] < before[1] for before, after in pairwise(bits))


def one(name: str, limit: int) -> dict[str, Any]:
    """Return the information curve of one set, and forecasts from its beginnings beside what came."""
    from benchmarks.sets import load
    from lit_hf.data import information_curve

    data = load(name, limit)
    count = len(data.labels)
    found = information_curve(data.features, data.labels, orders=ORDERS)
    along = _along(data.features, data.labels)
    forecasts = []
    for start in (int(count / AROUND / times / half) for times in TIMES for half in (1, 2)):
        if start >= LEAST:
            forecasts += _forecasts(along, _along(data.features[:start], data.labels[:start]))
    bits = [(each.estimate, each.low, each.high) for each in found.bits]
    return {"tail": found.tail, "labels": found.labels, "bits": bits, "forecasts": forecasts}


def _along(features: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return bits and errors [orders, N] along whole orders."""
    from lit_hf.coding.arrays import checked
    from lit_hf.coding.codelength import code_order
    from lit_hf.coding.order import Code, Order

    examples, rule = checked(features, labels, None, int(labels.max()) + 1)
    curves = [code_order(features, examples, rule, Order(number, 0, False), Code()) for number in range(ORDERS)]
    return np.stack([each.bits for each in curves]), 1.0 - np.stack([each.correct for each in curves])


def _forecasts(whole: tuple[np.ndarray, np.ndarray], first: tuple[np.ndarray, np.ndarray]) -> list[dict[str, Any]]:
    """Return forecasts from the first labels alone, and how far they were from the mean about their target."""
    from lit_hf.measures.label_forecast import MISFIT_BITS, MISFIT_ERRORS, block_means, forecast

    out, known = [], first[0].shape[1]
    misfits = {"bits": MISFIT_BITS, "errors": MISFIT_ERRORS}
    for (quantity, misfit), came, seen in zip(misfits.items(), whole, first, strict=True):
        for times in TIMES:
            low, high = int(times * known / AROUND), int(times * known * AROUND)
            if high > came.shape[1]:
                continue
            true, now = float(came[:, low:high].mean()), float(block_means(seen)[1][-1])
            ahead = forecast(seen, times * known, misfit)
            out.append({
                "quantity": quantity, "times": times, "from": known, "true": true,
                "inside": ahead.low <= true <= ahead.high,
                "error": abs(ahead.median - true) / true, "no_change": abs(now - true) / true,
            })  # fmt: skip
    return out
