"""Embedding: what was computed is not computed again, and how it came about is invisible in the floats."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from lit_hf.config import Settings
from lit_hf.encoders import Choices, load_encoder
from lit_hf.errors import NotFiniteFeatures
from lit_hf.features import FeatureStore, embed
from lit_hf.tasks import load_task
from tests.support import tiny
from tests.support.counting import Counting

POOL = [f"text {index} {'long ' * (index % 9)}" for index in range(2_000)]


@pytest.fixture
def store(tmp_path: Path) -> FeatureStore:
    return FeatureStore(tmp_path / "features")


def test_a_second_run_makes_no_forward_pass(store: FeatureStore) -> None:
    first = embed(Counting(), POOL, 700, store=store)
    again = Counting()
    second = embed(again, POOL, 700, store=store)
    assert again.asked == []
    assert (first.computed, first.reused, second.computed, second.reused) == (724, 0, 0, 724)
    assert np.array_equal(first.array(), second.array())


def test_more_examples_embed_only_what_is_new_and_give_the_floats_of_one_run(store: FeatureStore) -> None:
    embed(Counting(), POOL, 400, store=store)
    encoder = Counting()
    grown = embed(encoder, POOL, 1_500, store=store)
    assert sum(encoder.asked) == grown.computed == 1_748 - 512
    assert np.array_equal(grown.array(), embed(Counting(), POOL, 1_500, store=None).array())


def test_fewer_examples_are_a_prefix_of_more() -> None:
    many = embed(Counting(), POOL, 1_500, store=None).array()
    for count in (1, 256, 257, 1_000):
        few = embed(Counting(), POOL, count, store=None)
        assert few.shape == (count, 2)
        assert np.array_equal(few.array(), many[:count])


def test_cached_and_fresh_features_of_a_real_encoder_are_bit_identical(tmp_path: Path, store: FeatureStore) -> None:
    encoder = load_encoder(str(tiny.save(tmp_path / "model", tiny.bert())), Choices(batch_tokens=200))
    pool = tiny.texts(400)
    embed(encoder, pool, 100, store=store)
    kept = embed(encoder, pool, 300, store=store)
    assert kept.reused == 256
    assert np.array_equal(kept.array(), embed(encoder, pool, 300, store=None).array())


def test_a_run_that_finds_everything_never_loads_the_weights(tmp_path: Path, store: FeatureStore) -> None:
    folder = tiny.save(tmp_path / "model", tiny.bert())
    embed(load_encoder(str(folder)), tiny.texts(50), 50, store=store)
    encoder = load_encoder(str(folder))
    embed(encoder, tiny.texts(50), 50, store=store)
    assert "_model" not in vars(encoder)


def test_changing_labels_and_row_order_embeds_nothing_again(tmp_path: Path, store: FeatureStore) -> None:
    texts = tiny.texts(300)
    for name, rows, labels in (("a", texts, [0, 1]), ("b", texts[::-1], ["yes", "no"])):
        lines = [f"{text},{labels[index % 2]}" for index, text in enumerate(rows)]
        (tmp_path / f"{name}.csv").write_text("\n".join(["text,label", *lines]))
    first, second = (load_task(Settings("m", str(tmp_path / f"{name}.csv"))) for name in ("a", "b"))
    embed(Counting(), first.inputs, first.size, store=store)
    assert embed(Counting(), second.inputs, second.size, store=store).computed == 0


def test_encoders_of_other_keys_share_nothing(store: FeatureStore) -> None:
    embed(Counting("a"), POOL, 100, store=store)
    assert embed(Counting("b"), POOL, 100, store=store).computed == 256


def test_rows_are_read_by_slice_and_by_index_across_shards(store: FeatureStore) -> None:
    features = embed(Counting(), POOL, 1_000, store=store)
    whole = features.array()
    wanted = np.array([999, 0, 300, 255, 256, 0])
    assert np.array_equal(features[wanted], whole[wanted])
    assert np.array_equal(features[100:700], whole[100:700])
    assert np.array_equal(features[np.zeros(0, dtype=np.int64)], whole[:0])
    with pytest.raises(IndexError):
        features[np.array([1_000])]


def test_stored_features_are_memory_mapped(store: FeatureStore) -> None:
    embed(Counting(), POOL, 300, store=store)
    assert all(isinstance(part, np.memmap) for part in embed(Counting(), POOL, 300, store=store).parts)


def test_features_that_are_not_finite_are_refused_and_not_kept(store: FeatureStore) -> None:
    with pytest.raises(NotFiniteFeatures) as caught:
        embed(Counting(bad=POOL[3]), POOL, 100, store=store)
    assert (caught.value.rows, caught.value.arm) == (1, "checkpoint")
    assert embed(Counting(), POOL, 100, store=store).reused == 0


def test_an_interrupted_run_keeps_its_whole_shards(store: FeatureStore) -> None:
    with pytest.raises(NotFiniteFeatures):
        embed(Counting(bad=POOL[400]), POOL, 1_000, store=store)
    assert embed(Counting(), POOL, 1_000, store=store).reused == 362


@pytest.mark.parametrize("damage", [b"", b"\x93NUMPY broken"])
def test_a_damaged_shard_is_computed_again(store: FeatureStore, damage: bytes) -> None:
    expected = embed(Counting(), POOL, 300, store=store).array()
    first = next(iter(sorted(store.folder(Counting().key).glob("*.npy"))))
    first.write_bytes(damage)
    repaired = embed(Counting(), POOL, 300, store=store)
    assert repaired.computed > 0
    assert np.array_equal(repaired.array(), expected)


def test_no_temporary_file_is_left_behind(store: FeatureStore) -> None:
    embed(Counting(), POOL, 300, store=store)
    assert not [path for path in store.root.rglob("*") if path.name.endswith(".tmp")]


def test_truncation_is_remembered_with_the_shards(store: FeatureStore) -> None:
    expected = sum(len(text) > 40 for text in POOL[:362])
    for _ in range(2):
        features = embed(Counting(), POOL, 300, store=store)
        assert (features.truncated, features.embedded) == (expected, 362)


def test_progress_counts_only_what_is_missing(store: FeatureStore) -> None:
    class Heartbeat:
        def __init__(self) -> None:
            self.totals: list[int] = []
            self.steps = 0

        @contextmanager
        def task(self, label: str, total: int) -> Iterator[Callable[[int], None]]:
            self.totals.append(total)
            yield self.step

        def step(self, count: int) -> None:
            self.steps += count

    watch = Heartbeat()
    for count in (200, 300, 300):
        embed(Counting(), POOL, count, store=store, progress=watch)
    assert watch.totals == [256, 106, 0]
    assert watch.steps == 362


class Steps:
    """Progress that keeps what it was told."""

    def __init__(self) -> None:
        self.totals: list[int] = []
        self.steps: list[int] = []

    @contextmanager
    def task(self, label: str, total: int) -> Iterator[Callable[[int], None]]:
        self.totals.append(total)
        yield self.steps.append


def test_a_bar_moves_with_each_batch_of_a_network_and_ends_at_its_total(tmp_path: Path) -> None:
    encoder = load_encoder(str(tiny.save(tmp_path / "m", tiny.bert())), Choices(batch_tokens=64))
    told = Steps()
    embed(encoder, tiny.texts(120), 120, store=FeatureStore(tmp_path / "features"), progress=told)
    assert sum(told.steps) == told.totals[0] == 120
    assert max(told.steps) < 120 / 4  # one shard: a bar that counts shards would make one step
    again = Steps()
    embed(encoder, tiny.texts(120), 120, store=FeatureStore(tmp_path / "features"), progress=again)
    assert (sum(again.steps), again.totals) == (0, [0])


def test_a_bar_of_an_encoder_that_tells_nothing_counts_shards(store: FeatureStore) -> None:
    told = Steps()
    embed(Counting(), POOL, 700, store=store, progress=told)
    assert [step for step in told.steps if step] == [256, 106, 150, 212]
    assert sum(told.steps) == told.totals[0]
