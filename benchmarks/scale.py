"""Time and memory against examples, checkpoints and processes, and the constants of docs/scale.md, on this machine.

    python benchmarks/scale.py [--parts examples checkpoints processes constants engines] [--quick]

Every job is a process of its own with an empty cache, so that its peak of memory is its own. Seconds are of the wall
and of the processors: on a busy machine the latter are the steadier.
About five minutes on two idle cores; `--quick` halves the sizes. Needs the `test` extra; `engines` also `ray`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PARTS = ("examples", "checkpoints", "processes", "constants", "engines")


@dataclass(frozen=True)
class Cost:
    """Seconds on the wall, seconds of processors, and the peak of memory of one process [bytes]."""

    wall: float
    cpu: float
    memory: int


def measured(arguments: Sequence[str], cache: Path) -> Cost:
    """Run `lit-hf` with `arguments` in a process of its own; raise `RuntimeError` when it fails."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "lit_hf", *arguments]
    environment = {**os.environ, "LIT_HF_CACHE": str(cache), "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    quiet = os.open(os.devnull, os.O_WRONLY)
    actions = [(os.POSIX_SPAWN_DUP2, quiet, 1), (os.POSIX_SPAWN_DUP2, quiet, 2)]
    child = os.posix_spawn(sys.executable, command, environment, file_actions=actions)
    _, status, usage = os.wait4(child, 0)
    os.close(quiet)
    if os.waitstatus_to_exitcode(status):
        raise RuntimeError(f"failed: {' '.join(command)}")
    return Cost(time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def fresh(arguments: Sequence[str]) -> tuple[Cost, int]:
    """Measure with an empty cache; return the cost and the bytes that were stored."""
    cache = Path(tempfile.mkdtemp(prefix="lit-hf-scale-"))
    try:
        cost = measured(arguments, cache)
        return cost, sum(file.stat().st_size for file in cache.rglob("*") if file.is_file())
    finally:
        shutil.rmtree(cache)


def line(label: str, cost: Cost, stored: int) -> None:
    print(f"{label:34}{cost.wall:9.1f}{cost.cpu:9.1f}{cost.memory / 1e9:9.2f}{stored / 1e6:11.1f}", flush=True)


def heading(title: str) -> None:
    print(f"\n{title:34}{'wall s':>9}{'cpu s':>9}{'peak GB':>9}{'stored MB':>11}")


def examples(model: str, data: str, sizes: Sequence[int]) -> None:
    """Print the cost of one evaluation against the labels."""
    heading("eval, all-MiniLM-L6-v2, labels")
    for size in sizes:
        line(f"{size:,}", *fresh(["eval", model, data, "--max-examples", str(size), "-f", "quiet"]))


def checkpoints(model: str, data: str, size: int, counts: Sequence[int]) -> None:
    """Print the cost of a ranking against the checkpoints: one, read in several ways, is several."""
    heading(f"rank, {size:,} labels, checkpoints")
    for count in counts:
        readings = [("mean", layer) for layer in ("last", "5", "4", "3", "2", "1")][:count]
        lines = "".join(
            f"  - {{model: {model}, pooling: {pooling}, layer: '{layer}'}}\n" for pooling, layer in readings
        )
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(f"models:\n{lines}max_examples: {size}\n")
            file.flush()
            line(f"{count}", *fresh(["rank", data, "--models", file.name, "--no-race", "-f", "quiet"]))


def processes(model: str, data: str, size: int, counts: Sequence[int]) -> None:
    """Print the cost of one evaluation against the processes; the peak is that of the largest."""
    heading(f"eval, {size:,} labels, processes")
    for count in counts:
        more = ["--num-processes", str(count)] if count > 1 else []
        line(f"{count}", *fresh(["eval", model, data, "--max-examples", str(size), "-f", "quiet", *more]))


def constants(model: str, data: str) -> None:
    """Print what docs/scale.md reckons with."""
    import numpy as np
    import torch

    torch.set_num_threads(1)
    from lit_hf.config import from_mapping
    from lit_hf.encoders import Choices, load_encoder
    from lit_hf.encoders.skeleton import token_lengths
    from lit_hf.tasks import load_task

    task = load_task(from_mapping({"model": model, "dataset": data, "max_examples": 2000}, "the benchmark"))
    encoder = load_encoder(model, Choices(device="cpu"))
    encoder.encode(task.inputs[:16])
    texts = task.inputs[:512]
    (wall, cpu), tokens = timed(lambda: encoder.encode(texts)), sum(token_lengths(encoder, texts) or [])
    body = encoder.info.parameters - 30_522 * 384  # looking a word up costs nothing
    print(
        f"\nforward pass: {tokens / cpu:,.0f} tokens a second of one core ({tokens / wall:,.0f} on the wall), ", end=""
    )
    print(f"{2 * body * tokens / cpu / 1e9:.0f} GFLOP/s of a core")
    for dim, classes in ((384, 2), (768, 2), (768, 10)):
        rows = np.random.default_rng(0).standard_normal((2000, dim), dtype=np.float32)
        labels = np.random.default_rng(1).integers(0, classes, 2000)
        _, cpu = timed(lambda rows=rows, labels=labels, classes=classes: _code(rows, labels, classes))
        print(f"coder: {1e3 * cpu / 2000:.2f} ms of a core for a label, d = {dim}, C = {classes}, N = 2,000")
    cost = measured(["--version"], Path(tempfile.gettempdir()))
    print(f"start: {cost.wall:.2f} s for lit-hf --version", flush=True)


def _code(rows: Any, labels: Any, classes: int) -> Any:
    import numpy as np

    from lit_hf.coding.codelength import code_order
    from lit_hf.coding.order import Code, Examples, Order
    from lit_hf.coding.rules import Alphabet

    return code_order(rows, Examples(labels, np.arange(len(labels))), Alphabet(classes), Order(), Code())


def timed(work: Any) -> tuple[float, float]:
    """Return (seconds on the wall, seconds of processors) of `work`."""
    began, busy = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began, time.process_time() - busy


def engines(count: int = 100) -> None:
    """Print what an engine adds to each job."""
    from lit_hf.runtime.fleet import FleetSettings, Needs, Work, gather, open_engine
    from lit_hf.runtime.progress import NullProgress

    os.environ.setdefault("RAY_AUTH_MODE", "disabled")
    engine = open_engine("ray", FleetSettings(ray={"num_cpus": 2, "object_store_memory": 80_000_000}))
    assert engine is not None
    works = [Work(abs, -number, Needs(1), f"job {number}") for number in range(count)]
    gather(engine, works[:4], NullProgress(), "warm")
    wall, _ = timed(lambda: gather(engine, works, NullProgress(), "jobs"))
    engine.close()
    print(f"Ray: {1e3 * wall / count:.0f} ms a job that does nothing, two workers", flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--parts", nargs="+", default=list(PARTS), choices=PARTS)
    options.add_argument("--quick", action="store_true", help="half the sizes")
    given = options.parse_args()
    from lit_hf.demo import find_demo

    demo, part = find_demo(), 2 if given.quick else 1
    print(f"{len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f}")
    if "examples" in given.parts:
        examples(demo.model, demo.dataset, [size // part for size in (500, 1000, 2000)])
    if "checkpoints" in given.parts:
        checkpoints(demo.model, demo.dataset, 500 // part, (1, 2, 4))
    if "processes" in given.parts:
        processes(demo.model, demo.dataset, 1000 // part, (1, 2))
    if "constants" in given.parts:
        constants(demo.model, demo.dataset)
    if "engines" in given.parts:
        engines()


if __name__ == "__main__":
    main()
