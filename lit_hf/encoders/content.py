"""What a checkpoint is made of, as addresses: weights, code and loaded networks by their content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lit_hf.encoders.contract import Encoder
from lit_hf.runtime.cache import digest_of
from lit_hf.runtime.hashes import file_sha256

if TYPE_CHECKING:
    from torch import nn

_OF_THE_RUN = {"engine", "device", "threads", "batch", "batch_tokens", "batches", "spread", "version"}
"""Parts of an address that say where and how features are computed, not what the checkpoint is."""


def state_hash(model: nn.Module) -> str:
    """Return a hash of the content of all weights."""
    import torch

    found = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        found.update(f"{name} {tensor.dtype} {tuple(tensor.shape)} ".encode())
        found.update(tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes())
    return found.hexdigest()


def files_hash(folder: Path, files: Iterable[Path], cache: Path) -> str:
    """Return a hash over files below `folder` by name and content: an index finds shards by their names."""
    return digest_of([[file.relative_to(folder).as_posix(), file_sha256(file, cache)] for file in sorted(files)])


def code_hash(folder: Path, cache: Path) -> str:
    """Return a hash of all Python files of a folder: what one of them imports runs too."""
    shown = [file for file in folder.rglob("*.py") if not any(part.startswith(".") for part in _below(file, folder))]
    return files_hash(folder, shown, cache)


def content_of(encoder: Encoder) -> str | None:
    """Return the address of a local or loaded checkpoint: weights, tokeniser, code and how its files are read.

    None for a revision of the Hub, which says this already, and for features that are no checkpoint's.
    """
    if encoder.info.kind != "checkpoint" or encoder.info.revision is not None or "weights" not in encoder.key:
        return None
    kept: Mapping[str, Any] = {name: part for name, part in encoder.key.items() if name not in _OF_THE_RUN}
    return digest_of(kept)


def _below(file: Path, folder: Path) -> tuple[str, ...]:
    return file.relative_to(folder).parts
