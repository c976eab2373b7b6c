"""Quantised checkpoints: what they need to be loaded, said before anything is read; and how they are placed."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from lit_hf.errors import MissingExtra, UnsupportedModel

if TYPE_CHECKING:
    import torch
    from torch import nn
    from transformers import PretrainedConfig

PACKAGES = {
    "bitsandbytes": ("bitsandbytes",), "torchao": ("torchao",), "compressed-tensors": ("compressed-tensors",),
    "gptq": ("optimum", "gptqmodel"), "awq": ("gptqmodel",), "auto-round": ("auto-round",), "hqq": ("hqq",),
    "quanto": ("optimum-quanto",), "aqlm": ("aqlm",), "vptq": ("vptq",), "eetq": ("kernels",),
}  # fmt: skip
"""What transformers asks for, by the `quant_method` of config.json. FP8 needs nothing: it is expanded on a CPU."""
MODULES = {"optimum-quanto": "optimum.quanto"}
"""Where a package is imported under another name than its own."""
GPU_ONLY = ("fbgemm_fp8", "higgs", "spqr", "eetq")
"""What transformers refuses to run on a CPU."""


def method_of(config: PretrainedConfig) -> str | None:
    """Return the `quant_method` of a configuration, None for plain weights."""
    found: Any = getattr(config, "quantization_config", None)
    method = found.get("quant_method") if isinstance(found, dict) else getattr(found, "quant_method", None)
    return None if method is None else str(getattr(method, "value", method))


def check_quantised(name: str, config: PretrainedConfig) -> None:
    """Raise `MissingExtra` when a package is absent that the weights need, `UnsupportedModel` when a GPU is."""
    import torch

    method = method_of(config)
    missing = [package for package in PACKAGES.get(method or "", ()) if not _installed(package)]
    if method in GPU_ONLY and not torch.cuda.is_available():
        raise UnsupportedModel(name, f"its weights are quantised by {method}, which transformers runs on a GPU only")
    if missing:
        raise MissingExtra(missing[0], None)


def quantised_source(config: PretrainedConfig) -> dict[str, str]:
    """Return a line for the record on how the weights are stored; a twin's never are."""
    method = method_of(config)
    return {} if method is None else {"quantised": f"{method}, config.json; the random twin is not quantised"}


def moved(model: nn.Module, body: nn.Module, dtype: torch.dtype, device: str) -> nn.Module:
    """Return `body` in `dtype` on `device`; weights of a `model` that stay quantised keep their own type.

    bitsandbytes has placed its weights while they were loaded, and refuses to move them.
    """
    if not getattr(model, "is_quantized", False):
        return body.to(device=device, dtype=dtype)
    own = str(getattr(model, "quantization_method", "")).lower()
    return body if "bitsandbytes" in own else body.to(device=device)


def _installed(package: str) -> bool:
    try:
        return find_spec(MODULES.get(package, package.replace("-", "_"))) is not None
    except ModuleNotFoundError:  # the parent of a dotted name
        return False
