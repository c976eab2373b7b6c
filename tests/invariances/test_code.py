"""What must not change a codelength: the length of the stream, labels to come, names, copies."""

from __future__ import annotations

import numpy as np
import pytest

from lit_hf.coding.arrays import codelength, transfer
from lit_hf.coding.codelength import code_order
from lit_hf.coding.order import Code, Examples, Order
from lit_hf.coding.rules import Alphabet
from lit_hf.probes.bank import ALL_KINDS
from tests.support.l6 import rotten_features
from tests.support.streams import CHEAP, code, gaussian


@pytest.mark.parametrize("kinds", [None, *((kind,) for kind in ALL_KINDS)], ids=str)
def test_prefix_law(kinds: tuple[str, ...] | None) -> None:
    """The first 500 labels cost the same whether 500 or 1,000 are coded."""
    features, labels = gaussian(1000, 24, 3, signal=1.5)
    whole, part = (code(features[:n], labels[:n], 3, kinds=kinds) for n in (1000, 500))
    np.testing.assert_array_equal(whole.bits[:500], part.bits)


def test_prefix_law_where_the_end_cuts_an_increment() -> None:
    features, labels = gaussian(420, 24, 3, signal=1.5)
    whole, part = (code(features[:n], labels[:n], 3) for n in (420, 333))
    # the cut increment is a product of another shape: float32 sums in another order
    np.testing.assert_allclose(whole.bits[:333], part.bits, atol=1e-4)


@pytest.mark.parametrize("at", [3, 9, 40, 250, 399])
def test_no_look_ahead(at: int) -> None:
    features, labels = gaussian(400, 16, 3, signal=1.5)
    altered = labels.copy()
    altered[at] = (labels[at] + 1) % 3
    before, after = code(features, labels, 3, kinds=None), code(features, altered, 3, kinds=None)
    np.testing.assert_array_equal(before.bits[:at], after.bits[:at])
    assert before.bits[at] != after.bits[at] or at < 8


def test_features_to_come_change_nothing() -> None:
    features, labels = gaussian(300, 16, 2)
    altered = features.copy()
    altered[200:] *= 100
    before, after = code(features, labels, kinds=None), code(altered, labels, kinds=None)
    start = before.edges[np.searchsorted(before.edges, 200, side="right") - 1]
    np.testing.assert_array_equal(before.bits[:start], after.bits[:start])


def test_the_same_seed_gives_the_same_bits() -> None:
    features, labels = gaussian(200, 16, 2)
    one, two = (codelength(features, labels, orders=2, seed=5) for _ in range(2))
    np.testing.assert_array_equal(one.per_example, two.per_example)
    np.testing.assert_array_equal(one.order, two.order)
    other = codelength(features, labels, orders=2, seed=6)
    assert not np.array_equal(one.order, other.order)


def test_threads_and_the_global_generator_leave_the_bits_alone() -> None:
    import torch

    features, labels = gaussian(200, 16, 2)
    torch.manual_seed(1)
    np.random.seed(1)
    state = torch.get_rng_state().clone(), np.random.get_state()[1].copy()  # type: ignore[index]
    one = code(features, labels, kinds=None).bits
    assert torch.equal(torch.get_rng_state(), state[0])
    assert np.array_equal(np.random.get_state()[1], state[1])  # type: ignore[index]
    torch.manual_seed(2)
    np.testing.assert_array_equal(code(features, labels, kinds=None).bits, one)


def test_no_transfer_from_a_model_to_itself() -> None:
    features, labels = gaussian(200, 16, 2)
    found = transfer(features, features.copy(), labels.copy(), orders=2)
    assert found.bits == 0.0
    np.testing.assert_array_equal(found.encoder.per_example, found.baseline.per_example)


def test_transfers_add_up() -> None:
    """L_IT(a -> c) = L_IT(a -> b) + L_IT(b -> c), each from copies that are coded apart."""
    features, labels = gaussian(200, 24, 2, signal=2.0)
    better, middle, worse = features, features[:, :12], features[:, :3]
    whole = transfer(better.copy(), worse.copy(), labels, orders=2).bits
    parts = (
        transfer(middle.copy(), worse.copy(), labels, orders=2).bits
        + transfer(better.copy(), middle.copy(), labels, orders=2).bits
    )
    assert whole == pytest.approx(parts, abs=1e-9)


def test_a_copy_in_the_same_group_does_not_pay_less() -> None:
    features, labels = gaussian(150, 8, 2)
    twice, both, groups = np.repeat(features, 2, 0), np.repeat(labels, 2), np.repeat(np.arange(150), 2)
    # Beside the probes and the class prior, which learn at the end of a group, there are the weights of the top node:
    # tests/codes/test_mixture.py holds what copies can gain by those to 4 bits in a whole stream.
    assert (
        code(twice, both, kinds=("neighbours",)).total < code(twice, both, groups=groups, kinds=("neighbours",)).total
    )


def test_rows_may_lie_anywhere() -> None:
    """What counts is the order of the stream: features in another order with the rows to match give the same bits."""
    features, labels = gaussian(200, 8, 2)
    shuffle = np.random.default_rng(0).permutation(200)
    where = np.argsort(shuffle)
    examples = Examples(labels, np.arange(200), where)
    moved = code_order(features[shuffle], examples, Alphabet(2), Order(), Code(probes=CHEAP))
    np.testing.assert_array_equal(moved.bits, code(features, labels).bits)


def test_names_of_groups_do_not_matter() -> None:
    features, labels = gaussian(120, 8, 2)
    groups = np.repeat(np.arange(60), 2)
    one = codelength(features, labels, groups=groups, orders=2, kinds=CHEAP)
    two = codelength(features, labels, groups=[f"name {g:03}" for g in groups], orders=2, kinds=CHEAP)
    np.testing.assert_array_equal(one.per_example, two.per_example)


def test_shift_and_scale_of_the_features_hardly_matter() -> None:
    features, labels = gaussian(300, 16, 2, signal=1.5)
    plain, moved = (code(rows, labels, kinds=None).total for rows in (features, 1e4 * features + 3e4))
    assert moved == pytest.approx(plain, abs=0.5)  # bits: features of 1e4 around 3e4 have three digits less


def test_on_real_features_a_separately_embedded_copy_is_the_same_model() -> None:
    """No store between them: the same texts are embedded twice by encoders loaded apart."""
    from lit_hf.encoders import load_encoder
    from tests.support import assets

    texts, labels, _ = assets.rotten()
    order = np.random.default_rng(1).permutation(len(texts))[:160]
    pool, mine = [texts[i] for i in order], np.array(labels)[order]
    rows = [load_encoder(str(assets.l6_folder())).encode(pool).rows for _ in range(2)]
    twin = load_encoder(str(assets.l6_folder())).twin(0).encode(pool).rows
    assert transfer(rows[0], rows[1], mine, orders=2).bits == 0.0
    assert transfer(rows[0], twin, mine, orders=1).bits == transfer(rows[1], twin, mine, orders=1).bits


def test_prefix_law_on_real_features() -> None:
    features, _, labels = rotten_features()
    whole, part = (code(features[:n], labels[:n], kinds=None) for n in (1000, 500))
    np.testing.assert_array_equal(whole.bits[:500], part.bits)
