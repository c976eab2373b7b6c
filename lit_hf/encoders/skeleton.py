"""A checkpoint without its weights: what it weighs, how long its inputs are, and a body of its shape to time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from lit_hf.config import precomputed_file, split_model
from lit_hf.encoders.checkpoint import (
    Checkpoint,
    load_config,
    load_tokenizer,
    module_folders,
    require_hub_name,
    small_files,
    wanted_files,
)
from lit_hf.encoders.contract import Encoder, Input
from lit_hf.encoders.load import build, describe, parameter_count
from lit_hf.encoders.policy import Policy
from lit_hf.encoders.recipe import read_declared
from lit_hf.encoders.resolve import Choices, resolve_pipeline
from lit_hf.encoders.text import TextEncoder
from lit_hf.encoders.twin import random_model
from lit_hf.errors import UnknownModel, UnsupportedModel
from lit_hf.runtime.hubrepo import Size, download, resolve_commit, size_of


@dataclass(frozen=True)
class CheckpointSize:
    """What a checkpoint weighs on the Hub or on disk; `here` when nothing of it must be downloaded."""

    revision: str | None
    size: Size

    @property
    def here(self) -> bool:
        """Whether its weights are on this machine."""
        return not self.size.missing


def checkpoint_size(model: str, policy: Policy) -> CheckpointSize:
    """Return what `find_checkpoint` would download; modules.json at most is. Raises what it raises for a name."""
    name, revision = split_model(model)
    path = precomputed_file(model) or Path(name).expanduser()
    if path.exists():
        files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
        return CheckpointSize(None, Size(sum(file.stat().st_size for file in files), 0))
    require_hub_name(name)
    commit = resolve_commit(name, revision, "model", _unknown)
    return CheckpointSize(commit.sha, size_of(commit, wanted_files(name, commit, policy), "model"))


def load_skeleton(model: str, choices: Choices, policy: Policy) -> Encoder:
    """Return an encoder with the shape, the tokeniser and the settings of a checkpoint, and random weights.

    Its small files alone are downloaded. It computes as fast as the checkpoint; what it computes means nothing, and its
    address is that of no checkpoint. Raises `UnsupportedModel` for what is no text encoder of transformers.
    """
    from lit_hf.encoders.chain.weights import fresh_head

    name, revision = split_model(model)
    folder, sha = Path(name).expanduser(), None
    if not folder.is_dir():
        commit = resolve_commit(name, revision, "model", _unknown)
        wanted = small_files(commit.files, module_folders(name, commit))
        folder, sha = download(commit, wanted, "model", _unknown), commit.sha
    checkpoint = Checkpoint(name, sha, folder)
    choices = replace(choices, name=name)
    declared = read_declared(folder, name, choices.route)
    if declared.static:
        raise UnsupportedModel(name, "its table of token vectors is not here, and lit-hf plans texts by networks")
    config = load_config(checkpoint, declared.weights, policy)
    tokenizer = load_tokenizer(checkpoint, declared.weights, policy)
    pipeline, sources = resolve_pipeline(choices, declared, config, tokenizer)
    info = describe(name, sha, pipeline, sources, parameter_count(config, name))
    head = pipeline.head
    drawn = partial(fresh_head, head, 0) if head else None
    return build(pipeline, info, "outline", partial(random_model, config, 0), drawn)


def token_lengths(encoder: Encoder, inputs: Sequence[Input]) -> list[int] | None:
    """Return the tokens of each input, the prompt and special ones too; None for what reads no text."""
    return [len(ids) for ids in encoder._tokenize(inputs).ids] if isinstance(encoder, TextEncoder) else None


def _unknown(name: str) -> UnknownModel:
    return UnknownModel(name, [])
