"""A pass without numbers: what the configuration alone shows that no text can be read for its tokens' states."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lit_hf.encoders.contract import EncoderInfo
from lit_hf.encoders.text import Pipeline, TextEncoder
from lit_hf.encoders.towers import POOLER, PROJECTED
from lit_hf.errors import UnsupportedModel

if TYPE_CHECKING:
    from torch import nn

TOKENS = 12
"""Of the text that is read: no power of two, for networks that read in chunks."""
_DECIDED = (ValueError, TypeError, IndexError)
_SHAPES = ("is invalid for input of size", "must match the size", "cannot be multiplied")
"""What torch says where shapes do not fit, numbers or none."""


def check_pass(body: nn.Module, pipeline: Pipeline, info: EncoderInfo) -> None:
    """Raise `UnsupportedModel` where a body without numbers (on torch's meta device) fails on a text, before any work.

    A pass that looks at its numbers fails here and proves nothing: then the trial decides, which reads real texts.
    """
    import torch

    if (reason := _stated(pipeline.config)) is not None:
        raise UnsupportedModel(info.id, reason)
    if pipeline.pooling in (POOLER, PROJECTED):  # that output's width was found by such a pass
        return
    probe = TextEncoder(pipeline, {}, info, body.eval)
    width = pipeline.fixed or min(TOKENS, pipeline.max_tokens)
    with torch.device("meta"), torch.no_grad():
        ids = torch.zeros(1, width, dtype=torch.int64)
        try:
            probe._states({"input_ids": ids, "attention_mask": torch.ones_like(ids)})
        except UnsupportedModel as error:
            if _decides(error.__cause__):
                raise


def _stated(config: Any) -> str | None:
    """Return why no text can be read, where a pass without numbers does not show it; None for all else."""
    if config.model_type == "reformer":
        return "a Reformer keeps two streams of states for each token, and no one that is the token's"
    if config.model_type == "nystromformer" and config.num_landmarks != config.segment_means_seq_len:
        return (
            f"its attention by {config.num_landmarks} landmarks (num_landmarks) reads texts of exactly "
            f"{config.segment_means_seq_len} tokens (segment_means_seq_len)"
        )
    return None


def _decides(cause: BaseException | None) -> bool:
    """Tell whether a failure has nothing to do with numbers that are not there."""
    said = str(cause)
    if cause is None:  # states of another shape
        return True
    return ("meta" not in said and isinstance(cause, _DECIDED)) or any(each in said for each in _SHAPES)
