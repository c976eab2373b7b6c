"""Different labels: what a trunk learned from one dataset says about another, against the same trunk without labels."""

from __future__ import annotations

import numpy as np

from lit_hf.coding.order import Code
from lit_hf.studies.arms import Way
from lit_hf.studies.different import code_beside, different_labels, saved
from lit_hf.studies.sides import side_of_arrays
from lit_hf.studies.trunk import WIDTH, train_trunk

FEW = ("discriminant", "prototypes")


def rings(count: int, seed: int, classes: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Labels that no linear probe reads from the features: products of signs; a trunk can learn them."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(count, 8)).astype(np.float32)
    signs = (features[:, :2] > 0).astype(int)
    parity = signs[:, 0] ^ signs[:, 1]
    return features, (parity + 2 * (features[:, 2] > 0) if classes == 4 else parity)


WAY = Way(Code(probes=FEW))


def transfer(coded: tuple[np.ndarray, np.ndarray], given: tuple[np.ndarray, np.ndarray]) -> list[float]:
    a, b = (side_of_arrays(name, each) for name, each in (("a", coded), ("b", given)))
    return [float(each.sum()) for each in saved(code_beside(a, b, WAY, 0))]


def test_labels_whose_classes_are_parts_of_others_save_bits() -> None:
    found, trunk, permuted = transfer(rings(1_000, 1, classes=2), rings(1_600, 0))
    assert found > 20
    assert trunk > permuted


def test_random_labels_save_nothing() -> None:
    noise = rings(800, 2)[0], np.random.default_rng(3).integers(0, 4, 800)
    assert abs(transfer(rings(1_000, 1, classes=2), noise)[0]) <= 2


def test_a_result_has_both_directions_a_frame_and_a_figure() -> None:
    found = different_labels(rings(100, 0), rings(100, 1, classes=2), orders=2, kinds=FEW)
    assert list(found.to_frame()["coded"]) == ["a", "b"]
    assert found.plot().axes
    assert "100" not in str(found.to_dict()["notes"])
    assert "25 labels were coded in 2 orders" in found.to_dict()["notes"][0]


def test_a_trunk_that_may_be_ignored_costs_at_most_a_bit() -> None:
    a, b = (side_of_arrays(name, rings(300, seed)) for name, seed in (("a", 4), ("b", 5)))
    found = code_beside(a, b, WAY, 0)
    assert saved(found)[0].sum() >= min(0.0, (found.alone - found.permuted).sum()) - 2
    assert found.removed == 0


def test_a_trunk_is_the_same_in_the_same_call_and_has_the_energy_of_the_features() -> None:
    features, labels = rings(300, 6)
    first, second = (train_trunk(features, labels, 4, (0, 1)) for _ in range(2))
    assert np.array_equal(first.hidden(features), second.hidden(features))
    assert first.hidden(features).shape == (300, WIDTH)
    assert np.isclose(first.hidden(features).var(0).sum(), features.var(0).sum(), rtol=1e-4)
    assert train_trunk(features, labels, 4, (0, 1), epochs=3).epochs == 3
    assert not np.array_equal(first.hidden(features), train_trunk(features, labels, 4, (0, 2)).hidden(features))


def test_a_reference_is_trained_no_longer_than_its_trunk_of_no_epoch() -> None:
    """Zero epochs are zero, not the default."""
    from lit_hf.studies.trunk import train_trunk

    rows = np.random.default_rng(0).normal(size=(40, 3))
    first, again = (train_trunk(rows, np.arange(40) % 2, 2, seed, 0) for seed in ((0, 0), (0, 0)))
    assert first.epochs == 0
    assert np.array_equal(first.hidden(rows), again.hidden(rows))
