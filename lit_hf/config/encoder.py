"""Settings of the encoder: how a checkpoint turns inputs into features."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from lit_hf.config.fields import Enters, Part, require, require_counts, require_one_of, setting

DTYPES = ("float32", "bfloat16", "float16", "auto", "native")
POOLINGS = ("auto", "mean", "cls", "last", "max")
LIBRARY = "sentence-transformers"
BLEND = "last+mean"
"""The layer's name for the last layer beside the mean of all, from one pass."""
NAMED_LAYERS = ("last", "all", BLEND)
_setting = partial(setting, group="Encoder")


@dataclass(frozen=True, kw_only=True)
class EncoderSettings(Part):
    """How a checkpoint is read, and what a loader may do."""

    layer: str = _setting(
        "last", meaning="last, all (a profile), last+mean (beside it the mean of all), or an index (0: embeddings)."
    )
    pooling: str = _setting("auto", meaning="auto (the checkpoint's own files), mean, cls, last or max.")
    prompt: str = _setting("auto", meaning="Text before each input: auto (the checkpoint's own files), or the text.")
    route: str | None = _setting(
        None, meaning="query or document, of a checkpoint with a Router.", unset="the checkpoint's own", as_before=None
    )
    loader: str | None = _setting(
        None, meaning="sentence-transformers: let that library read the checkpoint.", as_before=None
    )
    max_tokens: int | None = _setting(
        None, meaning="Cut inputs after so many tokens.", unset="the checkpoint's own limit"
    )
    dtype: str = _setting(
        "float32",
        meaning="float32, bfloat16, float16, auto (as stored), native (the fast one).",
        by_machine=("native",),
    )
    allow_pickle: bool = _setting(
        False, meaning="Load pickled weights where there are no safetensors.", as_before=Enters.NEVER
    )
    trust_remote_code: bool = _setting(
        False, meaning="Run code from the repository; needs a pinned revision.", as_before=Enters.NEVER
    )
    stock_code: bool = _setting(
        False, meaning="Read a checkpoint that names code of its own with transformers' instead.", as_before=False
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        require_counts(self, "max_tokens")
        require_one_of("dtype", self.dtype, DTYPES)
        only = "left out beside `--trust-remote-code`: one code or the other"
        require(not (self.stock_code and self.trust_remote_code), "stock_code", self.stock_code, only)
        require_one_of("pooling", self.pooling, POOLINGS)
        require(self.loader in (None, LIBRARY), "loader", self.loader, f"`{LIBRARY}`, or left out")
        whole = self.layer.isascii() and self.layer.removeprefix("-").isdigit() and len(self.layer) < 10
        require(
            self.layer in NAMED_LAYERS or whole, "layer", self.layer, "`last`, `all`, `last+mean` or a whole number"
        )
