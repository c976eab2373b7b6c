"""What a job needs, from the number of parameters and the batch. Upper figures: a worker that is killed costs more."""

from __future__ import annotations

from math import ceil

from lit_hf.runtime.fleet.contract import Needs

PROCESS = 1_500_000_000
"""Bytes of a process with Python, torch, transformers and a dataset (docs/scale.md measures less)."""
GPU_CONTEXT = 1_000_000_000
"""Bytes of a CUDA context with its libraries; assumed."""
PER_TOKEN = 24
"""Vectors of the encoder's width that one token of a forward pass occupies at the widest place: queries, keys and
values (3), the layer's inner vectors (4, or 8 where they are gated), their copies, and the residual stream."""
CODER_ROWS = 16_384
"""Rows of the past that a refit of a probe looks at, at most (`lit_hf.probes.bank.ROWS`)."""
FOURIER = 1024
"""Columns of the random Fourier features that stand beside the encoder's."""
SHARES = 4
"""A GPU is shared by at most so many jobs."""
ITEM = {"float32": 4, "bfloat16": 2, "float16": 2}


def weight_bytes(parameters: int, dtype: str) -> int:
    """Return the bytes of the weights."""
    return parameters * ITEM.get(dtype, 4)


def forward_bytes(width: int, batch_tokens: int, dtype: str) -> int:
    """Return the bytes of the activations of one batch."""
    return batch_tokens * width * PER_TOKEN * ITEM.get(dtype, 4)


def coder_bytes(width: int, labels: int) -> int:
    """Return the bytes of coding one order: the past in float32 and a working copy, and the square matrices."""
    rows, columns = min(labels, CODER_ROWS), width + FOURIER
    return 2 * 4 * rows * columns + 8 * 8 * width**2


def needs_of(
    *, parameters: int, width: int, dtype: str, batch_tokens: int, labels: int, on_gpu: bool, cpus: int = 1,
    memory_factor: float = 1.0, gpu_memory: float | None = None,
) -> Needs:  # fmt: skip
    """Return what a job with one encoder needs; `gpu_memory` [GB] of one GPU, None: a whole one, whatever it has.

    On the CPU each of the `cpus` has a batch and an order of its own. While weights are loaded, the file's pages and
    the tensors are there at once.
    """
    weights, batch = weight_bytes(parameters, dtype), forward_bytes(width, batch_tokens, dtype)
    coder = coder_bytes(width, labels)
    if not on_gpu:
        return Needs(cpus, int(memory_factor * (PROCESS + 2 * weights + cpus * (batch + coder))))
    asked = memory_factor * (GPU_CONTEXT + weights + batch + coder)
    share = 1.0 if gpu_memory is None else asked / (gpu_memory * 1e9)
    gpus = float(ceil(share)) if share > 1 else ceil(share * SHARES) / SHARES
    return Needs(cpus, int(memory_factor * (PROCESS + 2 * weights)), gpus)
