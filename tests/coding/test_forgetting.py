"""`lit_hf.forgetting` on arrays."""

from __future__ import annotations

import numpy as np
import pytest

import lit_hf
from lit_hf.errors import BadSetting

LABELS = np.random.default_rng(0).integers(0, 2, 60)
NOISE = np.random.default_rng(1).normal(size=(60, 3)).astype(np.float32)
KNOWS = np.concatenate([NOISE, np.eye(2, dtype=np.float32)[LABELS]], 1)


def test_what_was_gained_and_lost_again() -> None:
    found = lit_hf.forgetting(KNOWS, NOISE, LABELS, before=NOISE, orders=1)
    assert found.gained is not None
    assert found.gained > 20
    assert found.forgotten == found.gained
    assert found.share == 1.0
    assert found.interval[0] < found.forgotten < found.interval[1]
    assert found.forgotten == lit_hf.transfer(KNOWS, NOISE, LABELS, orders=1).bits


def test_a_state_that_has_not_changed_has_forgotten_nothing() -> None:
    found = lit_hf.forgetting(KNOWS, KNOWS.copy(), LABELS, orders=1)
    assert (found.forgotten, found.gained, found.share) == (0.0, None, None)


def test_rows_of_other_examples_are_refused() -> None:
    with pytest.raises(BadSetting, match="after_ab"):
        lit_hf.forgetting(KNOWS, NOISE[:50], LABELS)
