"""PEFT adapters: a small file of differences, merged into the base that it names, which is resolved and pinned too."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lit_hf.encoders.chain.files import read_mapping
from lit_hf.encoders.checkpoint import Checkpoint, find_checkpoint, load_weights
from lit_hf.encoders.policy import Policy
from lit_hf.errors import MissingExtra, NoSafetensors, UnsupportedModel
from lit_hf.runtime.hashes import file_sha256
from lit_hf.runtime.seeding import forked

if TYPE_CHECKING:
    from torch import Tensor, nn

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
_HEADS = re.compile(r"base_model\.model\.(pre_classifier|classifier|score|qa_outputs|lm_head|cls|pooler)\.")
"""Heads that a task added beside the body; no feature passes through them."""


class Adapter:
    """An adapter's folder, the checkpoint of its base, and the file of differences."""

    def __init__(self, checkpoint: Checkpoint, policy: Policy) -> None:
        """Find the base; raise what `find_checkpoint` raises for it, `UnsupportedModel`, `NoSafetensors`."""
        self.checkpoint = checkpoint
        self.config: dict[str, Any] = read_mapping(checkpoint.folder / CONFIG, checkpoint.id)
        name = self.config.get("base_model_name_or_path")
        if not name:
            raise UnsupportedModel(checkpoint.id, f"its {CONFIG} names no base model")
        revision = self.config.get("revision")
        pinned = f"{name}@{revision}" if revision and not Path(name).is_dir() else name
        self.base = find_checkpoint(pinned, policy)
        if not self.file.is_file():
            raise NoSafetensors(checkpoint.id)

    @property
    def file(self) -> Path:
        """Where the differences lie."""
        return self.checkpoint.folder / WEIGHTS

    @property
    def named_base(self) -> str:
        """The base with its commit, as a result should state it."""
        return self.base.id + (f"@{self.base.revision}" if self.base.revision else "")

    def sha256(self, cache: Path) -> str:
        """Return the hash of the differences."""
        return file_sha256(self.file, cache)

    def load(self, folder: Path, policy: Policy, dtype: str) -> nn.Module:
        """Return the base in `folder` with the adapter merged into its weights."""
        return merge(self, load_weights(self.base, folder, policy, dtype))


def is_adapter(folder: Path) -> bool:
    """True for a folder with an adapter and no model of its own."""
    return (folder / CONFIG).is_file() and not (folder / "config.json").is_file()


def merge(adapter: Adapter, base: nn.Module) -> nn.Module:
    """Return `base` with the differences added to its weights.

    Raises `MissingExtra` without peft, and `UnsupportedModel` for a kind of adapter that changes inputs instead of
    weights, or one whose differences do not fit: to leave some out in silence would misrank it.
    """
    try:
        import peft
    except ImportError as error:
        raise MissingExtra("peft", "peft") from error
    name, config = adapter.checkpoint.id, peft.PeftConfig.from_pretrained(str(adapter.checkpoint.folder))
    config.task_type, config.inference_mode, config.modules_to_save = None, True, None
    with forked(0):  # the differences are drawn at random before they are read
        wrapped: Any = peft.get_peft_model(base, config, autocast_adapter_dtype=False)
    if not hasattr(wrapped, "merge_and_unload"):
        raise UnsupportedModel(name, f"an adapter of kind {config.peft_type} changes the input, not the weights")
    needed = set(peft.get_peft_model_state_dict(wrapped))
    found = {_rename(key, base): tensor for key, tensor in _read(adapter.file).items()}
    strange = [key for key in found if key not in needed and not _HEADS.match(key)]
    missing = sorted(needed - set(found))
    if strange or missing:
        first = (strange or missing)[0]
        raise UnsupportedModel(name, f"its weights do not fit {adapter.named_base}, the first one is {first}")
    peft.set_peft_model_state_dict(wrapped, {key: found[key] for key in needed})
    merged: nn.Module = wrapped.merge_and_unload(safe_merge=True)
    return merged


def _rename(key: str, base: nn.Module) -> str:
    """Return the key as the bare body knows it: an adapter of a classifier has the body's name in front."""
    prefix = re.escape(str(getattr(base, "base_model_prefix", "") or "-"))
    return re.sub(rf"^base_model\.model\.{prefix}\.", "base_model.model.", key)


def _read(file: Path) -> dict[str, Tensor]:
    from safetensors.torch import load_file

    return load_file(file)
