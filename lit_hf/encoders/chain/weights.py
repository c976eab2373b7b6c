"""Weights of the modules around the pooling: read under the loader's policy, shared with a loaded model, or drawn."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from lit_hf.encoders.chain.arrange import Head
from lit_hf.errors import NoSafetensors, UnsupportedModel
from lit_hf.runtime.hashes import file_sha256
from lit_hf.runtime.seeding import forked, generator

if TYPE_CHECKING:
    from lit_hf.encoders.policy import Policy

SAFE, PICKLED = "model.safetensors", "pytorch_model.bin"


class HeadNet(nn.Module):
    """The networks of a head: `tokens` maps states [n, tokens, d], `after` maps pooled rows [n, k]. Always float32."""

    def __init__(self, head: Head) -> None:
        super().__init__()
        self.tokens = nn.Sequential(*(stage.fresh() for stage in head.tokens))
        self.after = nn.Sequential(*(stage.fresh() for stage in head.after))

    @property
    def parts(self) -> list[nn.Module]:
        """The networks in their order."""
        return [*self.tokens, *self.after]


def fresh_head(head: Head, seed: int) -> HeadNet:
    """Return a head with weights drawn by `seed`, as the modules draw them before training."""
    drawn = int(generator(seed, "modules around the pooling").integers(2**63))
    with forked(drawn):
        return HeadNet(head).eval()


def load_head(head: Head, folders: Sequence[Path], policy: Policy, name: str) -> HeadNet:
    """Return a head with the weights in `folders`, one for each stage.

    Raises `NoSafetensors` for pickles that are not allowed, `UnsupportedModel` for weights that do not fit.
    """
    found = fresh_head(head, 0)
    for part, stage, folder in zip(found.parts, (*head.tokens, *head.after), folders, strict=False):
        if stage.weighted:
            _fill(part, _read(weights_file(folder, policy, name), name), f"{folder.name}, its {stage.kind}", name)
    return found


def hash_head(head: Head, folders: Sequence[Path], policy: Policy, name: str, cache: Path) -> list[str]:
    """Return the hashes of the weights' files, one for each stage that has weights."""
    pairs = zip((*head.tokens, *head.after), folders, strict=False)
    return [file_sha256(weights_file(folder, policy, name), cache) for stage, folder in pairs if stage.weighted]


def share_head(head: Head, modules: Sequence[Any]) -> HeadNet:
    """Return a head that shares the weights of loaded modules of sentence-transformers."""
    found = HeadNet(head)
    for part, module in zip(found.parts, modules, strict=False):
        for child, net in module.named_children():
            if hasattr(part, child):
                setattr(part, child, net)
    return found


def weights_file(folder: Path, policy: Policy, name: str) -> Path:
    """Return the file of a module's weights; raise `NoSafetensors` or `UnsupportedModel`."""
    if (folder / SAFE).is_file():
        return folder / SAFE
    if not (folder / PICKLED).is_file():
        raise UnsupportedModel(name, f"{folder.name} has no weights")
    if not policy.allow_pickle:
        raise NoSafetensors(name)
    return folder / PICKLED


def _read(file: Path, name: str) -> dict[str, Tensor]:
    """Return the tensors of a file; raise `UnsupportedModel` when it is damaged, or no plain dictionary of tensors."""
    from safetensors.torch import load_file

    try:
        pickled = file.name == PICKLED
        found = torch.load(file, map_location="cpu", weights_only=True) if pickled else load_file(file)
    except Exception as error:  # each format has errors of its own
        raise UnsupportedModel(name, f"{file.parent.name}/{file.name} cannot be read as weights") from error
    if not isinstance(found, dict) or not all(isinstance(each, Tensor) for each in found.values()):
        raise UnsupportedModel(name, f"{file.parent.name}/{file.name} holds no tensors by name")
    return found


def _fill(part: nn.Module, tensors: dict[str, Tensor], where: str, name: str) -> None:
    """Fill a network with `tensors`; raise `UnsupportedModel` when one is missing, left over or of another shape."""
    wanted = part.state_dict()
    for key in wanted.keys() ^ tensors.keys():
        raise UnsupportedModel(name, f"{where} {'lacks' if key in wanted else 'has besides'} the weights {key!r}")
    for key, value in wanted.items():
        if value.shape != tensors[key].shape:
            shapes = f"{list(tensors[key].shape)}, where its configuration says {list(value.shape)}"
            raise UnsupportedModel(name, f"{where} has {key} of shape {shapes}")
    part.load_state_dict({key: value.float() for key, value in tensors.items()})
