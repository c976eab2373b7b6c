"""Loading policy: what is refused, and what an address stands for."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from lit_hf.encoders import Choices, Policy, load_encoder
from lit_hf.errors import NoSafetensors, UnknownModel, UnsafeRemoteCode, UnsupportedModel
from tests.support import tiny


def test_a_pickled_checkpoint_is_refused_unless_pickles_are_allowed(tmp_path: Path) -> None:
    folder = tiny.save(tmp_path, tiny.bert())
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    os.unlink(folder / "model.safetensors")
    with pytest.raises(NoSafetensors) as caught:
        load_encoder(str(folder))
    assert "--allow-pickle" in str(caught.value.next_step)
    assert load_encoder(str(folder), policy=Policy(allow_pickle=True)).encode(["a film"]).rows.shape == (1, 16)


def test_an_unknown_folder_names_the_nearest_one(tmp_path: Path) -> None:
    tiny.save(tmp_path / "my-model", tiny.bert())
    with pytest.raises(UnknownModel) as caught:
        load_encoder(str(tmp_path / "my-modle"))
    assert str(tmp_path / "my-model") in caught.value.suggestions


def test_a_folder_without_a_configuration_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedModel, match=r"config\.json"):
        load_encoder(str(tmp_path))


def test_a_folder_that_wants_to_run_code_is_refused(tmp_path: Path) -> None:
    folder = tiny.save(tmp_path, tiny.bert())
    config = json.loads((folder / "config.json").read_text())
    tiny.write(folder / "config.json", {**config, "model_type": "own", "auto_map": {"AutoConfig": "own.OwnConfig"}})
    with pytest.raises(UnsafeRemoteCode):
        load_encoder(str(folder))


def test_remote_code_from_the_hub_needs_a_pinned_revision() -> None:
    with pytest.raises(UnsafeRemoteCode):
        load_encoder("org/name", policy=Policy(trust_remote_code=True))


def test_missing_weights_are_not_made_up(tmp_path: Path) -> None:
    folder = tiny.save(tmp_path, tiny.bert())
    weights = load_file(folder / "model.safetensors")
    kept = {name: tensor for name, tensor in weights.items() if "layer.1.output.dense" not in name}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(UnsupportedModel, match="no weights for"):
        load_encoder(str(folder)).encode(["a film"])


def test_a_missing_pooler_does_not_matter(tmp_path: Path) -> None:
    folder = tiny.save(tmp_path, tiny.bert())
    weights = {name: part for name, part in load_file(folder / "model.safetensors").items() if "pooler" not in name}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    assert load_encoder(str(folder)).encode(["a film"]).rows.shape == (1, 16)


def test_equal_weights_have_equal_addresses_wherever_they_lie_and_changed_ones_do_not(tmp_path: Path) -> None:
    first, second = (tiny.save(tmp_path / name, tiny.bert(0)) for name in ("a", "b"))
    key = load_encoder(str(first)).key
    assert key == load_encoder(str(second)).key
    tiny.save(first, tiny.bert(1))
    assert key != load_encoder(str(first)).key


def test_everything_that_changes_floats_changes_the_address(tmp_path: Path) -> None:
    folder = str(tiny.save(tmp_path, tiny.bert()))
    keys = [
        load_encoder(folder).key, load_encoder(folder, Choices(layer="1")).key,
        load_encoder(folder, Choices(pooling="max")).key,
        load_encoder(folder, Choices(prompt="so ")).key, load_encoder(folder, Choices(max_tokens=9)).key,
        load_encoder(folder, Choices(dtype="bfloat16")).key, load_encoder(folder, Choices(batch_tokens=77)).key,
        load_encoder(folder, Choices(threads=7)).key,
    ]  # fmt: skip
    assert len({json.dumps(dict(key), sort_keys=True) for key in keys}) == len(keys)


def test_what_is_said_of_a_checkpoint_is_true(tmp_path: Path) -> None:
    info = load_encoder(str(tiny.save(tmp_path, tiny.bert()))).info
    assert info.architecture == "BertModel"
    assert info.parameters == sum(parameter.numel() for parameter in tiny.bert().parameters())
    assert (info.dim, info.layer, info.kind, info.revision) == (16, 2, "checkpoint", None)


def test_weights_of_another_shape_are_refused(tmp_path: Path) -> None:
    folder = tiny.save(tmp_path, tiny.bert())
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"intermediate_size": 48}))
    with pytest.raises(UnsupportedModel, match="other shapes"):
        load_encoder(str(folder)).encode(["a film"])
