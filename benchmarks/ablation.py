"""What each kind of probe, and the stacker, earns in bits and costs in seconds on real features.

    python benchmarks/ablation.py [--sets rotten/encoder bbc/twin ...] [--limit N]

For each set: the default bank, the bank without each of its kinds, with each kind that is not in it, and the best
single expert.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from sets import NAMES, Labelled, load


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
    print(f"{'default bank':28} {whole:10,.0f} bits {seconds:8.1f} s")
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
    print(f"{label:28} {bits - whole:+10,.1f}      {seconds:8.1f} s", flush=True)


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
