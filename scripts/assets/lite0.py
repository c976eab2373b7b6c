"""EfficientNet-Lite0 as its package ships it -> Hugging Face folder of an EfficientNetModel.

The lite networks have no squeeze-and-excite gates and clip their activations at 6: gates are pinned open here
(a sigmoid of 100 is 1 in float32).
"""

from __future__ import annotations

import re
from pathlib import Path

import torch

STEM = {"_conv_stem": "embeddings.convolution", "_bn0": "embeddings.batchnorm"}
TOP = {"_conv_head": "encoder.top_conv", "_bn1": "encoder.top_bn"}
BLOCK = {
    "_expand_conv": "expansion.expand_conv", "_bn0": "expansion.expand_bn",
    "_depthwise_conv": "depthwise_conv.depthwise_conv", "_bn1": "depthwise_conv.depthwise_norm",
    "_project_conv": "projection.project_conv", "_bn2": "projection.project_bn",
}  # fmt: skip
OPEN = 100.0


def convert(checkpoint: Path, folder: Path) -> None:
    """Write `folder`: configuration, safetensors and image processor."""
    from transformers import EfficientNetConfig, EfficientNetModel
    from transformers.models.efficientnet.image_processing_pil_efficientnet import EfficientNetImageProcessorPil

    config = EfficientNetConfig(
        image_size=224, width_coefficient=1.0, depth_coefficient=1.0, hidden_dim=1280, hidden_act="relu6"
    )
    model = EfficientNetModel(config)
    shipped = torch.load(checkpoint, map_location="cpu", weights_only=True)
    weights = {new_name(name): tensor for name, tensor in shipped.items() if not name.startswith("_fc")}
    for name, tensor in model.state_dict().items():
        if "squeeze_excite" in name:
            weights[name] = torch.full_like(tensor, OPEN if name.endswith("expand.bias") else 0.0)
    model.load_state_dict(weights)  # strict: every weight has its place
    model.save_pretrained(folder)
    processor = EfficientNetImageProcessorPil(
        size={"height": 224, "width": 224}, image_mean=[0.498] * 3, image_std=[0.502] * 3, include_top=False
    )
    processor.save_pretrained(folder)


def new_name(name: str) -> str:
    """The EfficientNetModel's name of a weight."""
    block = re.fullmatch(r"_blocks\.(\d+)\.(\w+)\.(\w+)", name)
    if block:
        return f"encoder.blocks.{block[1]}.{BLOCK[block[2]]}.{block[3]}"
    module, _, kind = name.partition(".")
    return f"{(STEM | TOP)[module]}.{kind}"
