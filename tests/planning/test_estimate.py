"""The arithmetic of a plan."""

from __future__ import annotations

import numpy as np
import pytest

from lit_hf.coding.rules import Alphabet
from lit_hf.encoders import raw_input
from lit_hf.planning.estimate import coding_seconds, pass_seconds
from lit_hf.planning.warm_up import CoderSpeed, EncoderSpeed, time_coder
from lit_hf.planning.work import Pass, Unit
from lit_hf.tasks.targets.regression import BinRule


def a_pass(stored: int) -> Pass:
    encoder = raw_input("text-classification")
    assert encoder is not None
    return Pass("encoder", encoder, 1000, stored, 1000 - stored)


def test_a_pass_costs_its_missing_inputs_and_the_weights_once() -> None:
    speed = EncoderSpeed(load=2.0, each=0.01, sample=256, tokens=None)
    assert pass_seconds(a_pass(0), speed) == pytest.approx(12)
    assert pass_seconds(a_pass(600), speed) == pytest.approx(6)
    assert pass_seconds(a_pass(1000), speed) == 0
    assert a_pass(600).bytes == 4 * 400 * a_pass(0).encoder.dim


def test_coding_time_goes_on_by_the_last_slope() -> None:
    speed = CoderSpeed((256, 512), (1.0, 1.5))
    assert [speed.of(n) for n in (128, 256, 384, 512, 1024)] == pytest.approx([0.5, 1.0, 1.25, 1.5, 2.5])
    assert CoderSpeed((100,), (1.0,)).of(50) == pytest.approx(0.5)


def test_orders_are_taken_by_the_first_free_worker() -> None:
    speeds = {8: CoderSpeed((100,), (1.0,))}
    units = [Unit("encoder", 3, 100, 8, 1), Unit("twin", 1, 50, 8, 2)]
    assert coding_seconds(units, speeds, 1) == pytest.approx(4)
    assert coding_seconds(units, speeds, 2) == pytest.approx(2)
    assert coding_seconds(units, speeds, 9) == pytest.approx(1)


def test_the_coder_is_timed_at_increasing_marks() -> None:
    labels = np.random.default_rng(0).integers(0, 2, 300)
    found = time_coder(4, labels, Alphabet(2), "cpu", limit=float("inf"))
    assert found.labels[-1] == 300
    assert list(found.labels) == sorted(found.labels)
    assert 0 < found.seconds[0] < found.seconds[-1]
    assert len(time_coder(4, labels, Alphabet(2), "cpu", limit=0).labels) == 1


def test_the_coder_of_numbers_is_timed() -> None:
    found = time_coder(4, np.random.default_rng(0).integers(-50, 50, 100), BinRule(), "cpu", limit=0)
    assert found.labels == (100,)
    assert found.seconds[0] > 0
