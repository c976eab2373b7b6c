"""Racing against full runs: is the winner kept, what does embedding cost, does the assumption hold.

For each set, every encoder is coded to the end in many random orders. Each order is then raced (replayed), its
finalists compared over that order and the next ones, and the winner looked up in the full run's set of checkpoints that
cannot be told from the best. The cost is tokens times parameters, as a share of the full run's.

    python benchmarks/racing.py                                         # hours on two cores
    python benchmarks/racing.py --sets bbc --encoders L6 L3 "L6 2 bits" --examples 800 --orders 4
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import field
from lit_hf.ranking.audit import audit, embedding_cost, replay
from lit_hf.ranking.intervals import beaten_by, compare_all, ties_with_best
from lit_hf.ranking.racing import Rules, bounded
from lit_hf.runtime.progress import NullProgress
from lit_hf.runtime.units import run_units
from lit_hf.selection.stages import stages

CLEAR = 0.05  # bits per label behind the best: the target is stated for sets where all but two are


def full_run(
    data: field.Texts, names: Sequence[str], orders: int, cache: Path, max_tokens: int
) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """Return bits [M, K, N] by example, order [K, N], and parameters of each encoder; done encoders are read back."""
    from lit_hf.coding.codelength import code_order
    from lit_hf.coding.order import Code, Examples, Order
    from lit_hf.coding.rules import Alphabet
    from lit_hf.probes.bank import bank_hash

    bits, sizes, order = [], [], np.empty(0)
    groups = np.arange(len(data.texts))
    for name in names:
        encoder = field.open_encoder(name, max_tokens)
        sizes.append(encoder.info.parameters)
        file = cache / f"{data.name}-{len(groups)}-{max_tokens}-{orders}-{bank_hash()}-{name.replace(' ', '_')}.npz"
        if not file.is_file():
            rows = field.embed(encoder, data.texts)
            make = partial(code_order, rows, Examples(data.labels, groups), Alphabet(data.classes), code=Code())
            units = [partial(make, order=Order(k, keep_first=False)) for k in range(orders)]
            curves = run_units(units, NullProgress(), name)
            file.parent.mkdir(parents=True, exist_ok=True)
            np.savez(file, bits=[c.by_example for c in curves], order=[c.index for c in curves])
        with np.load(file) as stored:
            bits.append(stored["bits"])
            order = stored["order"]
        print(f"{data.name:14s} {name:14s} {bits[-1].sum(1).mean():9.1f} bits", flush=True)
    return np.stack(bits), order, sizes


def race(data: field.Texts, names: Sequence[str], bits: np.ndarray, order: np.ndarray, sizes: list[int],
         tokens: np.ndarray, finals: int, rules: Rules) -> dict[str, Any]:  # fmt: skip
    """Race every order; return how often the winner was kept, the cost of each race, and violations of assumption A."""
    count, total = bits.shape[1:]
    ends = [stop.groups for stop in stages(SimpleNamespace(groups=np.arange(total), size=total))]  # type: ignore[arg-type]
    means = bits.sum(2).mean(1)
    tied = ties_with_best(means.tolist(), beaten_by(compare_all(bits, order=order), len(bits)))
    races = [_one(bits, order, k, ends, data.classes, tokens, sizes, finals, rules) for k in range(count)]
    behind = (means - means.min()) / total
    return {
        "set": data.name, "examples": total, "races": count, "asymptotic": rules.asymptotic,
        "bits": dict(zip(names, means.round(1).tolist(), strict=True)), "tied_with_best": [names[m] for m in tied],
        "all_but_two_clearly_behind": int((behind > CLEAR).sum()) >= len(names) - 2,
        "winner_kept": sum(each["winner"] in tied for each in races),
        "cost_mean": float(np.mean([each["cost"] for each in races])),
        "cost_worst": float(np.max([each["cost"] for each in races])),
        "eliminations": sum(each["out"] for each in races),
        "violations": sum(each["violations"] for each in races),
        "overtook": sum(each["overtook"] for each in races),
    }  # fmt: skip


def _one(bits: np.ndarray, order: np.ndarray, k: int, ends: list[int], classes: int, tokens: np.ndarray,
         sizes: list[int], finals: int, rules: Rules) -> dict[str, Any]:  # fmt: skip
    along = bounded(bits[:, k, order[k]], classes)
    eliminations = replay(along, ends, classes, rules)
    out = {each.model for each in eliminations}
    used = [(k + step) % bits.shape[1] for step in range(finals)]
    totals = bits[:, used].sum(2).mean(1)
    winner = min((m for m in range(len(bits)) if m not in out), key=lambda m: totals[m])
    findings = audit(along, ends, eliminations)
    return {
        "winner": winner, "out": len(out), "cost": embedding_cost(eliminations, tokens[order[k]], sizes),
        "violations": sum(each.violation is not None for each in findings),
        "overtook": sum(each.overtook for each in findings),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", nargs="+", default=["rotten", "bbc", "newsgroups20"], choices=field.SETS)
    parser.add_argument("--encoders", nargs="+", default=[*field.encoders(), "random twin"])
    parser.add_argument("--examples", type=int, default=8000)
    parser.add_argument("--max-tokens", type=int, default=field.MAX_TOKENS)
    parser.add_argument("--orders", type=int, default=20)
    parser.add_argument("--finals", type=int, default=3, help="orders that finalists are coded in")
    parser.add_argument("--output", type=Path, default=Path("runs/racing"))
    options = parser.parse_args()
    results = []
    for name in options.sets:
        data = field.load(name, options.examples)
        keep = options.output / "bits"
        bits, order, sizes = full_run(data, options.encoders, options.orders, keep, options.max_tokens)
        tokens = field.token_counts(data.texts, options.max_tokens)
        for rules in (Rules(), Rules(asymptotic=True)):
            results.append(race(data, options.encoders, bits, order, sizes, tokens, options.finals, rules))
            print(json.dumps(results[-1], indent=1), flush=True)
    (options.output / "racing.json").write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
