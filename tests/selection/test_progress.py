"""Progress of a ranking: beside the bars of each pass one line counts the checkpoints of the whole step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from lit_hf.selection import local


class Heard:
    """Progress that keeps what it was told."""

    def __init__(self) -> None:
        self.told: dict[str, list[int]] = {}

    @contextmanager
    def task(self, label: str, total: int) -> Iterator[Callable[[int], None]]:
        self.told[label] = [total]
        yield self.told[label].append


def candidate(coded: bool) -> Any:
    encoder = SimpleNamespace(info=SimpleNamespace(parameters=1), release=lambda: None)
    job = SimpleNamespace(encoder=encoder, task=SimpleNamespace(size=100))
    return SimpleNamespace(job=job, coded=lambda n, orders: coded, embed=lambda n: None, code=None, error="none")


def test_one_line_counts_the_checkpoints_that_are_embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "inputs_for", lambda task, n: n)
    monkeypatch.setattr(local, "attempt", lambda candidate, work: work())
    heard = Heard()
    local.Local(heard).advance([candidate(False), candidate(True), candidate(False)], 64)
    assert heard.told == {"64 labels, checkpoints done": [2, 1, 1]}
