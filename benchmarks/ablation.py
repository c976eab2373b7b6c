"""What each kind of probe, and the stacker, earns in bits and costs in seconds on real features.

    python benchmarks/ablation.py [--sets rotten/encoder bbc/twin ...] [--limit N]

For each set: the default bank, the bank without each of its kinds, with each kind that is not in it, and the best
single expert. Seconds of one core are parted by a profiler into matrix products, factorisations (with the triangular
solves) and the rest; GFLOP are those of the products, counted by torch, which counts no factorisation.
"""

from __future__ import annotations

import argparse
import time
from typing import NamedTuple

import numpy as np
from sets import NAMES, Labelled, load

PRODUCTS = ("mm", "addmm", "addmm_", "bmm", "baddbmm", "dot", "mv")
FACTORS = ("linalg_cholesky_ex", "tril", "_cholesky_solve_helper", "cholesky_solve", "linalg_solve_ex", "_linalg_eigh")


class Phases(NamedTuple):
    """Shares of the time in matrix products and in factorisations, and GFLOP of the products."""

    products: float
    factors: float
    gflop: float


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--sets", nargs="+", default=list(NAMES), choices=NAMES)
    options.add_argument("--limit", type=int, default=None)
    given = options.parse_args()
    for name in given.sets:
        ablate(load(name, given.limit))


def ablate(data: Labelled) -> None:
    """Print one table: bits of a bank minus bits of the default one, and seconds of one core."""
    import torch

    from lit_hf.probes.bank import ALL_KINDS, KINDS

    torch.set_num_threads(1)
    whole, seconds, curve = coded(data, KINDS)
    single = min(zip(curve.expert_bits.sum(0), curve.names, strict=True))
    print(f"\n{data.name}: N = {len(data.labels):,}, d = {data.features.shape[1]}, C = {data.classes}")
    print(f"{'':28} {'bits':>10}      {'s':>10} {'products':>10} {'factors':>9} {'rest':>7} {'GFLOP':>7}")
    print(f"{'default bank':28} {whole:10,.0f} bits {seconds:8.1f} s{columns(data, KINDS, seconds)}", flush=True)
    stack = curve.expert_bits.sum(0)[curve.names.index("stack")]
    print(f"{'the stacker alone':28} {stack - whole:+10,.1f}")
    print(f"{'best expert in hindsight':28} {single[0] - whole:+10,.1f}           {single[1]}")
    families = curve.expert_bits[:, [curve.names.index(kind) for kind in KINDS]].sum(0)
    print(
        f"{'best family in hindsight':28} {families.min() - whole:+10,.1f}           {KINDS[int(families.argmin())]}",
        flush=True,
    )
    for kind in KINDS:
        report(data, f"without {kind}", tuple(k for k in KINDS if k != kind), whole)
    for kind in ALL_KINDS:
        if kind not in KINDS:
            report(data, f"with {kind}", (*KINDS, kind), whole)


def report(data: Labelled, label: str, kinds: tuple[str, ...], whole: float) -> None:
    bits, seconds, _ = coded(data, kinds)
    print(f"{label:28} {bits - whole:+10,.1f}      {seconds:8.1f} s{columns(data, kinds, seconds)}", flush=True)


def columns(data: Labelled, kinds: tuple[str, ...], seconds: float) -> str:
    found = phases(data, kinds)
    products, factors = seconds * found.products, seconds * found.factors
    return f" {products:10.2f} {factors:9.2f} {seconds - products - factors:7.2f} {found.gflop:7.0f}"


def phases(data: Labelled, kinds: tuple[str, ...]) -> Phases:
    """Code once more under a profiler, which measures by the clock and gives shares, and once under a counter."""
    from torch.profiler import ProfilerActivity, profile
    from torch.utils.flop_counter import FlopCounterMode

    with profile(activities=[ProfilerActivity.CPU]) as profiler:
        coded(data, kinds)
    with FlopCounterMode(display=False) as counter:
        coded(data, kinds)
    each = {event.key.removeprefix("aten::"): event.self_cpu_time_total / 1e6 for event in profiler.key_averages()}
    whole = sum(each.values())
    products, factors = (sum(each.get(name, 0.0) for name in names) / whole for names in (PRODUCTS, FACTORS))
    return Phases(products, factors, counter.get_total_flops() / 1e9)


def coded(data: Labelled, kinds: tuple[str, ...]):
    from lit_hf.coding.codelength import code_order
    from lit_hf.coding.order import Code, Examples, Order
    from lit_hf.coding.rules import Alphabet

    began = time.process_time()
    examples = Examples(data.labels, np.arange(len(data.labels)))
    curve = code_order(data.features, examples, Alphabet(data.classes), Order(), Code(probes=kinds))
    return curve.total, time.process_time() - began, curve


if __name__ == "__main__":
    main()
