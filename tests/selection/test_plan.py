"""Suites: what a file may say, and what comes of it with the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from lit_hf.config import read_yaml
from lit_hf.errors import BadSetting, UnknownKey, UsageError
from lit_hf.suites.suite import FOLDER, Suite

CONFIGS = sorted((Path(__file__).parents[2] / "configs").glob("*.yaml")) + sorted(FOLDER.glob("*.yaml"))
SUITES = [file for file in CONFIGS if "datasets" in read_yaml(file)]


@pytest.mark.parametrize("file", SUITES, ids=lambda file: file.stem)
def test_the_suites_that_are_shipped_can_be_read(file: Path) -> None:
    suite = Suite.read(file)
    assert len(suite.of_model("m", {})) == len(suite.datasets) > 1
    if suite.models:
        plans = suite.plans({})
        assert all(len(plan) == len(plans[0]) for plan in plans)


def test_the_nearest_setting_wins() -> None:
    suite = Suite(
        ({"model": "m", "pooling": "cls"},), ({"dataset": "d", "max_examples": 50},), {"seed": 1, "orders": 2}
    )
    ((settings,),) = suite.plans({"seed": 2, "max_examples": 99})
    assert (settings.pooling, settings.max_examples, settings.seed, settings.orders) == ("cls", 50, 2, 2)


def test_a_checkpoint_that_is_named_twice_enters_once() -> None:
    suite = Suite(({"model": "m"}, {"model": "m"}, {"model": "m", "pooling": "cls"}), ({"dataset": "d"},))
    assert [settings.pooling for settings in suite.plans({})[0]] == ["auto", "cls"]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("models: name\n", BadSetting),
        ("models: [{pooling: cls}]\n", BadSetting),
        ("models: [{model: m, seed: 3}]\n", UnknownKey),
        ("model: [m]\n", UnknownKey),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, text: str, error: type[Exception]) -> None:
    file = tmp_path / "suite.yaml"
    file.write_text(text)
    with pytest.raises(error):
        Suite.read(file)


def test_nothing_to_rank_is_a_usage_error() -> None:
    with pytest.raises(UsageError):
        Suite(models=({"model": "m"},)).plans({})
