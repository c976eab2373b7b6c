"""Memory that does not suffice: batches in halves with the floats of the whole, and models spread over devices."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from lit_hf.encoders import Choices, load_encoder
from lit_hf.encoders.text import TextEncoder
from lit_hf.features import FeatureStore, embed
from lit_hf.runtime.memory import BatchSplitter, out_of_memory, spread
from tests.support import assets


def load(**choices: object) -> TextEncoder:
    found = load_encoder(str(assets.l6_folder()), Choices(device="cpu", **choices))  # type: ignore[arg-type]
    assert isinstance(found, TextEncoder)
    return found


def starve(monkeypatch: pytest.MonkeyPatch, tokens: int) -> list[int]:
    """Let every forward pass of more than `tokens` tokens fail as an allocator does; return the sizes that passed."""
    passed: list[int] = []
    whole = TextEncoder._states

    def states(self: TextEncoder, tensors: dict[str, torch.Tensor]) -> list[torch.Tensor]:
        if tensors["input_ids"].numel() > tokens:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.")
        passed.append(tensors["input_ids"].numel())
        return whole(self, tensors)

    monkeypatch.setattr(TextEncoder, "_states", states)
    return passed


def test_halves_have_the_floats_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = assets.rotten()[0][:160]
    plenty = load().encode(texts)
    assert plenty.halved == 0
    passed = starve(monkeypatch, 300)
    little = load().encode(texts)
    np.testing.assert_array_equal(little.rows, plenty.rows)
    assert max(passed) <= 300
    assert little.halved > 3


def test_the_store_keeps_how_many_batches_were_halved(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    texts, store = assets.rotten()[0][:40], FeatureStore(tmp_path)
    starve(monkeypatch, 600)
    fresh = embed(load(), texts, 40, store=store)
    assert fresh.halved > 0
    assert embed(load(), texts, 40, store=store).halved == fresh.halved


def test_one_input_that_does_not_fit_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    starve(monkeypatch, 3)
    with pytest.raises(torch.OutOfMemoryError):
        load().encode(assets.rotten()[0][:4])


def test_what_fits_is_remembered() -> None:
    sizes: list[int] = []

    def work(batch: np.ndarray) -> None:
        sizes.append(len(batch))
        if len(batch) > 3:
            raise MemoryError

    halving = BatchSplitter()
    halving.run(work, np.arange(8), 10)
    assert sizes == [8, 4, 2, 2, 2, 2]
    sizes.clear()
    halving.run(work, np.arange(8), 10)
    assert sizes == [2, 2, 2, 2]
    halving.run(work, np.arange(2), 10)
    assert halving.take_halved() == 2
    assert halving.take_halved() == 0


def test_other_errors_pass() -> None:
    def work(_batch: np.ndarray) -> None:
        raise RuntimeError("shapes do not fit")

    with pytest.raises(RuntimeError, match="shapes"):
        BatchSplitter().run(work, np.arange(8), 10)
    assert not out_of_memory(RuntimeError("shapes do not fit"))
    assert out_of_memory(RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried"))


def test_device_map_auto_gives_the_same_floats_where_all_fits() -> None:
    texts = assets.rotten()[0][:30]
    spread_out, plain = load(spread=True), load()
    np.testing.assert_array_equal(spread_out.encode(texts).rows, plain.encode(texts).rows)
    np.testing.assert_array_equal(spread_out.twin(3).encode(texts).rows, plain.twin(3).encode(texts).rows)
    assert spread_out.key != plain.key


def test_a_model_that_memory_does_not_hold_is_read_from_files(tmp_path: Path) -> None:
    from transformers import AutoModel

    folder = assets.l6_folder()
    inputs = {"input_ids": torch.arange(1000, 1030)[None], "attention_mask": torch.ones(1, 30, dtype=torch.long)}
    whole = AutoModel.from_pretrained(folder).eval()
    with torch.inference_mode():
        expected = whole(**inputs).last_hidden_state
        places = spread(whole, tmp_path / "offload", room={"cpu": "60MB"})
        assert "disk" in set(places.hf_device_map.values())  # type: ignore[union-attr, attr-defined]
        assert any((tmp_path / "offload").iterdir())
        assert torch.equal(places(**inputs).last_hidden_state, expected)
