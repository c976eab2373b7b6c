"""What datasets share, where it is known: a copy, disjoint halves, supersets, random labels, closed forms."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from benchmarks.dataset_kept import Kept, Target, mean_interval, show
from lit_hf.coding.after import Tail
from lit_hf.coding.order import Code, Examples
from lit_hf.coding.rules import Rule
from lit_hf.data import SharedPair, different_labels, shared_information
from lit_hf.studies.arms import Pair, Way, code_own
from lit_hf.studies.shared import QUANTITIES, forced
from lit_hf.studies.sides import side_of_arrays

NAME, COARSE, RANDOM, DRAWS = "rotten/encoder", "newsgroups20/encoder", 5, 200


def compare(kept: Kept) -> list[Target]:
    """Print all pairs whose answer is known; return the targets."""
    cases = kept.piece("compare", partial(known_pairs, kept.size.shared, kept.size.orders))["pairs"]
    rows = []
    for name, pair in cases.items():
        cells = [_spoken(pair[each]) for each in QUANTITIES]
        rows.append([name, pair["k"], *cells, _spoken(pair["forced"]["transfer"]), _chain(pair)])
    show(("A beside B", "k", *QUANTITIES, "forced transfer", "chain, B first and last"), rows)
    out = [*_targets(cases), *closed_forms(kept)]
    return out if kept.size.name == "quick" else [*out, *coarser(kept)]


def known_pairs(count: int, orders: int) -> dict[str, Any]:
    """Return what is found of pairs of datasets that are made of one."""
    from benchmarks.sets import load

    data = load(NAME, 2 * count)
    first, second = ((data.features[part], data.labels[part]) for part in (slice(count), slice(count, 2 * count)))
    both = data.features[: 2 * count], data.labels[: 2 * count]
    pairs = {"a copy": (first, first), "halves": (first, second), "a subset beside its superset": (first, both)}
    for draw in range(RANDOM if orders > 2 else 1):
        noise = second[0], np.random.default_rng([11, draw]).integers(0, data.classes, count)
        pairs[f"random labels {draw}"] = (first, noise)
    return {"pairs": {name: _plain(shared_information(*pair, orders=orders).pairs[0]) for name, pair in pairs.items()}}


def _plain(pair: SharedPair) -> dict[str, Any]:
    found = pair.to_dict()
    names = (*QUANTITIES, "forced", "chain")
    return {name: found[name] for name in names} | {"k": pair.coded_labels, "cold": pair.cold}


def _spoken(found: dict[str, Any]) -> str:
    low, high = found["interval"]
    return f"{found['bits']:.1f} ± {(high - low) / 2:.1f}"


def _chain(pair: dict[str, Any]) -> str:
    return f"{pair['chain']['given_first']:.0f}, {pair['chain']['given_last']:.0f}" if pair["chain"] else "none"


def _targets(cases: dict[str, Any]) -> list[Target]:
    copy, halves, subset = (cases[each] for each in ("a copy", "halves", "a subset beside its superset"))
    out = [
        Target(_holds_zero(each["unique"]), f"{name} has nothing of its own: unique {_spoken(each['unique'])}")
        for name, each in (("a copy", copy), ("a subset", subset))
    ]
    less = halves["unique"]["bits"] <= halves["own"]["bits"]
    out.append(
        Target(less, f"a half beside the other brings less: {_spoken(halves['unique'])} of {_spoken(halves['own'])}")
    )
    noise = [each["transfer"]["bits"] for name, each in cases.items() if name.startswith("random")]
    spoken = ", ".join(f"{each:+.2f}" for each in noise)
    out.append(Target(all(abs(each) <= 2 for each in noise), f"random labels within ±2 bits: {spoken}"))
    parts = [(each["own"], each["unique"], each["common"]) for each in cases.values()]
    sums = max(abs(own["bits"] - unique["bits"] - common["bits"]) for own, unique, common in parts)
    out.append(Target(sums < 1e-6, f"unique and common add up to own: at most {sums:.1e} bits off"))
    chains = [each["chain"] for name, each in cases.items() if name in ("halves", "random labels 0")]
    worst = max(abs(each["given_first"] / each["given_last"] - 1) for each in chains if each)
    return [*out, Target(worst <= 0.04, f"either order of two datasets costs the same within {worst:.1%}, at most 4 %")]


def _holds_zero(found: dict[str, Any]) -> bool:
    low, high = found["interval"]
    return bool(low <= 0 <= high)


def counted(
    features: object, examples: Examples, rule: Rule, code: Code, past: np.ndarray, tail: np.ndarray,
    edges: Sequence[int],
) -> dict[int, Tail]:  # fmt: skip
    """The KT code of two classes in place of the bank: features are not looked at."""
    found = {}
    for edge in edges:
        stream = examples.labels[np.concatenate([past[:edge], tail])]
        seen = np.stack([np.cumsum(stream == value) - (stream == value) for value in (0, 1)])
        bits = -np.log2((seen[stream, np.arange(len(stream))] + 0.5) / (seen.sum(0) + 1))
        found[edge] = Tail(bits[edge:], np.empty(0, bool), float(bits[:edge].sum()), tail)
    return found


def closed_form(known: int, coded: int) -> float:
    """Return the bits that `known` labels of a fair coin save on `coded` others by the KT code, in expectation."""
    from scipy.special import gammaln
    from scipy.stats import binom

    def cost(count: int) -> float:
        heads = np.arange(count + 1)
        nats = 2 * gammaln(0.5) - gammaln(heads + 0.5) - gammaln(count - heads + 0.5) + gammaln(count + 1)
        return float(binom.pmf(heads, count, 0.5) @ nats / np.log(2))

    return cost(coded) + cost(known) - cost(known + coded)


def closed_forms(kept: Kept) -> list[Target]:
    """Return whether a code that counts gives the closed form in forced arms: its interval over draws holds it."""
    out = []
    for known, coded in ((100, 1_000), (1_000, 1_000)):
        found = kept.piece(f"kt-{known}-{coded}", partial(_counted, known, coded))["bits"]
        middle, low, high = mean_interval(found)
        true = closed_form(known, coded)
        words = f"KT, n = {known:,}, k = {coded:,}: {middle:.2f} bits ({low:.2f} to {high:.2f}), closed form {true:.2f}"
        out.append(Target(low <= true <= high, words))
    return out


def _counted(known: int, coded: int) -> dict[str, Any]:
    way, rng, found, own = Way(Code(), code_after=counted), np.random.default_rng(6), [], 4 * coded
    rows = np.arange(own + known, dtype=np.float32)[:, None]
    for draw in range(DRAWS):
        labels = rng.integers(0, 2, own + known)
        first = side_of_arrays("a", (rows[:own], labels[:own]))
        pair = Pair.of(first, side_of_arrays("b", (rows[own:], labels[own:])))
        found.append(float(forced(code_own(first, way, draw), pair.code(way, draw))[1].sum()))
    return {"bits": found}


def coarser(kept: Kept) -> list[Target]:
    """Return what the twenty newsgroups say about their seven groups through a trunk, and when permuted."""
    found = kept.piece("coarser", partial(_coarser, kept.size.orders))
    fine, coarse, idle = (found[each] for each in ("fine", "coarse", "permuted"))
    return [
        Target(fine["interval"][0] > 0, f"fine labels say something of coarse ones: {_spoken(fine)} bits"),
        Target(coarse["interval"][1] > 0, f"coarse labels of fine ones: {_spoken(coarse)} bits"),
        Target(idle["interval"][0] <= 2, f"permuted fine labels say nothing: {_spoken(idle)} bits"),
    ]


def _coarser(orders: int) -> dict[str, Any]:
    from benchmarks.sets import load
    from scripts import assets

    data, names = load(COARSE), assets.newsgroups20()[2]
    groups = [name.split(".")[0] for name in names]
    kinds = sorted(set(groups))
    coarse = np.array([kinds.index(each) for each in groups])[data.labels]
    half = len(data.labels) // 2
    a, b = (data.features[:half], coarse[:half]), (data.features[half:], data.labels[half:])
    idle = b[0], np.random.default_rng(3).permutation(b[1])
    to_coarse, to_fine = (each.to_dict()["transfer"] for each in different_labels(a, b, orders=orders).pairs)
    return {
        "fine": to_coarse, "coarse": to_fine,
        "permuted": different_labels(a, idle, orders=orders).pairs[0].to_dict()["transfer"],
    }  # fmt: skip
