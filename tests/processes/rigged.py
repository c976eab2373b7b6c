"""`python -m lit_hf` with one process rigged: RIGGED is "starve", "fail" or "blind", and it is process 1."""

from __future__ import annotations

import os
from typing import Any

from lit_hf.__main__ import main
from lit_hf.errors import BadSetting


def rig(how: str) -> None:
    if how == "blind":
        os.environ["LIT_HF_CACHE"] += "-of-another-machine"
        return
    import torch

    from lit_hf.encoders.text import TextEncoder
    from lit_hf.evaluation import code_arms

    if how == "fail":
        code_arms.code_arms = _fail
        return
    whole = TextEncoder._states

    def states(self: TextEncoder, tensors: dict[str, Any]) -> Any:
        if tensors["input_ids"].numel() > 500:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.")
        return whole(self, tensors)

    TextEncoder._states = states  # type: ignore[method-assign]


def _fail(_job: Any) -> Any:
    raise BadSetting("layer", 99, "a layer that exists")


if os.environ["RANK"] == "1":
    rig(os.environ["RIGGED"])
main()
