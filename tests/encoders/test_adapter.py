"""PEFT adapters: merged into the base that they name; nothing is left out in silence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from datasets import Dataset
from safetensors.torch import load_file, save_file

from lit_hf.encoders import load_encoder
from lit_hf.errors import UnknownModel, UnsupportedModel
from lit_hf.evaluation.run import evaluate
from tests.support import assets, tiny
from tests.support.adapters import SCALE, adapt

pytest.importorskip("peft", reason="peft is not installed: pip install peft")


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return tiny.save(tmp_path / "base", tiny.bert())


def test_an_adapter_is_the_base_plus_its_products(base: Path, tmp_path: Path) -> None:
    folder = adapt(base, tmp_path / "lora", tiny.bert())
    products = load_file(folder / "adapter_model.safetensors")
    changed = load_file(base / "model.safetensors")
    for key in [key for key in products if "lora_A" in key]:
        name = key.removeprefix("base_model.model.").replace(".lora_A", "")
        changed[name] = changed[name] + SCALE * products[key.replace("lora_A", "lora_B")] @ products[key]
    merged = tiny.save(tmp_path / "merged", tiny.bert())
    save_file(changed, merged / "model.safetensors", metadata={"format": "pt"})
    inputs = tiny.texts(10)
    rows = load_encoder(str(folder)).encode(inputs).rows
    np.testing.assert_allclose(rows, load_encoder(str(merged)).encode(inputs).rows, atol=1e-5)
    assert not np.allclose(rows, load_encoder(str(base)).encode(inputs).rows, atol=1e-3)


def test_the_twin_is_that_of_the_base_and_the_base_is_named(base: Path, tmp_path: Path) -> None:
    encoder = load_encoder(str(adapt(base, tmp_path / "lora", tiny.bert())))
    plain = load_encoder(str(base))
    assert np.array_equal(encoder.twin(1).encode(tiny.texts(4)).rows, plain.twin(1).encode(tiny.texts(4)).rows)
    assert encoder.twin(1).key == plain.twin(1).key
    assert encoder.key != plain.key
    assert encoder.info.sources["base"].startswith(str(base))


def test_an_adapter_of_a_classifier_fits_the_bare_body(base: Path, tmp_path: Path) -> None:
    folder = adapt(base, tmp_path / "lora", tiny.bert())
    expected = load_encoder(str(folder)).encode(tiny.texts(5)).rows
    weights = load_file(folder / "adapter_model.safetensors")
    renamed = {key.replace("base_model.model.", "base_model.model.bert."): value for key, value in weights.items()}
    renamed["base_model.model.classifier.weight"] = torch.zeros(2, 16)
    save_file(renamed, folder / "adapter_model.safetensors", metadata={"format": "pt"})
    assert np.array_equal(load_encoder(str(folder)).encode(tiny.texts(5)).rows, expected)


@pytest.mark.parametrize("change", ["missing", "strange"])
def test_weights_that_do_not_fit_are_refused(base: Path, tmp_path: Path, change: str) -> None:
    folder = adapt(base, tmp_path / "lora", tiny.bert())
    weights = load_file(folder / "adapter_model.safetensors")
    first = next(iter(weights))
    if change == "missing":
        del weights[first]
    else:
        weights["base_model.model.encoder.layer.9.lora_A.weight"] = weights[first].clone()
    save_file(weights, folder / "adapter_model.safetensors", metadata={"format": "pt"})
    with pytest.raises(UnsupportedModel, match="do not fit"):
        load_encoder(str(folder)).encode(["a film"])


def test_an_unknown_base_is_named(tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    folder = adapt(tmp_path / "gone", tmp_path / "lora", tiny.bert())
    with pytest.raises(UnknownModel, match="gone"):
        load_encoder(str(folder))


def test_a_real_encoder_with_a_weak_adapter_transfers_like_its_base(tmp_path: Path) -> None:
    from transformers import AutoModel

    model = AutoModel.from_pretrained(assets.l6_folder())
    folder = adapt(assets.l6_folder(), tmp_path / "lora", model, strength=0.01)
    texts, labels, _ = assets.rotten()
    data = Dataset.from_dict({"text": texts[::25], "label": labels[::25]})
    record = evaluate(str(folder), data, orders=1, twins=1)
    record.validate()
    assert record["transfer"]["bits"] > 20
    assert abs(record["baselines"]["shuffled_labels"]["transfer_bits"]) <= 5
    assert "named by adapter_config.json" in record["model"]["resolved_from"]["base"]
    plain = evaluate(str(assets.l6_folder()), data, orders=1, twins=1)
    added = record["transfer_from_base"]
    assert added["base_bits"] == plain["codelength"]["bits"]
    assert added["bits"] == pytest.approx(plain["codelength"]["bits"] - record["codelength"]["bits"])
    assert added["interval"][0] < 0 < added["interval"][1]  # random products of this size change next to nothing
    assert added["base"] == str(assets.l6_folder())
    assert "transfer_from_base" not in plain.data
