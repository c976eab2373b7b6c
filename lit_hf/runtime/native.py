"""bfloat16 where the processor multiplies it: what it can do decides, never how fast it once was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lit_hf.errors import NoBfloat16
from lit_hf.runtime.processes import find_processes

if TYPE_CHECKING:
    from lit_hf.config import Settings

NATIVE, FAST, PLAIN = "native", "bfloat16", "float32"
OLDEST = (8, 0)
"""Compute capability of the first CUDA devices that multiply bfloat16."""


def native_dtype(device: str) -> str:
    """Return what `dtype: native` means on `device` ("cpu", "cuda:0", "mps"): bfloat16 where it has it, else float32.

    bfloat16 on CUDA of compute capability 8.0 or more, and on a CPU with AVX512-BF16 or AMX; float32 elsewhere.
    """
    return FAST if has_bfloat16(device) else PLAIN


def has_bfloat16(device: str) -> bool:
    """Tell whether `device` has instructions that multiply bfloat16; without them it is computed by others."""
    import torch

    kind = device.partition(":")[0]
    if kind == "cuda":
        return torch.cuda.is_available() and torch.cuda.get_device_capability(device) >= OLDEST
    names = ("_is_avx512_bf16_supported", "_is_amx_tile_supported") if kind == "cpu" else ()
    return any(bool(getattr(torch.cpu, name, bool)()) for name in names)


def require_bfloat16(device: str) -> None:
    """Raise `NoBfloat16` where `device` has none: beside others that have it, its floats would be others."""
    if not has_bfloat16(device):
        raise NoBfloat16(device)


def in_one_type(settings: Settings, device: str) -> Settings:
    """Return `settings` with what `dtype: native` is on the first process; raise `NoBfloat16` on one that lacks it.

    So record, address and settings.yaml hold the type itself, and nothing resolves it again.
    """
    if settings.dtype != NATIVE:
        return settings
    dtype = find_processes().broadcast(lambda: native_dtype(device))
    if dtype == FAST:
        require_bfloat16(device)
    return settings.replace(dtype=dtype)


def arithmetic_of(dtype: str, device: str) -> dict[str, str]:
    """Return what the address of features says of their arithmetic beyond type and device: of bfloat16 on a CPU.

    A CPU that multiplies it gives other floats than one of the same capability that does not.
    """
    return {"bfloat16": NATIVE} if dtype == FAST and device.startswith("cpu") and has_bfloat16(device) else {}
