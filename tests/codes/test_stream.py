"""Rows as the coder reads them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from lit_hf.codes import stream as module
from lit_hf.codes.stream import Stream
from tests.support.streams import code, gaussian

CPU = torch.device("cpu")


@pytest.mark.parametrize("resident", [True, False])
def test_rows_come_in_order_and_none_too_early(resident: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not resident:
        monkeypatch.setattr(module, "RESIDENT_BYTES", 0)
    rows, index = (
        np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32),
        np.random.default_rng(1).permutation(50),
    )
    asked: list[int] = []

    class Watched:
        shape = rows.shape

        def __getitem__(self, where: np.ndarray) -> np.ndarray:
            asked.extend(where.tolist())
            return rows[where]

    stream = Stream(Watched(), index, CPU)
    stream.inputs(0, 8)
    stream.fix_scale(8)
    found = stream.inputs(5, 20)
    assert set(asked) == set(index[:20].tolist()) if resident else set(index[5:20].tolist()) <= set(asked)
    assert set(asked) <= set(index[:20].tolist())
    shift = rows[index[:8]].mean(0)
    scale = np.sqrt(((rows[index[:8]] - shift) ** 2).mean())
    np.testing.assert_allclose(found.numpy(), (rows[index[5:20]] - shift) / scale, rtol=1e-5, atol=1e-6)


def test_any_kind_of_rows_gives_the_same_bits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    features, labels = gaussian(150, 8, 2)
    np.save(tmp_path / "rows.npy", features)
    plain = code(features, labels).bits
    for rows in (
        torch.from_numpy(features),
        np.load(tmp_path / "rows.npy", mmap_mode="r"),
        features.astype(np.float64),
    ):
        np.testing.assert_array_equal(code(rows, labels).bits, plain)  # type: ignore[arg-type]
    monkeypatch.setattr(module, "RESIDENT_BYTES", 0)
    np.testing.assert_array_equal(code(features, labels).bits, plain)
