"""Other types of numbers: half precision, 8-bit floats that transformers expands, and what is missing for the rest."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from lit_hf.encoders import Choices, load_encoder, quantised
from lit_hf.errors import MissingExtra, UnsupportedModel
from tests.support import tiny

BLOCK = 16
LARGEST = 448.0  # of an 8-bit float with 4 bits of exponent


def declare(folder: Path, **settings: object) -> Path:
    """Write a quantisation into config.json."""
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"quantization_config": settings}))
    return folder


def to_fp8(folder: Path) -> Path:
    """Turn the matrices of the layers into 8-bit floats with a scale for each block of 16 by 16."""
    stored = {}
    for name, value in load_file(folder / "model.safetensors").items():
        stored[name] = value
        if value.ndim == 2 and name.startswith("encoder."):
            rows, columns = value.shape
            blocks = value.reshape(rows // BLOCK, BLOCK, columns // BLOCK, BLOCK)
            scale = blocks.abs().amax((1, 3)) / LARGEST
            stored[name] = (blocks / scale[:, None, :, None]).reshape(rows, columns).to(torch.float8_e4m3fn)
            stored[f"{name}_scale_inv"] = scale
    save_file(stored, folder / "model.safetensors", metadata={"format": "pt"})
    return declare(folder, quant_method="fp8", weight_block_size=[BLOCK, BLOCK], activation_scheme="dynamic")


@pytest.mark.skipif(torch.cuda.is_available(), reason="on a GPU transformers runs these in 8 bits")
def test_eight_bit_floats_are_expanded_on_a_cpu(tmp_path: Path) -> None:
    plain = load_encoder(str(tiny.save(tmp_path / "plain", tiny.bert())))
    small = load_encoder(str(to_fp8(tiny.save(tmp_path / "fp8", tiny.bert()))))
    a, b = (each.encode(tiny.texts(8)).rows for each in (plain, small))
    assert 0 < np.abs(a - b).max() < 0.02
    assert plain.key != small.key
    assert small.info.sources["quantised"].startswith("fp8, config.json")
    assert plain.twin(0).key == small.twin(0).key
    assert np.array_equal(plain.twin(0).encode(tiny.texts(8)).rows, small.twin(0).encode(tiny.texts(8)).rows)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision_is_near_and_has_an_address_of_its_own(tmp_path: Path, dtype: str) -> None:
    folder = str(tiny.save(tmp_path, tiny.bert()))
    full, half = load_encoder(folder), load_encoder(folder, Choices(dtype=dtype))
    a, b = full.encode(tiny.texts(8)).rows, half.encode(tiny.texts(8)).rows
    assert b.dtype == np.float32
    assert 0 < np.abs(a - b).max() < 0.1
    assert (full.info.dtype, half.info.dtype) == ("float32", dtype)
    assert full.key != half.key


def test_auto_is_the_type_that_was_saved(tmp_path: Path) -> None:
    folder = str(tiny.save(tmp_path, tiny.bert().to(torch.bfloat16)))
    assert load_encoder(folder, Choices(dtype="auto")).info.dtype == "bfloat16"
    assert load_encoder(folder).info.dtype == "float32"


@pytest.mark.parametrize("method", [name for name in quantised.PACKAGES if name not in quantised.GPU_ONLY])
def test_a_package_that_is_missing_is_named_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    monkeypatch.setattr(quantised, "find_spec", lambda name: None)
    folder = declare(tiny.save(tmp_path, tiny.bert()), quant_method=method, bits=4)
    (folder / "model.safetensors").unlink()
    with pytest.raises(MissingExtra) as raised:
        load_encoder(str(folder))
    package = quantised.PACKAGES[method][0]
    assert raised.value.package == package
    assert raised.value.next_step == f"Run `pip install {package}`."


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
@pytest.mark.parametrize("method", quantised.GPU_ONLY)
def test_what_needs_a_gpu_says_so(tmp_path: Path, method: str) -> None:
    folder = declare(tiny.save(tmp_path, tiny.bert()), quant_method=method)
    with pytest.raises(UnsupportedModel, match="GPU only"):
        load_encoder(str(folder))


def test_weights_that_stay_quantised_are_not_cast() -> None:
    model = torch.nn.Linear(2, 2)
    model.is_quantized, model.quantization_method = True, "bitsandbytes"  # type: ignore[assignment]
    assert quantised.moved(model, model, torch.float16, "cpu").weight.dtype == torch.float32
    model.is_quantized = False  # type: ignore[assignment]
    assert quantised.moved(model, model, torch.float16, "cpu").weight.dtype == torch.float16
