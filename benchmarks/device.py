"""Everything worth knowing on a machine with one accelerator, in one table; without one it says so and leaves with 0.

    python benchmarks/device.py [--device cuda] [--texts 4096]

Embedding: a BERT-base-sized network of random weights in `dtype: native`, texts of 256 tokens: texts a second, share of
the measured peak of bfloat16 matrix products (goal: 0.6), share of the time in which kernels run (a profiler's), peak
memory, two processes at once, and the same rows with memory that does not suffice, in halves. Coding: the same stream
on the device and on the CPU, bits and seconds, for several widths and numbers of classes. Needs the `test` extra.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

TOKENS, SIZE = 256, 8_192
STREAMS = ((384, 2, 2_000), (384, 20, 4_000), (768, 2, 2_000), (2_048, 2, 2_000), (4_096, 2, 2_000))
"""Columns, classes and labels of the streams that are coded."""


def main() -> None:
    import torch

    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--device", default="cuda")
    options.add_argument("--texts", type=int, default=4_096)
    options.add_argument("--child", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.child:
        print(speed(load(Path(given.child), given.device), texts(given.texts), given.device))
        return
    if not torch.cuda.is_available():
        print("no accelerator on this machine: nothing is measured")
        return
    with tempfile.TemporaryDirectory() as folder:
        model = network(Path(folder) / "base")
        print(f"{torch.cuda.get_device_name()}, torch {torch.__version__}\n\n| what | measured |\n|---|---|")
        for name, measured in (*embedding(model, given.texts, given.device), *coding(given.device)):
            print(f"| {name} | {measured} |", flush=True)


def network(folder: Path) -> Path:
    """Return a checkpoint as large as BERT-base, its weights random."""
    from transformers import BertConfig, BertModel

    from scripts import assets

    shutil.copytree(
        assets.l6_folder(), folder, ignore=shutil.ignore_patterns("*.safetensors", "*.bin", "[0-9]_*", "modules*")
    )
    BertModel(BertConfig(vocab_size=30_522)).save_pretrained(folder)
    return folder


def texts(count: int) -> list[str]:
    """Return texts of more than 256 tokens, none like another."""
    draw = np.random.default_rng(0)
    words = np.array(["good", "bad", "film", "plot", "long", "short", "dull", "bright", "actor", "scene", "story"])
    return [" ".join(words[draw.integers(0, len(words), TOKENS + 20)]) for _ in range(count)]


def load(model: Path, device: str) -> Any:
    from lit_hf.encoders import Choices, load_encoder

    return load_encoder(str(model), Choices(device=device, dtype="native", max_tokens=TOKENS))


def speed(encoder: Any, inputs: list[str], device: str) -> float:
    """Return texts a second, the first shard, which loads, left out."""
    from lit_hf.features import embed

    embed(encoder, inputs[:512], 512, store=None)
    began = time.perf_counter()
    embed(encoder, inputs, len(inputs), store=None)
    return len(inputs) / (time.perf_counter() - began)


def embedding(model: Path, count: int, device: str) -> list[tuple[str, str]]:
    import torch

    encoder, inputs, peak = load(model, device), texts(count), matmul_peak(device)
    torch.cuda.reset_peak_memory_stats()
    alone = speed(encoder, inputs, device)
    memory, share = torch.cuda.max_memory_allocated() / 2**30, alone * flop(encoder.info.parameters) / peak
    busy = kernels(lambda: encoder.encode(inputs[:1_024]))
    words = [sys.executable, __file__, "--child", str(model), "--device", device, "--texts", str(count)]
    both = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    together = sum(float(each.communicate()[0].split()[-1]) for each in both)
    return [
        ("peak of bfloat16 products", f"{peak / 1e12:.0f} TFLOP/s"), ("type", encoder.info.dtype),
        (f"texts of {TOKENS} tokens a second", f"{alone:,.0f}"), ("share of the peak", f"{share:.2f}"),
        ("share of the time with kernels running", f"{busy:.2f}"), ("peak memory", f"{memory:.2f} GiB"),
        ("two processes, texts a second together", f"{together:,.0f}"),
        ("memory for half a batch", halved(encoder, inputs)),
    ]  # fmt: skip


def flop(parameters: int, width: int = 768, layers: int = 12, vocabulary: int = 31_036) -> float:
    """Return the operations of one text: products with weights that are no tables, and attention."""
    return 2.0 * (parameters - vocabulary * width) * TOKENS + layers * 4.0 * TOKENS**2 * width


def matmul_peak(device: str, seconds: float = 2.0) -> float:
    """Return operations a second of bfloat16 products of two square matrices."""
    import torch

    left, right = (torch.randn(SIZE, SIZE, device=device, dtype=torch.bfloat16) for _ in range(2))
    torch.matmul(left, right)
    torch.cuda.synchronize()
    began, count = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        for _ in range(8):
            torch.matmul(left, right)
        torch.cuda.synchronize()
        count += 8
    return 2.0 * SIZE**3 * count / (time.perf_counter() - began)


def kernels(work: Callable[[], object]) -> float:
    """Return the share of the time of `work` in which the device computes: less leaves gaps for host and copies."""
    import torch
    from torch.profiler import ProfilerActivity, profile

    began = time.perf_counter()
    with profile(activities=[ProfilerActivity.CUDA]) as found:
        work()
        torch.cuda.synchronize()
        wall = time.perf_counter() - began
    return sum(each.self_device_time_total for each in found.key_averages()) / 1e6 / wall


def halved(encoder: Any, inputs: list[str]) -> str:
    """Say what becomes of rows when the allocator is given too little: a late failure must not leave wrong ones."""
    import torch

    plenty = encoder.encode(inputs[:512])
    needed = torch.cuda.max_memory_allocated() / torch.cuda.get_device_properties(0).total_memory
    torch.cuda.empty_cache()
    try:
        torch.cuda.set_per_process_memory_fraction(0.7 * needed)
        little = encoder.encode(inputs[:512])
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    distance = float(np.abs(little.rows - plenty.rows).max() / np.abs(plenty.rows).max())
    return f"{little.halved} batches in parts, rows differ by {distance:.1g} of the largest"


def coding(device: str) -> list[tuple[str, str]]:
    """Return bits and seconds of streams on the device and on one thread of the CPU."""
    found = []
    for dim, classes, labels in STREAMS:
        (here, seconds), (there, other) = (stream(dim, classes, labels, place) for place in (device, "cpu"))
        said = f"{here:.1f} bits, {seconds:.1f} s; CPU {there:.1f} bits, {other:.1f} s"
        found.append((f"stream: d = {dim:,}, C = {classes}, N = {labels:,}", said))
    return found


def stream(dim: int, classes: int, labels: int, device: str) -> tuple[float, float]:
    from lit_hf.coding.codelength import code_order
    from lit_hf.coding.order import Code, Examples, Order
    from lit_hf.runtime.units import side_by_side
    from lit_hf.tasks.targets.single_label import SingleLabel

    draw = np.random.default_rng(0)
    names = draw.integers(0, classes, labels)
    rows = (draw.normal(size=(classes, dim))[names] * 0.1 + draw.normal(size=(labels, dim))).astype(np.float32)
    rule = SingleLabel(tuple(map(str, range(classes)))).rule
    began = time.perf_counter()
    examples = Examples(names, np.arange(labels))
    (curve,) = side_by_side([lambda: code_order(rows, examples, rule, Order(0), Code(device=device))])
    return curve.total, time.perf_counter() - began


if __name__ == "__main__":
    main()
