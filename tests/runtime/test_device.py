"""On an accelerator: rows and bits near the CPU's, native bfloat16, batches in halves. Skipped where there is none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from lit_hf.coding.codelength import code_order
from lit_hf.coding.order import Code, Examples, Order
from lit_hf.encoders import Choices, load_encoder
from lit_hf.tasks.targets.single_label import SingleLabel
from tests.support import tiny

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "device.py"
needs_device = pytest.mark.skipif(not torch.cuda.is_available(), reason="no accelerator here")


@pytest.mark.skipif(torch.cuda.is_available(), reason="minutes of measuring where there is an accelerator")
def test_without_a_device_the_script_says_so() -> None:
    done = subprocess.run([sys.executable, str(SCRIPT)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "no accelerator on this machine: nothing is measured\n")


@pytest.mark.gpu
@needs_device
@pytest.mark.parametrize(("dtype", "allowed"), [("float32", 1e-3), ("native", 5e-2)])
def test_rows_are_near_the_cpu_s(tmp_path: Path, dtype: str, allowed: float) -> None:
    """TF32 is off by default: float32 differs by the order of sums; bfloat16 has 8 bits."""
    folder, inputs = str(tiny.save(tmp_path / "model", tiny.bert())), tiny.texts(100)
    here = load_encoder(folder, Choices(device="cuda", dtype=dtype)).encode(inputs).rows
    there = load_encoder(folder, Choices(device="cpu")).encode(inputs).rows
    assert np.abs(here - there).max() <= allowed * np.abs(there).max()


@pytest.mark.gpu
@needs_device
def test_a_stream_costs_the_same_bits_within_a_thousandth() -> None:
    draw = np.random.default_rng(0)
    labels = draw.integers(0, 3, 900)
    rows = (draw.normal(size=(3, 64))[labels] * 0.3 + draw.normal(size=(900, 64))).astype(np.float32)
    rule, examples = SingleLabel(("a", "b", "c")).rule, Examples(labels, np.arange(900))
    bits = [code_order(rows, examples, rule, Order(0), Code(device=place)).total for place in ("cuda", "cpu")]
    assert bits[0] == pytest.approx(bits[1], rel=1e-3)


@pytest.mark.gpu
@needs_device
def test_too_little_memory_gives_the_same_rows_in_halves(tmp_path: Path) -> None:
    folder, inputs = str(tiny.save(tmp_path / "model", tiny.bert())), tiny.texts(2_000)
    encoder = load_encoder(folder, Choices(device="cuda", batch_tokens=20_000))
    torch.cuda.reset_peak_memory_stats()
    plenty = encoder.encode(inputs)
    needed = torch.cuda.max_memory_allocated() / torch.cuda.get_device_properties(0).total_memory
    torch.cuda.empty_cache()
    try:
        torch.cuda.set_per_process_memory_fraction(0.6 * needed)
        little = encoder.encode(inputs)
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    assert little.halved > 0
    np.testing.assert_allclose(little.rows, plenty.rows, atol=1e-4)
