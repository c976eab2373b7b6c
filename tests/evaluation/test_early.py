"""The first number comes before the rest, is what one order and one twin give, and outlives an interrupt."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest

from lit_hf.config import Settings
from lit_hf.evaluation import code_arms as module
from lit_hf.evaluation.run import run
from lit_hf.records.record import Record
from lit_hf.records.store import ResultsStore
from lit_hf.reports.terminal import report
from lit_hf.runtime.progress import NullProgress
from tests.support.jobs import job_settings


class Listening(NullProgress):
    """Keeps what is said and which bars are opened, in order; interrupts at the bar `stop`, if there is one."""

    def __init__(self, stop: str | None = None) -> None:
        self.heard, self._stop = list[str](), stop

    def say(self, text: str) -> None:
        self.heard.append(text)

    def task(self, label: str, total: int) -> AbstractContextManager[Callable[[int], None]]:
        if label == self._stop:
            raise KeyboardInterrupt
        self.heard.append(label)
        return super().task(label, total)

    @property
    def first(self) -> int:
        """Where the first number was said."""
        (found,) = [place for place, text in enumerate(self.heard) if text.startswith("First order: L_IT")]
        return found


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return job_settings("classes", tmp_path_factory.mktemp("early"))


@pytest.fixture(scope="module")
def stopped(settings: Settings) -> tuple[Listening, Record]:
    """An evaluation that is interrupted when its second twin is to be embedded, and the record that is left."""
    progress = Listening("embed: twin 2")
    with pytest.raises(KeyboardInterrupt):
        run(settings, progress=progress)
    (record,) = ResultsStore.at(settings.cache_dir).all()
    return progress, ResultsStore.at(settings.cache_dir).find(record["id"])


def test_what_is_kept_is_the_first_order(settings: Settings, stopped: tuple[Listening, Record]) -> None:
    progress, record = stopped
    bits, (low, high) = record["transfer"]["bits"], record["transfer"]["interval"]
    assert f"L_IT {bits:,.1f} bits [{low:,.1f}, {high:,.1f}]" in progress.heard[progress.first]
    assert record["id"] in progress.heard[-1]
    record.validate()
    assert record["settings"]["resolved"]["orders"] == record["settings"]["resolved"]["twins"] == 1
    assert record["baselines"]["raw_input"]["bits"] is record["baselines"]["shuffled_labels"]["transfer_bits"] is None
    assert any(note.startswith("Not finished") for note in record["notes"])
    assert report(record, 100, "utf-8")

    alone = run(settings.replace(orders=1, twins=1))
    assert alone["id"] == record["id"]  # and it takes its place
    assert alone["transfer"] == record["transfer"]
    assert alone["holdout"] == record["holdout"]
    assert len(ResultsStore.at(settings.cache_dir).all()) == 1


def test_the_first_number_is_said_before_further_twins(settings: Settings, stopped: object) -> None:
    progress = Listening()
    record = run(settings, progress=progress)
    rest = [place for place, label in enumerate(progress.heard) if label in ("embed: twin 2", "embed: raw input")]
    assert len(rest) == 2
    assert progress.first < min(rest)
    assert progress.heard[: progress.first].count("code the labels") == 1
    assert record["transfer"]["interval_parts"]["orders"] is not None
    assert np.isfinite(record["baselines"]["raw_input"]["bits"])


def test_no_order_is_coded_twice(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    coded = list[tuple[str, int]]()
    unit = module.order_unit

    def counted(task, arm, rows, number, *others):  # type: ignore[no-untyped-def]
        coded.append((arm.name, number))
        return unit(task, arm, rows, number, *others)

    monkeypatch.setattr(module, "order_unit", counted)
    run(settings)
    assert coded[:2] == [("encoder", 0), ("twin 1", 0)]
    assert len(coded) == len(set(coded)) > 2


def test_an_interrupt_before_the_first_number_keeps_nothing(tmp_path: Path) -> None:
    settings = job_settings("classes", tmp_path)
    with pytest.raises(KeyboardInterrupt):
        run(settings, progress=Listening("code the labels"))
    assert ResultsStore.at(settings.cache_dir).all() == []
