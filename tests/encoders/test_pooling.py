"""Poolings: padding on either side changes nothing, whatever stands in the padding."""

from __future__ import annotations

import pytest
import torch

from lit_hf.encoders.pooling import POOLINGS, normalize

STATES = torch.tensor([[1.0, 5.0], [2.0, -1.0], [6.0, 2.0]])
EXPECTED = {"mean": [3.0, 2.0], "cls": [1.0, 5.0], "last": [6.0, 2.0], "max": [6.0, 5.0]}
JUNK = torch.full((2, 2), 99.0)


@pytest.mark.parametrize("name", sorted(EXPECTED))
@pytest.mark.parametrize("side", ["left", "right"])
def test_pooling_ignores_padding_on_either_side(name: str, side: str) -> None:
    parts = [STATES, JUNK] if side == "right" else [JUNK, STATES]
    mask = [1, 1, 1, 0, 0] if side == "right" else [0, 0, 1, 1, 1]
    pooled = POOLINGS[name](torch.cat(parts)[None], torch.tensor([mask]))
    assert pooled.tolist() == [EXPECTED[name]]


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_one_token_is_its_own_pooling(name: str) -> None:
    states = torch.cat([STATES[:1], JUNK])[None]
    assert POOLINGS[name](states, torch.tensor([[1, 0, 0]])).tolist() == [[1.0, 5.0]]


def test_normalized_rows_have_length_one_and_zero_stays_zero() -> None:
    rows = normalize(torch.tensor([[3.0, 4.0], [0.0, 0.0]]))
    assert rows.tolist() == [[pytest.approx(0.6), pytest.approx(0.8)], [0.0, 0.0]]
