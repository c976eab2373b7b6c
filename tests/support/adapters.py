"""Adapters of a known size, as peft saves them."""

from __future__ import annotations

from pathlib import Path

import torch

SCALE = 0.5


def adapt(base: Path, folder: Path, model: torch.nn.Module, *, strength: float = 0.3) -> Path:
    """Write a LoRA of rank 2 on query and value of `model`, whose products have the size `strength`."""
    import peft

    config = peft.LoraConfig(r=2, lora_alpha=2 * SCALE, target_modules=["query", "value"])
    wrapped = peft.get_peft_model(model, config)
    draw = torch.Generator().manual_seed(3)
    for name, parameter in wrapped.named_parameters():
        if "lora_" in name:
            parameter.data = strength * torch.randn(parameter.shape, generator=draw)
    wrapped.peft_config["default"].base_model_name_or_path = str(base)
    wrapped.save_pretrained(folder)
    return folder
