"""What overlaps with computing: nothing of it may change a float or an order."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
import torch

from lit_hf.encoders.gather import Ahead, Gathered, send


def test_rows_come_back_where_they_belong() -> None:
    rows, found = Gathered(5, 2), torch.arange(10.0).reshape(5, 2)
    rows.put(np.array([3, 0]), found[[3, 0]])
    rows.put(np.array([1, 2, 4]), found[[1, 2, 4]])
    np.testing.assert_array_equal(rows.rows(), found.numpy())


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU: pinned copies")
def test_rows_come_back_from_a_gpu() -> None:
    rows, found = Gathered(4, 3), torch.randn(4, 3)
    for index in range(4):
        rows.put(np.array([index]), send(found[index : index + 1].numpy(), "cuda"))
    np.testing.assert_array_equal(rows.rows(), found.numpy())


def test_what_was_begun_is_taken_and_prepared_once() -> None:
    seen: list[list[int]] = []
    prefetch = Ahead(lambda inputs: (seen.append(list(inputs)), sum(inputs))[1])
    first, second, third = [1, 2], [3], [3]
    prefetch.start(first)
    prefetch.start(second)
    assert [prefetch.take(first), prefetch.take(second), prefetch.take(third)] == [3, 3, 3]
    assert seen == [[1, 2], [3], [3]]  # equal inputs are not the same inputs


def test_one_preparation_at_a_time() -> None:
    busy, clashes = threading.Lock(), []

    def prepare(inputs: list[int]) -> int:
        if not busy.acquire(blocking=False):
            clashes.append(inputs)
            return 0
        threading.Event().wait(0.02)
        busy.release()
        return len(inputs)

    prefetch, lists = Ahead(prepare), [[0] * n for n in range(1, 5)]
    for inputs in lists:
        prefetch.start(inputs)
    assert [prefetch.take(inputs) for inputs in [[0], *lists]] == [1, 1, 2, 3, 4]
    assert not clashes


def test_a_failure_ahead_is_raised_where_it_is_taken() -> None:
    prefetch = Ahead(lambda inputs: inputs[0])
    prefetch.start(empty := [])
    with pytest.raises(IndexError):
        prefetch.take(empty)


def test_shards_prepared_ahead_give_the_same_features(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lit_hf.encoders import load_encoder
    from lit_hf.encoders.contract import Encoder
    from lit_hf.encoders.text import TextEncoder
    from lit_hf.features import embed
    from tests.support.tiny import bert, save
    from tests.support.tiny import texts as some_texts

    texts = some_texts(700)
    folder = str(save(tmp_path, bert()))
    begun: list[int] = []
    start = TextEncoder.prefetch

    def counted(self: TextEncoder, inputs: list[str]) -> None:
        begun.append(len(inputs))
        start(self, inputs)

    monkeypatch.setattr(TextEncoder, "prefetch", counted)
    with_it = embed(load_encoder(folder), texts, 700, store=None).array()
    monkeypatch.setattr(TextEncoder, "prefetch", Encoder.prefetch)
    np.testing.assert_array_equal(with_it, embed(load_encoder(folder), texts, 700, store=None).array())
    assert len(begun) >= 3
