"""The coder against block codes and preqtorch on real features: bits, time, growth, controls, all in one run.

    python benchmarks/coder.py [--parts bits time forward growth controls] [--sets rotten/encoder ...] [--limit N]

Bits are of one order. The block code is Voita and Titov's, with their linear probe and recipe, on features scaled as
for every probe here, and raw; the ratio is to the shorter of the two. Needs the `test` and `bench` extras and
`scripts/fetch_test_data.sh`.
"""

from __future__ import annotations

import argparse
import math
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from machine import PrivateMemory, matmul_gflops
from sets import NAMES, Labelled, load

PARTS = ("bits", "time", "forward", "growth", "controls")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--parts", nargs="+", default=list(PARTS), choices=PARTS)
    options.add_argument("--sets", nargs="+", default=list(NAMES), choices=NAMES)
    options.add_argument("--limit", type=int, default=None, help="take the first so many examples of each set")
    options.add_argument("--million", action="store_true", help="also code 1,000,000 x 768 from a memory map")
    given = options.parse_args()
    if "bits" in given.parts:
        compare_bits(given.sets, given.limit)
    if "controls" in given.parts:
        controls(given.sets, given.limit)
    if "time" in given.parts:
        compare_time()
    if "forward" in given.parts:
        compare_forward()
    if "growth" in given.parts:
        growth()
    if given.million:
        code_a_million()


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    found = work()
    return time.perf_counter() - began, found


def online(data: Labelled, code: str = "online") -> Any:
    """Code one set in one order, as it lies, on one thread."""
    import torch

    from lit_hf.coding.codelength import code_order
    from lit_hf.coding.order import Code, Examples, Order
    from lit_hf.coding.rules import Alphabet

    torch.set_num_threads(1)
    examples = Examples(data.labels, np.arange(len(data.labels)))
    return code_order(data.features, examples, Alphabet(data.classes), Order(), Code(code))


def compare_bits(names: list[str], limit: int | None) -> None:
    """Print bits of every coder on every set, and the ratios to the shorter block code."""
    import torch
    from processes import block_bits, online_bits

    columns = ("N", "uniform", "block", "block raw", "preq block", "preq online", "lit-hf", "ratio")
    print(f"{'set':16}" + "".join(f"{column:>12}" for column in columns))
    ratios = []
    for name in names:
        data = load(name, limit)
        rows, labels = torch.from_numpy(data.features), torch.from_numpy(data.labels)
        blocks = [online(data, code).total for code in ("block", "block-raw")]
        processes = [peer(rows, labels, data.classes) for peer in (block_bits, online_bits)]
        bits = [size_bits(data.labels, data.classes), *blocks, *processes, online(data).total]
        ratios.append(bits[-1] / min(blocks))
        print(f"{name:16}{len(labels):12,}" + "".join(f"{b:12,.0f}" for b in bits) + f"{ratios[-1]:12.3f}", flush=True)
    mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
    print(f"ratio to the shorter block code: at most {max(ratios):.3f} (target 0.97), mean {mean:.3f} (target 0.92)\n")


def controls(names: list[str], limit: int | None, seeds: int = 20) -> None:
    """Print what random labels cost above uniform, and the transfer that is seen where there is none."""
    size = min(limit or 2000, 2000)
    heading = f"controls, {seeds} seeds"
    print(f"{heading:22}{'worst code - reference':>24}{'shorter than -5':>17}{'worst |L_IT|':>14}")
    for name in names:
        if name.endswith("/twin"):
            continue
        data = load(name, size)
        other = load(name.replace("/encoder", "/twin"), size) if name.endswith("/encoder") else data
        excess, transfer = [], []
        for seed in range(seeds):
            generator = np.random.default_rng(seed)
            permuted = generator.permutation(data.labels)
            drawn = generator.integers(0, data.classes, len(permuted))
            for labels, reference in (
                (drawn, size_bits(drawn, data.classes)),
                (permuted, shortest_null(permuted, data.classes)),
            ):
                codes = [
                    online(Labelled(name, rows, labels, data.classes)).total for rows in (data.features, other.features)
                ]
                excess += [code - reference for code in codes]
                transfer.append(codes[1] - codes[0])
        short = sum(value < -5 for value in excess)
        print(f"{name:22}{max(excess):24.2f}{short:10} of {len(excess)}{max(map(abs, transfer)):14.2f}", flush=True)
    print()


def shortest_null(labels: np.ndarray, classes: int) -> float:
    """Return the bits of the shorter null code; on nearly balanced labels that is not the class prior."""
    from lit_hf.codes.baselines import class_prior_bits

    return min(size_bits(labels, classes), float(class_prior_bits(labels, classes).sum()))


def size_bits(labels: np.ndarray, classes: int) -> float:
    return len(labels) * math.log2(classes)


def synthetic(n: int, dim: int, classes: int) -> Labelled:
    """Features of a noisy linear rule: for times only, never for bits."""
    generator = np.random.default_rng(0)
    features = generator.standard_normal((n, dim), dtype=np.float32)
    scores = features @ generator.standard_normal((dim, classes), dtype=np.float32) + 10 * generator.gumbel(
        size=(n, classes)
    )
    return Labelled("synthetic", features, scores.argmax(1).astype(np.int64), classes)


