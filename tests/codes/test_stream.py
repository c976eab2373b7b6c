"""Rows as the coder reads them."""

from __future__ import annotations

from collections.abc import Sequence
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


def test_a_learner_may_ask_for_the_examples_behind_the_rows() -> None:
    """One that never looks at a row: it counts labels by text, and codes a stream without any column."""
    import math

    from lit_hf.codes.prequential import Coder
    from lit_hf.codes.probe_mixture import Prediction, StreamCode
    from lit_hf.codes.schedule import increments
    from lit_hf.probes.contract import Block, Prefix, Stateful

    class Texts(Sequence[str]):
        """Texts that say when they are read."""

        def __init__(self) -> None:
            self.read: list[int] = []

        def __len__(self) -> int:
            return 40

        def __getitem__(self, at: int) -> str:  # type: ignore[override]
            self.read.append(at)
            return "good" if at % 3 else "bad"

    class Counts(Stateful):
        names = parts = ("counts",)
        learned = ("counts",)

        def __init__(self) -> None:
            self.counts = torch.ones(2, 2)

        def weights(self) -> np.ndarray:
            return np.ones(1)

        def predict(self, block: Block) -> Prediction:
            assert block.examples is not None
            table = torch.stack([self.counts[int(text == "good")] for text in block.examples])
            table = (table / table.sum(1, keepdim=True)).log()
            return Prediction(table, table[None])

        def observe(self, block: Block, paid: Prediction) -> None:
            pass

        def learn(self, prefix: Prefix, likelihood: torch.Tensor) -> None:
            for text, label in zip(
                prefix.examples(prefix.fresh, prefix.n), prefix.labels(prefix.fresh, prefix.n), strict=True
            ):
                self.counts[int(text == "good"), label] += 1

    texts, index = Texts(), np.random.default_rng(0).permutation(40)
    labels = (index % 3 > 0).astype(np.int64)
    stream = Stream(np.empty((40, 0), np.float32), index, CPU, texts)
    coder = Coder(stream, labels, np.arange(40), StreamCode(Counts(), tuple(increments(np.arange(40))), nulls=False), 2)
    assert coder.advance(9) == 9
    assert set(texts.read) == set(index[:9].tolist())  # none too early
    coder.advance()
    counts, paid = np.ones((2, 2)), []
    for start, stop in increments(np.arange(40)):
        now = labels[start:stop]
        paid += [-math.log2(counts[label, label] / counts[label].sum()) for label in now]
        for label in now:
            counts[label, label] += 1
    np.testing.assert_allclose(coder.curve().bits, paid, rtol=1e-6)
    with pytest.raises(LookupError, match="no examples"):
        Stream(np.empty((40, 2), np.float32), index, CPU).examples(0, 3)
