"""Inputs to feature rows: a checkpoint, its random twin, or the raw input. Each kind of encoder is one file."""

from lit_hf.encoders.before_work import tried
from lit_hf.encoders.contract import Encoded, Encoder, EncoderInfo, EncodingPass
from lit_hf.encoders.load import load_encoder
from lit_hf.encoders.objects import wrap_encoder
from lit_hf.encoders.policy import Policy
from lit_hf.encoders.raw_text import raw_input
from lit_hf.encoders.resolve import Choices

__all__ = [
    "Choices", "Encoded", "Encoder", "EncoderInfo", "EncodingPass", "Policy", "load_encoder", "raw_input",
    "tried", "wrap_encoder",
]  # fmt: skip
