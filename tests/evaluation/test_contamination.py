"""What the card of a checkpoint says of the dataset, and what it cannot say."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from lit_hf.evaluation.sections import contamination


def job(dataset: str, revision: str | None) -> Any:
    info = SimpleNamespace(id="org/model", revision="a" * 40)
    data = SimpleNamespace(id=dataset, config=None, revision=revision)
    return SimpleNamespace(encoder=SimpleNamespace(info=info), task=SimpleNamespace(dataset=data))


@pytest.mark.parametrize(
    ("declared", "dataset", "revision", "found"),
    [
        (None, "stanfordnlp/imdb", "b" * 40, "unknown"),
        (["imdb"], "stanfordnlp/imdb", "b" * 40, "declared"),
        (["squad"], "stanfordnlp/imdb", "b" * 40, "not declared"),
        (["imdb"], "imdb", None, "not declared"),  # a local folder of that name is not the Hub's
    ],
)
def test_a_card_speaks_of_repositories(
    declared: list[str] | None, dataset: str, revision: str | None, found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lit_hf.encoders.trained_on.declared_datasets", lambda model, revision: declared)
    assert contamination(job(dataset, revision)) == found
