"""A coder stopped anywhere and restored in another process pays the same floats for what is left."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from lit_hf.codes.loop import Loop
from lit_hf.codes.prequential import Coder
from lit_hf.coding.order import Code, Examples, Order
from lit_hf.coding.rules import Alphabet, Rule, prepare_order
from lit_hf.config import CODES
from lit_hf.tasks.targets.regression import BinRule
from tests.support.streams import gaussian

N, DIM = 330, 10
KINDS: dict[str, Rule] = {**dict.fromkeys(CODES, Alphabet(3)), "numbers": BinRule()}
STOPS = (0, 8, 60, 110, 250, N)


def made(kind: str) -> Coder:
    """Return a coder of a stream that is the same in every process, with copies in groups and held-out rows."""
    features, labels = gaussian(N, DIM, 3, signal=2.0)
    if kind == "numbers":
        labels = np.round(20 * features[:, 0] + 5 * labels).astype(np.int64)
    groups = np.arange(N) // 2
    how = "online" if kind == "numbers" else kind
    order = prepare_order(features, Examples(labels, groups), KINDS[kind], Order(1, 2), Code(how))
    return KINDS[kind].coder(order, labels[order.index], torch.from_numpy(features[:5]))


def assert_same(one: Coder, two: Coder) -> None:
    a, b = one.curve(), two.curve()
    for name in ("bits", "index", "edges", "expert_bits", "weights", "confidence", "correct", "below"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name), err_msg=name)
    assert a.held_out.keys() == b.held_out.keys()
    for mark, found in a.held_out.items():
        other = b.held_out[mark]
        if isinstance(found, np.ndarray):
            np.testing.assert_array_equal(found, other)
        else:
            np.testing.assert_array_equal(found.location(), other.location())


@pytest.mark.parametrize("kind", KINDS)
def test_stopped_anywhere_and_restored_it_pays_the_same(kind: str, tmp_path: Path) -> None:
    torch.set_num_threads(1)
    whole, coder = made(kind), made(kind)
    whole.advance()
    for stop in STOPS:
        coder.advance(stop)
        torch.save(coder.state(), tmp_path / "state.pt")
        coder = made(kind)
        coder.restore(torch.load(tmp_path / "state.pt", weights_only=True))
        assert coder.coded <= stop
    assert coder.advance() == N
    assert_same(coder, whole)


@pytest.mark.parametrize("kind", ["online", "block-bank", "numbers"])
def test_in_another_process(kind: str, tmp_path: Path) -> None:
    torch.set_num_threads(1)
    whole, coder = made(kind), made(kind)
    whole.advance()
    coder.advance(170)
    torch.save(coder.state(), tmp_path / "state.pt")
    script = (
        "import sys, torch, numpy as np; from tests.codes.test_state import made; torch.set_num_threads(1)\n"
        "coder = made(sys.argv[1]); coder.restore(torch.load(sys.argv[2], weights_only=True)); coder.advance()\n"
        "np.save(sys.argv[3], coder.curve().bits)"
    )
    files = [str(tmp_path / "state.pt"), str(tmp_path / "bits.npy")]
    subprocess.run([sys.executable, "-c", script, kind, *files], check=True, cwd=Path(__file__).parents[2])
    np.testing.assert_array_equal(np.load(files[1]), whole.curve().bits)


def test_taking_a_state_changes_nothing() -> None:
    plain, watched = made("online"), made("online")
    for stop in STOPS:
        plain.advance(stop)
        watched.advance(stop)
        watched.state()
    assert_same(plain, watched)


def test_the_loop_has_no_state_within_an_increment() -> None:
    features, labels = gaussian(60, 4, 2)
    order = prepare_order(features, Examples(np.arange(60) % 2, np.arange(60)), Alphabet(2), Order(0, 0), Code())
    loop = Loop(order.stream, order.code)
    assert np.array_equal(loop.predict().table.numpy(), loop.predict().table.numpy())
    loop.pay(labels[:8])
    with pytest.raises(RuntimeError, match=r"call predict\(\) first"):
        loop.pay(labels[8:9])
    assert loop.state()["labels"].tolist() == labels[:8].tolist()