def compare_time() -> None:
    """Print the time of six streams (3 orders, both arms) against one block code, on real features of 784 columns and
    on synthetic ones of 768, and the share of the machine's peak that the matrix products reach.
    """
    for data in (load("fashion/pixels"), synthetic(20_000, 768, 10)):
        ours, _ = seconds(lambda data=data: six_streams(data, data))
        block, _ = seconds(lambda data=data: online(data, "block"))
        size = f"{data.name}, N = {len(data.labels):,}, d = {data.features.shape[1]}, C = {data.classes}"
        print(f"{size}: six streams {ours:.1f} s, block code of one stream {block:.1f} s, ratio {ours / block:.2f}")
    operations, peak = count_operations(data), matmul_gflops(1)
    dense, whole = dense_seconds(data)
    print(
        f"one stream on one thread: {whole:.1f} s, of which {dense:.1f} s in {operations / 1e9:.0f} GFLOP of matrix "
        f"products: {operations / 1e9 / dense / peak:.2f} of the measured peak of {peak:.0f} GFLOP/s\n"
    )


def six_streams(encoder: Labelled, twin: Labelled) -> None:
    """Code three orders of both arms, side by side as every evaluation does."""
    from functools import partial

    from lit_hf.coding.codelength import code_order
    from lit_hf.coding.order import Code, Examples, Order
    from lit_hf.coding.rules import Alphabet
    from lit_hf.runtime.progress import NullProgress
    from lit_hf.runtime.units import run_units

    groups = np.arange(len(encoder.labels))
    units = [
        partial(code_order, arm.features, Examples(arm.labels, groups), Alphabet(arm.classes), Order(order), Code())
        for order in (0, 1, 2)
        for arm in (encoder, twin)
    ]
    run_units(units, NullProgress(), "")


def compare_forward() -> None:
    """Print the time of coding six streams of Rotten Tomatoes against that of both arms' forward passes."""
    from lit_hf.encoders import load_encoder
    from lit_hf.features import embed
    from scripts import assets

    encoder = load_encoder(str(assets.l6_folder()))
    found = assets.rotten()[0]
    texts = [found[i] for i in np.random.default_rng(0).permutation(len(found))]
    forward, _ = seconds(lambda: [embed(arm, texts, len(texts), store=None) for arm in (encoder, encoder.twin(0))])
    arms = load("rotten/encoder"), load("rotten/twin")
    coding, _ = seconds(lambda: six_streams(*arms))
    print(
        f"Rotten Tomatoes, {len(texts):,} texts: forward passes of both arms {forward:.1f} s, six streams "
        f"{coding:.1f} s, ratio {coding / forward:.2f} (target 0.15)\n"
    )


def count_operations(data: Labelled) -> float:
    """Return the operations of all matrix products of one stream, counted by torch."""
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        online(data)
    return float(counter.get_total_flops())


def dense_seconds(data: Labelled) -> tuple[float, float]:
    """Return the seconds that one stream spends in matrix products, and in all."""
    from torch.profiler import ProfilerActivity, profile

    with profile(activities=[ProfilerActivity.CPU]) as profiler:
        whole, _ = seconds(lambda: online(data))
    products = ("aten::mm", "aten::addmm", "aten::addmm_", "aten::bmm", "aten::baddbmm")
    return sum(e.self_cpu_time_total for e in profiler.key_averages() if e.key in products) / 1e6, whole


def growth() -> None:
    """Print the exponent of the time from 10,000 to 160,000 examples."""
    sizes = (10_000, 40_000, 160_000)
    whole = synthetic(sizes[-1], 384, 4)
    taken = []
    for size in sizes:
        part = Labelled("synthetic", whole.features[:size], whole.labels[:size], whole.classes)
        taken.append(seconds(lambda part=part: online(part))[0])
        print(f"N = {size:8,}: {taken[-1]:7.1f} s", flush=True)
    exponent = math.log(taken[-1] / taken[0]) / math.log(sizes[-1] / sizes[0])
    print(f"exponent of the time from {sizes[0]:,} to {sizes[-1]:,}: {exponent:.2f} (target at most 1.05)")


def code_a_million(n: int = 1_000_000, dim: int = 768) -> None:
    """Code a memory map of 3 GB in one order and print the peak of private memory."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "features.npy"
        rows = np.lib.format.open_memmap(path, "w+", np.float32, (n, dim))
        generator = np.random.default_rng(0)
        weights, labels = generator.standard_normal((dim, 4), dtype=np.float32), np.empty(n, np.int64)
        for start in range(0, n, 50_000):
            block = generator.standard_normal((50_000, dim), dtype=np.float32)
            rows[start : start + 50_000] = block
            labels[start : start + 50_000] = (block @ weights + 10 * generator.gumbel(size=(50_000, 4))).argmax(1)
        rows.flush()
        mapped = np.load(path, mmap_mode="r")
        with PrivateMemory() as memory:
            taken, curve = seconds(lambda: online(Labelled("memory map", mapped, labels, 4)))
        print(f"N = {n:,}, d = {dim}, one order, from a memory map: {taken:.0f} s, {curve.total:,.0f} bits,")
        print(f"private memory {memory.peak / 2**30:.2f} GiB at its peak, {memory.before / 2**30:.2f} GiB before")


if __name__ == "__main__":
    main()
